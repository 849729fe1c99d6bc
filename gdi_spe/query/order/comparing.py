"""Did one thing happen after another: yes, no, or it cannot be told from what was recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from gdi_spe.query.conditions import Order
from gdi_spe.query.order.times import LEAPS, Stretch, When


def ordered(event: When, order: Order, anchor: When, within: float | None) -> bool | None:
    """Say whether an event stands so to another; None where it cannot be told.

    Days of the calendar decide where both have them, else ages; one day is neither before nor
    after itself.
    """
    test = _TESTS[order]
    by_date = by_age = None
    if event.by_date is not None and anchor.by_date is not None:
        by_date = test(event.by_date, anchor.by_date, within, 0)
    if event.by_age is not None and anchor.by_age is not None:
        by_age = test(event.by_age, anchor.by_age, within, LEAPS)
    return by_age if by_date is None else by_date


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Kleene's *or* of several answers."""
    told = set(answers)
    return True if True in told else None if None in told else False


def _after(event: Stretch, anchor: Stretch, within: float | None, slack: int) -> bool | None:
    latest = math.inf if within is None else within
    if event.first > anchor.last and event.last - anchor.first + slack <= latest:
        return True
    if event.last <= anchor.first or event.first - anchor.last - slack > latest:
        return False
    return None


def _before(event: Stretch, anchor: Stretch, within: float | None, slack: int) -> bool | None:
    return _after(anchor, event, within, slack)


def _around(event: Stretch, anchor: Stretch, within: float | None, slack: int) -> bool | None:
    latest = within or 0.0
    if max(event.last - anchor.first, anchor.last - event.first) + slack <= latest:
        return True
    if max(event.first - anchor.last, anchor.first - event.last) - slack > latest:
        return False
    return None


_TESTS: dict[Order, Callable[[Stretch, Stretch, float | None, int], bool | None]] = {
    "after": _after,
    "before": _before,
    "around": _around,
}
