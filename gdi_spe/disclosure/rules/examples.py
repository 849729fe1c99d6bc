"""What the documentation says of a rule: why it is there, and what it finds and leaves alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A file's content, or words for one that is not text; people of the cohort; declared kind."""

    content: str
    name: str = "t.csv"
    n_individuals: int = 2000
    kind: str = ""
    is_text: bool = True


@dataclass(frozen=True)
class Entry:
    """One rule in the documentation."""

    title: str
    why: str
    bad: Example
    good: Example
    # The numbers of policy.toml that it asks.
    parameters: tuple[str, ...] = ()


def made(words: str) -> Example:
    """Describe an example that is not text."""
    return Example(words, is_text=False)


def lines(header: str, rows: list[str]) -> str:
    """Write a table of rows below their header."""
    return "\n".join([header, *rows]) + "\n"


COUNTS = Example("site,n_individuals\nA,400\nB,250\n", kind="counts")
AF = Example(lines("SNP,AF,N", [f"rs{i},0.{25 + i},2000" for i in range(20)]))
