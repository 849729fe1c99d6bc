"""Who carries a variant, who was seen not to, and about whom nothing can be said."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import consequences
from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.outcome import Ids, Outcome
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.proteins import short_change
from gdi_spe.query.records import Records, among
from gdi_spe.store.ploidy import ABSENT, AS_WRITTEN, ONE, expected_alleles, is_sex_linked

Mask = NDArray[np.bool_]
_BATCH = 1024
# Nucleotide codes of IUPAC that Beacon allows for bases.
_IUPAC = {
    "R": "[AG]", "Y": "[CT]", "S": "[CG]", "W": "[AT]", "K": "[GT]", "M": "[AC]",
    "B": "[CGT]", "D": "[AGT]", "H": "[ACT]", "V": "[ACG]", "N": "[ACGT]", "U": "T",
}  # fmt: skip


class NotAnnotated(BadInput):
    """No variant of the folder says what is asked for, so that nobody could be found by it."""

    code = "not-annotated"

    def __init__(self, column: str) -> None:
        super().__init__(
            f"no variant here has {column}",
            remedy="Ingest a VCF with CSQ or ANN, or add a GTF before it for genes",
        )


class UnknownGene(BadInput):
    """A gene without any variant here; from a mistyped name it cannot be told apart."""

    code = "unknown-gene"


def carries_variant(records: Records, condition: CarriesVariant) -> Outcome:
    """Answer a condition about variants."""
    if condition.is_strict:
        _require_annotations(records, condition)
        require_genes(records, condition.genes)
    carriers: set[int] = set()
    unsure: set[int] = set()
    n_matched = 0
    for chromosome in _chromosomes(records, condition):
        rows = np.flatnonzero(matching(records, chromosome, condition))
        n_matched += len(rows)
        for start in range(0, len(rows), _BATCH):
            has, lost = _calls(records, chromosome, rows[start : start + _BATCH], condition)
            carriers |= set(np.flatnonzero(has.any(axis=0)))
            unsure |= set(np.flatnonzero(lost.any(axis=0)))
    return _by_individual(records, condition, carriers, unsure, n_matched)


def matching(records: Records, chromosome: str, condition: CarriesVariant) -> Mask:
    """Say which variants of a chromosome meet everything that is asked of a variant."""
    table = records.variants(chromosome)
    masks = [np.ones(table.num_rows, bool)]
    if _asks_of_genes(condition):
        masks.append(_does_to_a_gene(table, condition))
    if condition.spans:
        masks.append(_any(_inside, table, chromosome, condition.spans))
    if condition.alleles:
        masks.append(_any(_is_allele, table, chromosome, condition.alleles))
    if condition.max_frequency is not None:
        frequency = pc.less_equal(table["allele_frequency"], condition.max_frequency)
        masks.append(_np(frequency))
    return reduce(np.logical_and, [*masks, *_base_masks(table, condition)])


def _chromosomes(records: Records, condition: CarriesVariant) -> list[str]:
    asked = {span.chromosome for span in condition.spans}
    asked |= {allele.chromosome for allele in condition.alleles}
    return [name for name in records.folder.chromosomes if not asked or name in asked]


def _np(mask: pa.ChunkedArray) -> Mask:
    found: Mask = pc.fill_null(mask, False).to_numpy()
    return found


def _any(
    test: Callable[[pa.Table, Any], Mask], table: pa.Table, chromosome: str, options: Any
) -> Mask:
    here = [test(table, each) for each in options if each.chromosome == chromosome]
    return reduce(np.logical_or, here, np.zeros(table.num_rows, bool))


def _does_to_a_gene(table: pa.Table, condition: CarriesVariant) -> Mask:
    """Say which variants do what is asked to one gene: to the first told, or to another."""
    does = _does(table, condition)
    parents, others = other_genes(table)
    does[parents[_does(others, condition)]] = True
    return does


def other_genes(table: pa.Table) -> tuple[NDArray[np.int64], pa.Table]:
    """Return what is told of the further genes at variants, and the row of each."""
    column = table["other_genes"].combine_chunks()
    parents = pc.list_parent_indices(column).to_numpy().astype(np.int64)
    return parents, pa.Table.from_struct_array(pc.list_flatten(column))


def _asks_of_genes(condition: CarriesVariant) -> bool:
    asked = (condition.genes, condition.consequences, condition.protein_changes, condition.hgvs_c)
    return any(asked)


def _does(table: pa.Table, condition: CarriesVariant) -> Mask:
    masks = [np.ones(table.num_rows, bool)]
    if condition.genes:
        masks.append(_is_gene(table, condition.genes))
    if condition.consequences:
        names = consequences.expand(condition.consequences)
        masks.append(_np(among(table["consequence"], names)))
    if condition.protein_changes:
        masks.append(_has_change(table, condition.protein_changes))
    if condition.hgvs_c:
        masks.append(_np(among(table["hgvs_c"], condition.hgvs_c)))
    return reduce(np.logical_and, masks)


def _is_gene(table: pa.Table, genes: tuple[str, ...]) -> Mask:
    return _np(among(table["gene"], genes)) | _np(among(table["gene_id"], genes))


def _inside(table: pa.Table, span: Span) -> Mask:
    start = table["position"].to_numpy().astype(np.int64) - 1
    end = start + pc.binary_length(table["reference"]).to_numpy()
    return np.asarray(
        (start >= span.start_from)
        & (start < span.start_to)
        & (end >= span.end_from)
        & (end < span.end_to)
    )


def _is_allele(table: pa.Table, allele: Allele) -> Mask:
    same_place = table["position"].to_numpy() == allele.position
    same_bases = pc.and_(
        pc.equal(table["reference"], allele.reference),
        pc.equal(table["alternate"], allele.alternate),
    )
    return np.asarray(same_place & _np(same_bases))


def _has_change(table: pa.Table, changes: tuple[str, ...]) -> Mask:
    wanted = {short_change(change) for change in changes}
    told = table["hgvs_p"].to_pylist()
    return np.array([text is not None and short_change(text) in wanted for text in told], bool)


def _base_masks(table: pa.Table, condition: CarriesVariant) -> list[Mask]:
    masks = []
    for column, bases in (("reference", condition.reference), ("alternate", condition.alternate)):
        if bases:
            pattern = "".join(_IUPAC.get(base, re.escape(base)) for base in bases.upper())
            masks.append(_np(pc.match_substring_regex(table[column], f"^{pattern}$")))
    if condition.kind:
        masks.append(_is_kind(table, condition.kind))
    return masks


def _is_kind(table: pa.Table, kind: str) -> Mask:
    """Say which variants are of a kind: by the lengths of bases, or as a symbol says."""
    symbol = _np(pc.match_substring_regex(table["alternate"], f"^<{kind}(:[^>]*)?>$"))
    if kind not in _KINDS:
        return symbol
    plain = _np(pc.match_substring_regex(table["alternate"], "^[ACGTN]+$"))
    reference = pc.binary_length(table["reference"]).to_numpy()
    alternate = pc.binary_length(table["alternate"]).to_numpy()
    return symbol | (plain & _KINDS[kind](reference, alternate))


# Kinds of variant by the lengths of its alleles, as Beacon names them.
_KINDS: dict[str, Callable[[Any, Any], Mask]] = {
    "SNP": lambda reference, alternate: (reference == 1) & (alternate == 1),
    "MNP": lambda reference, alternate: (reference == alternate) & (reference > 1),
    "INS": lambda reference, alternate: alternate > reference,
    "DEL": lambda reference, alternate: alternate < reference,
    "INDEL": lambda reference, alternate: alternate != reference,
}
# Those that only a symbol (``<DUP>``, ``<CNV:TR>``) can tell.
_SYMBOLS = ("DUP", "CNV", "INV")
KINDS = (*_KINDS, *_SYMBOLS)


def _calls(
    records: Records, chromosome: str, rows: NDArray[np.int64], condition: CarriesVariant
) -> tuple[Mask, Mask]:
    """Say who carries each variant as asked, and whose call is not known."""
    folder = records.folder
    dosage = folder.dosages(chromosome, rows)
    rule = _expected(records, chromosome, rows)
    carried = np.zeros(dosage.shape, bool)
    variant, sample = folder.carrier_pairs(chromosome, rows)
    carried[np.searchsorted(rows, variant), sample] = True
    lost = (dosage < 0) & (rule != ABSENT)
    if not condition.zygosity:
        return carried, lost & ~carried
    single = (folder.genotypes(chromosome, rows)[..., 1] == -2) | (rule == ONE)
    of = {
        "heterozygous": (dosage == 1) & ~single,
        "homozygous": (dosage >= 2) & ~single,
        "hemizygous": (dosage >= 1) & single,
    }
    return reduce(np.logical_or, [of[each] for each in condition.zygosity]), lost


def _expected(records: Records, chromosome: str, rows: NDArray[np.int64]) -> NDArray[np.int8]:
    """Alleles each sample can have at each variant: none, one, or as written."""
    positions = records.variants(chromosome)["position"].to_numpy()[rows]
    linked = is_sex_linked(records.folder.assembly, chromosome, positions)
    by_sex = expected_alleles(chromosome, records.folder.sample_sexes)
    return np.where(linked[:, None], by_sex[None, :], AS_WRITTEN).astype(np.int8)


def _by_individual(
    records: Records,
    condition: CarriesVariant,
    carriers: set[int],
    unsure: set[int],
    n_matched: int,
) -> Outcome:
    """Turn samples into individuals; one with any sample in doubt is not excluded."""
    asked = np.ones(len(records.sample_people), bool)
    if condition.origin is not None:
        asked = records.sample_origins == condition.origin
    present = _people(records, carriers, asked)
    doubtful = _people(records, unsure, asked)
    seen = _people(records, set(range(len(asked))), asked) if n_matched else frozenset()
    return Outcome(present, seen - present - doubtful)


def _people(records: Records, samples: set[int], asked: Mask) -> Ids:
    chosen = [index for index in samples if asked[index]]
    return frozenset(records.sample_people[chosen].tolist()) & records.everyone


def _require_annotations(records: Records, condition: CarriesVariant) -> None:
    """Refuse what no variant here could answer, whoever carries it."""
    asked = {
        "gene": condition.genes,
        "consequence": condition.consequences,
        "hgvs_p": condition.protein_changes,
        "hgvs_c": condition.hgvs_c,
    }
    for column, values in asked.items():
        tables = (records.variants(name) for name in records.folder.chromosomes)
        if values and all(table[column].null_count == table.num_rows for table in tables):
            raise NotAnnotated(column)


def require_genes(records: Records, genes: tuple[str, ...]) -> None:
    """Refuse genes that no variant here is annotated with, naming the nearest."""
    if not genes:
        return
    known: set[str] = set()
    for chromosome in records.folder.chromosomes:
        table = records.variants(chromosome)
        for told in (table, other_genes(table)[1]):
            known |= set(pc.unique(told["gene"]).to_pylist())
            known |= set(pc.unique(told["gene_id"]).to_pylist())
    for gene in genes:
        if gene not in known:
            near = get_close_matches(gene.upper(), sorted(known - {None}), n=3, cutoff=0.6)
            raise UnknownGene(
                f"no variant here is annotated with gene {gene!r}",
                remedy=f"Near it: {', '.join(near)}" if near else "Nobody here carries one",
            )
