"""Limits of printed intervals, and means of groups that several numbers of people stand beside."""

from __future__ import annotations

import pytest

RATIOS = """Odds ratios
                      {}   2.5%  97.5%
Intercept          0.004  0.002  0.009
smoking[T.former]  0.545  0.447  0.666
age                1.056  1.049  1.063
ldl                1.036  0.955  1.123
"""
SHARES = """Carriers by group
             {}      {}
{}   2.5%    97.5%
controls     0.4%    99.6%
"""
MEANS = """smoking,n,age,hba1c,events
current,1145,{},38.9,{}
former,2200,57.9,39.1,515
never,2973,58.0,38.7,702
"""


@pytest.mark.parametrize("name", ["OR", "HR", "Estimate", "exp(coef)"])
def test_levels_beside_an_estimate_name_its_limits(report, name):
    assert report(RATIOS.format(name), "fit.txt", n=6318).verdict.word == "pass"


@pytest.mark.parametrize("group", ["cases   ", "affected", "women   "])
def test_shares_of_people_that_look_like_levels_are_still_shares(report, rules_of, group):
    judged = report(SHARES.format("carrier", "other", group), "shares.txt", n=300)

    assert judged.verdict.word == "block"
    assert "TAB106" in rules_of(judged)


def test_means_of_traits_beside_two_large_numbers_of_people_pass(report):
    assert report(MEANS.format("58.1", 390), "means.csv", n=6318).verdict.word == "pass"


@pytest.mark.parametrize(
    ("age", "events", "verdict"),
    [
        ("58.1", 4, "block"),  # few people in a cell
        ("58.1", 12, "review"),  # the age may be of those few
        ("91.4", 390, "review"),  # no mean of many lies so far off
    ],
)
def test_traits_beside_few_people_or_far_apart_do_not_pass(report, age, events, verdict):
    assert report(MEANS.format(age, events), "means.csv", n=6318).verdict.word == verdict
