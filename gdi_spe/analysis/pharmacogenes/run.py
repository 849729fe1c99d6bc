"""Diplotypes and phenotypes of individuals by a table of star alleles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.pharmacogenes.diplotypes import MISSING, Caller
from gdi_spe.analysis.variants.choice import names
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import ABSENT, ONE, expected_alleles, is_sex_linked
from gdi_spe.store.writing.genotype_text import Phase
from gdi_spe.terms import star_alleles
from gdi_spe.terms.star_alleles import StarGene, StarTable, Variant

Ints = NDArray[np.int64]


class NoStarAlleles(BadInput):
    """There is no table of star alleles, or it is not of this assembly."""

    code = "no-star-alleles"


def star_table(folder: Folder, path: str | Path | None = None) -> StarTable:
    """Read a table of star alleles: a file, or what came with the cohort.

    Raises
    ------
    NoStarAlleles
        If there is none, several, or it is of another assembly.
    BadInput
        If it cannot be read.
    """
    if path is None:
        found = sorted((folder.path / "references").glob(f"*{star_alleles.ENDING}"))
        if len(found) != 1:
            raise NoStarAlleles(
                f"{len(found) or 'no'} tables of star alleles came with the cohort",
                remedy="Give one as a file",
            )
        path = found[0]
    table = star_alleles.read(Path(path))
    if table.assembly != folder.assembly:
        raise NoStarAlleles(f"the table is of {table.assembly}, the cohort of {folder.assembly}")
    return table


def diplotypes(
    folder: Folder,
    path: str | Path | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    absent: str = "missing",
    use_phase: bool = True,
) -> pd.DataFrame:
    """Say which star alleles each individual has of pharmacogenes.

    Parameters
    ----------
    folder
        The cohort.
    path, gene, individuals, absent, use_phase
        As of a cohort's `star_alleles`.

    Returns
    -------
    As of a cohort's `star_alleles`, which tells errors and sources too.

    Examples
    --------
    >>> lines = ["#assembly=GRCh38", "#phenotype=GENE\\t2\\t2\\tnormal"]
    >>> lines += ["gene\\tallele\\tactivity\\tchromosome\\tposition\\treference\\talternate"]
    >>> lines += ["GENE\\t*1\\t1", "GENE\\t*2\\t0\\tchr10\\t94781859\\tG\\tA"]
    >>> from pathlib import Path
    >>> _ = Path("made-up.tsv").write_text("\\n".join(lines))
    >>> found = diplotypes(cohort.folder, "made-up.tsv", absent="reference")
    >>> sorted(set(found["diplotypes"])), sorted(set(found["phenotype"]))
    (['*1/*1'], ['normal'])
    """
    if absent not in ("missing", "reference"):
        raise BadInput(f"absent={shown(absent)}", remedy="missing or reference")
    table = star_table(folder, path)
    chosen = [_gene(table, name) for name in (table.genes if gene is None else names(gene))]
    samples = groups_of(folder, None, individuals)[0].samples
    parts = [_of_gene(folder, each, samples, absent, use_phase=use_phase) for each in chosen]
    found = pd.concat(parts, ignore_index=True)
    found.attrs = {"exportable": False, "why": "rows about people", "release": table.release}
    return found


def _gene(table: StarTable, name: str) -> StarGene:
    if name not in table.genes:
        near = get_close_matches(name, list(table.genes), n=3, cutoff=0.4) or sorted(table.genes)
        raise BadInput(
            f"the table has no gene {shown(name)}", remedy=f"Near it: {', '.join(near[:5])}"
        )
    return table.genes[name]


def _of_gene(
    folder: Folder, gene: StarGene, samples: Ints, absent: str, *, use_phase: bool
) -> pd.DataFrame:  # fmt: skip
    variants, caller = gene.variants, Caller(gene)
    called = _Called.of(folder, variants, samples, absent, use_phase=use_phase)
    ids = folder.samples["individual_id"].to_pylist()
    known: dict[bytes, tuple[object, ...]] = {}
    rows = []
    for at, sample in enumerate(samples):
        key = called.key(at)
        if key not in known:
            known[key] = called.answer(at, caller)
        rows.append((ids[sample], gene.name, *known[key]))
    columns = ("individual_id", "gene", "diplotypes", "n_diplotypes", "activity_score",
               "phenotype", "n_missing", "why")  # fmt: skip
    table = pd.DataFrame(rows, columns=list(columns))
    return table.astype({"activity_score": float})


class _Called:
    """Copies of each variant of a gene, ``(individuals, variants)``, and phase."""

    def __init__(
        self, copies: NDArray[np.int8], n_alleles: NDArray[np.int8],
        phased: NDArray[np.bool_], first: NDArray[np.bool_],
    ) -> None:  # fmt: skip
        self._copies, self._n_alleles, self._phased, self._first = copies, n_alleles, phased, first

    @staticmethod
    def of(
        folder: Folder, variants: Sequence[Variant], samples: Ints, absent: str, *,
        use_phase: bool,
    ) -> _Called:  # fmt: skip
        """Look every variant of the gene up in the cohort."""
        shape = (len(samples), len(variants))
        copies = np.full(shape, MISSING, np.int8)
        phased, first = np.zeros(shape, bool), np.zeros(shape, bool)
        n_alleles = np.full(len(samples), 2, np.int8)
        if variants:
            chromosome, position = variants[0][:2]
            rule = expected_alleles(chromosome, folder.sample_sexes)[samples]
            if is_sex_linked(folder.assembly, chromosome, np.array([position]))[0]:
                n_alleles = np.where(rule == ONE, 1, np.where(rule == ABSENT, 0, 2)).astype(np.int8)
            rows = _rows(folder, variants)
            for at, row in enumerate(rows):
                if row < 0:
                    copies[:, at] = _where_absent(folder, variants[at], samples, absent)
                    continue
                copies[:, at] = folder.dosages(chromosome, [row])[0, samples]
                if use_phase:
                    phased[:, at], first[:, at] = _phase(folder, chromosome, row, samples)
        return _Called(copies, n_alleles, phased, first)

    def key(self, at: int) -> bytes:
        """Return what tells individuals apart."""
        single = self._phased[at] & (self._copies[at] == 1)
        parts = (self._copies[at], self._n_alleles[at : at + 1], single, self._first[at] & single)
        return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)

    def answer(self, at: int, caller: Caller) -> tuple[object, ...]:
        """Return the cells of one individual's row."""
        copies, n_alleles = self._copies[at].astype(int).tolist(), int(self._n_alleles[at])
        n_missing = sum(each == MISSING for each in copies)
        if n_alleles == 0:
            return "", 0, None, "indeterminate", n_missing, "no allele"
        found = caller.of(copies, n_alleles, self._phased[at], self._first[at])
        return (
            ";".join(found.diplotypes), len(found.diplotypes), found.activity_score,
            found.phenotype, n_missing, found.why,
        )  # fmt: skip


def _rows(folder: Folder, variants: Sequence[Variant]) -> list[int]:
    """Return the row of each variant of one chromosome, -1 where nobody carries it."""
    chromosome = variants[0][0]
    if chromosome not in folder.chromosomes:
        return [-1] * len(variants)
    table = folder.variants(chromosome, ["position", "reference", "alternate"])
    places = pa.array(sorted({position for _, position, *_ in variants}), pa.int32())
    here = table.append_column("row", pa.array(np.arange(table.num_rows)))
    here = here.filter(pc.is_in(here["position"], value_set=places))
    found = {(r["position"], r["reference"], r["alternate"]): r["row"] for r in here.to_pylist()}
    return [int(found.get(variant[1:], -1)) for variant in variants]


def _where_absent(
    folder: Folder, variant: Variant, samples: Ints, absent: str
) -> NDArray[np.int8]:  # fmt: skip
    if absent == "reference":
        return np.zeros(len(samples), np.int8)
    chromosome, position = variant[:2]
    looked = {
        row["dataset_id"]
        for row in folder.table("assessed").to_pylist()
        if row["chromosome"] == chromosome
        and row["start"] <= position - 1
        and position - 1 + len(variant[2]) <= row["end"]
    }
    datasets = folder.samples["dataset_id"].to_pylist()
    return np.array([0 if datasets[s] in looked else MISSING for s in samples], np.int8)


def _phase(
    folder: Folder, chromosome: str, row: int, samples: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if "phase" not in folder.variants_file(chromosome).schema_arrow.names:
        return np.zeros(len(samples), bool), np.zeros(len(samples), bool)
    told = folder.variants(chromosome, ["phase"])["phase"].slice(row, 1).to_pylist()
    phase = Phase(told, folder.n_samples)
    return phase.phased[0, samples], phase.first[0, samples]
