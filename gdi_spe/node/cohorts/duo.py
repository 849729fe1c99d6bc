"""Conditions of data use (GA4GH Data Use Ontology) against the purposes of a project.

A condition is written ``DUO:0000006``, or with what it is bound to: ``DUO:0000007=MONDO:0100096``.
A project asks for kinds of use (general, health, one disease, ancestry, care), and may bind itself
by the same codes that data have as modifiers (``DUO:0000046``: not commercial). A project that
names no kind of use asks for the widest. The rules follow REMS (docs/architecture/019-duo.md);
what a machine cannot decide is left to the data access committee.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms.curies import require_known

NRES, GRU, HMB, DS, POA, CC = (
    "DUO:0000004", "DUO:0000042", "DUO:0000006", "DUO:0000007", "DUO:0000011", "DUO:0000043",
)  # fmt: skip
NPUNCU, NPU, NCU, NPOA = "DUO:0000018", "DUO:0000045", "DUO:0000046", "DUO:0000044"
TERMS = {
    NRES: "no restriction", GRU: "general research use", HMB: "health or biomedical research",
    DS: "research on one disease", POA: "population origins or ancestry research only",
    CC: "clinical care", NPUNCU: "neither for profit nor commercial", NPU: "not for profit",
    NCU: "not commercial", NPOA: "no population origins or ancestry research",
    "DUO:0000015": "no general methods research", "DUO:0000016": "genetic studies only",
    "DUO:0000012": "research specific restrictions", "DUO:0000019": "publication required",
    "DUO:0000020": "collaboration required", "DUO:0000021": "ethics approval required",
    "DUO:0000022": "geographical restriction", "DUO:0000024": "publication moratorium",
    "DUO:0000025": "time limit", "DUO:0000026": "named users only",
    "DUO:0000027": "named project only", "DUO:0000028": "named institution only",
    "DUO:0000029": "return to the resource",
}  # fmt: skip
_ASKS = frozenset({NRES, GRU, HMB, DS, POA, CC})
# A project meets these by binding itself to the same; the other modifiers need a person.
_BOUND_BY: dict[str, tuple[frozenset[str], ...]] = {
    "DUO:0000015": (frozenset({"DUO:0000015"}),),
    "DUO:0000016": (frozenset({"DUO:0000016"}),),
    NPOA: (frozenset({NPOA}),),
    NPU: (frozenset({NPU}), frozenset({NPUNCU})),
    NCU: (frozenset({NCU}), frozenset({NPUNCU})),
    NPUNCU: (frozenset({NPUNCU}), frozenset({NPU, NCU})),
}


@dataclass(frozen=True, order=True)
class Use:
    """One code, and what it is bound to (a disease, a country, a date) where that is told."""

    code: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.code}={self.of}" if self.of else self.code


class Match(StrEnum):
    """Whether a project's purposes meet a condition."""

    YES = "yes"
    NO = "no"
    COMMITTEE = "committee"


# Returns a disease and all its kinds.
Kinds = Callable[[str], frozenset[str]]


def read(text: str, source: str = "", line: int | None = None) -> Use:
    """Read one condition or purpose.

    Raises
    ------
    BadInput
        If it is no code of DUO that says something about use, or a disease is no term.
    """
    code, _, of = text.strip().partition("=")
    if code not in TERMS:
        remedy = "Write a data use code such as DUO:0000042, or DUO:0000007=MONDO:0100096"
        raise BadInput(f"{text!r} is no code of DUO", source=source, line=line, remedy=remedy)
    if any(character in of for character in " ;,"):
        raise BadInput(f"{text!r} has more than one value", source=source, line=line)
    return Use(code, require_known(of, source, line) if code == DS and of else of)


def read_all(texts: Iterable[str], source: str = "") -> tuple[Use, ...]:
    """Read conditions, each once, in the order of their codes."""
    return tuple(sorted({read(text, source) for text in texts}))


def purposes_of(texts: Iterable[str]) -> tuple[Use, ...]:
    """Read a project's purposes; research on one disease must name the disease."""
    found = read_all(texts)
    if Use(DS) in found:
        raise BadInput(f"the purpose {DS} names no disease", remedy=f"{DS}=MONDO:0100096, say")
    return found


def match(condition: Use, purposes: Sequence[Use], kinds: Kinds) -> Match:
    """Say whether purposes meet one condition; every kind of use that is asked for must."""
    asks = _asked(purposes)
    if condition.code in (NRES, CC):
        return Match.YES
    if condition.code in _BOUND_BY:
        return Match.YES if _is_bound(condition.code, purposes, asks) else Match.NO
    if condition.code not in _ASKS or condition == Use(DS):
        return Match.COMMITTEE
    # TRUST: the project may use the data in each way it asks for, so each must be allowed.
    found = {_allows(condition, ask, kinds) for ask in asks}
    return next(word for word in (Match.NO, Match.COMMITTEE, Match.YES) if word in found)


def covers(wide: Sequence[Use], narrow: Sequence[Use]) -> bool:
    """Say whether purposes are within others: no use more, and bound by no less."""
    asked = all(
        any(_allows(own, ask, _only) is Match.YES for own in _asked(wide)) for ask in _asked(narrow)
    )
    return asked and {p for p in wide if p.code not in _ASKS} <= set(narrow)


def _asked(purposes: Sequence[Use]) -> tuple[Use, ...]:
    return tuple(p for p in purposes if p.code in _ASKS) or (Use(GRU),)


def _only(term: str) -> frozenset[str]:
    return frozenset({term})


def _is_bound(code: str, purposes: Sequence[Use], asks: Sequence[Use]) -> bool:
    stated = {purpose.code for purpose in purposes}
    if code == NPOA and all(ask.code in (HMB, DS) for ask in asks):
        return True  # neither kind includes ancestry
    return any(each <= stated for each in _BOUND_BY[code])


def _allows(condition: Use, ask: Use, kinds: Kinds) -> Match:
    if ask == condition or condition.code == NRES:
        return Match.YES
    if ask.code == CC:
        return Match.COMMITTEE
    if condition.code == GRU:
        return Match.YES
    if condition.code == HMB:
        return Match.YES if ask.code in (HMB, DS) else Match.NO
    if condition.code == DS and ask.code == DS:
        return Match.YES if ask.of in kinds(condition.of) else Match.NO
    return Match.NO
