"""How results look in a notebook: small tables of words, escaped, without script or style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdi_spe.boundary.policy import CountPolicy


def shown_count(n: int, policy: CountPolicy) -> str:
    """Return a count of people as a summary shows it: rounded, and small ones not at all.

    Screens are read over shoulders and copied; the exact number is a method call away.
    """
    if 0 < n < policy.minimum:
        return f"<{policy.minimum}"
    if policy.round_to:
        n = policy.round_to * round(n / policy.round_to)
    return f"{n:,}"


def html_table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return rows as an HTML table; every cell is escaped."""
    top = "".join(f"<th>{escape(str(cell))}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    name = f"<caption>{escape(caption)}</caption>" if caption else ""
    header = f"<thead><tr>{top}</tr></thead>" if top else ""
    return f"<table>{name}{header}<tbody>{body}</tbody></table>"


def text_table(rows: Iterable[tuple[object, object]], indent: str = "  ") -> str:
    """Return pairs as two aligned columns of text."""
    pairs = [(str(name), str(value)) for name, value in rows]
    width = max((len(name) for name, _ in pairs), default=0)
    return "\n".join(f"{indent}{name:<{width}}  {value}" for name, value in pairs)
