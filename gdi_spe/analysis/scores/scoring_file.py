"""Scoring files of the PGS Catalog, versions 1 and 2, as they are or harmonised.

Source: "Formatted scoring files" and "Harmonized scoring files", https://www.pgscatalog.org/downloads
(format version 2.0); Lambert et al. 2021, Nat Genet 53:420.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import numpy as np
import pandas as pd

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import ASSEMBLY_NAMES, canonical

Places = Literal["harmonised", "reported", "rsid"]
# What says that a weight is not of each further effect allele.
_NOT_ADDITIVE = (
    "is_haplotype", "is_diplotype", "is_interaction", "is_dominant", "is_recessive",
    "dosage_0_weight", "dosage_1_weight", "dosage_2_weight",
)  # fmt: skip
_WHOLE = "Take the scoring file of the PGS Catalog as it is"
_RATIOS = ("OR", "HR")
_BASES = r"[ACGT]+"
# What files before format version 2.0 call what is read of the header.
_FORMER = {"PGS ID": "pgs_id", "Original Genome Build": "genome_build"}
_UNREADABLE = (ValueError, OSError, EOFError, zlib.error)


class ScoreNotAdditive(BadInput):
    """A scoring file whose weights are not of each further effect allele."""

    code = "score-not-additive"


class ScoreOtherAssembly(BadInput):
    """A scoring file whose positions are of another assembly than the cohort, or of none."""

    code = "score-other-assembly"


@dataclass(frozen=True)
class ScoringFile:
    """Weights of effect alleles.

    ``variants`` has ``line``, ``rsid``, ``chromosome``, ``position``, ``effect_allele``,
    ``other_allele`` (None where not told), ``weight`` and ``effect_frequency`` (NaN where not
    told); ``places`` says which of the file's places they are.
    """

    name: str
    header: Mapping[str, str]
    variants: pd.DataFrame
    places: Places


def read(path: str | Path, assembly: str) -> ScoringFile:
    """Read a scoring file for a cohort of an assembly.

    Harmonised positions (``hm_chr``, ``hm_pos``) come first, then those reported, if they are
    of the cohort's assembly; else variants go by their rsID.

    Raises
    ------
    BadInput
        If it is no scoring file, or a line of it cannot be read.
    ScoreNotAdditive
        If a line is of a haplotype, an interaction, or a weight that is not additive.
    ScoreOtherAssembly
        If its positions are of another assembly, and there is no rsID.
    """
    file = Path(path)
    if not file.is_file():
        raise BadInput(
            "there is no such file", source=file.name, remedy="Name a file of the PGS Catalog"
        )
    try:
        with _opened(file) as text:
            header, n_header = _header(text, file.name)
    except _UNREADABLE as error:
        raise BadInput(
            f"it cannot be read as text: {error}", source=file.name, remedy=_WHOLE
        ) from None
    table = _table(file, n_header)
    _refuse_not_additive(table, file.name)
    _refuse_ratios(header, file.name)
    places = _places(header, table, assembly, file.name)
    return ScoringFile(
        header.get("pgs_id", file.stem), header, _variants(table, places, file.name), places
    )


def _opened(file: Path) -> IO[str]:
    with file.open("rb") as start:
        is_packed = start.read(2) == b"\x1f\x8b"
    return gzip.open(file, "rt", encoding="utf-8") if is_packed else file.open(encoding="utf-8")


def _header(text: Iterator[str], name: str) -> tuple[dict[str, str], int]:
    """Return what the lines before the table say, and how many there are."""
    found: dict[str, str] = {}
    for number, line in enumerate(text):
        if not line.startswith("#"):
            return found, number
        key, sign, value = line.lstrip("#").strip().partition("=")
        if sign:
            found[_FORMER.get(key.strip(), key.strip())] = value.strip()
    raise BadInput("it ends before its table", remedy=_WHOLE, source=name)


def _table(file: Path, n_header: int) -> pd.DataFrame:
    try:
        with _opened(file) as text:
            table = pd.read_csv(text, sep="\t", skiprows=n_header, dtype=str, quoting=3)
    except _UNREADABLE as error:
        raise BadInput(
            f"it cannot be read as a table: {error}", source=file.name, remedy=_WHOLE
        ) from None
    table["line"] = np.arange(len(table)) + n_header + 2
    for column in ("effect_allele", "effect_weight"):
        if column not in table and not set(_NOT_ADDITIVE) & set(table.columns):
            raise BadInput(
                f"it has no column {column}", source=file.name,
                remedy=_WHOLE,
            )  # fmt: skip
    if table.empty:
        raise BadInput("it has no variant", remedy=_WHOLE, source=file.name)
    return table


def _refuse_not_additive(table: pd.DataFrame, name: str) -> None:
    for column in _NOT_ADDITIVE:
        if column not in table:
            continue
        told = table[column].fillna("").str.strip().str.casefold()
        lines = table["line"][~told.isin(["", "false", "nr", "na", "0"])]
        if column.startswith("dosage"):
            lines = table["line"][told != ""]
        if len(lines):
            raise ScoreNotAdditive(
                f"{column} is set: its weight is not of each further effect allele",
                source=name, line=int(lines.iloc[0]),
                remedy="Such scores are not computed here",
            )  # fmt: skip


def _refuse_ratios(header: Mapping[str, str], name: str) -> None:
    if header.get("weight_type") in _RATIOS:
        raise ScoreNotAdditive(
            f"its weights are ratios (weight_type={header['weight_type']}), which multiply",
            source=name, remedy="Put their logarithms into effect_weight",
        )  # fmt: skip


def _assembly(text: str | None) -> str | None:
    told = (text or "").casefold()
    return next((name for name, others in ASSEMBLY_NAMES.items() if told.startswith(others)), None)


def _places(header: Mapping[str, str], table: pd.DataFrame, assembly: str, name: str) -> Places:
    harmonised, reported = (_assembly(header.get(k)) for k in ("HmPOS_build", "genome_build"))
    if {"hm_chr", "hm_pos"} <= set(table.columns) and harmonised == assembly:
        return "harmonised"
    if {"chr_name", "chr_position"} <= set(table.columns) and reported == assembly:
        return "reported"
    if "rsID" in table and table["rsID"].notna().all():
        return "rsid"
    told = harmonised or reported or "an assembly that is not told"
    raise ScoreOtherAssembly(
        f"its positions are of {told}, and the cohort is on {assembly}", source=name,
        remedy=f"Take the file that the PGS Catalog harmonised to {assembly}",
    )  # fmt: skip


def _variants(table: pd.DataFrame, places: Places, name: str) -> pd.DataFrame:
    chromosome, position = {
        "harmonised": ("hm_chr", "hm_pos"),
        "reported": ("chr_name", "chr_position"),
        "rsid": (None, None),
    }[places]
    none = pd.Series(None, index=table.index, dtype=object)
    rsid = table["hm_rsID"] if "hm_rsID" in table else table.get("rsID", none)
    return pd.DataFrame(
        {
            "line": table["line"],
            "rsid": rsid.where(rsid.notna(), table.get("rsID", none)),
            "chromosome": none if chromosome is None else table[chromosome].map(_canonical),
            "position": -1 if position is None else _positions(table[position]),
            "effect_allele": _alleles(table, table["effect_allele"], name),
            "other_allele": _others(table, name),
            "weight": _numbers(table, "effect_weight", name),
            "effect_frequency": _frequencies(table),
        }
    )


def _canonical(name: object) -> str | None:
    return canonical(name) if isinstance(name, str) else None


def _positions(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").fillna(-1).astype(np.int64)


def _alleles(table: pd.DataFrame, column: pd.Series, name: str) -> pd.Series:
    found = column.str.strip().str.upper()
    if found.isna().any():
        line = int(table["line"][found.isna()].iloc[0])
        raise BadInput("it has no effect allele", source=name, line=line, remedy=_WHOLE)
    return found


def _others(table: pd.DataFrame, name: str) -> pd.Series:
    """Return the other alleles, those that harmonisation inferred where none is told."""
    none = pd.Series(None, index=table.index, dtype=object)
    told = table.get("other_allele", table.get("reference_allele", none)).str.strip().str.upper()
    inferred = table.get("hm_inferOtherAllele", none).str.strip().str.upper()
    told = told.where(told.notna(), inferred)
    return told.where(told.str.fullmatch(_BASES).fillna(False).astype(bool), None)


def _numbers(table: pd.DataFrame, column: str, name: str) -> pd.Series:
    found = pd.to_numeric(table[column], errors="coerce")
    wrong = ~np.isfinite(found.to_numpy(float))
    if wrong.any():
        line = int(table["line"][wrong].iloc[0])
        raise BadInput(f"{column} is no number", source=name, line=line, remedy=_WHOLE)
    return found


def _frequencies(table: pd.DataFrame) -> pd.Series:
    column = table.get("allelefrequency_effect", pd.Series(None, index=table.index, dtype=object))
    return pd.to_numeric(column, errors="coerce").astype(float)
