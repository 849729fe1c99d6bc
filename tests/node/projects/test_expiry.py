"""What is said before an end: at a day, an hour and five minutes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.expiry import remaining, warning_of

END = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (timedelta(hours=24, seconds=1), None),
        (timedelta(hours=24), "day"),
        (timedelta(hours=1, seconds=1), "day"),
        (timedelta(hours=1), "hour"),
        (timedelta(minutes=5), "minutes"),
        (timedelta(seconds=1), "minutes"),
        (timedelta(0), "over"),
        (timedelta(seconds=-9), "over"),
    ],
)
def test_the_nearest_step_is_what_is_said(left: timedelta, level: str | None) -> None:
    warning = warning_of(END, END - left)

    assert (warning or {}).get("level") == level


def test_the_words_name_the_instant() -> None:
    warning = warning_of(END, END - timedelta(minutes=3))

    assert warning is not None
    assert "save your work now (12:30 UTC on 23 November 2026)" in warning["text"]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=2, hours=5), "2 days"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=-1), "less than a minute"),
    ],
)
def test_what_remains_is_rounded_down(left: timedelta, words: str) -> None:
    assert remaining(END, END - left) == words


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_warning_never_grows_weaker_as_the_end_comes_near(one: int, other: int) -> None:
    order = [None, "day", "hour", "minutes", "over"]
    near, far = sorted((one, other))

    levels = [
        (warning_of(END, END - timedelta(seconds=left)) or {}).get("level") for left in (far, near)
    ]

    assert order.index(levels[0]) <= order.index(levels[1])
