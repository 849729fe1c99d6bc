"""Which variants meet everything that is asked of a variant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import consequences
from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.records import Records, among
from gdi_spe.query.variants.proteins import short_change
from gdi_spe.query.variants.rows import VariantRows, other_genes, union
from gdi_spe.query.variants.source import Ints
from gdi_spe.store import compute as pc
from gdi_spe.store.columns import flags, measures, numbers, text

Mask = NDArray[np.bool_]
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


def matching(records: Records, chromosome: str, condition: CarriesVariant) -> Mask:
    """Say which variants of a chromosome meet everything that is asked of a variant."""
    mask = np.zeros(records.variant_rows(chromosome).source.n_rows, bool)
    mask[rows_of(records, chromosome, condition)] = True
    return mask


def rows_of(records: Records, chromosome: str, condition: CarriesVariant) -> Ints:
    """Return the row numbers of the variants that meet everything that is asked of a variant."""
    known = records.variant_rows(chromosome)
    rows = _candidates(known, chromosome, condition)
    if rows is None:
        return union([start + np.flatnonzero(_meets(part, chromosome, condition))
                      for start, part in known.source.parts()])  # fmt: skip
    if not len(rows) or _asks_for_genes_alone(condition):
        return rows
    return rows[_meets(known.source.take(rows), chromosome, condition)]


def alleles_among(records: Records, chromosome: str, rows: Ints, condition: CarriesVariant) -> int:
    """Return how many of the alleles that are asked for by their bases are among some rows."""
    here = [allele for allele in condition.alleles if allele.chromosome == chromosome]
    if not here:
        return 0
    table = records.variant_rows(chromosome).source.take(rows)
    return sum(bool(_is_allele(table, allele).any()) for allele in here)


def chromosomes_of(records: Records, condition: CarriesVariant) -> list[str]:
    """Return the chromosomes that a question is about; all where it names no place."""
    asked = {span.chromosome for span in condition.spans}
    asked |= {allele.chromosome for allele in condition.alleles}
    return [name for name in records.folder.chromosomes if not asked or name in asked]


def _candidates(rows: VariantRows, chromosome: str, condition: CarriesVariant) -> Ints | None:
    """Return rows among which all are that can meet the condition; None for all there are."""
    if condition.genes:
        return rows.by_gene.rows_of(condition.genes)
    if condition.alleles:
        return union([rows.at(each) for each in condition.alleles if each.chromosome == chromosome])
    if condition.spans:
        return union([rows.within(span) for span in condition.spans
                      if span.chromosome == chromosome])  # fmt: skip
    return None


def _asks_for_genes_alone(condition: CarriesVariant) -> bool:
    """Say whether the genes are all that is asked of a variant; what else is, is of calls."""
    of_calls = {name: getattr(condition, name) for name in ("zygosity", "origin", "is_strict")}
    return bool(condition.genes) and condition == CarriesVariant(condition.genes, **of_calls)


def _meets(table: pa.Table, chromosome: str, condition: CarriesVariant) -> Mask:
    masks = [np.ones(table.num_rows, bool)]
    if any((condition.genes, condition.consequences, condition.protein_changes, condition.hgvs_c)):
        masks.append(_does_to_a_gene(table, condition))
    if condition.spans:
        masks.append(_any(_inside, table, chromosome, condition.spans))
    if condition.alleles:
        masks.append(_any(_is_allele, table, chromosome, condition.alleles))
    if condition.max_frequency is not None:
        masks.append(measures(table["allele_frequency"]) <= condition.max_frequency)
    return reduce(np.logical_and, [*masks, *_base_masks(table, condition)])


def _any(
    test: Callable[[pa.Table, Any], Mask], table: pa.Table, chromosome: str, options: Any
) -> Mask:
    here = [test(table, each) for each in options if each.chromosome == chromosome]
    return reduce(np.logical_or, here, np.zeros(table.num_rows, bool))


def _does_to_a_gene(table: pa.Table, condition: CarriesVariant) -> Mask:
    """Say which variants do what is asked to one gene: to the first told, or to another."""
    does = _does(table, condition)
    parents, others = other_genes(table)
    if others.num_rows:
        does[parents[_does(others, condition)]] = True
    return does


def _does(table: pa.Table, condition: CarriesVariant) -> Mask:
    masks = [np.ones(table.num_rows, bool)]
    if condition.genes:
        masks.append(_is_gene(table, condition.genes))
    if condition.consequences:
        names = consequences.expand(condition.consequences)
        masks.append(flags(among(table["consequence"], names)))
    if condition.protein_changes:
        masks.append(_has_change(table, condition.protein_changes))
    if condition.hgvs_c:
        masks.append(flags(among(table["hgvs_c"], condition.hgvs_c)))
    return reduce(np.logical_and, masks)


def _is_gene(table: pa.Table, genes: tuple[str, ...]) -> Mask:
    return flags(among(table["gene"], genes)) | flags(among(table["gene_id"], genes))


def _inside(table: pa.Table, span: Span) -> Mask:
    start = numbers(table["position"]).astype(np.int64) - 1
    end = start + numbers(pc.binary_length(table["reference"]))
    return np.asarray(
        (start >= span.start_from)
        & (start < span.start_to)
        & (end >= span.end_from)
        & (end < span.end_to)
    )


def _is_allele(table: pa.Table, allele: Allele) -> Mask:
    same_place = numbers(table["position"]) == allele.position
    same_bases = pc.and_(
        pc.equal(table["reference"], text(allele.reference)),
        pc.equal(table["alternate"], text(allele.alternate)),
    )
    return np.asarray(same_place & flags(same_bases))


def _has_change(table: pa.Table, changes: tuple[str, ...]) -> Mask:
    wanted = {short_change(change) for change in changes}
    told = table["hgvs_p"].to_pylist()
    return np.array([text is not None and short_change(text) in wanted for text in told], bool)


def _base_masks(table: pa.Table, condition: CarriesVariant) -> list[Mask]:
    masks = []
    for column, bases in (("reference", condition.reference), ("alternate", condition.alternate)):
        if bases:
            pattern = "".join(_IUPAC.get(base, re.escape(base)) for base in bases.upper())
            masks.append(flags(pc.match_substring_regex(table[column], f"^{pattern}$")))
    if condition.kind:
        masks.append(_is_kind(table, condition.kind))
    return masks


def _is_kind(table: pa.Table, kind: str) -> Mask:
    """Say which variants are of a kind: by the lengths of bases, or as a symbol says."""
    symbol = flags(pc.match_substring_regex(table["alternate"], f"^<{kind}(:[^>]*)?>$"))
    if kind not in _KINDS:
        return symbol
    plain = flags(pc.match_substring_regex(table["alternate"], "^[ACGTN]+$"))
    reference = numbers(pc.binary_length(table["reference"]))
    alternate = numbers(pc.binary_length(table["alternate"]))
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


def require_annotations(records: Records, condition: CarriesVariant) -> None:
    """Refuse what no variant here could answer, whoever carries it."""
    asked = {
        "gene": condition.genes,
        "consequence": condition.consequences,
        "hgvs_p": condition.protein_changes,
        "hgvs_c": condition.hgvs_c,
    }
    for column, values in asked.items():
        if values and not any(records.is_filled(name, column) for name in records.chromosomes):
            raise NotAnnotated(column)


def require_genes(records: Records, genes: Iterable[str]) -> None:
    """Refuse genes that no variant here is annotated with, naming the nearest."""
    indexes = [records.variant_rows(name).by_gene.names for name in records.chromosomes]
    for gene in genes:
        if not any(gene in names for names in indexes):
            known = {name for names in indexes for name in names}
            raise UnknownGene(
                f"no variant here is annotated with gene {gene!r}", remedy=_instead(gene, known)
            )


# Identifiers that are no name of a gene here.
_NO_GENE = re.compile(r"ENS[TP]\d+.*|[NX][MRP]_\d+.*|HGNC:\d+|(NCBI)?GENE:?\d+|\d+|RS\d+")


def _instead(gene: str, known: set[str]) -> str:
    """Return the name that was meant; identifiers that look alike are none."""
    bare = gene.strip().upper().partition(".")[0]
    same = sorted(name for name in known if name.upper() == bare)
    if same:
        return f"Write {same[0]!r}"
    parts = [each for each in re.split(r"[,;\s]+", gene) if each]
    if len(parts) > 1 and set(parts) <= known:
        return f"Give several as a list: {parts}"
    if _NO_GENE.fullmatch(gene.strip().upper()):
        return "A gene goes by its symbol, as in RYR1, or its Ensembl gene, as in ENSG00000196218"
    symbols = sorted(name for name in known if not name.startswith("ENSG"))
    near = get_close_matches(gene.upper(), symbols, n=3, cutoff=0.6)
    told = f"Near it: {', '.join(near)}. " if near and not bare.startswith("ENSG") else ""
    return f"{told}Nobody here carries a variant of it, or the name is another one"
