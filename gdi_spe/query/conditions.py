"""What is asked of an individual. Each condition is present, excluded or not recorded.

A condition only says what is asked; `gdi_spe.query.evaluate` finds out. Conditions combine by
the rules of three-valued logic (Kleene): ``~`` turns *present* and *excluded* round and leaves
*not recorded* as it is, so that a person about whom nothing is known is never a control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gdi_spe.query.places import Allele, Span

Sex = Literal["female", "male"]
Zygosity = Literal["heterozygous", "homozygous", "hemizygous"]
Operator = Literal["<", "<=", "=", ">=", ">", "!="]
Column = Literal[
    "sex", "karyotypic_sex", "population", "country_of_origin", "vital_status", "dataset_id"
]
TermTable = Literal["diagnoses", "phenotypic_features", "treatments", "exposures", "procedures"]
Order = Literal["after", "before", "around"]


@dataclass(frozen=True)
class Condition:
    """Anything that can be asked of an individual."""

    def __and__(self, other: Condition) -> Condition:
        return Both(self, other)

    def __or__(self, other: Condition) -> Condition:
        return Either(self, other)

    def __sub__(self, other: Condition) -> Condition:
        return Without(self, other)

    def __invert__(self) -> Condition:
        return Opposite(self)


@dataclass(frozen=True)
class Both(Condition):
    """Both hold; excluded where one of them is."""

    left: Condition
    right: Condition


@dataclass(frozen=True)
class Either(Condition):
    """At least one holds; excluded only where both are."""

    left: Condition
    right: Condition


@dataclass(frozen=True)
class Without(Condition):
    """The first holds and the second is not known to: who is not recorded there stays in."""

    left: Condition
    right: Condition


@dataclass(frozen=True)
class Opposite(Condition):
    """Present where the condition is excluded, and the reverse."""

    of: Condition


@dataclass(frozen=True)
class NotRecorded(Condition):
    """Nothing is known about the condition."""

    of: Condition


@dataclass(frozen=True)
class Everyone(Condition):
    """Holds for everybody."""


@dataclass(frozen=True)
class CarriesVariant(Condition):
    """Carries at least one variant that meets all of these at once.

    Excluded: every variant here that meets them was called, and none is carried. A person
    with a missing call at one of them, or without a sample, is not recorded.
    """

    genes: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    alleles: tuple[Allele, ...] = ()
    consequences: tuple[str, ...] = ()
    max_frequency: float | None = None
    zygosity: tuple[Zygosity, ...] = ()
    origin: Literal["germline", "tumour"] | None = None
    protein_changes: tuple[str, ...] = ()
    reference: str | None = None
    alternate: str | None = None
    kind: str | None = None
    hgvs_c: tuple[str, ...] = ()
    # Refuse what no variant here is annotated with: from a mistake it cannot be told apart.
    is_strict: bool = True


@dataclass(frozen=True)
class HasTerm(Condition):
    """Has one of the terms, or a kind of it, in a table of observations.

    Excluded: it, or something it is a kind of, is recorded as absent, and it is nowhere
    recorded as present.
    """

    table: TermTable
    terms: tuple[str, ...]
    with_kinds: bool = True
    onset: tuple[Operator, float] | None = None
    from_date: date | None = None
    to_date: date | None = None


@dataclass(frozen=True)
class HasAnyTerm(Condition):
    """Has one of the terms in any of the tables; what a Beacon ontology filter asks."""

    terms: tuple[str, ...]
    with_kinds: bool = True
    at_least: float | None = None


@dataclass(frozen=True)
class HasOnset(Condition):
    """Has a diagnosis with such an age at onset, among these terms if any is given."""

    operator: Operator
    years: float
    among: tuple[str, ...] = ()
    with_kinds: bool = True


@dataclass(frozen=True)
class HasBiomarker(Condition):
    """Has a marker, by name (``BRAF V600E``), by gene (``BRAF``), by term or by change alone."""

    markers: tuple[str, ...] = ()
    protein_changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measured(Condition):
    """Was measured, with a value like this."""

    term: str
    operator: Operator
    value: float
    unit: str | None = None
    with_kinds: bool = True


@dataclass(frozen=True)
class IsOneOf(Condition):
    """A column of the individuals has one of these values."""

    column: Column
    values: tuple[str, ...]


@dataclass(frozen=True)
class AgeBetween(Condition):
    """The age in years at the last encounter, or at death, is at least, and below, these."""

    at_least: float | None = None
    below: float | None = None
    column: Literal["age_years", "death_years"] = "age_years"


@dataclass(frozen=True)
class SampleHas(Condition):
    """Has a sample with one of these terms: of its progression, its tissue, its diagnosis.

    Excluded: each sample has another one, and not something that the asked one is a kind of.
    """

    column: Literal["progression", "tissue", "diagnosis"]
    terms: tuple[str, ...]
    with_kinds: bool = True


@dataclass(frozen=True)
class Moment:
    """A day, or an age as an ISO 8601 period: the same for everybody."""

    day: date | None = None
    age: str = ""


@dataclass(frozen=True)
class InOrder(Condition):
    """Something happened after, before or around something else, or a moment.

    Both are events: conditions on a table with times, on samples, or on variants of tumours. It
    holds if it does for any two of their times. Excluded: one of the two is, or all their times
    are known to stand otherwise. A time that is not known, or too coarse, is not recorded.
    """

    event: Condition
    order: Order
    anchor: Condition | Moment
    within_days: float | None = None


@dataclass(frozen=True)
class AtAge(Condition):
    """Something happened at an age in years of at least, and below, these."""

    event: Condition
    at_least: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class Resembles(Condition):
    """Has features like these, by at least this share of what they say.

    Excluded: it could not be so even if every feature that is not recorded were there.
    """

    terms: tuple[str, ...]
    at_least: float


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Join conditions that must all hold; everybody where there are none."""
    joined: Condition | None = None
    for each in conditions:
        joined = each if joined is None else Both(joined, each)
    return Everyone() if joined is None else joined
