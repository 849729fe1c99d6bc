"""A condition that went through JSON is the condition it was."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.query import conditions as ask
from gdi_spe.query.places import Allele, Span
from gdi_spe.query.written import NotACondition, condition_of, data_of, words_of

LEAVES = [
    ask.Everyone(),
    ask.IsOneOf("sex", ("female",)),
    ask.HasTerm("diagnoses", ("ORPHA:590",), onset=("<", 12.0), from_date=date(2020, 1, 2)),
    ask.HasAnyTerm(("HP:0000508",), at_least=0.5),
    ask.HasOnset("<=", 40, ("ORPHA:590",)),
    ask.HasBiomarker(("BRAF V600E",)),
    ask.Measured("LOINC:8302-2", ">=", 180, "cm"),
    ask.AgeBetween(40, None),
    ask.SampleHas("tissue", ("UBERON:0000955",)),
    ask.Resembles(("HP:0000508",), 0.6),
    ask.CarriesVariant(
        genes=("RYR1",), spans=(Span.overlapping("chr19", 1, 9),), max_frequency=0.01
    ),
    ask.CarriesVariant(alleles=(Allele("chr7", 140753335, "A", "T"),), zygosity=("heterozygous",)),
    ask.InOrder(ask.HasTerm("treatments", ("NCIT:C1",)), "after", ask.Moment(date(2021, 1, 1))),
    ask.InOrder(ask.HasTerm("treatments", ("A:1",)), "before", ask.HasTerm("diagnoses", ("B:1",))),
    ask.AtAge(ask.HasTerm("diagnoses", ("B:1",)), 10, 20),
]
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.builds(ask.Both, inner, inner)
        | st.builds(ask.Either, inner, inner)
        | st.builds(ask.Without, inner, inner)
        | st.builds(ask.Opposite, inner)
        | st.builds(ask.NotRecorded, inner)
    ),
    max_leaves=12,
)


@given(CONDITIONS)
def test_a_condition_comes_back_as_it_was_written(condition):
    assert condition_of(json.loads(json.dumps(data_of(condition)))) == condition


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"is": "Condition"},
        {"is": "os.system"},
        {"is": "IsOneOf", "column": "individual_id", "values": ["I1"]},
        {"is": "IsOneOf", "column": "sex"},
        {"is": "IsOneOf", "column": "sex", "values": ["female"], "more": 1},
        {"is": "Both", "left": {"is": "Everyone"}, "right": "everyone"},
        {"is": "Opposite", "of": {"is": "Moment", "age": "P1Y"}},
        {"is": "Moment", "age": "P1Y"},
    ],
)
def test_what_is_no_condition_is_refused(data):
    with pytest.raises(NotACondition):
        condition_of(data)


def test_a_tower_of_conditions_is_refused():
    tower: dict = {"is": "Everyone"}
    for _ in range(200):
        tower = {"is": "Opposite", "of": tower}

    with pytest.raises(NotACondition):
        condition_of(tower)


@given(CONDITIONS)
def test_every_condition_can_be_said(condition):
    assert words_of(data_of(condition)).strip()


def test_a_condition_is_said_as_it_is_meant():
    women = ask.IsOneOf("sex", ("female",))
    old = ask.AgeBetween(60, None)
    carriers = ask.CarriesVariant(genes=("RYR1",), max_frequency=0.01)

    said = words_of(data_of((women & old) - carriers))

    assert said == (
        "(is one of column sex, values female and age between at least 60.0, column age_years)"
        " without carries variant genes RYR1, max frequency 0.01"
    )
