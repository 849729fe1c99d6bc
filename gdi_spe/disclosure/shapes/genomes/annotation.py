"""Tables that tell nothing of people: public annotation, regions, matrices of traits."""

# words of one sort read better together
from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import (
    VARIANT_CELL,
    Role,
    is_about_variants,
    roles_of,
    with_role,
)
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.listings import are_genes
from gdi_spe.disclosure.contents.words.numbering import are_one_series
from gdi_spe.disclosure.contents.words.pathways import are_pathways, names_mask
from gdi_spe.disclosure.contents.words.tissues import names_tissue
from gdi_spe.disclosure.contents.words.vocabulary import is_public, person_numbers
from gdi_spe.disclosure.evidence.scores import Standing, standing
from gdi_spe.disclosure.forms.writing.programs.reports import belongs_to_section, is_section
from gdi_spe.disclosure.forms.writing.programs.sections import (
    counts_variants,
    is_known,
    is_of_sites,
)
from gdi_spe.disclosure.shapes.genomes.beside import is_of_resource, tells_of_nobody
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

# Resources whose numbers are about other people than the cohort's.
_PUBLIC = re.compile(
    r"(gnomad(_?[eg](enomes?|xomes?)?)?|exac|topmed|1000g|1kg|kg|esp|dbsnp|clinvar|cadd|revel|sift|polyphen\w*|phylop|phastcons|gerp|spliceai"
    r"|alphamissense|loeuf|pli|hgmd|omim|hpo|uniprot|ensembl|dann|eigen|fathmm|metasvm|primateai|mpc|oe_lof)(_\w{1,30})?",
    re.IGNORECASE,
)
_MASK = re.compile(
    r"(is_|in_|has_|any_)?(p?lof|ptv|missense\w*|synonymous|damaging|masks?_?\d*|m_?\d{1,2}|acmg\w*|panel\w*|constrained|intolerant|coding"
    r"|splice\w*|stop\w*|frameshift|inframe|deleterious|known|novel|recessive|dominant|hc|lc|essential|druggable|included?|selected|tested|significant"
    r"|candidate|reported|approved|actionable|pathogenic|gwas|omim|clinvar|clingen|haploinsufficient|x_linked|autosomal|imprinted|pharmaco\w*|replicated"
    r"|kept|keep|use|used|pass|passed|flag|target\w*|membership|set_?\d*|pathway\w*|hallmark\w*|kegg\w*|reactome\w*|go_\w*|module_?\d*|cluster_?\d*"
    r"|start_lost|((3|5|three|five)_?(prime)?_?)?utr\d?|introni?c?|intergenic|upstream|downstream|regulatory|canonical|exonic|nmd"
    r"|tfbs|promoter|enhancer|noncoding|nonsense|silent|benign|kinase|secreted|transmembrane|tumou?r_suppressor|oncogene)(_\w{1,20})?",
    re.IGNORECASE,
)
# A predictor's name with the threshold that was set.
_PREDICTOR = re.compile(
    r"(cadd|revel|sift|polyphen\w*|gerp|phylop|phastcons|spliceai|alphamissense|am|primate(_?ai)?|eve|esm\w*|metasvm|mpc|loftee|vest\d?|mutationtaster|dann|fathmm|clinvar|gnomad)"
    r"(_?\w{0,12})",
    re.IGNORECASE,
)
_GENE = re.compile(r"[A-Z][A-Z0-9-]{1,14}|ENSG\d{11}(\.\d+)?|C\d+orf\d+|GENE\d+")
_CHROMOSOMES = [*map(str, range(1, 23)), "X", "Y", "XY", "M", "MT"]
_DECLARED = ("public-annotation", "annotation")
_SET_NAME = re.compile(
    r"(KEGG|REACTOME|HALLMARK|GOBP|GOMF|GOCC|WP|BIOCARTA|PID|GO|MP|HP)_[A-Z0-9_]{3,80}"
)
_MOST_TRAITS = 60
_MOST_NAMES = 2000
_LONGEST_TYPE, _LONGEST_SORT = 12, 80
_MOST_MARKS = 4
_MOST_NUMBERED = 6
# Words of which one is in the name of a set or property of genes.
_GENE_WORD = re.compile(
    r"genes?|targets?|drugs?|druggable|panels?|sets?|lists?|pathways?|census|catalogu?e?|curated|gwas|p?lof|missense|splic\w*|synonymous|nonsense|frameshift|mask"
    r"|tfs?|kinases?|membrane|secret\w*|lethal\w*|essential\w*|imprint\w*|sensitiv\w*|constrain\w*|intoleran\w*|loeuf|pli|acmg|clingen|clinvar|omim|hpo|mendelian|monogenic"
    r"|dominant|recessive|haplo\w*|triplo\w*|dosage|ohnologs?|orthologs?|paralogs?|receptors?|enzymes?|channels?|transport\w*|proteins?|module|complex|markers?|express\w*|hallmark|kegg"
    r"|reactome|go(bp|mf|cc)?|onco\w*|tsg|suppressors?|candidate|actionable|conserved|coding|exome|ribosom\w*|mitochondrial|mitocarta|nuclear|housekeeping|autosomal|x|pharmaco\w*|pgx"
    r"|damaging|deleterious|pathogenic|cadd|revel|spliceai|alphamissense|burden|tested|olink|somascan|chip|chembl|opentargets|approved",
    re.IGNORECASE,
)
_PERSON_WORD = re.compile(
    r"cases?|controls?|ctrls?|patients?|persons?|people|individuals?|samples?|carriers?|probands?|mother|father|mum|dad|child|sib\w*|twins?|brother|sister|daughter|son|famil\w*"
    r"|donors?|subjects?|participants?|members?|index|trio|affected|unaffected|male|female|man|woman|boy|girl|genotypes?|alleles?|hom|het|zygosity",
    re.IGNORECASE,
)

# What people are called in a matrix of likeness; "body mass index" is a trait.
_SOMEBODY = re.compile(
    r"(patient|person|individual|sample|carrier|proband|donor|subject|participant|twin|sibling|mother"
    r"|father|child|member)[\s_.-]?\w{0,6}$",
    re.IGNORECASE,
)


def _fits_chromosomes(table: Table, judging: Judging) -> bool:
    named = re.fullmatch(r"chr(om(osome)?)?s?", table.path.rpartition(".")[2], re.IGNORECASE)
    return bool(named) and len(table.columns) == 1 and table.path.startswith("json.")


def _chromosomes(table: Table, judging: Judging) -> Objections:
    """Object to a list of chromosomes that has anything else, one twice, or them in disorder."""
    cells = [cell.removeprefix("chr") for cell in table.columns[0].texts()]
    if not all(cell in _CHROMOSOMES for cell in cells):
        yield "It has something that is no chromosome."
    elif any(a >= b for a, b in pairwise(map(_CHROMOSOMES.index, cells))):
        yield "Its chromosomes do not stand in their order, each once."


def _fits_public(table: Table, judging: Judging) -> bool:
    declared = judging.side_car.kind in _DECLARED
    return declared and is_about_variants(table)


def _public(table: Table, judging: Judging) -> Objections:
    """Object to any number in declared annotation that is not of a public resource."""
    places = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE}
    of_public = is_of_resource(table)
    for column, role in zip(table.columns, roles_of(table), strict=True):
        if role in places or _PUBLIC.fullmatch(column.plain):
            continue
        if set(column.cells) <= {"0", "1"} and _marks_property(column):
            continue
        label = column.numbers is None and column.n_distinct <= 2000 and role is Role.LABEL
        if not label and not tells_of_nobody(column, of_public):
            yield f"The column “{column.name}” is of no public resource that is known here."


def says_public_weights(table: Table, judging: Judging) -> bool:
    """Whether a header or a declaration says that a table is of a published score."""
    declared = judging.side_car.kind in ("public-weights", "pgs-catalog", "public-score")
    return (
        (declared or bool(table.source))
        and is_about_variants(table)
        and bool(with_role(table, Role.EFFECT))
    )


def _weights(table: Table, judging: Judging) -> Objections:
    """Object to anything in a published score but variants, alleles, weights and frequencies."""
    known = {
        Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE, Role.EFFECT, Role.FREQUENCY,
        Role.LABEL,
    }  # fmt: skip
    for column, role in zip(table.columns, roles_of(table), strict=True):
        if role not in known or (role is Role.LABEL and column.n_distinct > 50):
            yield f"The column “{column.name}” does not belong to a published score."
    known_as = standing(table, judging)
    if known_as in (Standing.OTHER, Standing.NOT_KEPT):
        yield f"That it is a published score, its header says alone: {known_as.value}."


def _fits_masks(table: Table, judging: Judging) -> bool:
    marks = _marks(table)
    names = [c for c in table.columns if c not in marks]
    return 0 < len(marks) <= 20 and bool(names) and all(c.numbers is None for c in names)


def _marks(table: Table) -> list[Column]:
    return [
        c for c in table.columns
        if c.n_distinct <= _MOST_MARKS and set(c.cells) <= {"0", "1", "true", "false"}
    ]  # fmt: skip


def marks_sets(table: Table, judging: Judging) -> bool:
    """Whether rows are genes, and columns public sets of genes that each belongs to or not."""
    first, *rest = table.columns
    n = judging.context.n_individuals
    # TRUST: names can be forged; as many sets as a tenth of the people could be people.
    if n is None or 10 * len(rest) > n or first.numbers is not None or not rest:
        return False
    # TRUST: a mask of singletons tells who is there, unless it is of public annotation.
    declared = judging.side_car.kind in _DECLARED
    public = are_pathways([c.name for c in rest]) or all(
        is_public(c.name) or _SET_NAME.fullmatch(c.name) or names_tissue(c.name)
        or (declared and names_mask(c.name))
        for c in rest
    )  # fmt: skip
    marked = all(set(c.cells) <= {"0", "1"} for c in rest)
    return public and marked and are_genes(first.texts())


def correlates_names(table: Table) -> bool:
    """Whether rows and columns have the same names, and each is alike with itself alone."""
    if not _fits_correlations(table, None):
        return False
    first, *rest = table.columns
    place = {name: i for i, name in enumerate(first.texts())}
    matrix = np.column_stack([values(c) for c in sorted(rest, key=lambda c: place[c.name])])
    alike = bool(np.isfinite(matrix).all() and np.allclose(matrix, matrix.T, atol=1e-4))
    return (
        alike
        and _correlates(matrix)
        and not any(map(_is_numbered, first.cells))
        and not are_one_series(first.cells)
    )


def _fits_sets(table: Table, judging: Judging) -> bool:
    return marks_sets(table, judging)


def _sets(table: Table, judging: Judging) -> Objections:
    """Object to a gene that stands twice."""
    if table.columns[0].n_distinct != table.n_rows:
        yield "A gene stands twice."


def _masks(table: Table, judging: Judging) -> Objections:
    """Object to marks of 0 and 1 that are not properties of genes."""
    marks = _marks(table)
    first, *others = [c for c in table.columns if c not in marks]
    if not all(_GENE.fullmatch(cell) for cell in first.cells) or first.n_distinct != table.n_rows:
        yield f"The column “{first.name}” does not name each gene once."
    elif table.n_rows > 2 and not are_genes(first.texts()):
        yield f"The names in “{first.name}” are a series, as people are numbered in."
    for column in others:
        if not all(is_public(cell) or _GENE.fullmatch(cell) for cell in column.cells):
            yield f"The column “{column.name}” does not name genes."
    for column in marks:
        if not _marks_property(column):
            yield f"“{column.name}” is no known property of a gene."
    n, tissues = judging.context.n_individuals, [c for c in marks if names_tissue(c.name)]
    # TRUST: as many tissues as a tenth of the people could be people.
    if n is not None and tissues and 10 * len(tissues) > n:
        yield "It marks genes in as many tissues as there may be people."
    # TRUST: marks that are only numbered are as many people under one name.
    stems = [re.sub(r"\d+$", "", c.plain) for c in marks if re.search(r"\d$", c.plain)]
    if max(map(stems.count, stems), default=0) > _MOST_NUMBERED:
        yield "Its columns are one name that is numbered."


def _marks_property(column: Column) -> bool:
    """Whether marks have the name of a mask, or of a property of genes."""
    known = _MASK.fullmatch(column.plain) and not re.search(r"\d{4}", column.name)
    return bool(known) or marks_genes(column)


def marks_genes(column: Column) -> bool:
    """Whether a name has a word for a set or property of genes, and none for people or traits."""
    known = _PREDICTOR.fullmatch(column.plain) or _SET_NAME.fullmatch(column.name)
    if known or names_tissue(column.name):
        return True
    humps = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.name)
    words = [word for word in re.split(r"[^A-Za-z0-9]+", humps) if word]
    if any(_PERSON_WORD.fullmatch(word) or re.search(r"\d{3}", word) for word in words):
        return False
    return any(_GENE_WORD.fullmatch(word) for word in words)


def _fits_correlations(table: Table, judging: Judging | None) -> bool:
    first, *rest = table.columns
    return (
        first.numbers is None
        and 2 <= len(rest) == table.n_rows
        and sorted(first.texts()) == sorted(c.name for c in rest)
        and all(c.numbers is not None for c in rest)
    )


def _correlations(table: Table, judging: Judging) -> Objections:
    """Object to matrices of anything but traits: variants and people correlate as well."""
    first, *rest = table.columns
    # Rows and columns may stand in two orders.
    place = {name: i for i, name in enumerate(first.texts())}
    rest = sorted(rest, key=lambda c: place[c.name])
    matrix = np.column_stack([values(c) for c in rest])
    if not (np.isfinite(matrix).all() and np.allclose(matrix, matrix.T, atol=1e-4)):
        yield "The matrix is not symmetric."
    elif not _correlates(matrix):
        yield "It holds neither correlations nor distances."
    if len(rest) > _MOST_TRAITS:
        yield f"It correlates {len(rest):,} things; people and variants come in such numbers."
    if all(map(VARIANT_CELL.fullmatch, first.cells)) and _is_of_many(judging):
        return  # linkage: GEN301 says what it tells
    if any(
        VARIANT_CELL.fullmatch(c) or person_numbers(c) or _is_numbered(c) for c in first.cells
    ) or (are_one_series(first.cells)):
        yield "The names in it are not names of traits."
    if any(map(_SOMEBODY.match, first.cells)):
        yield "The names in it have words for people."


def _is_of_many(judging: Judging) -> bool:
    n = judging.context.n_individuals
    return n is not None and n >= judging.policy.genomic.large_cohort


def _correlates(matrix: NDArray[np.float64]) -> bool:
    """Whether each thing has 1 with itself, or is at no distance of itself, as FST is."""
    diagonal = np.diag(matrix)
    # Kinship of people with themselves differs a little from one to the next.
    if np.allclose(diagonal, 1, atol=0.05) and np.ptp(diagonal) < 1e-3:
        return bool(np.abs(matrix).max() <= 1.3)
    return bool((diagonal == 0).all() and matrix.min() >= -0.01 and matrix.max() <= 1)


def _is_numbered(label: str) -> bool:
    """Whether a label is a letter or two and a number, as people are numbered."""
    return bool(re.fullmatch(r"[A-Za-z]{0,10}[_-]?\d{2,}", label))


def _fits_section(table: Table, judging: Judging) -> bool:
    return counts_variants(table) or is_section(table)


def _section(table: Table, judging: Judging) -> Objections:
    """Object to what is not of variants in a report of variants, and to variants of few people."""
    told = belongs_to_section if is_section(table) else is_known
    for column in table.columns:
        if not told(column.name):
            yield f"The column “{column.name}” does not belong to a report of variants."
        longest = _LONGEST_SORT if is_section(table) else _LONGEST_TYPE
        if column.numbers is None and max(map(len, column.cells)) > longest:
            yield f"The column “{column.name}” holds words."
    known = [n for n in (judging.context.n_individuals, judging.n_said) if n is not None]
    of_nobody = is_of_sites(table) or is_section(table)
    if not of_nobody and min(known, default=0) < judging.policy.counts.minimum:
        yield "How many people the variants are of is not known, or they are few."


def _fits_names(table: Table, judging: Judging) -> bool:
    (first, *rest) = table.columns
    return not rest and first.numbers is None and table.n_rows <= _MOST_NAMES


def _names(table: Table, judging: Judging) -> Objections:
    """Object to names that are of no public series, and to variants that few people carry."""
    (cells,) = (table.columns[0].texts(),)
    if all(VARIANT_CELL.fullmatch(cell) for cell in cells):
        n = judging.context.n_individuals
        genomic = judging.policy.genomic
        if len(cells) > genomic.most_lead_variants or n is None or n < genomic.large_cohort:
            yield "It lists the variants that are there in people, who are few for so many."
    elif not are_genes(cells):
        yield "It lists names that are no genes'."


SHAPES = (
    Shape("chromosomes", _fits_chromosomes, _chromosomes),
    Shape("public annotation", _fits_public, _public),
    Shape("published weights", says_public_weights, _weights),
    Shape("sets of genes", _fits_sets, _sets),
    Shape("properties of genes", _fits_masks, _masks),
    Shape("section of a report", _fits_section, _section),
    Shape("public names", _fits_names, _names),
    Shape("correlations of traits", _fits_correlations, _correlations),
)
