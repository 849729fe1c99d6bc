"""The three-valued answer to a condition, for everybody at once."""

from __future__ import annotations

from dataclasses import dataclass

Ids = frozenset[str]
NOBODY: Ids = frozenset()


@dataclass(frozen=True)
class Outcome:
    """Who has it, and who is known not to; everybody else is not recorded."""

    present: Ids = NOBODY
    excluded: Ids = NOBODY

    def opposite(self) -> Outcome:
        """Turn the known ones round; not recorded stays not recorded."""
        return Outcome(self.excluded, self.present)

    def both(self, other: Outcome) -> Outcome:
        """Kleene's *and*."""
        return Outcome(self.present & other.present, self.excluded | other.excluded)

    def either(self, other: Outcome) -> Outcome:
        """Kleene's *or*."""
        return Outcome(self.present | other.present, self.excluded & other.excluded)

    def without(self, other: Outcome) -> Outcome:
        """Leave out who is known to have the other; who is not recorded there stays."""
        return Outcome(self.present - other.present, self.excluded | other.present)
