"""What a rule is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.contents.parts import Part
from gdi_spe.disclosure.evidence.context import CheckContext

# So many findings of one rule in one part say enough; the worst are kept.
_MOST_HITS = 10


@dataclass(frozen=True)
class Judging:
    """One file under judgement: its name, what was declared of it, the policy, the cohort."""

    name: str
    policy: DisclosurePolicy
    context: CheckContext
    # How many people the file says in its words that it is of.
    n_said: int | None = None

    @property
    def n_people(self) -> int | None:
        """How many people the file can be of: the fewest that anybody told; None if nobody did."""
        told = (self.side_car.n_individuals, self.context.n_individuals, self.n_said)
        return min((n for n in told if n), default=None)

    @property
    def side_car(self) -> SideCar:
        """What the researcher declared of this file."""
        return self.context.side_car_of(self.name)


@dataclass(frozen=True)
class Hit:
    """What one rule saw in one part."""

    why: str
    evidence: dict[str, Any]
    place: str = ""
    severity: Verdict | None = None


@dataclass(frozen=True)
class Rule:
    """One question asked of every part of its kind; its id is stable."""

    id: str
    title: str
    severity: Verdict
    fix: str
    applies_to: type | tuple[type, ...]
    look: Callable[[Any, Judging], Iterator[Hit]]

    def check(self, part: Part, judging: Judging) -> Iterator[Finding]:
        """Ask the question of one part."""
        if not isinstance(part, self.applies_to):
            return
        hits = sorted(self.look(part, judging), key=lambda hit: -self._severity(hit))
        for hit in hits[:_MOST_HITS]:
            path = f"{judging.name}!{part.path}{hit.place}"
            yield Finding(
                rule=self.id, severity=self._severity(hit), part=path, why=hit.why, fix=self.fix,
                evidence={**hit.evidence, "n_more": max(0, len(hits) - _MOST_HITS)},
            )  # fmt: skip

    def _severity(self, hit: Hit) -> Verdict:
        return self.severity if hit.severity is None else hit.severity
