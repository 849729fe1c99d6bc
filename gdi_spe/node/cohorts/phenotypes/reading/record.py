"""A JSON record that is asked for its parts, and says where it stands when they are wrong."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.findings import Fault, Findings
from gdi_spe.node.cohorts.phenotypes.reading.moments import UNKNOWN, Moment, NoMoment, moment_of
from gdi_spe.node.cohorts.phenotypes.reading.places import Place
from gdi_spe.node.cohorts.phenotypes.reading.units import NoUnit, unit_of
from gdi_spe.terms.curies import UnknownTerm, require_known

Row = dict[str, Any]
_MAX_TEXT = 4096


class Record:
    """An object of a file.

    What is not of the shape that the standard gives it is refused at once. A value of the right
    shape that is wrong (no term, no age, no unit) becomes a fault and is left out.
    """

    __slots__ = ("findings", "place", "value")

    def __init__(self, value: Mapping[str, Any], place: Place, findings: Findings) -> None:
        self.value, self.place, self.findings = value, place, findings

    def refuse(self, why: str, name: str = "") -> BadInput:
        """Return the refusal of a part, or of the whole record."""
        place = self.place.under(name) if name else self.place
        pointer = f"{place.pointer}: " if place.pointer else ""
        return BadInput(f"{pointer}{why}", source=place.source, line=place.line)

    def fault(self, kind: str, why: str, name: str = "", remedy: str = "") -> None:
        """Take down a wrong value."""
        place = self.place.under(name) if name else self.place
        pointer = f"{place.pointer}: " if place.pointer else ""
        kind = f"{place.kind} {kind}".strip()
        self.findings.fault(Fault(kind, f"{pointer}{why}", place.source, place.line, remedy))

    def leave_out(self, name: str, why: str) -> None:
        """Count a part that is right but has no column."""
        place = self.place.under(name)
        self.findings.left_out.add(f"{place.kind}: {why}", place)

    def leave_out_others(self, read: Collection[str], why: Mapping[str, str]) -> None:
        """Count every part that is not read, with the reason if there is one."""
        for name in self.value:
            if name not in read and self.value[name] not in (None, "", [], {}):
                self.leave_out(name, why.get(name, "no column"))

    def first(self, *names: str) -> str:
        """Return the first of these names that is there (or the first of them)."""
        # A loop, not a generator: this is asked a hundred times a record.
        for name in names:
            if self.value.get(name) is not None:
                return name
        return names[0]

    def get(self, *names: str) -> Record | None:
        """Return a part that is a record, by any of its names; ``None`` where it is absent."""
        name = self.first(*names)
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse("not a record", name)
        return Record(value, self.place.under(name), self.findings)

    def need(self, *names: str) -> Record:
        """Return a part that must be there."""
        found = self.get(*names)
        if found is None:
            raise self.refuse("is missing", names[0])
        return found

    def each(self, *names: str) -> Iterator[Record]:
        """Return the records of a list."""
        name = self.first(*names)
        values = self.value.get(name)
        if values is None:
            return
        if not isinstance(values, list):
            raise self.refuse("not a list", name)
        top = self.place.under(name)
        for number, value in enumerate(values):
            record = Record({}, top.under(number), self.findings)
            if not isinstance(value, dict):
                raise record.refuse("not a record")
            record.value = value
            yield record

    def text(self, name: str) -> str | None:
        """Return a text, ``None`` where it is absent or blank."""
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.refuse("not a text", name)
        return self._clean(value, name)

    def _clean(self, value: str, name: str) -> str | None:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise self.refuse("not a text of Unicode characters", name) from None
        if len(value) > _MAX_TEXT or "\0" in value:
            raise self.refuse("no text that can be", name)
        return value.strip() or None

    def identifier(self, name: str) -> str:
        """Return a text that must be there."""
        found = self.text(name)
        if found is None:
            raise self.refuse("is empty or missing", name)
        return found

    def flag(self, name: str) -> bool:
        """Return a truth value, false where it is absent."""
        value = self.value.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise self.refuse("neither true nor false", name)
        return value

    def number(self, name: str) -> float | None:
        """Return a number that can be stored, ``None`` where it is absent."""
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse("not a number", name)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.refuse("no number that can be", name)
        return number

    def choice(self, name: str, known: Mapping[str, str | None]) -> str | None:
        """Return what one of a closed list of words means here."""
        found = self.text(name)
        if found is None:
            return None
        if found not in known:
            raise self.refuse(f"{found[:40]!r} is none of {', '.join(known)}", name)
        return known[found]

    def term(self, *names: str) -> Row | None:
        """Return a term with its label; ``None`` where it is absent or a fault."""
        found = self.get(*names)
        return None if found is None else found.as_term()

    def code(self, *names: str) -> str | None:
        """Return a term without its label."""
        found = self.term(*names)
        return None if found is None else str(found["term"])

    def as_term(self) -> Row | None:
        """Read this record as a term (``{"id": ..., "label": ...}``)."""
        curie = self.identifier("id")
        term, why, remedy = _known(curie)
        if term is None:
            self.fault("unknown terms", why, remedy=remedy)
            return None
        return {"term": term, "label": self.text("label") or term}

    def moment(self, *names: str) -> Moment:
        """Return when something was; unknown where it is absent or a fault."""
        name = self.first(*names)
        value = self.value.get(name)
        if value is None:
            return UNKNOWN
        try:
            found = moment_of(value)
        except NoMoment as error:
            self.fault("ages and dates", str(error), name)
            return UNKNOWN
        except RecursionError:
            raise self.refuse("nested too deeply", name) from None
        if found.term is not None:
            term, why, remedy = _known(found.term)
            if term is None:
                self.fault("unknown terms", why, name, remedy)
            found = Moment(term=term)
        return found

    def unit(self, *names: str) -> str | None:
        """Return a unit given as a term; ``None`` where it is absent or a fault."""
        found = self.get(*names)
        if found is None:
            return None
        try:
            return unit_of(found.identifier("id"))
        except NoUnit as error:
            found.fault("unknown units", str(error), remedy="Write it as UCUM does")
            return None


@lru_cache(maxsize=65536)
def _known(curie: str) -> tuple[str | None, str, str]:
    """Return a term in its one spelling, or why it is none and the remedy."""
    try:
        return require_known(curie), "", ""
    except UnknownTerm as error:
        return None, error.why, error.remedy
