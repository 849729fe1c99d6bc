"""Consent, per individual and per purpose: who is in and who is out at a given time."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts import duo as conditions

COLUMNS = (
    "subject_id",
    "jurisdiction",
    "model",
    "purpose",
    "status",
    "valid_from",
    "valid_to",
    "source",
    "duo",
)
MODELS = ("opt_in", "opt_out")
STATUSES = ("given", "refused", "withdrawn", "unknown")
# What a person is asked about one by one. A cohort in a workspace is secondary use; the others are
# kept for what else a node may do with the same data.
SECONDARY_USE = "secondary_use"
PURPOSES = (SECONDARY_USE, "allele_frequency", "subject_query", "commercial_use")
CONTRADICTION = "contradiction"


@dataclass(frozen=True)
class Statement:
    """One row of a consent file."""

    subject_id: str
    jurisdiction: str
    model: str
    purpose: str
    status: str
    valid_from: date
    valid_to: date | None
    source: str
    duo: tuple[str, ...]

    def row(self) -> dict[str, str]:
        """Return it as text, a column each."""
        return {
            "subject_id": self.subject_id,
            "jurisdiction": self.jurisdiction,
            "model": self.model,
            "purpose": self.purpose,
            "status": self.status,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else "",
            "source": self.source,
            "duo": ";".join(self.duo),
        }


@dataclass(frozen=True)
class Decision:
    """Whether an individual is in, and why."""

    is_in: bool
    why: str
    # Conditions of use (DUO) of the statement that decided.
    duo: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConsentRecords:
    """All statements about the individuals of a dataset."""

    statements: tuple[Statement, ...]
    default_model: str = "opt_in"
    _by_subject: Mapping[str, list[Statement]] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(statements: Iterable[Statement], default_model: str = "opt_in") -> ConsentRecords:
        """Bring statements together by individual."""
        kept = tuple(statements)
        by_subject: dict[str, list[Statement]] = {}
        for statement in kept:
            by_subject.setdefault(statement.subject_id, []).append(statement)
        return ConsentRecords(kept, default_model, by_subject)

    def decide(self, subject_id: str, purpose: str, now: datetime) -> Decision:
        """Say whether an individual may be used for a purpose at this time.

        The latest statement that is valid now counts. Two different ones of the same day
        contradict each other: out. Where nothing is known, opt-in means out and opt-out in.
        """
        today = now.astimezone(UTC).date()
        own = [s for s in self._by_subject.get(subject_id, ()) if s.purpose == purpose]
        valid = [
            s for s in own if s.valid_from <= today and (s.valid_to is None or today <= s.valid_to)
        ]
        if not valid:
            # Without any word that is valid now, the individual's own model counts if one is told.
            model = max(own, key=lambda s: s.valid_from).model if own else self.default_model
            return Decision(False, "unknown") if model == "opt_in" else Decision(True, "opt_out")
        latest = max(s.valid_from for s in valid)
        last = [s for s in valid if s.valid_from == latest]
        said = {(s.status, s.model) for s in last}
        # TRUST: of several statements of one day every condition counts.
        duo = tuple(sorted({code for s in last for code in s.duo}))
        # TRUST: everything that is not plainly a yes keeps the individual out.
        if len(said) > 1:
            return Decision(False, CONTRADICTION)
        status, model = said.pop()
        if status == "given":
            return Decision(True, "given", duo)
        if status == "unknown" and model == "opt_out":
            return Decision(True, "opt_out", duo)
        return Decision(False, status)

    def sha256(self) -> str:
        """Hash of all statements."""
        return hashlib.sha256(to_csv(self.statements)).hexdigest()


def read_consent(path: Path) -> ConsentRecords:
    """Read a consent file (CSV, one statement a row).

    Raises
    ------
    BadInput
        Naming file and line of the first row that is not understood.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", source=str(path)) from None
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise BadInput(f"the columns are not {', '.join(COLUMNS)}", source=str(path), line=1)
        return ConsentRecords.of(_statement(row, str(path), reader.line_num) for row in reader)
    except csv.Error as error:
        raise BadInput(f"not CSV: {error}", source=str(path), line=reader.line_num) from None


def _statement(row: Mapping[str | None, str | None], source: str, line: int) -> Statement:
    def refuse(why: str) -> BadInput:
        return BadInput(why, source=source, line=line)

    if None in row or None in row.values():
        raise refuse(f"not {len(COLUMNS)} columns")
    text = {str(name): (value or "").strip() for name, value in row.items()}
    if not text["subject_id"] or not text["purpose"]:
        raise refuse("subject_id or purpose is empty")
    for name, known in (("model", MODELS), ("status", STATUSES)):
        if text[name] not in known:
            raise refuse(f"{name} {text[name]!r} is not one of {', '.join(known)}")
    if text["purpose"] not in PURPOSES:
        raise refuse(f"purpose {text['purpose']!r} is not one of {', '.join(PURPOSES)}")
    codes = [code for code in text["duo"].split(";") if code.strip()]
    duo = tuple(_condition(code, source, line) for code in codes)
    for name in ("valid_from", "valid_to"):
        if not _is_day(text[name]) and (text[name] or name == "valid_from"):
            raise refuse(f"{name} is not a date (YYYY-MM-DD)")
    return Statement(
        text["subject_id"],
        text["jurisdiction"],
        text["model"],
        text["purpose"],
        text["status"],
        _day(text["valid_from"]),
        _day(text["valid_to"]) if text["valid_to"] else None,
        text["source"],
        duo,
    )


def _condition(text: str, source: str, line: int) -> str:
    """Read one condition of use; the few there are of many rows are read once each."""
    try:
        return _known_condition(text)
    except BadInput:
        return str(conditions.read(text, source, line))


@cache
def _known_condition(text: str) -> str:
    return str(conditions.read(text))


def _is_day(text: str) -> bool:
    try:
        _day(text)
    except ValueError:
        return False
    return True


@cache
def _day(text: str) -> date:
    """Read a date; an instant is taken by its day in UTC."""
    if "T" not in text:
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC).date()


def to_csv(statements: Sequence[Statement]) -> bytes:
    """Write statements as a consent file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(statement.row() for statement in statements)
    return text.getvalue().encode()


def excluded_by_reason(decisions: Iterable[Decision]) -> dict[str, int]:
    """Count who is out, by reason."""
    return dict(sorted(Counter(d.why for d in decisions if not d.is_in).items()))
