"""Lists of plain numbers in trees may be of people, whatever they are called."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.mark.parametrize(
    "told",
    [
        {"ages": [54, 61, 38, 22]},
        {"sites": {"a": {"weights": [54.2, 61.1, 38.7]}}},
        {"n": 33_100, "bmi": [24, 31, 28, 22]},
        {"values": [[54, 61, 38], [22, 31, 45, 60]]},
    ],
)
def test_numbers_that_nothing_explains_are_never_taken_for_settings(report, told: Any) -> None:
    found = report(json.dumps(told), "told.json", n=33_100)

    assert found.verdict.word != "pass"
