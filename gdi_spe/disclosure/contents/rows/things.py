"""Tables whose rows are things by what their cells say: sets of genes, consequences of variants.

A count in such a row is of genes or variants. No name of a column tells that alone: the genes that
are counted are listed beside, or the sets are of public series, or the rows are of the sorts that
annotation divides variants into and count more than there are people.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from gdi_spe.disclosure.contents.roles import VARIANT_CELL, Role, is_about_variants, role_of
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.dialects import known_as
from gdi_spe.disclosure.contents.words.listings import are_genes

_SET = re.compile(
    r"(GO:\d{7}|R-HSA-\d+|REAC:\S{3,30}|(KEGG:|hsa|path:hsa|map)\d{5,7}|WP:?\d{1,7}|(TF|MIRNA|HPA|CORUM):\S{1,60}"
    r"|GO:(BP|MF|CC)|(KEGG|REACTOME|HALLMARK|GOBP|GOMF|GOCC|WP|BIOCARTA|PID|NABA|SA|SIG|MODULE)_[A-Z0-9_-]{3,120})"
    r"([~: ].{1,120})?"
)
_ENDS_WITH_SET = re.compile(r".{3,120}\((GO:\d{7}|R-HSA-\d+|hsa\d{5}|WP\d{1,5})\)")
# Sets of phenotypes and of genes may stand in one table.
_OTHER_SET = re.compile(r"(HP|MONDO|DOID|ORPHA|OMIM|MP|EFO):?\d{3,8}")
_LEAST_SETS = 0.5
_GENES = re.compile(r"[,;/|\s]+")
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9.-]{1,18}|\d{1,9}")
_RATIO = re.compile(r"(\d{1,5})/(\d{1,5})")
_OF_GENES = re.compile(
    r"((term|set|query|gene_?set|pathway|list|intersection|background|universe|domain|effective_domain|overlap|leading_edge|geneset)_?)*(size|hits|total)"
    r"|(pop|list|query|set|background|universe)_(hits|total|n)|n_?(overlap|hits|background|query)|(over|under)lap|gene_?count|num_?genes|ranks?(_at_max)?",
    re.IGNORECASE,
)
# What annotation divides variants into: consequences, impacts, types and classes.
_SORT = re.compile(
    r"((splice[ _])?(acceptor|donor|region|polypyrimidine_tract)([ _]variant)?|splic\w{0,6}|[a-z0-9_']{3,40}_variant(&[a-z0-9_']{3,40})*|(stop|start)[ _](gained|lost|retained)"
    r"|(inframe|in-frame|disruptive_inframe|conservative_inframe)[ _](insertion|deletion)|(non)?synonymous(_snv)?|missense|nonsense|silent|frameshift([ _]\w{1,20})?"
    r"|intron(ic)?|intergenic([ _]region)?|exonic|coding|non-?coding|upstream|downstream|[35]['_ ]?(prime )?utr|utr[35]?|regulatory|p?lof|ptv|"
    r"high|moderate|low|modifier|snvs?|snps?|indels?|ins(ertions?)?|del(etions?)?|dup(lications?)?|inv(ersions?)?|mnps?|mnvs?|cnv|bnd|tra|transitions?|transversions?"
    r"|[acgt]\s?(>|->|/)\s?[acgt]|multi-?allelic|bi-?allelic|singletons?|novel|known|common|rare|low[ -]frequency|total|all|other(s)?)",
    re.IGNORECASE,
)
_NO_SORT = re.compile(r"total|all|others?|high|moderate|low|novel|known|common|rare", re.IGNORECASE)
# VCFtools counts changes of a base by both alleles; nobody has two different ones only.
_CHANGES = {"AC", "AG", "AT", "CG", "CT", "GT", "Ts", "Tv"}
_LEAST_SORTS, _MOSTLY = 2, 0.6
_FIRST = 50
# TRUST: a number without a name, and a place, counts nothing that a row could be of.
_NO_COUNT = re.compile(r"(column_\d+)?|#?(chrom)?(start|end|stop|pos(ition)?|bp)", re.IGNORECASE)
_STEP_NAMES = re.compile(
    r"(qc_?|filter(ing)?_?|pipeline_?)?(filters?|steps?|stage|criteri(on|a)|procedure|threshold|exclusion(_\w{1,12})?|reason)(_\w{1,12})?|qc",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"(n_|num_|number_)?(removed|remaining|excluded|kept|left|retained|before|after|pass(ed|ing)?|fail(ed)?|dropped|filtered|in|out|start|total)(_(before|after|filter\w*|qc))?",
    re.IGNORECASE,
)
# Steps that variants go through, and those that people do.
_OF_VARIANTS = re.compile(
    r"\b(hwe|hardy|maf|mac|minor allele|info|imputation quality|r2|rsq|palindromic|strand|ambiguous|multi-?allelic|bi-?allelic|ld[ -]?prun\w*|monomorphic|indels?|snps?|variants?|markers?|autosomal|vqsr|vqslod|low complexity)\b",
    re.IGNORECASE,
)
_OF_SAMPLES = re.compile(
    r"sample|individual|people|person|participant|patient|sex|gender|related|kinship|ancestry|heterozyg|contaminat|duplicate|withdr|consent|phenotype|mind\b|case|control|outlier",
    re.IGNORECASE,
)
# Names that say that people are counted, whatever the rows are.
_OF_PEOPLE = re.compile(
    r"carrier|individual|sample|participant|people|person|patient|case|control|subject|proband"
    r"|male|female|hom|het|famil|donor|affected|genome|exome",
    re.IGNORECASE,
)


def says_people(name: str) -> bool:
    """Whether a name says that people are counted, whatever the rows are."""
    return bool(_OF_PEOPLE.search(name))


def with_things(table: Table, people: int | None) -> Table:
    """Return a table whose counts go by what they are of, where the cells of its rows tell."""
    if is_about_variants(table):
        return table
    if tells_of_sets(table):
        return _renamed(table, _counts_of_genes(table), "n_genes")
    if are_sorts(table) or are_steps(table):
        return _renamed(table, _more_than(table, people), "n_variants")
    if names_alleles(table) is not None:
        return _with_copies(table)
    if are_balanced(table):
        return _renamed(table, _counts(table), "n_covariates")
    return table


def are_balanced(table: Table) -> bool:
    """Whether rows tally the covariates that are balanced between groups, and those that are not.

    TRUST: both rows, with the bound that divides them, and nothing else.
    """
    first = table.columns[0]
    told = first.numbers is None and all(map(_BALANCED.fullmatch, first.cells))
    return told and first.n_distinct == table.n_rows == _BOTH and len(table.columns) <= _BOTH + 1


_BALANCED = re.compile(r"(not )?balanced, [<>] ?0?\.\d{1,3}", re.IGNORECASE)
_BOTH = 2
_STEP_OF_PEOPLE = re.compile(
    r"consent|recruit|invit|particip|individual|people|person|patient|subject|follow-?up|relat(ed|ive)"
    r"|sex[- ](mismatch|check|discord)|withdr|enrol|eligib|questionnaire|phenotyp|sample|genotyped",
    re.IGNORECASE,
)
# More rows than all collections of sets of genes have together.
_MOST_SETS = 100_000


def tells_of_sets(table: Table) -> bool:
    """Whether rows are sets of genes: of public series, or with the genes that are counted."""
    if not 0 < table.n_rows <= _MOST_SETS or not table.labels:
        return False
    return any(map(are_sets, table.labels)) or _lists_its_genes(table)


def are_sets(column: Column) -> bool:
    """Whether cells are sets of public series; sets of phenotypes may stand among those of genes."""
    cells = [cell for cell in column.cells if cell]
    of_genes = [bool(_SET.fullmatch(cell) or _ENDS_WITH_SET.fullmatch(cell)) for cell in cells]
    if not cells or sum(of_genes) < max(1, _LEAST_SETS * len(cells)):
        return False
    return all(
        told or _OTHER_SET.fullmatch(cell) for told, cell in zip(of_genes, cells, strict=True)
    )


def _counts_of_genes(table: Table) -> list[Column]:
    """Return whole numbers that are how many genes a row lists, or have a name that says so."""
    # TRUST: "n" and "count" may be of people beside any set; they are of genes if those are listed.
    counted = {id(c) for c in _listed_counts(table)}
    return [c for c in _counts(table) if id(c) in counted or _OF_GENES.fullmatch(c.plain)]


def _listed_counts(table: Table) -> list[Column]:
    """Return the whole numbers that are how many genes the same row lists, or a ratio's first."""
    listed = [lists for c in table.labels if (lists := genes_listed(c)) is not None]
    told = {tuple(map(len, lists)) for lists in listed}
    told |= {firsts for c in table.labels if (firsts := _firsts(c)) is not None}
    return [c for c in _counts(table) if _whole(c) in told]


def _lists_its_genes(table: Table) -> bool:
    """Whether cells list genes, as many as a number or a ratio in the same row says."""
    listed = [lists for c in table.labels if (lists := genes_listed(c)) is not None]
    named = [sorted(set().union(*lists)) for lists in listed]
    if not any(are_genes(names) and not VARIANT_CELL.fullmatch(names[0]) for names in named):
        return False
    sizes = {tuple(map(len, lists)) for lists in listed}
    numbers = {_whole(c) for c in _counts(table)}
    ratios = {firsts for c in table.labels if (firsts := _firsts(c)) is not None}
    return bool(sizes & (numbers | ratios))


def _whole(column: Column) -> tuple[int, ...]:
    numbers = column.numbers
    if numbers is None or not np.isfinite(numbers).all():
        return ()
    return tuple(int(each) for each in numbers)


def genes_listed(column: Column) -> list[set[str]] | None:
    """Return the genes in each cell of a column that lists them; None if it does not."""
    lists = [set(filter(None, _GENES.split(text))) for text in column.texts()]
    short = sum(len(each) < 2 for each in lists)
    words = set().union(*lists) if lists else set()
    if not words or short > 0.5 * len(lists) or not all(map(_SYMBOL.fullmatch, words)):
        return None
    return lists


def _firsts(column: Column) -> tuple[int, ...] | None:
    found = [_RATIO.fullmatch(text) for text in column.texts()]
    return tuple(int(each[1]) for each in found if each) if all(found) else None


def are_sorts(table: Table) -> bool:
    """Whether each row is a sort that annotation divides variants into."""
    for column in table.labels:
        cells = [cell for cell in column.cells if cell]
        if not all(map(_SORT.fullmatch, cells[:_FIRST])):
            continue
        told = [cell for cell in cells if not _NO_SORT.fullmatch(cell)]
        if len(told) >= _LEAST_SORTS and all(map(_SORT.fullmatch, cells)):
            return True
    return any(set(c.cells) >= {"Ts", "Tv"} and set(c.cells) <= _CHANGES for c in table.labels)


def names_sorts(column: Column) -> bool:
    """Whether most cells, and two at least, are sorts that nothing but variants is divided into."""
    cells = [cell for cell in column.cells if cell][:_FIRST]
    told = [c for c in cells if _SORT.fullmatch(c) and not _NO_SORT.fullmatch(c)]
    return len(told) >= max(_LEAST_SORTS, _MOSTLY * len(cells))


def are_steps(table: Table) -> bool:
    """Whether rows are steps of a filter: what each took away and left stands beside."""
    named = any(_STEP_NAMES.fullmatch(c.plain) for c in table.labels)
    # TRUST: steps that people take or fail are of people, more of whom were asked than stayed.
    if any(_STEP_OF_PEOPLE.search(cell) for c in table.labels for cell in c.cells[:_FIRST]):
        return False
    counted = [c for c in _counts(table) if _STEPS.fullmatch(c.plain)]
    return named and bool(counted)


def _filters_variants(table: Table) -> bool:
    """Whether several steps are such that variants go through, and none is one for people."""
    cells = [cell for c in table.labels for cell in c.cells]
    told = sum(bool(_OF_VARIANTS.search(cell)) for cell in cells)
    return told >= _LEAST_SORTS and not any(map(_OF_SAMPLES.search, cells))


def _counts(table: Table) -> list[Column]:
    """Return the whole numbers whose name does not say that they are people."""
    roles = (Role.PEOPLE, Role.UNKNOWN, Role.OTHER_COUNT)
    return [
        c for c in table.columns
        if c.numbers is not None and c.is_integer and role_of(c) in roles
        and not _OF_PEOPLE.search(c.name) and not _NO_COUNT.fullmatch(c.plain)
    ]  # fmt: skip


def _more_than(table: Table, people: int | None) -> list[Column]:
    """Return counts, if the largest is more than all people are: then they are of variants."""
    counts = _counts(table)
    # TRUST: carriers may be counted by consequence under a name as short as "n".
    largest = max(map(_largest, counts), default=0.0)
    if are_steps(table):
        counts = [c for c in counts if _STEPS.fullmatch(c.plain)]
    most = people if people is not None else _SURELY
    # TRUST: people are taken out in steps as well; frequencies and HWE are of variants.
    if people is None and are_steps(table) and _filters_variants(table):
        most = 0
    # TRUST: a column that may be of people is of variants only if it counts more itself.
    alone = [c for c in counts if role_of(c) is not Role.PEOPLE or _largest(c) > most]
    return alone if largest > most else []


def _largest(column: Column) -> float:
    return float(np.nanmax(column.numbers)) if column.numbers is not None else 0.0


# Without the number of people, more than this are none.
_SURELY = 1_000_000


def _renamed(table: Table, columns: list[Column], name: str) -> Table:
    told = {id(c) for c in columns}
    new = tuple(known_as(c, name) if id(c) in told else c for c in table.columns)
    return replace(table, columns=new)


_ALLELE = re.compile(
    r"(HLA-)?(A|B|C|E|F|G|D[RQP][AB]?\d?|MICA|MICB)\*?_?\d{2,4}(:\d{2,4}){0,3}[NLSQ]?"
    r"|([A-Z][A-Z0-9]{2,8}[ _]?)?\*\d{1,3}[A-Z]?([.+x]\d{1,3}|xN)?|(HLA-)?(A|B|C|D[RQP][AB]?\d?)\*\d{2}(:\d{2,3}){0,3}"
)
_COPIES = re.compile(r"n_2n|count|frequency_count|copies|n_copies|observed|ac")
_CHROMOSOMES = re.compile(r"2n|n_chrom\w*|total_?alleles|n_alleles|total_chrom\w*|an")
_SHARES = re.compile(r"freq\w*|frequency|proportion|share")
_LEAST_COPIES, _ROUNDED = 20, 0.05


def names_alleles(table: Table) -> Column | None:
    """Return the column whose every cell is an allele of HLA or of a pharmacogene."""
    for column in table.labels:
        cells = [cell for cell in column.cells if cell]
        starred = [cell for cell in cells if "*" in cell]
        if starred and len(cells) == len(column.cells) and all(map(_ALLELE.fullmatch, cells)):
            return column
    return None


def _copies_by_share(table: Table) -> dict[int, str]:
    """Return whole numbers that are the same part of one total in each group as a share says."""
    shares = [c for c in table.columns if _SHARES.fullmatch(c.plain) and c.numbers is not None]
    named = names_alleles(table)
    groups = [c for c in table.labels if c is not named and 1 < c.n_distinct <= table.n_rows // 2]
    if len(shares) != 1 or len(groups) > 1:
        return {}
    codes = groups[0].codes if groups else np.zeros(table.n_rows, np.int32)
    told = np.asarray(shares[0].numbers)
    for column in (c for c in table.columns if c.numbers is not None and c.is_integer):
        whole = np.asarray(column.numbers)
        if not (told > 0).all() or whole.min() < _LEAST_COPIES:
            continue
        total = whole / told
        within = [total[codes == each] for each in np.unique(codes)]
        if all(each.size > 1 and np.ptp(each) <= _ROUNDED * each.mean() for each in within):
            return {id(column): "allele_count"}
    return {}


def _with_copies(table: Table) -> Table:
    """Return a table of named alleles with counts of copies; small ones may be of people."""
    meant: dict[int, str] = _copies_by_share(table)
    for column in table.columns:
        numbers = column.numbers
        if numbers is None or not np.isfinite(numbers).all():
            continue
        if id(column) in meant:
            continue
        if column.is_integer and numbers.min() >= _LEAST_COPIES:
            if _COPIES.fullmatch(column.plain):
                meant[id(column)] = "allele_count"
            elif _CHROMOSOMES.fullmatch(column.plain):
                meant[id(column)] = "allele_number"
        elif _SHARES.fullmatch(column.plain) and 0 <= numbers.min() <= numbers.max() <= 1:
            meant[id(column)] = "af"
    told = tuple(known_as(c, meant.get(id(c))) for c in table.columns)
    return replace(table, columns=told) if meant else table
