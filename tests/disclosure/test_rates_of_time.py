"""Rates over the time that people were followed, beside the events and the people."""

from __future__ import annotations

import pytest

_REGIONS = ("Innlandet", "Midt", "Nord", "Vest")
_PEOPLE = (2670, 3906, 2680, 4573)
_EVENTS = (385, 526, 374, 575)
_HEAD = "Region;n;Deaths;Rate per 1,000 py\n"


def rates(years: list[float], events: tuple[int, ...] = _EVENTS) -> str:
    lines = zip(_REGIONS, _PEOPLE, events, years, strict=True)
    return _HEAD + "".join(f"{r};{n};{d};{1000 * d / n / y:.1f}\n" for r, n, d, y in lines)


def test_rates_of_many_events_over_years_are_no_shares_of_the_events(report):
    assert report(rates([6.8, 6.9, 6.7, 6.8]), "rates.csv", n=24_317).verdict.word == "pass"


@pytest.mark.parametrize(
    "text",
    [
        # Few deaths; years that differ as no groups of a study do; rates beside people alone.
        rates([6.8, 6.9, 6.7, 6.8], (385, 526, 4, 575)),
        rates([6.8, 6.9, 60.0, 0.7]),
        "Region;n;Rate per 1,000 py\nNord;2670;2.1\nVest;4573;0.9\nMidt;3906;1.8\n",
    ],
)
def test_rates_that_tell_of_few_events_do_not_pass(report, text):
    assert report(text, "rates.csv", n=24_317).verdict.word != "pass"
