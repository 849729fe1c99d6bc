"""The registry of rules: each has a stable id, a reason and a way to fix what it finds."""

from __future__ import annotations

from gdi_spe.disclosure.rules import (
    counts,
    figures,
    genomes,
    hidden,
    identifiers,
    implied,
    matter,
    membership,
    people,
    presence,
    records,
    summaries,
    unnamed,
)
from gdi_spe.disclosure.rules.rule import Rule

# Asked of every part, in this order.
RULES: tuple[Rule, ...] = (
    *identifiers.RULES,
    *records.RULES,
    *people.RULES,
    *genomes.RULES,
    *membership.RULES,
    *presence.RULES,
    *summaries.RULES,
    *unnamed.RULES,
    *counts.RULES,
    *implied.RULES,
    *hidden.RULES,
    *matter.RULES,
    *figures.RULES,
)
