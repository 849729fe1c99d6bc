"""Tables with one row a gene that tell what is known of it: scores of constraint, terms, panels."""

# words of one sort read better together
from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.listings import are_genes
from gdi_spe.disclosure.contents.words.prose import doubts
from gdi_spe.disclosure.contents.words.tissues import names_tissue
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN, PERSON_NAME, is_public
from gdi_spe.disclosure.shapes.genomes.beside import LISTED, is_of_resource, tells_of_nobody
from gdi_spe.disclosure.shapes.shape import Objections, Shape

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_DECLARED = ("public-annotation", "annotation", "regions")
# Each word of a number's name is one of these: constraint, conservation, expression, structure.
_WORDS = re.compile(
    r"ids?|alleles?|variation|rs|dbsnp|submitters|number|stop|position|oe|obs|exp|observed|expected|possible|lof|hc|lc|mis|missense|syn|synonymous|ptv|pli|prec|pnull|pnonull|prob|null|rec|loeuf|moeuf|z|score|rank|decile|bin|sixth|percentile|lower|upper|ci|shet|s|het|rvis|gdi"
    r"|hi|haplo\w*|triplo\w*|ts|phi|phaplo|ptriplo|phylop|phastcons|gerp|cadd|revel|am|alphamissense|spliceai|gc|content|length|len|cds|exons?|n|num|transcripts?|start|end|tss|size|bp|kb|mean|median|max|tpm|mu|rate|level|canonical|mane|select|version|mrna|protein|aa|pph|polyphen|sift",
    re.IGNORECASE,
)
_OF_SOMEBODY = re.compile(
    r"zygosity|genotype|gt|variant|hgvs\w*|allele|inherited\w*|de_novo|finding|sample|depth|vaf|proband|case|age|sex|count_tpm",
    re.IGNORECASE,
)
_MOST_WORDS = 400
_LONGEST = 120
_LEAST_GENES = 5
_GRADE = re.compile(
    r"(\w{1,20}_)?(status|confidence(_level)?|evidence(_level)?|level|rating|tier|grade|classification)",
    re.IGNORECASE,
)
_MOST_GRADES = 6
# Genes and transcripts that there are.
_MOST_GENES = 300_000


def _gene_columns(table: Table) -> list[Column]:
    """Return the columns whose every cell is a gene or transcript, by symbol or public series."""
    found = []
    for column in table.labels:
        if column.n_distinct > _MOST_GENES:
            continue
        cells = sorted({re.sub(r"\.\d{1,2}$", "", cell) for cell in column.cells if cell})
        if len(cells) >= _LEAST_GENES and (are_genes(cells) or all(map(_is_of_gene, cells))):
            found.append(column)
    return found


def _is_of_gene(cell: str) -> bool:
    return bool(re.fullmatch(r"ENS[GTP]\d{11}|HGNC:\d{1,6}|N[MRP]_\d{6,9}", cell))


def _fits_scores(table: Table, judging: Judging) -> bool:
    if judging.side_car.kind not in _DECLARED or is_about_variants(table):
        return False
    return bool(_gene_columns(table)) and any(c.numbers is not None for c in table.columns)


def _scores(table: Table, judging: Judging) -> Objections:
    """Object to numbers beside genes that public annotation does not tell, as one person's do."""
    genes, of_public = _gene_columns(table), is_of_resource(table)
    for column in table.columns:
        if column in genes or role_of(column) is Role.CHROMOSOME:
            continue
        if column.numbers is None:
            if column.n_distinct > _MOST_WORDS or max(map(len, column.cells)) > _LONGEST:
                yield f"The column “{column.name}” has many words."
            continue
        words = [word for word in re.split(r"[^a-z0-9]+|(?<=[a-z])\d+", column.plain) if word]
        # What a gene is expressed at is public of many people only.
        one = "tpm" in words and not {"mean", "median"} & set(words)
        told = all(map(_WORDS.fullmatch, words)) or names_tissue(column.name)
        told = told or tells_of_nobody(column, of_public)
        if one or not told:
            yield f"The column “{column.name}” is of no public resource that is known here."
        if set(column.cells) == {"0", "1", "2"} and table.n_rows > _LEAST_GENES:
            yield f"The column “{column.name}” may be of copies of an allele."
    yield from _of_somebody(table)
    n, tissues = judging.context.n_individuals, [c for c in table.columns if names_tissue(c.name)]
    # TRUST: as many tissues as a tenth of the people could be people.
    if n is not None and tissues and 10 * len(tissues) > n:
        yield "It tells of genes in as many tissues as there may be people."
    if distinct_rows(genes) != table.n_rows:
        yield "A gene stands twice."


def _fits_terms(table: Table, judging: Judging) -> bool:
    return bool(_gene_columns(table)) and all(
        c.numbers is None or role_of(c) is Role.CHROMOSOME or _is_grade(c) for c in table.columns
    )


def _is_grade(column: Column) -> bool:
    """Whether a column grades the evidence for genes, by its name and in a few whole numbers."""
    named = _GRADE.fullmatch(column.plain) and column.is_integer
    return bool(named) and column.n_distinct <= _MOST_GRADES and "0" not in column.cells


def _terms(table: Table, judging: Judging) -> Objections:
    """Object to words beside genes that are not of the gene: of a person's variant or illness."""
    genes = _gene_columns(table)
    for column in table.columns:
        if column in genes or role_of(column) is Role.CHROMOSOME or column.numbers is not None:
            continue
        cells = {each for cell in column.cells for each in LISTED.split(cell) if each}
        if cells and all(map(is_public, cells)):
            # TRUST: the same phenotypes at every gene are one person's, whose genes are suspected.
            if column.n_distinct == 1 and all(cell.startswith("HP:") for cell in cells):
                yield f"The column “{column.name}” has the same phenotypes throughout."
        elif column.n_distinct > _MOST_WORDS or max(map(len, column.cells)) > _LONGEST:
            yield f"The column “{column.name}” has many words."
        else:
            yield from doubts("\n".join(column.cells), is_alone=False)
    yield from _of_somebody(table)


def _of_somebody(table: Table) -> Objections:
    for column in table.columns:
        named = [pattern for pattern in (PERSON_COLUMN, PERSON_NAME, _OF_SOMEBODY)
                 if pattern.fullmatch(column.plain)]  # fmt: skip
        if named:
            yield f"“{column.name}” may be of people."


SHAPES = (
    Shape("scores of genes", _fits_scores, _scores),
    Shape("genes with their terms", _fits_terms, _terms),
)
