"""Who is followed from when until when, and in which groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.workspace import recipes
from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.survival.curves import Grid
    from gdi_spe.analysis.survival.instants import When
    from gdi_spe.analysis.survival.times import Times

# Who is compared: a selection and its controls, named selections, a column, or a label each.
By = Selection | Mapping[str, Selection] | Mapping[str, str] | str


class FewAtRisk(Caution):
    """A group has too few individuals to be shown."""


class NobodyHadTheEvent(Caution):
    """All were followed without the event, so that every curve stays where it began."""


class Following(Held):
    """Follow individuals from an origin until an event, in groups."""

    def _times(
        self,
        event: When,
        origin: When,
        by: By | None,
        individuals: Selection | Collection[str] | None,
        entry: When | None,
    ) -> dict[str, Times]:
        from gdi_spe.analysis.survival.grouping import grouped
        from gdi_spe.analysis.survival.times import times_of

        times = times_of(self.folder, event, origin, ids_of(individuals), entry)
        if not times.happened.any():
            told = f"none of {len(times):,} individuals had the event ({shown(event)})"
            caution(NobodyHadTheEvent(told))
        return grouped(times, self._groups(by))

    def _groups(self, by: By | None) -> dict[str, list[str]] | None:
        from gdi_spe.analysis.survival.grouping import by_label

        if by is None:
            return None
        if isinstance(by, Selection):
            return {"present": by.ids, "excluded": by.controls().ids}
        chosen = {name: each for name, each in _items(by).items() if isinstance(each, Selection)}
        if not chosen:
            return by_label(self._labels(by))
        if len(chosen) < len(by):
            raise BadInput(
                f"by={shown(by)} mixes selections and labels",
                remedy="A selection, selections by name, a column, or a label of each individual",
            )
        return {name: each.ids for name, each in chosen.items()}

    def _labels(self, by: str | Mapping[str, str | Selection]) -> Mapping[str, object]:
        from gdi_spe.analysis.regression.traits import values_of

        if isinstance(by, str):
            return values_of(self.folder, by)
        return by.to_dict() if hasattr(by, "to_dict") else by  # a column of pandas

    def _note(self, table: pd.DataFrame, name: str, arguments: dict[str, Any]) -> None:
        """Attach a recipe where words alone say everything; values of people belong in none."""
        if all(map(_is_plain, arguments.values())):
            recipes.attach(table, self.folder.manifest, name, arguments)

    def _grid(self, groups: Mapping[str, Times], asked: float | str | None) -> tuple[Grid, int]:
        """Return the grid and how few are too few; warn of groups that are smaller."""
        from gdi_spe.analysis.survival.curves import grid_of

        least = self.count_policy.minimum
        for name, times in groups.items():
            if len(times) < least:
                caution(FewAtRisk(f"{name}: fewer than {least} individuals"))
        return grid_of(asked, max(self._lasts(groups), default=0.0)), least

    def _lasts(self, groups: Mapping[str, Times]) -> list[float]:
        from gdi_spe.analysis.survival.curves import last_time

        found = [last_time(times, self.count_policy.minimum) for times in groups.values()]
        return [last for last in found if last == last]


def _is_plain(value: object) -> bool:
    """Whether it is a word, a number or a kind of record with its terms."""
    from gdi_spe.analysis.survival.instants import KINDS

    if isinstance(value, Mapping):
        return len(value) == 1 and all(key in KINDS and _is_plain(value[key]) for key in value)
    if isinstance(value, list | tuple):
        return all(isinstance(each, str) for each in value)
    return value is None or isinstance(value, str | bool | int | float)


def _items(by: object) -> Mapping[str, object]:
    return by if isinstance(by, Mapping) else {}
