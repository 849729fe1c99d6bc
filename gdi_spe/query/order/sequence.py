"""Answer conditions about order in time and about the age at which something happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gdi_spe.query import conditions as ask
from gdi_spe.query.order import times
from gdi_spe.query.order.comparing import any_of
from gdi_spe.query.order.events import Times, doubtful, events_of, verdicts
from gdi_spe.query.order.times import Stretch, When
from gdi_spe.query.outcome import Ids, Outcome
from gdi_spe.query.records import Records


def in_order(
    records: Records, condition: ask.InOrder, event: Outcome, anchor: Outcome | None
) -> Outcome:
    """Answer whether something stands in time to something else, or to a moment.

    Excluded: one of the two is known not to be, or each time it happened is known to stand
    otherwise. A time that is not known leaves it not recorded.
    """
    holds = event.present if anchor is None else event.present & anchor.present
    answers = {
        one: any_of(so for _, so in told)
        for one, told in verdicts(records, condition).items()
        if one in holds
    }
    lacks = event.excluded | (anchor.excluded if anchor else frozenset())
    open_still = doubtful(records, condition.event) | doubtful(records, condition.anchor)
    return _outcome(answers, lacks, open_still)


def at_age(records: Records, condition: ask.AtAge, event: Outcome) -> Outcome:
    """Answer whether something happened at such an age."""
    answers = {
        one: any_of(_at(when, condition) for when in whens)
        for one, whens in _aged(records, events_of(records, condition.event))
        if one in event.present
    }
    return _outcome(answers, event.excluded, doubtful(records, condition.event))


def _outcome(answers: Mapping[str, bool | None], lacks: Ids, open_still: Ids) -> Outcome:
    present = frozenset(one for one, answer in answers.items() if answer)
    otherwise = frozenset(one for one, answer in answers.items() if answer is False)
    excluded = (otherwise - open_still) | lacks
    return Outcome(present, excluded - present)


def _aged(records: Records, happened: Times) -> Iterator[tuple[str, list[When]]]:
    """Work out ages from days and births where only days are known."""
    for one, whens in happened.items():
        birth = records.births.get(one)
        yield one, [_with_age(when, birth) for when in whens]


def _with_age(when: When, birth: Stretch | None) -> When:
    if when.by_age is not None or when.by_date is None or birth is None:
        return when
    return When(when.by_date, when.by_date.since(birth))


def _at(when: When, condition: ask.AtAge) -> bool | None:
    if when.by_age is None:
        return None
    lower = times.years(condition.at_least)
    upper = times.years(condition.below)
    first = lower.first if lower else -(10**9)
    last = upper.first if upper else 10**9
    if first <= when.by_age.first and when.by_age.last < last:
        return True
    if when.by_age.last < first or when.by_age.first >= last:
        return False
    return None
