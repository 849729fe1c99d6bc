"""What a column is, by its name and its cells."""

from __future__ import annotations

import re
from enum import Enum

import numpy as np

from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.fitting import OF_A_MODEL, QUANTILE, SCORE, SETTING
from gdi_spe.disclosure.contents.words.vocabulary import ALLELE_COUNT, NOT_PEOPLE, PEOPLE


class Role(Enum):
    """The parts that columns play in tables of results."""

    VARIANT = "variant"
    CHROMOSOME = "chromosome"
    POSITION = "position"
    ALLELE = "allele"
    FREQUENCY = "allele frequency"
    ALLELE_COUNT = "allele count"
    ALLELE_NUMBER = "allele number"
    EFFECT = "effect"
    ERROR = "standard error"
    P = "p-value"
    STATISTIC = "statistic"
    PROBABILITY = "probability"
    PEOPLE = "number of people"
    PAIRS = "number of pairs"
    OTHER_COUNT = "number of things"
    SETTING = "setting"
    LABEL = "label"
    UNKNOWN = "unknown"


_COHORT = r"(_?(all|cases?|controls?|ctrls?|female|male|[A-Za-z]{2,12}))?"
_NAMES: tuple[tuple[Role, str], ...] = (
    (
        Role.VARIANT,
        r"snps?|rs_?ids?|variants?(_?id)?|marker(_?name|_?id)?|var_?id|snp_?id|hm_rsid|hm_variant_id|lead_?(snp|variant)|top_?(snp|variant)|sentinel\w*",
    ),
    (Role.CHROMOSOME, r"(hm_)?#?(chr|chrom|chromosome|contig|seqnames?)(_?id)?"),
    (
        Role.POSITION,
        r"(hm_)?(pos|position|bp|base_pair_(location|start|end)|gen_?pos|chr_?pos|bp_?pos|pos_?(hg|grch|b)\d{2})",
    ),
    (
        Role.ALLELE,
        r"a[012]|allele_?[ab]|ref|alt|ref_?allele|alt_?allele|(effect|other)_?a|reference|alternate|(hm_)?(effect|other|risk|tested|minor|major|reference|non_?effect)"
        r"_?allele|ea|nea|oa|allele_?[012]?|omitted",
    ),
    (
        Role.FREQUENCY,
        r"((e|m|r)?af|a1_?fre?q|freq_?1|af_?alt|af_?allele_?2|eaf_?\w{0,12}|fre?q_?(a1|alt|eff\w*)|effect_?(allele_?)?fre?q|min(or)?_?fre?q|(allele_?)?fre?q|alt_?freqs?|(effect_|minor_|risk_)?allele_?frequency)"
        + _COHORT
        + r"|(cases?|controls?|ctrls?|cohort|all|total|males?|females?|sample|study|(un)?affected)"
        + r"_([em]?af|a?fre?q|allele_?fre?q\w*)",
    ),
    (Role.ALLELE_NUMBER, r"an|allele_?number|nchrobs|an_\w+|n_chr\w*|a\d_obs"),
    (
        Role.EFFECT,
        r"(beta|b|point_?estimate|effect(_?size|_?weight)?|or|odds_?ratio|log_?or|hr|hazard_?ratio|log_?hr|weight|estimates?|\w{1,32}_(estimates?|coefficients?|(odds|hazard)_ratios?)|coef\w*|log2?_?(fc|fold_?change)|log2foldchange|logfc|lfc)"
        r"(_\w{1,12})?",
    ),
    (Role.ERROR, r"(se|se_?beta|lfc_?se|standard_?error|std_?e|std_?err\w*|bse|sem)(_\w{1,12})?"),
    (
        Role.P,
        r"(?![pq]_?\d{4})(p|p_?vals?(ue|ues)?|p_\w{2,14}|prob_?chi\w*|neg_log_?10_?p(_?value)?|m?log10_?p|q|q_?val(ue)?|fdr|p_?adj|padj|p>\|[tz]\|)(_\w{1,12})?",
    ),
    (Role.PAIRS, r"(n_?)?pairs"),
    (
        Role.STATISTIC,
        r"((mean|avg|average|sd|std|stdev|median|q[123]|p\d{1,2}|iqr|var|variance|cv|skew\w*|kurtosis|rate|incidence"
        r"|prevalence|percent|pct|proportion|ratio|rr|irr|smr|h2|h2_?\w*|rg|r|r2|rsq|rho|corr\w*|auc|auroc|auprc|roc_?auc|accuracy"
        r"|sensitivity|specificity|ppv|npv|precision|recall|f1|brier|c_?index|concordance|lambda|lambda_?gc|intercept"
        r"|slope|z|t|chi2?|chi_?sq\w*|stat|statistic|[zt]_?(score|stat|value)|wald|f|q_?stat(istic)?|n_expected|i2|tau2|het\w*_?p|aic|bic|log_?lik\w*"
        r"|ci|ci95|ci_?(low|high|lower|upper|l|u)|lci|uci|lower|upper|conf_?(low|high)|(low|high)(er)?_?(95)?_?ci?|enrichment|mean_chi2|liability\w*|info|call_rate|missing(ness)?_?rate|hwe_?p?\w*|power|cmp_to|base_?mean|ave_?expr|importance|gain|shap|permutation_?importance|loss|mse|rmse|mae|mape|gini|youden\w*|kappa|mcc|eigenvalues?|variance_explained|explained_variance|cumulative|observed|expected|nes|es|odds|heterogeneity|calibration\w*|deviance|log_?rank|median_?surv\w*|hr_?\w{0,8}|coverage|fst|dxy|pi|theta|tajima\w*|ti_?tv|titv|tstv)"
        r"(_\w{1,16})?)|\w{1,32}_(mean|sd|median|q1|q3|iqr|se|rate|pct|percent|ci|low|high|lower|upper|h2|rg|p|rate)",
    ),
    # Limits of an interval that statsmodels and R name by their level, and scores of a model.
    (
        Role.STATISTIC,
        r"\[?0_?\.?(025|975|05|95)\]?|_?(2_5|97_5)(_percent)?"
        r"|(metrics?|test|train|val(idation)?|cv)_(r2|auc|auroc|brier|accuracy|f1|rmse|mae|mse|c_?index|precision|recall)"
        r"|\w{1,24}_(std|avg|var|sem|[pq]\d{1,2}|\d{1,2}_?(percent|th)|median|iqr)|t[is]_?tv|std_dev\w*|vif"
        r"|(\w{1,24}_)?per_\d{2,6}k?|ld_?scores?|silhouette\w*|(macro|micro|weighted)_(f1|precision|recall|auc)|f1_score|person_(years|months|days|time)\w*|pyrs?|pys?(_at_risk)?",
    ),
    (
        Role.PROBABILITY,
        r"((lead|top|max|total|sum)_)?pip\w{0,8}|posterior\w*|prob(ability)?\d?|(cum(ulative)?_?)?(ppa?|post_?prob\w*|pip\w{0,8})|rcp|lcp|\w{0,8}cpip\w{0,24}|(regional|joint)_prob|h[0-4]|pp_?h?[0-4](_abf)?",
    ),
)
_PATTERNS = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _NAMES)
VARIANT_CELL = re.compile(
    # "40-49" is a band of ages, and no place.
    r"rs\d+([:_-][ACGT?,]+)?|((chr)?([0-9]{1,2}|X|Y|M|MT):\d+|chr([0-9]{1,2}|X|Y|M|MT)[_-]\d+"
    r"|([0-9]{1,2}|X|Y|M|MT)[_-](\d{4,}|\d+(?=[:_-][ACGTN])))([:_-]\S{0,100})?"
)
_CHROMOSOME_CELL = re.compile(r"(chr)?([0-9]{1,2}|X|Y|M|MT|XY|PAR\d?)", re.IGNORECASE)
_BASES = re.compile(r"[ACGTN]{1,200}")
_ALLELE_CELL = re.compile(r"[ACGTNacgtnDI]{1,200}|[AB12]|\*|-|\.|<[A-Z0-9:]{1,20}>")
# A mean of counts is no count: "mean_count".
_MEAN_OF = re.compile(r"(mean|median|avg|average|sd|std)_(\w{1,16}_)?counts?$", re.IGNORECASE)
# Whole numbers under these are how many there are.
_MANY_VARIANTS = {"snps", "variants", "markers"}
_SHARE = re.compile(r"percent(age)?|pct|share|proportion|fraction")
_CODE_OF_PERSON = re.compile(r"[pq]_\d{2,}")
_TOTAL = re.compile(r"all|totals?|sum|overall|", re.IGNORECASE)
_MAX_LABEL = 80
_LEAST_POPULATION = 60
_LETTERS = 2
# Words that may divide the rows of a cross table, and how many cells of it may be left out.
_MOST_CROSSED = 4
_MOST_ROWS = 1000
_FULL = 1.25
# Rows divide about as many people if their sums differ by no more than this.
_EVEN = 1.25
_LEAST_DIVIDED = 100
_NUMERIC = {
    Role.EFFECT, Role.ERROR, Role.P, Role.STATISTIC, Role.PROBABILITY, Role.PAIRS, Role.FREQUENCY,
    Role.ALLELE_NUMBER,
}  # fmt: skip


def role_of(column: Column) -> Role:
    """Return the part a column plays; what its cells contradict is unknown."""
    # Asked by many rules and the same for each: kept with the column, as its numbers are.
    found: Role | None = column.__dict__.get("role")
    if found is None:
        found = column.__dict__["role"] = _role_of(column)
    return found


def _role_of(column: Column) -> Role:
    filled = [] if column.numbers is not None else [cell for cell in column.cells if cell]
    if filled and all(VARIANT_CELL.fullmatch(cell) for cell in filled[:2000]):
        return Role.VARIANT
    # A list of alleles without a header begins with one.
    if _BASES.fullmatch(column.name) and filled and all(map(_BASES.fullmatch, filled[:2000])):
        return Role.ALLELE
    role = _by_name(column)
    if role is Role.VARIANT and column.is_integer and column.plain in _MANY_VARIANTS:
        return Role.OTHER_COUNT
    return role if _agrees(role, column, filled) else Role.UNKNOWN


def _by_name(column: Column) -> Role:
    name = column.plain.lstrip("#")
    if _is_population_size(name, column):
        return Role.PEOPLE
    if column.numbers is None and _may_have_words(name, column):
        return Role.LABEL
    if _MEAN_OF.match(name) and column.numbers is not None and not column.is_integer:
        return Role.STATISTIC
    if PEOPLE.fullmatch(name) and not NOT_PEOPLE.fullmatch(name) and not _is_share(column):
        return Role.PEOPLE
    if ALLELE_COUNT.fullmatch(name):
        return Role.LABEL if _has_words(column) else Role.ALLELE_COUNT
    found = next((role for role, pattern in _PATTERNS if pattern.fullmatch(name)), None)
    # Words under the name of a number, as in "p1", are names.
    if found in _NUMERIC and column.numbers is None:
        return Role.LABEL
    if found is not None:
        return found
    return Role.LABEL if column.numbers is None else _of_fitting(name)


def _of_fitting(name: str) -> Role:
    """Return the part of a column of numbers that models and their settings alone name so."""
    if SETTING.fullmatch(name):
        return Role.SETTING
    if NOT_PEOPLE.fullmatch(name):
        return Role.OTHER_COUNT
    told = any(each.fullmatch(name) for each in (SCORE, OF_A_MODEL, QUANTILE))
    return Role.STATISTIC if told else Role.UNKNOWN


def _may_have_words(name: str, column: Column) -> bool:
    """Whether words stand under the name of people, as "yes" and "no" under "carrier"."""
    counted = re.match(r"(n|no|num|number|counts?|total|freq\w*)(_|$)", name)
    plain = not any(re.search(r"[\d<>*]", cell) for cell in column.cells)
    return bool(PEOPLE.fullmatch(name)) and counted is None and plain


def _has_words(column: Column) -> bool:
    """Whether bins or words stand under the name of a count, as "2-5" under "ac_bin"."""
    return column.numbers is None and bool(re.search(r"bin|class|category", column.plain))


def _is_population_size(name: str, column: Column) -> bool:
    """Whether numbers under "population" are how many live there, and no codes."""
    if name not in ("population", "population_size", "inhabitants") or column.numbers is None:
        return False
    return column.is_integer and bool(np.nanmax(column.numbers) >= _LEAST_POPULATION)


def _is_share(column: Column) -> bool:
    """Whether numbers lie between 0 and 1 and are not all whole: "freq" may be of an allele."""
    numbers = column.numbers
    if numbers is None or column.is_integer:
        return False
    finite = numbers[np.isfinite(numbers)]
    return bool(finite.size and finite.min() >= 0 and finite.max() <= 1)


def _agrees(role: Role, column: Column, filled: list[str]) -> bool:
    """Whether the cells are what the name says."""
    numbers = column.numbers
    if role is Role.LABEL:
        return max(map(len, filled), default=0) <= _MAX_LABEL
    if role is Role.VARIANT:
        return numbers is None and max(map(len, filled), default=0) <= _MAX_LABEL
    if role is Role.CHROMOSOME:
        if numbers is not None:
            finite = numbers[np.isfinite(numbers)]
            return column.is_integer and bool(((finite >= 0) & (finite <= 99)).all())
        return all(_CHROMOSOME_CELL.fullmatch(cell) for cell in filled)
    if role is Role.ALLELE:
        return numbers is None and all(_ALLELE_CELL.fullmatch(cell) for cell in filled)
    if numbers is None:
        return False
    # "P-0312" is a person more than a p-value.
    if role is Role.P and _CODE_OF_PERSON.fullmatch(column.plain):
        return False
    finite = numbers[np.isfinite(numbers)]
    if role in (Role.FREQUENCY, Role.PROBABILITY):
        return bool((finite >= 0).all() and (finite <= 1).all())
    if role in (Role.PEOPLE, Role.PAIRS, Role.ALLELE_COUNT, Role.ALLELE_NUMBER, Role.POSITION):
        return bool((finite >= 0).all())
    return True


def roles_of(table: Table) -> list[Role]:
    """Return the role of each column."""
    return [role_of(column) for column in table.columns]


def with_role(table: Table, *wanted: Role) -> list[Column]:
    """Return the columns that play one of these parts."""
    return [c for c in table.columns if role_of(c) in wanted]


def is_about_variants(table: Table) -> bool:
    """Whether each row is about a variant: it names one, or a chromosome and a position."""
    roles = set(roles_of(table))
    return Role.VARIANT in roles or {Role.CHROMOSOME, Role.POSITION} <= roles


def cross_table_columns(table: Table) -> list[Column]:
    """Return the numbers of a cross table: labels first, and then whole numbers only.

    Nothing says that these count people, so that they do is assumed.
    """
    rest = table.columns[len(crossed_labels(table)) or _n_described(table) :]
    marks = all(c.numbers is not None and set(c.cells) <= {"0", "1", ""} for c in rest)
    # TRUST: zeros and ones alone are marks, not numbers of people; a person looks what they are of.
    if marks:
        return []
    whole = all(c.is_integer and np.nanmin(c.numbers) >= 0 for c in rest if c.numbers is not None)
    if not rest or not whole or any(c.numbers is None for c in rest) or table.n_rows > _MOST_ROWS:
        return []
    if table.n_rows == 1 and table.path.startswith("json"):
        # Single values of a tree: those with names of programs are settings, others may be groups.
        rest = tuple(c for c in rest if not re.fullmatch(r"[a-z][a-z0-9_]*", c.name))
    # TRUST: a name that says "not people" takes a column out only where no name says "people".
    return [c for c in rest if not _not_people(c) and not _is_set(c)]


def _n_described(table: Table) -> int:
    """Return how many first columns name rows: one, or two that say the same of each row.

    TRUST: only where each row divides about as many people, as questions with their answers do.
    """
    first, *rest = table.columns[:3]
    numbers = [c.numbers for c in table.columns[2:] if c.numbers is not None]
    if len(rest) < 2 or table.n_rows > _MOST_ROWS or len(numbers) < len(table.columns) - 2:
        return 1
    words = first.numbers is None and rest[0].numbers is None
    named = first.n_distinct == table.n_rows == rest[0].n_distinct
    sums = np.sum(numbers, axis=0) if words and named else np.zeros(1)
    many = bool(np.isfinite(sums).all() and sums.min() >= _LEAST_DIVIDED)
    return 2 if many and float(sums.max()) <= _EVEN * float(sums.min()) else 1


def crossed_labels(table: Table) -> list[Column]:
    """Return the first columns of words if they divide people together: each level with each.

    TRUST: rows of people repeat; rows of a cross table stand once for each combination of levels.
    """
    labels: list[Column] = []
    if table.n_rows > _MOST_ROWS:
        return labels
    for column in table.columns:
        if column.numbers is not None:
            break
        labels.append(column)
    if len(labels) != len(table.labels) or not 1 < len(labels) <= _MOST_CROSSED:
        return []
    # Totals over the levels of a variable are none of its levels.
    levels = [sum(not _TOTAL.fullmatch(cell) for cell in column.cells) for column in labels]
    totals = sum(
        any(map(_TOTAL.fullmatch, row)) for row in zip(*(c.texts() for c in labels), strict=True)
    )
    full, few = int(np.prod(levels)) + totals, min(levels)
    crossed = few > 1 and full <= _FULL * table.n_rows and distinct_rows(labels) == table.n_rows
    return labels if crossed else []


def _is_set(column: Column) -> bool:
    """Whether a column is a setting, by more than a letter: "C" names a group as well."""
    return role_of(column) is Role.SETTING and len(column.plain) > _LETTERS


def _not_people(column: Column) -> bool:
    plain = column.plain
    named = NOT_PEOPLE.fullmatch(plain) or ALLELE_COUNT.fullmatch(plain) or _SHARE.fullmatch(plain)
    return bool(named)
