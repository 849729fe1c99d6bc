"""What a disclosure rule found, and the verdict that follows."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from pydantic import Field

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


class Finding(Frozen):
    """One observation by one rule: numbers only, never a small cell's value."""

    rule: str
    severity: Verdict
    part: str
    why: str
    fix: str = ""
    evidence: dict[str, Any] = Field(default_factory=dict)


class FileReport(Frozen):
    """The findings of one file and what they come to."""

    file: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()


class RequestReport(Frozen):
    """All files of one request judged together."""

    verdict: Verdict
    files: tuple[FileReport, ...]
