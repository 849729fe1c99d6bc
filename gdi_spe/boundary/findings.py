"""What a disclosure rule found, and the verdict that follows."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

from gdi_spe.boundary.manifest import Frozen


class Verdict(IntEnum):
    """Ordered: a file has the worst of its findings, a request the worst of its files."""

    PASS = 0
    REVIEW = 1
    BLOCK = 2

    @property
    def word(self) -> str:
        """The word in JSON and on pages."""
        return self.name.lower()

    @classmethod
    def parse(cls, value: object) -> Verdict:
        """Read a verdict from its word or its rank."""
        if isinstance(value, str):
            return cls[value.upper()]
        if isinstance(value, int):
            return cls(value)
        raise KeyError(value)


def _parse(value: object) -> Verdict:
    try:
        return Verdict.parse(value)
    except KeyError:
        raise ValueError(f"{value!r} is no verdict") from None


# In JSON a verdict is its word: "pass", "review" or "block".
VerdictWord = Annotated[
    Verdict,
    BeforeValidator(_parse),
    PlainSerializer(lambda verdict: verdict.word, return_type=str, when_used="json"),
]


class Finding(Frozen):
    """One observation by one rule: numbers only, never a small cell's value."""

    rule: str
    severity: VerdictWord
    part: str
    why: str
    fix: str = ""
    evidence: dict[str, Any] = Field(default_factory=dict)


class FileReport(Frozen):
    """The findings of one file and what they come to."""

    file: str
    verdict: VerdictWord
    findings: tuple[Finding, ...] = ()
    # SHA-256 of the canonical bytes, which are what is reviewed and released; None: no such form.
    sha256: str | None = None
    media_type: str = ""


class RequestReport(Frozen):
    """All files of one request judged together."""

    verdict: VerdictWord
    files: tuple[FileReport, ...]
    policy: str = ""
    policy_sha256: str = ""

    def file(self, name: str) -> FileReport:
        """Return the report of one file."""
        return next(report for report in self.files if report.file == name)
