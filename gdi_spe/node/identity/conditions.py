"""A visa's conditions: an OR of ANDs of clauses, each met by one other visa.

GA4GH Passport 1.2.1, conditions and Pattern Matching.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from gdi_spe.node.identity.visas import Visa, VisaRefused

# "Visa Object Claims with string value definitions"; ``type`` is compared as a constant.
_CLAIMS = frozenset({"value", "source", "by"})
_MAX_CLAUSES = 64
_MAX_CLAUSE_TEXT = 1024


@dataclass(frozen=True)
class Clause:
    """What one other visa must look like: its type, and a match for each named claim."""

    type: str
    matches: tuple[tuple[str, str], ...]

    def is_met_by(self, visa: Visa) -> bool:
        """Say whether every claim of the clause matches this one visa."""
        claims = {"value": visa.value, "source": visa.source, "by": visa.by}
        return visa.type == self.type and all(
            matches(expected, claims[name]) for name, expected in self.matches
        )


Conditions = tuple[tuple[Clause, ...], ...]


def read_conditions(raw: object) -> Conditions:
    """Check and read the ``conditions`` claim; its correctness comes before any matching."""
    if not isinstance(raw, list) or not all(isinstance(group, list) and group for group in raw):
        raise VisaRefused("conditions-malformed", "not a list of non-empty lists")
    if sum(len(group) for group in raw) > _MAX_CLAUSES:
        raise VisaRefused("conditions-malformed", f"more than {_MAX_CLAUSES} clauses")
    return tuple(tuple(_clause(clause) for clause in group) for group in raw)


def met_until(conditions: Conditions, others: Iterable[tuple[Visa, float]]) -> float | None:
    """Return until when the conditions are met, or None.

    ``others`` are the person's own valid and trusted visas, each with the instant until which it
    counts. A way to meet the conditions lives as long as its shortest visa; the longest way
    counts. No condition at all is met for ever.
    """
    if not conditions:
        return float("inf")
    # TRUST: a visa with conditions never meets one, so that no circle of visas holds itself up.
    plain = [(visa, until) for visa, until in others if not visa.is_conditional]
    ways = [_group_until(group, plain) for group in conditions]
    return max((way for way in ways if way is not None), default=None)


def matches(expected: str, found: str | None) -> bool:
    """Compare one claim with ``const:``, ``pattern:`` or ``split_pattern:``; all else fails."""
    kind, separator, text = expected.partition(":")
    if found is None or not separator:
        return False
    if kind == "const":
        return text == found
    if kind == "pattern":
        return matches_pattern(text, found)
    if kind == "split_pattern":
        return any(matches_pattern(text, part) for part in found.split(";"))
    return False


def matches_pattern(pattern: str, text: str) -> bool:
    """Match the full, case-sensitive text; ``?`` is one character, ``*`` any number of them."""
    at, star, resume = 0, -1, 0
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at += 1
            position += 1
        elif star >= 0:  # let the last asterisk take one character more
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return all(character == "*" for character in pattern[at:])


def _clause(raw: object) -> Clause:
    if not isinstance(raw, Mapping):
        raise VisaRefused("conditions-malformed", "a clause is not an object")
    if not all(isinstance(part, str) for part in chain(raw.keys(), raw.values())):
        raise VisaRefused("conditions-malformed", "a clause holds something else than text")
    kind = raw.get("type", "")
    named = {name: text for name, text in raw.items() if name != "type"}
    if not kind or not named:
        raise VisaRefused("conditions-malformed", "a clause needs a type and one claim more")
    # TRUST: no conditions on conditions, none on timestamps, none on what is not defined.
    if not _CLAIMS.issuperset(named):
        raise VisaRefused("conditions-malformed", "a clause names a claim that it may not")
    if max(map(len, named.values())) > _MAX_CLAUSE_TEXT:
        raise VisaRefused("conditions-malformed", "a clause is too long")
    return Clause(kind, tuple(sorted(named.items())))


def _group_until(group: tuple[Clause, ...], plain: list[tuple[Visa, float]]) -> float | None:
    until = float("inf")
    for clause in group:
        met = [how_long for visa, how_long in plain if clause.is_met_by(visa)]
        if not met:
            return None
        until = min(until, max(met))
    return until
