"""Single results and confusion matrices: few numbers, in trees mostly, that no row names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.records.settings import SETTINGS
from gdi_spe.disclosure.contents.roles import Role, role_of, roles_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, plain_name
from gdi_spe.disclosure.contents.words.fitting import is_chosen, is_round, is_threshold
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT
from gdi_spe.disclosure.shapes.genomes.beside import has_words_of_nobody, is_of_one
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_NEARLY, _MANY = 0.002, 10
_MOST_CODES = 20
_FEW_NUMBERS = 12
_INTERCEPT = re.compile(r"\((Intercept|intercept|Const|const)\)|_cons|Intercept")
_MOST_PEOPLE = 100_000
# Variants of a genome; a larger number is no count of anything here.
_MOST_THINGS = 1_000_000_000
_CONFUSION = re.compile(r"(confusion\w*|conf_mat|cm)(\[\d+\])?$", re.IGNORECASE)
_PROGRAM = re.compile(
    r"(version_?)?(python|r|r_base|julia|java|perl|bash|nextflow|snakemake|workflow|cromwell|singularity|apptainer|docker|bcftools|samtools"
    r"|htslib|bedtools|plink2?|plink_ng|regenie|saige|gcta|bolt_lmm|king|flashpca2?|admixture|eagle|beagle|shapeit\w?|minimac\w?|impute\w?"
    r"|vep|snpeff|annovar|gatk4?|picard|hail|spark|pyspark|numpy|pandas|scipy|matplotlib|seaborn|sklearn|scikit_learn|statsmodels|lifelines"
    r"|polars|duckdb|pyarrow|cyvcf2|pysam|ggplot2|dplyr|survival|susier?|coloc|ldsc|prsice2?|prs_?cs|ldpred2?|magma|fastqc|multiqc|tabix|schema|pipeline)(_?version)?",
    re.IGNORECASE,
)
_LATEST = 10_000
# Words that all are in the name of what callers of variants end with.
_OF_VARIANTS = re.compile(
    r"dbsnp|novel|known|total|titv|tstv|ti|tv|ins|del|ratio|snps?|indels?|pct|percent|het|hom|in|db|all"
)
# Words of which one is in the name of what an algorithm or a report of variants ends with.
_OF_RUN = re.compile(
    r"elbo|log_?lik\w*|likelihood|objective|toleran\w*|converg\w*|inflation|evidence|titv|tstv|ratio|fraction|snps?|indels?|dbsnp|concordan\w*|imput\w*|heritab\w*",
    re.IGNORECASE,
)


def _fits_values(table: Table, judging: Judging) -> bool:
    return table.n_rows == 1 and all(c.numbers is not None for c in table.columns)


def _values(table: Table, judging: Judging) -> Objections:
    """Object to single numbers that are no result of a model or summary."""
    known = {
        Role.EFFECT, Role.ERROR, Role.P, Role.STATISTIC, Role.PEOPLE, Role.OTHER_COUNT,
        Role.FREQUENCY, Role.SETTING, Role.PROBABILITY,
    }  # fmt: skip
    # The coefficients of a model, as R prints them: one is of no term.
    is_model = any(_INTERCEPT.fullmatch(c.name.strip()) for c in table.columns)
    divides = _divides_many(table, judging)
    for column, role in zip(table.columns, roles_of(table), strict=True):
        chosen = table.path.startswith("json") and (
            is_chosen(column.plain) or _is_version(column) or is_set(column, table)
        )
        term = is_model and not column.is_integer
        is_known = role in known or divides or chosen or term or _is_of_run(column)
        if not is_known and not _may_count_one(column, judging):
            yield f"“{column.name}” has no known meaning."
    n = [float(values(c)[0]) for c in with_role(table, Role.PEOPLE)]
    people = min(n, default=judging.n_people or 0)
    told = [c for c in table.columns if role_of(c) is not Role.SETTING]
    if table.path.startswith("json"):
        told = [c for c in told if not (is_set(c, table) or _is_version(c))]
    # TRUST: few numbers, each of a known sort, need not say of how many people they are.
    unsaid = not n and judging.n_people is None and len(told) <= _FEW_NUMBERS
    if not unsaid and people < len(told) * judging.policy.counts.minimum:
        yield f"It has {len(table.columns):,} numbers of {people:,.0f} people."


def _divides_many(table: Table, judging: Judging) -> bool:
    """Whether numbers are shares that divide everybody, each of them of many people."""
    n, shares = judging.n_people, [float(values(c)[0]) for c in table.columns]
    whole = len(shares) > 1 and abs(sum(shares) - 1) < _NEARLY and min(shares) > 0
    return whole and n is not None and min(shares) * n >= _MANY * judging.policy.counts.minimum


def is_set(column: Column, table: Table) -> bool:
    """Whether a number of a tree was chosen: a threshold, or round among settings.

    TRUST: a name for a trait, a person or a call is none of a setting, however round its number is.
    """
    short = plain_name(column.name.rpartition(".")[2])
    if is_threshold(short, column.cells):
        return True
    return table.path == SETTINGS and is_round(column.cells) and has_words_of_nobody(column)


def _is_of_run(column: Column) -> bool:
    """Whether a fraction of a run or report has words for a name, and none is of somebody."""
    told = any(map(_OF_RUN.fullmatch, re.split(r"[^a-z]+", column.plain)))
    asked = re.match(r"(requested|target|nominal)_", column.plain) is not None
    known = all(map(_OF_VARIANTS.fullmatch, column.plain.split("_")))
    return not column.is_integer and (asked or known or (told and has_words_of_nobody(column)))


def _is_version(column: Column) -> bool:
    """Whether a number of a tree is the version of a program that is known by its name."""
    return bool(_PROGRAM.fullmatch(column.plain)) and float(values(column)[0]) < _LATEST


def _may_count_one(column: Column, judging: Judging) -> bool:
    """Whether a single number without a known name is enough people if it counts people.

    More than the cohort has are not people: variants, say.
    """
    # TRUST: a trait, and what has a word for one person in its name, counts nobody.
    if TRAIT.fullmatch(column.plain) or is_of_one(column):
        return False
    n = judging.context.n_individuals
    value = float(values(column)[0])
    most = _MOST_THINGS if n is not None else _MOST_PEOPLE
    return column.is_integer and judging.policy.counts.minimum <= value <= most


def _fits_confusion(table: Table, judging: Judging) -> bool:
    size = len(table.columns)
    return (
        _CONFUSION.search(table.path) is not None
        and 2 <= size == table.n_rows <= _MOST_CODES
        and all(c.is_integer and re.fullmatch(r"column_\d+", c.name) for c in table.columns)
    )


def _confusion(table: Table, judging: Judging) -> Objections:
    """Object to a confusion matrix of few people, or of more than there are."""
    matrix = np.column_stack([values(c) for c in table.columns])
    n = judging.side_car.n_individuals or judging.context.n_individuals or _MOST_PEOPLE
    if matrix.min() < judging.policy.counts.minimum:
        yield "A cell counts few people."
    if matrix.sum() > n:
        yield f"It counts more than the cohort has ({n:,})."


SHAPES = (
    Shape("confusion matrix", _fits_confusion, _confusion),
    Shape("single results", _fits_values, _values),
)
