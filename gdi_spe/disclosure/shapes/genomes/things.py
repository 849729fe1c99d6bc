"""Tables with one row a thing that is nobody: a set of genes, a sort of variant, a named allele."""

# words of one sort read better together
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.rows.things import (
    are_sets,
    are_sorts,
    genes_listed,
    names_alleles,
    tells_of_sets,
)
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.listings import may_be_gene
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE, PERSON_COLUMN
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_RESULTS = (Role.P, Role.STATISTIC, Role.EFFECT, Role.ERROR, Role.OTHER_COUNT)
_OF_SETS = re.compile(
    r"(nom|fwer|fdr|adj\w*|benjamini|bonferroni|local)(_p|_q)?(_?val(ue)?)?|n?es|log2?err|(rich|fold)\w*(_?(factor|enrichment|change))?|(combined|z)_?score|precision|recall"
    r"|(old_)?(adjusted_)?p_?value|odds_?ratio|rank\w*|significant|strength|signal|expected|parents?|jaccard|leading_\w{1,10}",
    re.IGNORECASE,
)
_ENRICHED = re.compile(r"n?es|(fold_?)?enrichment(_\w+)?|odds_?ratio|combined_score", re.IGNORECASE)
_CODE = re.compile(r"(?!WP|hsa|map|path|HSA)[A-Za-z]{1,4}[_-]?\d{3,}")
_MOST_SETS = 20_000
_LONGEST_WORDS = 400

_VARIANTS = re.compile(
    r"(n|num|number|no|total|count)?_?(of_)?(pct_|prop_)?((novel|known|rare|common|biallelic|multiallelic|coding|exonic|passing|filtered|raw|kept)_)?"
    r"(variants?|snps?|snvs?|indels?|sites|singletons?|doubletons?|insertions?|deletions?|duplications?|inversions?|transitions?|transversions?|svs?|mnps?|loci|alleles|markers?)(_\w{1,20})?",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(percent|pct|share|proportion|prop|fraction|percentage)(_(of_)?(variants|snps|removed|kept|total|remaining|all|novel|sites|\w{0,3}(r2|rsq|info)\w{0,12}|gt_\w{1,8}))?|\w{1,12}_(percent|pct)",
    re.IGNORECASE,
)
_QUALITY = re.compile(
    r"((mean|median|avg|sd)_)?(info|r2|rsq|maf|af|call_?rate|missing\w*|quality|qual|depth|dp|gq|ti_?tv|ts_?tv|titv|tstv|ins_?del_?ratio|indel_ratio|het_?hom\w*|lambda(_gc)?|chi_?sq\w*|chi2|length|len|size|density(_per_\w{1,4})?|concordance|sensitivity|precision|recall|f1|per_genome|snvs?|indels?)(_(ratio|bp|kb|mean|median|gc|per_genome|score|rate))?"
    r"|(mean|median)_per_(genome|sample|individual|exome)",
    re.IGNORECASE,
)
_NAMES_SORTS = re.compile(
    r"(variant_|sv_?|snp_|qc_|filter_|maf_|ac_|af_|allele_)?(filter|step|stage|class|type|consequences?|category|bin|set|region|chrom|chr|chromosome|contig|annotation|subset|callset|caller|tool|tranche|impact|metric|svtype|criterion|criteria|threshold|frequency|spectrum|count|substitution|change|effect|platform|array|panel|reference|status|kind|group)s?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?!chr)[A-Za-z]{0,12}[_ -]?\d{2,}", re.IGNORECASE)
_TECHNICAL = re.compile(
    r"((pct|percent|mean|median|avg|sd|fraction|frac|prop|proportion|total|min_mean|bases|targets?|genome|exome)_)*(of_)?(bases_|covered_|at_|above_|ge_|gte_|territory_)*"
    r"(\d{1,3}x|coverage|cov|depth|dp|gc(_content)?|t[is]_?tv|fold_80_base_penalty|[ag][tc]_dropout|freemix|percent_\w{1,20}|dup\w*|mapped(_passed)?|unmapped|mapping_\w{1,12}|aligned|properly_paired|singletons?|supplementary|secondary|insert_size|reads?|read_length|raw_reads|total_reads|base_quality|mapq|gq|q[23]0|contamination|freemix|call_?rate|missing(ness)?|missing_rate|callable|breadth|uniformity|fold_80|error_rate|on_target|yield_gb)"
    r"(_(pct|percent|rate|x|mean|median|sd|bp|gb|reads|bases|fraction))?",
    re.IGNORECASE,
)
_TOOL = re.compile(
    r"^((samtools|mosdepth|verifybamid2?|bcftools|picard|fastqc|fastp|gatk|qualimap|somalier|multiqc|peddy)"
    r"(_(flagstat|stats|idxstats|hsmetrics|wgsmetrics|alignment\w*))?_+)+"
)
_BATCH = re.compile(r"(batch|cohort|wave|release|freeze|pool|run)[-_. ]?\d{1,4}", re.IGNORECASE)
_LIBRARIES = re.compile(r"n_?(libraries|samples|genomes|exomes|runs|lanes|flowcells)")
_MOMENT = re.compile(r"mean|sd|std|median|average|avg|value|cv|iqr|q1|q3|se", re.IGNORECASE)
_MOST_PARTS = 60
_MOST_SORTS = 200
_MOST_ALLELES = 5_000
_SMALLEST_PART = 10
_MOST_ALIKE = 8
_FEWEST_GENES = 3
_BARE_SHARE = re.compile(r"percent(age)?|pct|share|proportion|prop|fraction", re.IGNORECASE)


def _fits_sets(table: Table, judging: Judging) -> bool:
    # TRUST: people with the genes they carry something in are listed so too; none is tested.
    tested = with_role(table, Role.P) or any(map(_ENRICHED.fullmatch, _plains(table)))
    listed = all(c.numbers is None for c in table.columns) and any(map(are_sets, table.labels))
    return (bool(tested) or listed) and tells_of_sets(table) and not is_about_variants(table)


def _plains(table: Table) -> list[str]:
    return [c.plain for c in table.columns if c.numbers is not None]


def _sets(table: Table, judging: Judging) -> Objections:
    """Object to anything beside sets of genes but their genes, their sizes and how they do."""
    for column in table.columns:
        if column.numbers is None:
            if max(map(len, column.cells)) > _LONGEST_WORDS and genes_listed(column) is None:
                yield f"The column “{column.name}” holds long words."
            codes = [c for c in column.cells if _CODE.fullmatch(c) and not may_be_gene(c)]
            if PERSON_COLUMN.fullmatch(column.plain) or codes:
                yield f"“{column.name}” may be of people."
        elif role_of(column) not in _RESULTS and not _OF_SETS.fullmatch(column.plain):
            yield f"The column “{column.name}” has no known meaning beside sets of genes."
    stems = [re.sub(r"_?[A-Za-z0-9]+$", "", c.plain) for c in table.columns if "_" in c.plain]
    others = [c for c in table.columns if c.numbers is not None and not _is_result_of_set(c)]
    if len(others) > _MOST_ALIKE or max(map(stems.count, stems), default=0) > _MOST_ALIKE:
        yield "Many columns have numbers under one name: they may be of people."
    if not _of_public_sets(table) and _lists_few(table):
        yield "Its sets have fewer genes than a pathway has: they may be of people."
    if table.n_rows > _MOST_SETS or distinct_rows(table.labels) != table.n_rows:
        yield "A set stands twice, or there are too many."


def _is_result_of_set(column: Column) -> bool:
    exact = _OF_SETS.fullmatch(column.plain)
    return bool(exact) and not re.fullmatch(r"(adj|fold|rank|leading|rich)\w*", column.plain)


def _of_public_sets(table: Table) -> bool:
    return any(map(are_sets, table.labels))


def _lists_few(table: Table) -> bool:
    """Whether most rows list fewer genes than make a set."""
    sizes = [len(each) for c in table.labels for each in genes_listed(c) or ()]
    return bool(sizes) and float(np.median(sizes)) < _FEWEST_GENES


def _fits_sorts(table: Table, judging: Judging) -> bool:
    counted = [c for c in table.columns if _counts_variants(c)]
    numbers = [c for c in table.columns if c.numbers is not None and c not in _named_by(table)]
    return bool(counted and _named_by(table)) and all(
        c in counted
        or _SHARE.fullmatch(c.plain)
        or _QUALITY.fullmatch(c.plain)
        or role_of(c) is Role.SETTING
        for c in numbers
    )


def _counts_variants(column: Column) -> bool:
    named = _VARIANTS.fullmatch(column.plain) and not PEOPLE.fullmatch(column.plain)
    return bool(named) and column.numbers is not None and role_of(column) is not Role.PEOPLE


def _named_by(table: Table) -> list[Column]:
    """Return the columns that name rows: words, and chromosomes."""
    return with_role(table, Role.LABEL, Role.CHROMOSOME)


def _sorts(table: Table, judging: Judging) -> Objections:
    """Object to counts of variants by anything but sorts: by person they are a person's."""
    names = _named_by(table)
    if table.n_rows > _MOST_SORTS or distinct_rows(names) != table.n_rows:
        yield "A sort stands twice, or there are too many."
    known = are_sorts(table) or any(_NAMES_SORTS.fullmatch(c.plain) for c in names)
    if not known:
        yield "What the variants are divided by is not known."
    yield from _numbered(names)
    for column in table.columns:
        if _BARE_SHARE.fullmatch(column.plain) and not _are_shares_of(column, table):
            yield f"“{column.name}” is no share of what is counted beside it."
    if judging.context.n_individuals is None:
        return
    if judging.context.n_individuals < judging.policy.counts.minimum:
        yield "The variants are of few people."


def _fits_technical(table: Table, judging: Judging) -> bool:
    names = _named_by(table)
    numbers = [c for c in table.columns if c not in names and not _counts_libraries(c)]
    if not names or not numbers or any(c.numbers is None for c in numbers):
        return False
    of_rows = all(map(_TECHNICAL.fullmatch, map(_plain, names[0].cells)))
    return all(
        _TECHNICAL.fullmatch(c.plain)
        or _TECHNICAL.fullmatch(_of_tool(c))
        or (of_rows and _MOMENT.fullmatch(c.plain))
        for c in numbers
    )


def _of_tool(column: Column) -> str:
    """Return a name without the program it is of and the moment it is: what was measured."""
    bare = _TOOL.sub("", re.sub(r"[\s/.-]+", "_", column.name.lower().replace("%", "pct ")))
    return re.sub(r"_(mean|median|avg|sd)$", "", bare)


def _counts_libraries(column: Column) -> bool:
    """Whether whole numbers are how many genomes were sequenced in each row, none of them few."""
    named = _LIBRARIES.fullmatch(column.plain) is not None
    if column.numbers is None or not column.is_integer:
        return False
    return named and float(np.nanmin(values(column))) >= _SMALLEST_PART


def _plain(cell: str) -> str:
    return re.sub(r"[\s/.-]+", "_", cell.strip().lower().replace("%", "pct "))


def _technical(table: Table, judging: Judging) -> Objections:
    """Object to how well sequencing went by anything but a few parts of the genome."""
    names = _named_by(table)
    n = judging.context.n_individuals
    if n is None or n < judging.policy.genomic.large_cohort:
        yield "Of how many people it is is not known, or they are few."
    elif table.n_rows > min(_MOST_PARTS, n // judging.policy.counts.minimum):
        yield f"It has {table.n_rows:,} rows."
    if distinct_rows(names) != table.n_rows:
        yield "A row stands twice."
    # TRUST: a batch is one that counts its genomes, each of them many.
    if not (any(map(_counts_libraries, table.columns)) and all(map(_names_batches, names))):
        yield from _numbered(names)


def _names_batches(column: Column) -> bool:
    return all(map(_BATCH.fullmatch, column.cells))


def _numbered(names: list[Column]) -> Objections:
    for column in names:
        if PERSON_COLUMN.fullmatch(column.plain) or (
            role_of(column) is Role.LABEL and any(map(_NUMBERED.fullmatch, column.cells))
        ):
            yield f"The column “{column.name}” numbers its rows as people are numbered."


def _are_shares_of(column: Column, table: Table) -> bool:
    """Whether shares are the counts beside them divided by one number."""
    if column.numbers is None:
        return False
    shares = values(column)
    for counted in (values(c) for c in table.columns if _counts_variants(c)):
        kept = (counted > 0) & (shares > 0)
        whole = counted[kept].max(initial=0.0)
        if not kept.any():
            continue
        expected = counted / whole * shares[counted == whole][0]
        # Shares are rounded to a digit or two.
        if np.allclose(expected, shares, rtol=0.02, atol=0.06 if shares.max() > 1 else 0.006):
            return True
    return False


def _fits_alleles(table: Table, judging: Judging) -> bool:
    return names_alleles(table) is not None and bool(
        with_role(table, Role.FREQUENCY, Role.ALLELE_COUNT, Role.EFFECT) or _by_population(table)
    )


def _by_population(table: Table) -> list[Column]:
    """Return columns of frequencies that only a population names."""
    return [
        c for c in table.columns
        if re.fullmatch(r"(af_|freq_)?[A-Za-z]{2,24}", c.plain) and _are_shares(c)
        and role_of(c) is Role.UNKNOWN
    ]  # fmt: skip


def _are_shares(column: Column) -> bool:
    numbers = column.numbers
    if numbers is None or column.is_integer or not np.isfinite(numbers).all():
        return False
    return bool(numbers.min() >= 0 and numbers.max() <= 1)


def _alleles(table: Table, judging: Judging) -> Objections:
    """Object to frequencies of named alleles that rest on few copies, or on unknown people."""
    n, minimum = judging.context.n_individuals, judging.policy.genomic.minimum_allele_count
    known = (*_RESULTS, Role.FREQUENCY, Role.ALLELE_COUNT, Role.ALLELE_NUMBER, Role.PEOPLE)
    parts = _by_population(table)
    for column in table.columns:
        if column.numbers is None or column in parts or _ACTIVITY.fullmatch(column.plain):
            continue
        if role_of(column) not in known:
            yield f"The column “{column.name}” has no known meaning beside alleles."
    if distinct_rows(table.labels) != table.n_rows or table.n_rows > _MOST_ALLELES:
        yield "An allele stands twice, or there are too many."
    if any(PERSON_COLUMN.fullmatch(c.plain) for c in table.labels):
        yield "A column may name people."
    counts = [values(c) for c in with_role(table, Role.ALLELE_COUNT)]
    counts += [2 * values(c) for c in with_role(table, Role.PEOPLE)]
    if n is None:
        yield "How many individuals the cohort has is not known."
        return
    for column in with_role(table, Role.FREQUENCY):
        counts.append(2 * _people(table, n) * np.minimum(values(column), 1 - values(column)))
    least = 2 * n / (_SMALLEST_PART * max(len(parts), 1))
    counts += [np.minimum(values(c), 1 - values(c)) * least for c in parts]
    if not counts or min(float(np.nanmin(c)) for c in counts) < minimum - 0.5:
        yield f"A row rests on fewer than {minimum} copies of an allele, or how many is not known."


_ACTIVITY = re.compile(r"activity(_(value|score))?|function(_score)?", re.IGNORECASE)


def _people(table: Table, n: int) -> NDArray[np.float64]:
    numbers = [values(c) / 2 for c in with_role(table, Role.ALLELE_NUMBER)]
    return np.asarray(np.min([np.full(table.n_rows, float(n)), *numbers], axis=0))


SHAPES = (
    Shape("sets of genes that were tested", _fits_sets, _sets),
    Shape("variants by sort", _fits_sorts, _sorts),
    Shape("quality of the sequencing", _fits_technical, _technical),
    Shape("named alleles", _fits_alleles, _alleles),
)
