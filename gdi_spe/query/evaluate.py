"""Find out who meets a condition in a cohort or dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gdi_spe.query import conditions as ask
from gdi_spe.query import genotypes, observations
from gdi_spe.query.order import sequence
from gdi_spe.query.outcome import Outcome
from gdi_spe.query.records import Records
from gdi_spe.store.folder import Folder
from gdi_spe.terms.references import Hierarchies

REFERENCES = "references"


def hierarchies_of(folder: Folder) -> Hierarchies:
    """Return the ontologies that came with a folder, and HPO."""
    return Hierarchies(folder.path / REFERENCES)


class Evaluator:
    """Answers conditions about one folder, and remembers the answers.

    Parameters
    ----------
    folder
        A cohort, or a dataset version on the node.
    hierarchies
        The ontologies to use; without them those in the folder's ``references``.
    """

    def __init__(self, folder: Folder, hierarchies: Hierarchies | None = None) -> None:
        self.records = Records(folder, hierarchies or hierarchies_of(folder))
        self._known: dict[ask.Condition, Outcome] = {}

    @property
    def everyone(self) -> frozenset[str]:
        """All individuals."""
        return self.records.everyone

    def outcome(self, condition: ask.Condition) -> Outcome:
        """Return who has it and who is known not to."""
        if condition not in self._known:
            self._known[condition] = self._find(condition)
        return self._known[condition]

    def _find(self, condition: ask.Condition) -> Outcome:
        match condition:
            case ask.Everyone():
                return Outcome(self.everyone)
            case ask.Opposite(inner):
                return self.outcome(inner).opposite()
            case ask.NotRecorded(inner):
                known = self.outcome(inner)
                return Outcome(
                    self.everyone - known.present - known.excluded, known.present | known.excluded
                )
            case ask.Both(left, right):
                return self.outcome(left).both(self.outcome(right))
            case ask.Either(left, right):
                return self.outcome(left).either(self.outcome(right))
            case ask.Without(left, right):
                return self.outcome(left).without(self.outcome(right))
            case ask.InOrder(event, _, anchor):
                other = None if isinstance(anchor, ask.Moment) else self.outcome(anchor)
                return sequence.in_order(self.records, condition, self.outcome(event), other)
            case ask.AtAge(event):
                return sequence.at_age(self.records, condition, self.outcome(event))
        return _LEAVES[type(condition)](self.records, condition)


# Every other kind of condition and who answers it; one that is not listed is an error.
_LEAVES: dict[type[ask.Condition], Callable[[Records, Any], Outcome]] = {
    ask.CarriesVariant: genotypes.carries_variant,
    ask.HasTerm: observations.has_term,
    ask.HasAnyTerm: observations.has_any_term,
    ask.HasOnset: observations.has_onset,
    ask.HasBiomarker: observations.has_biomarker,
    ask.Measured: observations.measured,
    ask.IsOneOf: observations.is_one_of,
    ask.AgeBetween: observations.age_between,
    ask.SampleHas: observations.sample_has,
    ask.Resembles: observations.resembles,
}
