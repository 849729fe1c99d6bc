"""Tables with one row a variant: summary statistics, frequencies, genotype counts, fine-mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, roles_of, with_role
from gdi_spe.disclosure.contents.rows.variants import (
    minor_allele_counts,
    people_behind,
    populations,
)
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.remarks import is_remark, may_mark
from gdi_spe.disclosure.inference.standard_errors import (
    agree_with_p,
    are_scores,
    copies_behind_errors,
)
from gdi_spe.disclosure.shapes.genomes.beside import is_published, names_people, unexplained
from gdi_spe.disclosure.shapes.genomes.genes import tests_genes
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_PLACES = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE}
_KNOWN = _PLACES | {
    Role.FREQUENCY, Role.ALLELE_COUNT, Role.ALLELE_NUMBER, Role.EFFECT, Role.ERROR, Role.P,
    Role.STATISTIC, Role.PEOPLE, Role.LABEL, Role.PROBABILITY,
}  # fmt: skip
_MOST_LABELS = 50
_MOST_LISTED = 1000
# One sign a study; as many as there are people in the smallest group would be genotypes.
# Whole numbers that say where a row stands, or how many studies it is of.
_ORDER = re.compile(
    r"index|rank|order|df|dof|n_?studies|k_studies|n_?snps?|credible_?set|cs|cluster|bin"
)
_NUMBERED = re.compile(
    r"(genomic_?)?(locus|loci|region|signal)(_?(no|id|nr|number|index))?|(tss_)?distance(_\w{1,20})?"
)
_CALLS = re.compile(r"f_?miss|call_?rate|missing(ness)?(_?rate)?|missing_proportion", re.IGNORECASE)
# Linkage, distance, selection and imputation: of many people, and of no allele's carriers.
_OF_POPULATIONS = re.compile(
    r"(ld_?score|(\w{1,10}_)?fst|dxy|pbs|ihs|xp_?(ehh|clr|nsl)|nsl|tajimas?_?d|imputation_(info|r2|rsq)"
    r"|info(_?score)?|(mach_?|minimac_?)?(r_?sq|er_?2)|dr2|avg_?cs)(_\w{1,12})?",
    re.IGNORECASE,
)
_COPIES = 3
_ENDS = re.compile(
    r"(sv_?)?(end|stop|len(gth)?|size)(_?pos(ition)?|_bp)?|end_\w{1,8}", re.IGNORECASE
)
_SCORE = re.compile(r"z|z_?(score|stat)", re.IGNORECASE)
# What a fine-mapping says of the effect of a variant, given all others.
_POSTERIOR = re.compile(
    r"(post(erior)?|beta|effect|causal|conditional)_(effect_)?(mean|sd|se|var|std)|(mean|sd)(_incl)?"
    r"|log_?(10)?_?(bf|abf|bayes_?factor)|l?bf(_variable)?|alpha|mu2?|pip_?\w{0,8}",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[-+?0]{2,9}")


def _fits_statistics(table: Table, judging: Judging) -> bool:
    roles = set(roles_of(table))
    told = roles & {Role.FREQUENCY, Role.EFFECT, Role.PEOPLE, Role.ALLELE_COUNT, Role.P}
    told |= {Role.STATISTIC} if any(map(_of_many, with_role(table, Role.STATISTIC))) else set()
    # TRUST: tests of genes stand at places as well, and are held to their carriers.
    if tests_genes(table):
        return False
    return is_about_variants(table) and bool(told or populations(table))


def _statistics(table: Table, judging: Judging) -> Objections:
    """Object to statistics of variants whose people or alleles cannot be counted."""
    yield from _unknown_columns(table)
    if not is_published(table):
        yield from _twice(table)
    people, n = people_behind(table, judging), judging.context.n_individuals
    effects = with_role(table, Role.EFFECT)
    if people is None and is_published(table):
        return
    if people is None:
        yield "No column and no declaration says how many people stand behind a row."
        return
    if not np.isfinite(people).all():
        yield "The number of people is missing in some rows."
        return
    if n is not None and people.max() > n:
        yield f"It counts more people ({people.max():,.0f}) than the cohort has ({n:,})."
    lead = table.n_rows <= judging.policy.genomic.most_lead_variants
    if effects and not lead and people.min() < judging.policy.genomic.large_cohort:
        yield (
            f"Effects rest on fewer than {judging.policy.genomic.large_cohort:,} people "
            f"({people.min():,.0f})."
        )
    yield from _uncounted_alleles(table, people, judging)


def _unknown_columns(table: Table) -> Objections:
    beside = populations(table)
    held = {id(c) for each in beside for c in (each.frequency, each.size)}
    unknown = []
    for column, role in zip(table.columns, roles_of(table), strict=True):
        ordered = role is Role.OTHER_COUNT and _is_order(column)
        known = role in _KNOWN or id(column) in held or ordered or _ends(column)
        # What a paper is called, and whom it studied, are words that are published.
        told = column.numbers is None and is_published(table) and not names_people(column)
        if not told and (not known or (role is Role.LABEL and not _may_label(column))):
            unknown.append(column)
    yield from unexplained(unknown, "a table of variants")


def _is_order(column: Column) -> bool:
    """Whether whole numbers say where a row stands: of a locus, they are no copies of an allele."""
    if _NUMBERED.fullmatch(column.plain):
        numbers = values(column)
        return column.n_distinct > _COPIES or bool((np.diff(numbers) >= 0).all())
    return bool(_ORDER.fullmatch(column.plain))


def _may_label(column: Column) -> bool:
    """Whether words are few, names of genes, or the signs of an effect in each study."""
    if is_remark(column) or may_mark(column):
        return False
    few = column.n_distinct <= _MOST_LABELS
    return few or _is_gene(column.plain) or all(map(_SIGNS.fullmatch, column.cells))


def _is_gene(name: str) -> bool:
    return name.lower() in ("gene", "gene_id", "gene_name", "symbol", "nearest_gene", "locus")


def _ends(column: Column) -> bool:
    """Whether a column says where a structural variant ends, or how long it is."""
    return bool(_ENDS.fullmatch(column.plain)) and column.is_integer


def _twice(table: Table) -> Objections:
    keys = [
        c
        for c, role in zip(table.columns, roles_of(table), strict=True)
        if role in _PLACES or role is Role.LABEL or _ends(c)
    ]
    if distinct_rows(keys) != table.n_rows:
        yield "A variant stands twice."


def _uncounted_alleles(table: Table, people: NDArray[np.float64], judging: Judging) -> Objections:
    counts = minor_allele_counts(table, people)
    if counts is None:
        counts = copies_behind_errors(table, people)
    minimum = judging.policy.genomic.minimum_allele_count
    if counts is None:
        alone = _are_p_values_alone(table) and people.min() >= judging.policy.genomic.large_cohort
        told = alone or _is_short(table, judging) or _are_signed_scores(table)
        if not told and not _tells_of_calls(table, judging):
            yield "No column tells how common the alleles are."
        return
    if not np.isfinite(counts).all():
        yield "Frequencies are missing in some rows."
    # Half a copy covers the rounding of a frequency.
    few = int((counts < minimum - 0.5).sum())
    if few:
        yield f"{few:,} rows rest on fewer than {minimum} copies of an allele."


def _are_p_values_alone(table: Table) -> bool:
    """Whether variants have a p-value and nothing else, as a Manhattan plot takes them.

    Neither sign nor size of an effect is told; the power of membership is bounded as if both were.
    """
    rest = [
        c for c, role in zip(table.columns, roles_of(table), strict=True) if role not in _PLACES
    ]
    return len(rest) == 1 and bool(with_role(table, Role.P))


def _are_signed_scores(table: Table) -> bool:
    """Whether Z scores stand alone, as LD score regression takes them.

    They say nothing of how common an allele is, and are made of common variants; people are
    counted, and the power of membership bounded, from N.
    """
    scores = [c for c in with_role(table, Role.STATISTIC) if _SCORE.fullmatch(c.plain)]
    if len(scores) != 1 or with_role(table, Role.EFFECT, Role.ERROR, Role.FREQUENCY):
        return False
    if len(with_role(table, Role.ALLELE)) != 2 or not with_role(table, Role.PEOPLE):
        return False
    return are_scores(scores[0]) and agree_with_p(table, scores[0])


def _tells_of_calls(table: Table, judging: Judging) -> bool:
    """Whether numbers are of missing calls alone, which say nothing of who carries an allele.

    Nor do scores of linkage, each of them a sum over many variants in many people, distances of
    populations, traces of selection, or how well a variant was imputed.
    """
    if with_role(table, Role.EFFECT, Role.ERROR, Role.P, Role.PROBABILITY):
        return False
    said = [c for c in with_role(table, Role.STATISTIC) if c.plain != "statistic"]
    if any(map(_of_many, said)) and _are_many(judging):
        return all(_of_many(c) or _CALLS.fullmatch(c.plain) for c in said)
    return bool(said) and all(_CALLS.fullmatch(c.plain) or _CALLS.fullmatch(c.name) for c in said)


def _of_many(column: Column) -> bool:
    """Whether a statistic of a variant is one of populations, whatever its alleles are."""
    return bool(_OF_POPULATIONS.fullmatch(column.plain))


def _is_short(table: Table, judging: Judging) -> bool:
    few = table.n_rows <= judging.policy.genomic.most_lead_variants
    return few and not with_role(table, Role.EFFECT)


def _fits_probabilities(table: Table, judging: Judging) -> bool:
    roles = set(roles_of(table))
    return is_about_variants(table) and Role.PROBABILITY in roles


def _probabilities(table: Table, judging: Judging) -> Objections:
    """Object to posterior probabilities with anything else beside them but what they are of.

    What a locus was fine-mapped from is held to what statistics of variants are held to.
    """
    allowed = _PLACES | {Role.PROBABILITY, Role.OTHER_COUNT, Role.P}
    beside = [
        (c, role) for c, role in zip(table.columns, roles_of(table), strict=True)
        if role not in allowed and not _POSTERIOR.fullmatch(c.plain) and not _marks_set(c, table)
        and not _tells_of_set(c, table)
    ]  # fmt: skip
    of_study = any(role in _KNOWN - {Role.LABEL} for _, role in beside)
    for column, role in beside:
        known = of_study and role in _KNOWN - {Role.LABEL}
        if not known and not (role is Role.LABEL and _may_label(column)):
            yield f"The column “{column.name}” does not belong to posterior probabilities."
    for column in with_role(table, Role.OTHER_COUNT):
        if not column.is_integer:
            yield f"“{column.name}” is not a whole number throughout."
    if table.n_rows > _MOST_LISTED:
        yield f"It has {table.n_rows:,} rows."
    if of_study:
        yield from _statistics(table, judging)
    elif _posteriors(table) and not _are_many(judging):
        yield "How many people the posterior effects are of is not known, or they are few."
    yield from _twice(table)


_IN_SET = re.compile(
    r"(is_?)?in_?(\d{2}_?)?(\w{1,8}_)?(cs|credible_?sets?)(_?\d{2})?", re.IGNORECASE
)


def _marks_set(column: Column, table: Table) -> bool:
    """Whether marks are of the variants with the largest probabilities, as of a credible set."""
    if not _IN_SET.fullmatch(column.plain) or not set(column.cells) <= {"0", "1"}:
        return False
    inside = values(column) == 1
    chances = [values(c) for c in with_role(table, Role.PROBABILITY)]
    return any(
        not inside.any() or inside.all() or each[inside].min() >= each[~inside].max()
        for each in chances
    )


_OF_SET = re.compile(
    r"(cs|credible_?set)_?(id|index|log_?10_?bf|lbf|(min|mean|avg|median)_(r2|abs_corr|corr)"
    r"|coverage|purity|low_purity)",
    re.IGNORECASE,
)
_MOST_SETS = 20


def _tells_of_set(column: Column, table: Table) -> bool:
    """Whether a column numbers credible sets, or says one thing of each and none of the rest."""
    sets = table.column("cs_id", "cs_index", "cs", "credible_set")
    if not _OF_SET.fullmatch(column.plain) or sets is None or column.numbers is None:
        return False
    numbers = values(sets)
    within = [values(column)[numbers == each] for each in np.unique(numbers[numbers > 0])]
    outside = values(column)[~(numbers > 0)]
    few = sets.is_integer and 0 < len(within) <= _MOST_SETS and np.nanmax(numbers) <= _MOST_SETS
    alike = all(len(np.unique(each)) == 1 for each in [*within, outside] if each.size)
    return bool(few and alike)


def _posteriors(table: Table) -> list[Column]:
    return [c for c in table.columns if _POSTERIOR.fullmatch(c.plain)]


def _are_many(judging: Judging) -> bool:
    n = judging.side_car.n_individuals or judging.context.n_individuals
    return n is not None and n >= judging.policy.genomic.large_cohort


SHAPES = (
    Shape("posterior probabilities of variants", _fits_probabilities, _probabilities),
    Shape("statistics of variants", _fits_statistics, _statistics),
)
