"""Results of an association as one table, with the columns of GWAS-SSF first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.analysis import frames
from gdi_spe.analysis.regression.scan import KEYS, SSF_CHROMOSOMES, Block, Found

_TEXT = pa.large_string()
_NUMBERS = (
    "beta",
    "standard_error",
    "effect_allele_frequency",
    "p_value",
    "neg_log_10_p_value",
    "n",
)


@dataclass(frozen=True)
class Part:
    """What a model tells of a block's variants; the block's calls are let go."""

    chromosome: str
    keys: pa.Table
    columns: dict[str, NDArray[Any]]

    @staticmethod
    def of(block: Block, found: Found) -> Part:
        """Keep what names the variants that were kept."""
        whole = len(found.rows) == block.keys.num_rows
        keys = block.keys if whole else block.keys.take(pa.array(found.rows))
        return Part(block.chromosome, keys, found.columns)


def table_of(parts: Sequence[Part], others: Sequence[str]) -> pd.DataFrame:
    """Put the results of blocks together, one row a variant.

    ``others`` names the columns of numbers after those of GWAS-SSF.
    """
    keys = _keys(parts)
    names = (*_NUMBERS, *others)
    numbers = {name: _joined([part.columns[name] for part in parts], name) for name in names}
    held: dict[str, Any] = {
        "chromosome": _chromosomes(parts),
        "base_pair_location": keys["position"].to_numpy().astype(np.int64),
        "effect_allele": keys["alternate"],
        "other_allele": keys["reference"],
        **numbers,
        "rsid": _reference_ids(keys["id"]),
        "gene": keys["gene"],
    }
    return frames.table(held)


def _keys(parts: Sequence[Part]) -> pa.Table:
    fields = [(name, pa.int32() if name == "position" else _TEXT) for name in KEYS]
    empty = pa.schema(fields).empty_table()
    return pa.concat_tables([empty, *(part.keys.cast(empty.schema) for part in parts)])


def _joined(parts: Sequence[NDArray[Any]], name: str) -> NDArray[Any]:
    if not parts:
        return np.zeros(0, np.int64 if name.startswith(("n", "allele")) else np.float64)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _chromosomes(parts: Sequence[Part]) -> NDArray[np.int64]:
    names = np.array([SSF_CHROMOSOMES[part.chromosome] for part in parts], np.int64)
    return np.repeat(names, [part.keys.num_rows for part in parts])


def _reference_ids(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Keep what is an identifier of dbSNP; GWAS-SSF takes no other there."""
    if column.null_count == len(column):
        return column
    return pc.if_else(
        pc.match_substring_regex(column, "^rs[0-9]+$"), column, pa.scalar(None, _TEXT)
    )
