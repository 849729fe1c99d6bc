"""Whether the weights of a score are public: those of a file that the admin brought in."""

from __future__ import annotations

import gzip
import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from gdi_spe.disclosure.contents.roles import Role, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.dialects import understood
from gdi_spe.disclosure.evidence.earlier import earlier_tables

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_HEAD = 16_384
_ID = re.compile(r"^#\s*pgs_id\s*=\s*(PGS\d{6})\s*$", re.MULTILINE)
FIRST_LINE = "###PGS CATALOG SCORING FILE"


class Standing(Enum):
    """What is known of weights that say they are public."""

    PUBLIC = "they are those of a score that the node has"
    OTHER = "they are not those of the score that the node has under this name"
    NOT_KEPT = "the node has no score of this name to compare them with"
    NOT_ASKED = "nobody said which scores the node has"


def score_in(path: Path) -> str:
    """Return which score a scoring file says it is of; nothing if it is none."""
    with path.open("rb") as raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
    with (gzip.open if is_gzip else open)(path, "rb") as file:
        head = file.read(_HEAD).decode("utf-8", errors="replace")
    found = _ID.search(head)
    return found.group(1) if found and head.startswith(FIRST_LINE) else ""


def standing(table: Table, judging: Judging) -> Standing:
    """Compare a table of weights with the scoring files that the node has.

    TRUST: anybody can write a header; that each row stands in a file of the admin's nobody can
    bring about. A part of a public score is public too.
    """
    if judging.context.public_scores is None:
        return Standing.NOT_ASKED
    found = Standing.NOT_KEPT
    for path in judging.context.public_scores:
        if table.source and score_in(path) != table.source:
            continue
        for kept in earlier_tables(path, judging.policy) or ():
            if _is_part_of(table, understood(kept)):
                return Standing.PUBLIC
            found = Standing.OTHER if table.source else found
    return found


def _is_part_of(table: Table, kept: Table) -> bool:
    """Whether each row of a table has its variant, effect allele and weight in another's row."""
    for places in ((Role.VARIANT,), (Role.CHROMOSOME, Role.POSITION)):
        here, there = _rows(table, places), _rows(kept, places)
        if here is not None and there is not None and here <= there:
            return True
    return False


def _rows(table: Table, places: tuple[Role, ...]) -> set[tuple[str, ...]] | None:
    named: list[Column] = []
    for role in places:
        found = with_role(table, role)
        if not found:
            return None
        named.append(found[0])
    allele = table.column("effect_allele", "ea", "a1", "allele1")
    weights = with_role(table, Role.EFFECT)
    if allele is None or len(weights) != 1:
        return None
    return set(zip(*(c.texts() for c in (*named, allele, weights[0])), strict=True))
