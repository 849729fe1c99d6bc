"""What may stand beside things that are proven: a column that nothing is known of, but its words.

A table of tests names its rows: genes, variants, regions. Programs add columns of their own to
what everybody has, under words that no list of names holds. Such a column tells of nobody if its
name has no word for people or for what is measured in one genome, and its cells are neither
codes, nor marks, nor small whole numbers, which could be of carriers.
"""

# words of one sort read better together
from __future__ import annotations

import re

import numpy as np

from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.numbering import counted_series, has_codes
from gdi_spe.disclosure.contents.words.remarks import are_parallel, is_analyte, is_remark, may_mark
from gdi_spe.disclosure.contents.words.vocabulary import (
    DATE,
    NOT_PEOPLE,
    PERSON_COLUMN,
    PERSON_NAME,
    TRAIT,
    counts_things,
    is_public,
    person_numbers,
)
from gdi_spe.disclosure.shapes.shape import Objections, values

# Words for people and for what is measured in one genome, of which one is enough.
_OF_SOMEBODY = re.compile(
    r"cases?|controls?|ctrls?|patients?|pat|persons?|people|individuals?|indiv|samples?|carriers?|carry|carried|probands?|mother|father|mum|dad|parents?|child(ren)?|sib\w*|twins?|brother|sister|daughter|son|famil\w*|kindred"
    r"|donors?|subjects?|participants?|members?|owner|who|whom|trio|(un)?affected|females?|males?|man|woman|men|women|boys?|girls?|my|our|his|her|name|names|initials|pseudonyms?|i?ids?|fid|barcode"
    r"|genotypes?|geno|gts?|gp|hom\w*|het\w*|hemi\w*|zyg\w*|dosages?|ds|dose|copy|copies|cn|cnv|ploidy|phased?|haplo\w*|calls?|called|inherit\w*|maternal|paternal|denovo|novo|mosaic\w*"
    r"|depth|dp|coverage|cov|reads?|umis?|vaf|baf|lrr|ad|gq|pl|allelic|logr|log2\w*|tpm|fpkm|rpkm|cpm|intensit\w*|express\w*|methyl\w*|titers?|levels?|values?|measure\w*|observ\w*|raw|residuals?|resid|outliers?"
    r"|tumou?r|normal|somatic|germline|plasma|serum|urine|response|results?|diagnos\w*|symptoms?|age|sex|born|birth|dob|visits?|dates?",
    re.IGNORECASE,
)
_WHO = re.compile(
    r"probands?|patients?|persons?|individual|mother|father|child|sib(ling)?|twin|donors?"
    r"|participants?|subjects?|carrier|tumou?r|iid|fid",
    re.IGNORECASE,
)
# What programs say of whole runs under words that are traits elsewhere.
_SAID_OF_RUNS = re.compile(
    r"status|label|term|region|gene|batch|stage|grade|relation|outcome|phenotype"
)
_UNNAMED = re.compile(r"(column|unnamed|field|var|x|v)?_?\d*")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[A-Za-z]+|\d+")
# Numbers that data bases give to what they hold.
_ACCESSION = re.compile(
    r"(allele|variation|variant|gene|pubmed|entrez|hgnc|omim|mim|clinvar|transcript|protein|uniprot|study|rs|probe|term|locus|trait|pathway|disease|ncbi|taxon?|assay|target|drug|compound|chembl|mondo|efo|panel)_?ids?"
    r"|pmids?|pubmed_?id|hgnc(_id)?|entrez\w{0,4}|omim|mim(_number)?|rs_?\(?dbsnp\)?|rs__dbsnp_?|gene_?id|#?tax_?id",
    re.IGNORECASE,
)
_STUDY = re.compile(r"GCST\d{6,9}|PMID:? ?\d{7,8}|10\.\d{4,6}/\S{3,60}")
_PAPER, _PMID = re.compile(r"pubmed_?(id)?|pmids?|first_?pubmed_?id"), re.compile(r"\d{7,8}")
_AUTHOR = re.compile(r"(first_?)?authors?(_name)?|study(_accession)?|journal|link")
_MOST_PUBLISHED, _MOST_IDENTIFIERS = 5_000, 300_000
LISTED = re.compile(r"[;,|]\s*")
_LONGEST_NAME, _LONGEST_CELL = 60, 120
_MOST_WORDS = 50
_LONG_NUMBER = 3
# Longer ones without a vowel are no word and no abbreviation, but may be a code.
_LONGEST_MUTE, _VOWEL = 4, re.compile(r"[aeiou]", re.IGNORECASE)
_FEW = 10
_MOST_BESIDE, _MOST_ALIKE = 12, 6
_MARKS = frozenset({-9.0, -1.0, 0.0, 1.0, 2.0})


def tells_of_nobody(column: Column, of_public: bool = False) -> bool:
    """Whether a column beside proven things is of them, by the words of its name and its cells.

    What a public resource counts may be small as well.
    """
    if _ACCESSION.fullmatch(column.plain) and (column.is_integer or column.numbers is None):
        return column.n_distinct > _FEW or column.n_distinct == 1 or _are_public(column)
    return has_words_of_nobody(column) and (
        are_words_of_things(column)
        if column.numbers is None
        else _measures_things(column, of_public)
    )


def is_of_one(column: Column) -> bool:
    """Whether a name, known or not, has a word for one person."""
    return any(map(_WHO.fullmatch, _WORD.findall(_HUMPS.sub("_", column.name))))


def names_people(column: Column) -> bool:
    """Whether a column of words has a name for people, or codes that may be theirs."""
    named = PERSON_COLUMN.fullmatch(column.plain) or PERSON_NAME.fullmatch(column.plain)
    # TRUST: the accession of a study and the name of its first author are of nobody studied.
    is_author = _AUTHOR.fullmatch(column.plain) or all(map(_STUDY.fullmatch, column.cells))
    return not is_author and (bool(named) or is_of_one(column) or has_codes(column))


def is_of_resource(table: Table) -> bool:
    """Whether a column beside the first has nothing but identifiers of a public series."""
    return any(_are_public(column) for column in table.columns[1:])


def is_published(table: Table) -> bool:
    """Whether each row gives the publication or the study of a public catalogue that it is of."""
    return table.n_rows <= _MOST_PUBLISHED and any(map(_names_publications, table.columns))


def _names_publications(column: Column) -> bool:
    cells = [cell for cell in column.cells if cell]
    studies = column.numbers is None and all(map(_STUDY.fullmatch, cells))
    papers = bool(_PAPER.fullmatch(column.plain)) and all(map(_PMID.fullmatch, cells))
    return bool(cells) and not column.n_missing and (studies or papers)


def _are_public(column: Column) -> bool:
    if column.numbers is not None or column.n_distinct > _MOST_IDENTIFIERS:
        return False
    cells = [cell for cell in column.cells if cell not in ("", ".", "-", "NA")]
    ids = {each for cell in cells for each in LISTED.split(cell)}
    return bool(ids) and all(map(_is_public, ids))


def _is_public(word: str) -> bool:
    """Whether a word is of a public series, behind the name of the series or without it."""
    return (
        is_public(word) or is_public(word.rpartition(":")[2]) or is_public(word.partition(":")[2])
    )


def has_words_of_nobody(column: Column) -> bool:
    """Whether a name is made of words, none of which is for people or for one genome's calls."""
    words = _WORD.findall(_HUMPS.sub("_", column.name))
    spoken = [word for word in words if word.isalpha()]
    unnamed = _UNNAMED.fullmatch(column.plain) or not any(len(word) > 1 for word in spoken)
    if unnamed or len(column.name) > _LONGEST_NAME:
        return False
    if any(len(word) > _LONGEST_MUTE and not _VOWEL.search(word) for word in spoken):
        return False
    # TRUST: numbers of people have several digits; those of versions and alleles one or two.
    if any(len(word) >= _LONG_NUMBER for word in words if word.isdigit()):
        return False
    names = [pattern for pattern in (PERSON_COLUMN, PERSON_NAME) if pattern.fullmatch(column.plain)]
    trait = TRAIT.fullmatch(column.plain) and not _SAID_OF_RUNS.fullmatch(column.plain)
    return not (names or trait or any(map(_OF_SOMEBODY.fullmatch, spoken)))


def are_words_of_things(column: Column) -> bool:
    """Whether cells are a few words, and neither codes, nor days, nor a series."""
    if column.n_distinct > _MOST_WORDS:
        return False
    cells = [cell for cell in column.cells if cell]
    if any(len(c) > _LONGEST_CELL or DATE.fullmatch(c) or person_numbers(c) for c in cells):
        return False
    if has_codes(column):
        return False
    # TRUST: what somebody noted of people, and marks that are genotypes in words.
    return not (counted_series(column) or is_remark(column) or may_mark(column))


def _measures_things(column: Column, of_public: bool = False) -> bool:
    """Whether numbers are neither marks nor so small and whole that they may count people."""
    if is_analyte(column):
        return False
    numbers = values(column)
    finite = numbers[np.isfinite(numbers)]
    if column.n_distinct == 1 or not finite.size:
        return True
    # TRUST: 0, 1 and 2 are marks or copies, of whom the name need not say.
    if set(np.unique(finite).tolist()) <= _MARKS:
        return False
    if (
        of_public
        or not column.is_integer
        or counts_things(column.plain)
        or NOT_PEOPLE.fullmatch(column.plain)
    ):
        return True
    return not bool(((finite > 0) & (finite < _FEW)).any())


def unexplained(columns: list[Column], among: str) -> Objections:
    """Object to the columns beside proven things that may be of somebody, or to too many of them.

    TRUST: as many columns under one name as there are people may be one each.
    """
    stems = [re.sub(r"_?[A-Za-z0-9]+$", "", c.plain) for c in columns if "_" in c.plain]
    if len(columns) > _MOST_BESIDE or max(map(stems.count, stems), default=0) > _MOST_ALIKE:
        yield f"{len(columns):,} columns have no known meaning in {among}."
        return
    if are_parallel(columns):
        yield f"Several columns in {among} measure the same: they may be of one person each."
    for column in columns:
        if not tells_of_nobody(column):
            yield f"The column “{column.name}” has no known meaning in {among}."
