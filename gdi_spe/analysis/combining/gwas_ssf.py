"""GWAS-SSF files: the form in which the GWAS Catalog takes summary statistics."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput, shown

# Hayhurst et al. 2022 (bioRxiv 2022.07.15.500230), GWAS-SSF 1.0: these eight first, in this order.
EFFECTS = ("beta", "odds_ratio", "hazard_ratio")
P_VALUES = ("p_value", "neg_log_10_p_value")
FIRST = ("chromosome", "base_pair_location", "effect_allele", "other_allele")
_LAST = ("standard_error", "effect_allele_frequency")
_NEXT = ("variant_id", "rsid", "ref_allele", "n")
_MISSING = "#NA"
_NAMED = 3


def write_gwas_ssf(
    table: pd.DataFrame,
    path: str | Path,
    *,
    metadata: Mapping[str, object] | None = None,
    on: date | None = None,
) -> Path:
    """Write summary statistics as GWAS-SSF, with their metadata beside them.

    Parameters
    ----------
    table
        What `association` or `meta_analysis` gave, or any table with the columns of GWAS-SSF.
        Columns that the format does not know follow those that it does.
    path
        A file that ends in ``.tsv.gz`` or ``.tsv``.
    metadata
        More of the metadata, by the names of GWAS-SSF: ``trait_description``,
        ``genotyping_technology``, ``samples`` and so on.
    on
        The day that the metadata bear; today without it.

    Returns
    -------
    The path of the metadata: the file's, with ``-meta.yaml`` after it.

    Raises
    ------
    BadInput
        If a column is missing or a value is none that the format takes; the row is named.

    Notes
    -----
    GWAS-SSF 1.0 (Hayhurst et al. 2022, bioRxiv 2022.07.15.500230). Variants without an estimate
    are written with ``#NA``. A file that is written is not released: it leaves the node by an
    export request alone.

    Examples
    --------
    >>> table = cohort.association("height", ["age", "sex"], min_allele_frequency=0.05)
    >>> spe.write_gwas_ssf(table, "height.tsv.gz").name
    'height.tsv.gz-meta.yaml'
    """
    target = _path_of(path)
    if not target.name.endswith((".tsv", ".tsv.gz")):
        raise BadInput(f"{target.name} is no name for it", remedy="Let it end in .tsv.gz")
    require_gwas_ssf(table)
    text = ordered(table).to_csv(sep="\t", index=False, na_rep=_MISSING).encode()
    written = gzip.compress(text, mtime=0) if target.name.endswith(".gz") else text
    target.write_bytes(written)
    beside = target.with_name(f"{target.name}-meta.yaml")
    beside.write_text(_yaml(_described(table, target.name, written, metadata or {}, on)))
    return beside


def read_gwas_ssf(path: str | Path) -> pd.DataFrame:
    """Read summary statistics that are GWAS-SSF.

    Parameters
    ----------
    path
        A ``.tsv`` or ``.tsv.gz``.

    Returns
    -------
    The columns as they are written, ``beta`` made of an odds or hazard ratio where there is
    none, ``p_value`` and ``neg_log_10_p_value`` each of the other. ``attrs`` has ``file``, and
    ``assembly`` where the metadata beside the file tell it.

    Raises
    ------
    BadInput
        If it is not a file of the format; column or row are named.

    Examples
    --------
    >>> table = cohort.association("height", ["age", "sex"], min_allele_frequency=0.05)
    >>> meta = spe.write_gwas_ssf(table, "height.tsv.gz")
    >>> len(spe.read_gwas_ssf("height.tsv.gz")) == len(table)
    True
    """
    source = _path_of(path)
    try:
        raw = source.read_bytes()
        text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        table = pd.read_csv(io.BytesIO(text), sep="\t", na_values=[_MISSING, "NA"], dtype=_KINDS)
    except FileNotFoundError:
        remedy = "Name a file of GWAS-SSF, .tsv or .tsv.gz"
        raise BadInput("there is no such file", source=source.name, remedy=remedy) from None
    except (OSError, EOFError, ValueError, UnicodeDecodeError) as error:
        remedy = "Columns are separated by tabs; the first line names them"
        raise BadInput(f"it is no table ({error})", source=source.name, remedy=remedy) from None
    require_gwas_ssf(table, source.name)
    table = _completed(table)
    table.attrs = {"file": source.name, **_assembly_beside(source)}
    return table


_KINDS = {"effect_allele": str, "other_allele": str, "rsid": str, "variant_id": str}


def require_gwas_ssf(table: pd.DataFrame, source: str = "", *, bases: bool = True) -> None:
    """Refuse a table that GWAS-SSF does not take, with the column or row at fault.

    Alleles must be of A, C, G and T unless ``bases`` is False.
    """
    if not isinstance(table, pd.DataFrame):
        raise BadInput(f"a {type(table).__name__} is no table", remedy="A pandas DataFrame")
    wanted = [*FIRST, *_LAST]
    missing = [name for name in wanted if name not in table]
    missing += [] if set(EFFECTS) & set(table) else [" or ".join(EFFECTS)]
    missing += [] if set(P_VALUES) & set(table) else [" or ".join(P_VALUES)]
    if missing:
        raise BadInput(
            f"the columns {', '.join(missing)} are missing",
            source=source,
            remedy="Give a result of association, or name the columns as GWAS-SSF does",
        )
    for what, wrong in _faults(table, bases):
        rows = np.flatnonzero(wrong)
        if len(rows):
            places = ", ".join(str(row + 1) for row in rows[:_NAMED])
            raise BadInput(
                f"{what} in {len(rows)} rows (row {places})",
                source=source,
                remedy="Mend these rows or leave them out",
            )


def _faults(table: pd.DataFrame, bases: bool) -> list[tuple[str, NDArray[np.bool_]]]:
    found = [
        (
            "chromosome is not 1 to 25",
            _outside(table["chromosome"], 1, 25) | table["chromosome"].isna(),
        ),
        (
            "base_pair_location is not a position",
            _outside(table["base_pair_location"], 0, 2**31) | table["base_pair_location"].isna(),
        ),
        ("standard_error is below 0", _outside(table["standard_error"], 0, np.inf)),
        (
            "effect_allele_frequency is not 0 to 1",
            _outside(table["effect_allele_frequency"], 0, 1),
        ),
    ]
    for name in ("effect_allele", "other_allele") if bases else ():
        found.append((f"{name} is not of A, C, G and T", no_bases(table[name])))
    bounds = {"p_value": 1.0, "neg_log_10_p_value": np.inf, "odds_ratio": np.inf}
    for name, most in bounds.items():
        if name in table:
            found.append((f"{name} is not 0 to {most:g}", _outside(table[name], 0, most)))
    return [(what, np.asarray(wrong, bool)) for what, wrong in found]


def _outside(column: pd.Series, low: float, high: float) -> NDArray[np.bool_]:
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    unreadable = np.isnan(values) & column.notna().to_numpy()
    wrong: NDArray[np.bool_] = unreadable | (values < low) | (values > high)
    return wrong


def no_bases(column: pd.Series) -> NDArray[np.bool_]:
    """Say which alleles are not of A, C, G and T."""
    wrong: NDArray[np.bool_] = ~(
        column.astype("string").str.fullmatch("[ACGTacgt]+").fillna(False).to_numpy(bool)
    )
    return wrong


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns in the order of the format, with an identifier of each variant."""
    effect = next(name for name in EFFECTS if name in table)
    p_value = next(name for name in P_VALUES if name in table)
    table = table.copy(deep=False)
    if "variant_id" not in table:
        parts = ["chromosome", "base_pair_location", "other_allele", "effect_allele"]
        texts = [table[name].astype(str) for name in parts]
        table["variant_id"] = texts[0].str.cat(texts[1:], sep="_")
    first = [*FIRST, effect, *_LAST, p_value, *(name for name in _NEXT if name in table)]
    return table[[*first, *(name for name in table.columns if name not in first)]]


def _completed(table: pd.DataFrame) -> pd.DataFrame:
    if "beta" not in table:
        ratio = next(name for name in EFFECTS if name in table)
        table["beta"] = np.log(table[ratio].astype(float))
    if "p_value" not in table:
        table["p_value"] = 10.0 ** -table["neg_log_10_p_value"]
    if "neg_log_10_p_value" not in table:
        with np.errstate(divide="ignore"):
            table["neg_log_10_p_value"] = -np.log10(table["p_value"].astype(float))
    for name in ("effect_allele", "other_allele"):
        table[name] = table[name].str.upper()
    return table


def _described(
    table: pd.DataFrame, name: str, written: bytes, metadata: Mapping[str, object], on: date | None
) -> dict[str, object]:
    places = table[["chromosome", "base_pair_location"]].reset_index(drop=True)
    known: dict[str, object] = {
        "data_file_name": name,
        "file_type": "GWAS-SSF v1.0",
        "data_file_md5sum": hashlib.md5(written, usedforsecurity=False).hexdigest(),
        "is_harmonised": False,
        "is_sorted": bool(
            places.equals(places.sort_values(list(places.columns)).reset_index(drop=True))
        ),
        "coordinate_system": "1-based",
        "genome_assembly": table.attrs.get("assembly", "not recorded"),
        "date_metadata_last_modified": (on or date.today()).isoformat(),
    }
    if "n" in table.attrs:
        known["samples"] = [_sample(table.attrs)]
    return known | dict(metadata)


def _sample(told: Mapping[object, object]) -> dict[str, object]:
    names = {"n": "sample_size", "n_cases": "case_count", "n_controls": "control_count"}
    return {word: told[name] for name, word in names.items() if name in told}


def _yaml(values: Mapping[str, object]) -> str:
    # Each value as JSON is a value of YAML, with nothing left to how a text is quoted.
    return "".join(f"{name}: {json.dumps(value, default=str)}\n" for name, value in values.items())


def _assembly_beside(source: Path) -> dict[str, str]:
    beside = source.with_name(f"{source.name}-meta.yaml")
    if not beside.is_file():
        return {}
    for line in beside.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "genome_assembly":
            return {"assembly": value.strip().strip("\"'")}
    return {}


def _path_of(path: object) -> Path:
    if not isinstance(path, str | Path) or not str(path):
        raise BadInput(f"{shown(path)} is no path", remedy="The name of a file, as text")
    return Path(path)
