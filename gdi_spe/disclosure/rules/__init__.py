"""The registry of rules: each has a stable id, a reason and a way to fix what it finds."""

from __future__ import annotations

from gdi_spe.disclosure.rules import drawings, figures, hidden, matter, unnamed
from gdi_spe.disclosure.rules.genomic import (
    alleles,
    followed,
    genotypes,
    matrices,
    membership,
    per_genome,
    presence,
    single,
)
from gdi_spe.disclosure.rules.numbers import (
    counts,
    extremes,
    given_back,
    implied,
    listed,
    said,
    summaries,
    suppressed,
)
from gdi_spe.disclosure.rules.persons import disguised, identifiers, one_each, people, records
from gdi_spe.disclosure.rules.rule import Rule
from gdi_spe.disclosure.rules.written import (
    answered,
    called,
    counted,
    picked_out,
    printed_people,
    typed_in,
)

# Asked of every part, in this order.
RULES: tuple[Rule, ...] = (
    *identifiers.RULES,
    *records.RULES,
    *people.RULES,
    *one_each.RULES,
    *printed_people.RULES,
    *picked_out.RULES,
    *typed_in.RULES,
    *counted.RULES,
    *called.RULES,
    *answered.RULES,
    *disguised.RULES,
    *matrices.RULES,
    *genotypes.RULES,
    *followed.RULES,
    *single.RULES,
    *per_genome.RULES,
    *alleles.RULES,
    *membership.RULES,
    *presence.RULES,
    *summaries.RULES,
    *unnamed.RULES,
    *counts.RULES,
    *suppressed.RULES,
    *extremes.RULES,
    *listed.RULES,
    *said.RULES,
    *implied.RULES,
    *given_back.RULES,
    *hidden.RULES,
    *matter.RULES,
    *figures.RULES,
    *drawings.RULES,
)
