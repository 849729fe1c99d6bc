"""Random questions over random cohorts have the answers of a slow reading of the same records."""

from __future__ import annotations

import itertools
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.query import conditions as ask
from gdi_spe.query.evaluate import Evaluator, hierarchies_of
from gdi_spe.query.outcome import Outcome
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.records import Records
from tests.query import any_cohort

GENES = ("G1", "G2", "G3")
EFFECTS = ("missense_variant", "stop_gained", "synonymous_variant", "intron_variant")
DAMAGING = ("missense_variant", "stop_gained")
CHROMOSOMES = ("chr1", "chr2", "chrX", "chrY", "chrM")
# A small ontology: what is a kind of what, and two that mean the same in another code system.
PARENTS = {"MONDO:0000001": (), "MONDO:0000002": ("MONDO:0000001",),
           "MONDO:0000003": ("MONDO:0000002",), "MONDO:0000004": ("MONDO:0000002",),
           "MONDO:0000005": ("MONDO:0000001",)}  # fmt: skip
SAME = {"MONDO:0000003": "ORPHA:3"}
TERMS = (*PARENTS, "ORPHA:3")
OBO = "data-version: test\n" + "".join(
    f"[Term]\nid: {term}\nname: {term}\n"
    + "".join(f"is_a: {parent}\n" for parent in parents)
    + (f'xref: Orphanet:{SAME[term][6:]} {{source="MONDO:equivalentTo"}}\n' if term in SAME else "")
    for term, parents in PARENTS.items()
)
Rows = list[dict[str, Any]]
SEXES = ("female", "male", "unknown")


class Made:
    """A cohort as rows, and as the store has it."""

    def __init__(self, people: Rows, samples: Rows, sites: Rows, diagnoses: Rows) -> None:
        self.people, self.samples, self.sites, self.diagnoses = people, samples, sites, diagnoses
        self.evaluator: Evaluator

    def __repr__(self) -> str:
        return f"<{len(self.people)} people, {len(self.sites)} variants>"


def make(folder: Path, seed: int) -> Made:
    drawn = np.random.default_rng(seed)

    def one_of(options: Any) -> Any:
        return options[int(drawn.integers(len(options)))]

    people = [
        {"individual_id": f"P{n:02d}", "sex": one_of(SEXES), "population": one_of(("A", "B", None)),
         "age_years": one_of((None, 20.0, 40.0, 60.0))}
        for n in range(14)
    ]  # fmt: skip
    samples = [
        {"individual_id": person["individual_id"], "origin": origin}
        for person in people
        for origin in one_of((("germline",), ("germline", "tumour"), ("tumour",), ()))
    ]
    sites = [
        {"chromosome": one_of(CHROMOSOMES), "position": int(position), "reference": one_of("AC"),
         "alternate": one_of(("G", "T", "GTT")), "gene": one_of((*GENES, None)),
         "consequence": one_of(EFFECTS),
         "codes": [int(c) for c in drawn.choice(7, len(samples),
                   p=[0.6, 0.13, 0.07, 0.08, 0.04, 0.04, 0.04])]}
        for position in 2_800_000 + drawn.permutation(40)[:25]
    ]  # fmt: skip
    diagnoses = [
        {"individual_id": person["individual_id"], "term": one_of(TERMS), "label": "",
         "status": one_of(("present", "excluded"))}
        for person in people
        for _ in range(int(drawn.integers(3)))
    ]  # fmt: skip
    references = {"MONDO": OBO}
    written = any_cohort.write(
        folder, people, samples, sites, references=references, diagnoses=diagnoses
    )
    made = Made(people, samples, sites, diagnoses)
    made.evaluator = Evaluator(written)
    if seed % 2:  # as if there were too many variants to keep
        made.evaluator.records = Records(written, hierarchies_of(written), in_memory=0)
    return made


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    root = tmp_path_factory.mktemp("random")
    return [make(root / str(seed), seed) for seed in range(6)]


# The alleles of each code, None for a missing one.
WRITTEN = {0: (0, 0), 1: (0, 1), 2: (1, 1), 3: (None, None), 4: (None, 1), 5: (1,), 6: (0,)}


def counted(site: dict[str, Any], sex: str, code: int) -> tuple[int | None, ...] | None:
    """The alleles of a call by the rules of the place: none where nobody can have one."""
    alleles = WRITTEN[code]
    place = site["chromosome"]
    if place == "chrY" and sex == "female":
        return ()
    is_single = place == "chrM" or (place in ("chrX", "chrY") and sex == "male")
    if not is_single:
        return alleles
    if None in alleles or len(set(alleles)) > 1:
        return (None,)
    return alleles[:1]


def frequency(made: Made, site: dict[str, Any]) -> float | None:
    """Of the first germline sample of each individual."""
    first: dict[str, int] = {}
    for index, sample in enumerate(made.samples):
        if sample["origin"] == "germline":
            first.setdefault(sample["individual_id"], index)
    sexes = {person["individual_id"]: person["sex"] for person in made.people}
    known = [
        allele
        for person, index in first.items()
        for allele in counted(site, sexes[person], site["codes"][index]) or ()
        if allele is not None
    ]
    return sum(known) / len(known) if known else None


def is_meant(made: Made, site: dict[str, Any], asked: ask.CarriesVariant) -> bool:
    start, end = site["position"] - 1, site["position"] - 1 + len(site["reference"])
    effects = {
        e for name in asked.consequences for e in (DAMAGING if name == "damaging" else [name])
    }
    rare = frequency(made, site)
    return all([
        not asked.genes or site["gene"] in asked.genes,
        not asked.consequences or site["consequence"] in effects,
        not asked.spans or any(
            span.chromosome == site["chromosome"] and start < span.start_to and end >= span.end_from
            for span in asked.spans
        ),
        not asked.alleles or any(
            (each.chromosome, each.position, each.reference, each.alternate)
            == (site["chromosome"], site["position"], site["reference"], site["alternate"])
            for each in asked.alleles
        ),
        asked.max_frequency is None or (rare is not None and rare <= asked.max_frequency),
    ])  # fmt: skip


def has(alleles: tuple[int | None, ...], zygosity: tuple[str, ...]) -> bool:
    if not zygosity:
        return 1 in alleles
    if None in alleles or 1 not in alleles:
        return False
    kind = (
        "hemizygous" if len(alleles) == 1 else "homozygous" if 0 not in alleles else "heterozygous"
    )
    return kind in zygosity


def carries(made: Made, asked: ask.CarriesVariant, person: dict[str, Any]) -> int:
    """1 carries it, -1 was seen not to, 0 nothing is known."""
    meant = [site for site in made.sites if is_meant(made, site, asked)]
    mine = [
        index
        for index, sample in enumerate(made.samples)
        if sample["individual_id"] == person["individual_id"]
        and asked.origin in (None, sample["origin"])
    ]
    calls = [counted(site, person["sex"], site["codes"][i]) for site in meant for i in mine]
    if any(call and has(call, asked.zygosity) for call in calls):
        return 1
    found = sum(
        (site["chromosome"], site["position"], site["reference"], site["alternate"])
        == (each.chromosome, each.position, each.reference, each.alternate)
        for each in asked.alleles
        for site in meant
    )
    if not meant or not mine or found < len(asked.alleles):
        return 0
    return 0 if any(call and None in call for call in calls) else -1


@cache
def wider(term: str) -> frozenset[str]:
    """The term and what it is a kind of, in either code system."""
    twin = {v: k for k, v in SAME.items()} | SAME
    here = {term} | ({twin[term]} if term in twin else set())
    above = {above for each in here for parent in PARENTS.get(each, ()) for above in wider(parent)}
    return frozenset(here | above)


def diagnosed(made: Made, asked: ask.HasTerm, person: dict[str, Any]) -> int:
    rows = [row for row in made.diagnoses if row["individual_id"] == person["individual_id"]]
    present = [row["term"] for row in rows if row["status"] == "present"]
    absent = {row["term"] for row in rows if row["status"] == "excluded"}

    def answers(term: str, recorded: str) -> bool:
        return term in wider(recorded) if asked.with_kinds else term == recorded

    if any(answers(term, recorded) for term in asked.terms for recorded in present):
        return 1
    above = [wider(term) if asked.with_kinds else {term} for term in asked.terms]
    return -1 if all(absent & each for each in above) else 0


def slowly(made: Made, asked: ask.Condition, person: dict[str, Any]) -> int:
    match asked:
        case ask.Everyone():
            return 1
        case ask.Opposite(of):
            return -slowly(made, of, person)
        case ask.NotRecorded(of):
            return 1 if slowly(made, of, person) == 0 else -1
        case ask.Both(left, right):
            return min(slowly(made, left, person), slowly(made, right, person))
        case ask.Either(left, right):
            return max(slowly(made, left, person), slowly(made, right, person))
        case ask.Without(left, right):
            first, second = slowly(made, left, person), slowly(made, right, person)
            return -1 if first == -1 or second == 1 else first
        case ask.CarriesVariant():
            return carries(made, asked, person)
        case ask.HasTerm():
            return diagnosed(made, asked, person)
        case ask.IsOneOf(column, values):
            value = person[column]
            return 0 if value in (None, "unknown") else 1 if value in values else -1
        case ask.AgeBetween(low, high):
            age = person["age_years"]
            inside = age is not None and (low or 0) <= age < (999 if high is None else high)
            return 0 if age is None else 1 if inside else -1
    raise AssertionError(asked)


def several(options: Any, most: int = 2) -> Any:
    return st.lists(st.sampled_from(options), max_size=most, unique=True).map(tuple)


spans = st.builds(
    lambda chromosome, start, length: Span.overlapping(chromosome, start, start + length),
    st.sampled_from(CHROMOSOMES), st.integers(2_799_995, 2_800_045), st.integers(1, 30),
)  # fmt: skip
variants = st.builds(
    ask.CarriesVariant,
    genes=several(GENES),
    spans=st.lists(spans, max_size=2).map(tuple),
    consequences=several((*EFFECTS, "damaging")),
    max_frequency=st.none() | st.floats(0, 1),
    zygosity=several(("heterozygous", "homozygous", "hemizygous")),
    origin=st.sampled_from([None, "germline", "tumour"]),
    is_strict=st.just(False),
)
exact = st.builds(
    lambda chromosome, position, reference, alternate: ask.CarriesVariant(
        alleles=(Allele(chromosome, position, reference, alternate),), is_strict=False
    ),
    st.sampled_from(CHROMOSOMES), st.integers(2_800_000, 2_800_040), st.sampled_from("AC"),
    st.sampled_from(("G", "T", "GTT")),
)  # fmt: skip
leaves = st.one_of(
    variants,
    exact,
    st.builds(
        ask.HasTerm,
        st.just("diagnoses"),
        st.lists(st.sampled_from(TERMS), min_size=1, max_size=2).map(tuple),
        st.booleans(),
    ),
    st.builds(ask.IsOneOf, st.just("sex"), several(("female", "male"))),
    st.builds(ask.IsOneOf, st.just("population"), several(("A", "B", "C"))),
    st.builds(ask.AgeBetween, st.none() | st.floats(0, 70), st.none() | st.floats(0, 70)),
    st.just(ask.Everyone()),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(ask.Both, inner, inner),
        st.builds(ask.Either, inner, inner),
        st.builds(ask.Without, inner, inner),
        st.builds(ask.Opposite, inner),
        st.builds(ask.NotRecorded, inner),
    ),
    max_leaves=4,
)
which = st.integers(0, 5)
many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@many
@given(which, conditions)
def test_the_evaluator_answers_as_a_slow_reading_does(
    cohorts: list[Made], number: int, asked: ask.Condition
) -> None:
    made = cohorts[number]

    found = made.evaluator.outcome(asked)

    answers = {person["individual_id"]: slowly(made, asked, person) for person in made.people}
    assert found.present == {one for one, answer in answers.items() if answer == 1}
    assert found.excluded == {one for one, answer in answers.items() if answer == -1}


def test_the_slow_reading_is_asked_about_everything(cohorts: list[Made]) -> None:
    """Each kind of answer occurs for each kind of question, or the comparison shows little."""
    questions = [
        ask.CarriesVariant(genes=("G1",), is_strict=False),
        ask.CarriesVariant(
            spans=(Span("chrX"),),
            consequences=("damaging",),
            zygosity=("hemizygous",),
            is_strict=False,
        ),
        ask.HasTerm("diagnoses", ("MONDO:0000002",)),
        ask.HasTerm("diagnoses", ("ORPHA:3",)),
    ]
    for asked in questions:
        found = {slowly(made, asked, person) for made in cohorts for person in made.people}
        assert found == {-1, 0, 1}


@many
@given(which, conditions, conditions, conditions)
def test_combinations_have_the_laws_of_kleenes_logic(
    cohorts: list[Made], number: int, a: ask.Condition, b: ask.Condition, c: ask.Condition
) -> None:
    answer = cohorts[number].evaluator.outcome
    same = [
        (~(a & b), ~a | ~b),
        (~(a | b), ~a & ~b),
        (~~a, a),
        (a & a, a),
        (a | a, a),
        (a & b, b & a),
        (a | b, b | a),
        (a & (b & c), (a & b) & c),
        (a & (b | c), (a & b) | (a & c)),
        (a | (b & c), (a | b) & (a | c)),
        (a & (a | b), a),
        (a & ask.Everyone(), a),
        (a - b - c, a - (b | c)),
        ((a - b) - b, a - b),
    ]

    for one, other in same:
        assert answer(one) == answer(other)


@many
@given(which, conditions, conditions)
def test_nobody_of_whom_nothing_is_recorded_is_a_case_or_a_control(
    cohorts: list[Made], number: int, a: ask.Condition, b: ask.Condition
) -> None:
    evaluator = cohorts[number].evaluator
    told: Outcome = evaluator.outcome(a)
    unknown = evaluator.outcome(ask.NotRecorded(a)).present

    parts = [told.present, told.excluded, unknown]

    assert frozenset().union(*parts) == evaluator.everyone
    assert all(not one & other for one, other in itertools.combinations(parts, 2))
    assert evaluator.outcome(~a).present == told.excluded
    assert evaluator.outcome(a - b).present == told.present - evaluator.outcome(b).present
