"""Each condition is present, excluded or not recorded, and nobody is a control by silence."""

from __future__ import annotations

from datetime import date
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.query.genotypes import UnknownGene
from gdi_spe.query.outcome import Outcome
from gdi_spe.query.places import allele_of, region_of
from gdi_spe.terms.hierarchy import HierarchyMissing

CMS = ("HP:0003473", "HP:0000508", "HP:0001319", "HP:0003403", "HP:0003398")


def ids(*numbers: int) -> frozenset[str]:
    return frozenset(f"P{number:02d}" for number in numbers)


def asked(evaluator: Evaluator, condition: ask.Condition) -> tuple[frozenset[str], frozenset[str]]:
    found = evaluator.outcome(condition)
    return found.present, found.excluded


RARE_RYR1 = ask.CarriesVariant(genes=("RYR1",), consequences=("damaging",), max_frequency=0.2)


def test_a_mutation_is_a_consequence_and_a_frequency_bound(evaluator: Evaluator) -> None:
    any_allele, _ = asked(evaluator, ask.CarriesVariant(genes=("RYR1",)))
    present, excluded = asked(evaluator, RARE_RYR1)

    assert any_allele == evaluator.everyone - ids(12)
    assert present == ids(1, 2, 3)
    assert excluded == evaluator.everyone - ids(1, 2, 3, 4)


def test_a_half_missing_call_carries_and_a_missing_one_is_not_recorded(
    evaluator: Evaluator,
) -> None:
    found = evaluator.outcome(RARE_RYR1)

    assert "P02" in found.present
    assert "P04" not in found.present | found.excluded


@pytest.mark.parametrize(
    ("zygosity", "expected"),
    [("heterozygous", ids(1)), ("homozygous", ids(2)), ("hemizygous", ids(7, 8))],
)
def test_zygosity_follows_the_number_of_alleles_a_person_has(
    evaluator: Evaluator, zygosity: ask.Zygosity, expected: frozenset[str]
) -> None:
    """P07 is a man written 1/1, P08 one written 1, P09 a man with two different alleles."""
    condition = ask.CarriesVariant(genes=("TLR7",), zygosity=(zygosity,))

    assert evaluator.outcome(condition).present == expected


def test_two_different_alleles_where_there_is_one_is_not_recorded(evaluator: Evaluator) -> None:
    found = evaluator.outcome(ask.CarriesVariant(genes=("TLR7",)))

    assert "P09" not in found.present | found.excluded


def test_all_that_is_asked_of_a_variant_must_hold_of_the_same_one(evaluator: Evaluator) -> None:
    condition = ask.CarriesVariant(genes=("PTEN",), consequences=("synonymous",))

    assert evaluator.outcome(condition).present == ids(10)


@pytest.mark.parametrize(
    "condition",
    [
        ask.CarriesVariant(spans=(region_of("chr10:87,933,147-87,933,147"),)),
        ask.CarriesVariant(alleles=(allele_of("10:87933147:C:T"),)),
        ask.CarriesVariant(protein_changes=("R130*",)),
        ask.CarriesVariant(genes=("ENSG_PTEN",), consequences=("protein_truncating",)),
    ],
)
def test_a_variant_is_found_by_place_by_bases_and_by_change(
    evaluator: Evaluator, condition: ask.Condition
) -> None:
    assert evaluator.outcome(condition).present == ids(5, 6, 9)


def test_a_region_between_two_variants_has_neither(evaluator: Evaluator) -> None:
    touching = ask.CarriesVariant(spans=(region_of("chr10:87933148-87933199"),))

    assert evaluator.outcome(touching) == Outcome()


def test_an_unknown_gene_is_an_error_with_near_names(evaluator: Evaluator) -> None:
    with pytest.raises(UnknownGene, match="Near it: RYR1"):
        evaluator.outcome(ask.CarriesVariant(genes=("RYR",)))


def test_an_unknown_consequence_is_an_error_with_near_names(evaluator: Evaluator) -> None:
    with pytest.raises(BadInput, match="missense_variant"):
        evaluator.outcome(ask.CarriesVariant(consequences=("missence_variant",)))


@pytest.mark.parametrize("term", ["ORPHA:590", "MONDO:0018940"])
def test_a_diagnosis_includes_its_kinds_in_either_code_system(
    evaluator: Evaluator, term: str
) -> None:
    present, excluded = asked(evaluator, ask.HasTerm("diagnoses", (term,)))

    assert present == ids(1, 3)
    assert "P04" in excluded
    assert "P05" not in excluded, "another diagnosis does not rule this one out"


def test_a_wider_exclusion_rules_out_the_narrower(evaluator: Evaluator) -> None:
    found = evaluator.outcome(ask.HasTerm("diagnoses", ("MONDO:0100163",)))

    assert found == Outcome(ids(8), ids(10))


def test_exactly_the_term_can_be_asked_without_a_hierarchy(evaluator: Evaluator) -> None:
    exactly = ask.HasTerm("diagnoses", ("OMIM:601462",), with_kinds=False)

    assert evaluator.outcome(exactly) == Outcome()
    with pytest.raises(HierarchyMissing):
        evaluator.outcome(ask.HasTerm("diagnoses", ("OMIM:601462",)))


def test_dates_of_a_treatment_can_be_asked_and_an_unknown_date_meets_none(
    evaluator: Evaluator,
) -> None:
    ever = ask.HasTerm("treatments", ("NCIT:C64768",))
    since = ask.HasTerm("treatments", ("NCIT:C64768",), from_date=date(2020, 1, 1))

    assert evaluator.outcome(ever) == Outcome(ids(5, 6, 9), ids(10))
    assert evaluator.outcome(since) == Outcome(ids(5), ids(10))


@pytest.mark.parametrize("marker", ["BRAF V600E", "braf v600e", "BRAF p.Val600Glu"])
def test_a_marker_is_found_by_name_and_by_change_unless_it_was_ruled_out(
    evaluator: Evaluator, marker: str
) -> None:
    found = evaluator.outcome(ask.HasBiomarker((marker,)))

    assert found == Outcome(ids(5, 9), ids(6))


def test_a_marker_can_be_asked_by_gene_alone(evaluator: Evaluator) -> None:
    assert evaluator.outcome(ask.HasBiomarker(("BRAF",))).present == ids(5, 9, 10)
    assert evaluator.outcome(ask.HasBiomarker(("HGNC:1097",))).present == ids(5, 9, 10)


def test_values_are_compared_and_who_was_not_measured_is_not_recorded(
    evaluator: Evaluator,
) -> None:
    tall = ask.Measured("LOINC:8302-2", ">=", 180.0, with_kinds=False)

    assert evaluator.outcome(tall) == Outcome(ids(7, 8, 9, 10), ids(1, 2, 3, 4, 5, 6))


def test_unknown_sex_population_and_age_are_not_recorded(evaluator: Evaluator) -> None:
    for condition in (
        ask.IsOneOf("sex", ("female",)),
        ask.IsOneOf("population", ("EST",)),
        ask.AgeBetween(at_least=40.0),
    ):
        found = evaluator.outcome(condition)
        assert found.present
        assert found.excluded
        assert "P12" not in found.present | found.excluded
        assert not evaluator.outcome(~condition).present & {"P12"}


def test_likeness_counts_syndromes_not_single_signs(evaluator: Evaluator) -> None:
    found = evaluator.outcome(ask.Resembles(CMS, 0.6))

    assert found.present == ids(2)
    assert found.excluded == ids(11), "only who cannot be alike is excluded"


def test_a_control_is_never_somebody_about_whom_nothing_is_known(
    evaluator: Evaluator, small: ModuleType
) -> None:
    condition = ask.HasTerm("treatments", ("NCIT:C64768",))

    controls = evaluator.outcome(~condition).present
    unknown = evaluator.outcome(ask.NotRecorded(condition)).present

    assert controls == ids(10)
    assert unknown == evaluator.everyone - ids(5, 6, 9, 10)


def test_leaving_out_keeps_who_is_not_recorded(evaluator: Evaluator) -> None:
    women = ask.IsOneOf("sex", ("female",))
    treated = ask.HasTerm("treatments", ("NCIT:C64768",))

    assert evaluator.outcome(women - treated).present == ids(1, 2, 3, 4)
    assert evaluator.outcome(women & ~treated).present == frozenset()


PERSONS = frozenset("abcdefgh")
outcomes = st.builds(
    lambda present, excluded: Outcome(present, excluded - present),
    st.frozensets(st.sampled_from(sorted(PERSONS))),
    st.frozensets(st.sampled_from(sorted(PERSONS))),
)


@given(outcomes, outcomes)
def test_combinations_follow_kleene(one: Outcome, other: Outcome) -> None:
    def value(outcome: Outcome, person: str) -> int:
        return 1 if person in outcome.present else -1 if person in outcome.excluded else 0

    for person in PERSONS:
        left, right = value(one, person), value(other, person)
        assert value(one.both(other), person) == min(left, right)
        assert value(one.either(other), person) == max(left, right)
        assert value(one.opposite(), person) == -left
    assert one.opposite().opposite() == one
    assert one.both(other).opposite() == one.opposite().either(other.opposite())


@pytest.mark.parametrize("text", ["19:5-1", "chr0:1-2", "chrUn:1-2", "19:0-5", "chr1:a-b", ""])
def test_a_region_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        region_of(text)


@pytest.mark.parametrize("text", ["1-5-A", "1-x-A-T", "chrQ-5-A-T", "rs123"])
def test_a_variant_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        allele_of(text)
