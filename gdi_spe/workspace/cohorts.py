"""What is mounted in the workspace, and opening it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, overload

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.manifests import MANIFEST
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.showing import html_table, shown_count
from gdi_spe.workspace.surroundings import Surroundings, surroundings
from gdi_spe.workspace.told import limits, told_by_node


class NoSuchCohort(BadInput):
    """A cohort that is not mounted here."""

    code = "no-such-cohort"


@dataclass(frozen=True)
class MountedCohort:
    """One cohort of the workspace: its identifier, version, folder, and until when."""

    id: str
    version: int
    title: str
    path: Path
    until: str = ""
    # What the node says of it: that a new version takes its place, say.
    notice: str = ""
    # How many people, as the policy shows counts.
    individuals: str = ""


_HEAD = ("cohort", "version", "title", "individuals", "until")


class CohortList(Sequence[MountedCohort]):
    """The workspace's cohorts, until when, and what is left to be shown today."""

    def __init__(self, mounted: Sequence[MountedCohort], told: dict[str, Any]) -> None:
        self._mounted = tuple(mounted)
        self._told = told

    @overload
    def __getitem__(self, index: int) -> MountedCohort: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[MountedCohort]: ...
    def __getitem__(self, index: int | slice) -> MountedCohort | Sequence[MountedCohort]:
        if isinstance(index, int) and not self._mounted:
            raise NoSuchCohort("no cohort is mounted here", remedy="Open a folder by its path")
        try:
            return self._mounted[index]
        except (TypeError, IndexError):
            raise NoSuchCohort(
                f"there is no cohort {shown(index)} in this list of {len(self)}",
                remedy="Open one by its identifier, as in spe.open_cohort('GDI-EE-COHORT-001')",
            ) from None

    def __len__(self) -> int:
        return len(self._mounted)

    def __iter__(self) -> Iterator[MountedCohort]:
        return iter(self._mounted)

    def _footer(self) -> str:
        parts = [f"{each.id}: {each.notice}" for each in self._mounted if each.notice]
        if warning := (self._told.get("warning") or {}).get("text"):
            parts.append(str(warning))
        return "; ".join([*parts, *limits(self._told)])

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (each.id, str(each.version), each.title, each.individuals, each.until)
            for each in self._mounted
        ]

    def __repr__(self) -> str:
        if not self._mounted:
            return "no cohort is mounted here"
        lines = [
            f"{cohort}  version {version}  {title}  {individuals} individuals"
            f"{'  until ' + until if until else ''}"
            for cohort, version, title, individuals, until in self._rows()
        ]
        return "\n".join([*lines, self._footer()]).rstrip()

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows(), self._footer())


def cohorts(here: Surroundings | None = None) -> CohortList:
    """List the cohorts of this workspace.

    Returns
    -------
    One entry a cohort with ``id``, ``version``, ``title``, ``path`` and ``until``. In a
    workspace the node is asked until when; without a node the mounted folders are listed.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> [each.id for each in spe.cohorts()] == [cohort.id]
    True
    """
    here = here or surroundings()
    told = told_by_node(here)
    counts = here.load_policy().counts
    says = {each["id"]: each for each in told.get("cohorts", ())}
    found = []
    for path in _folders(here.cohorts):
        manifest = Cohort(path).folder.manifest
        cohort_id = str(manifest.cohort_id)
        until, notice = (str(says.get(cohort_id, {}).get(n, "")) for n in ("until", "notice"))
        people = shown_count(manifest.n_individuals, counts)
        found.append(
            MountedCohort(cohort_id, manifest.version, manifest.title, path, until, notice, people)
        )
    return CohortList(sorted(found, key=lambda each: each.id), told)


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    if (root / MANIFEST).is_file():
        return [root]
    return sorted(path for path in root.iterdir() if (path / MANIFEST).is_file())


def open_cohort(id_or_path: str | Path, here: Surroundings | None = None) -> Cohort:
    """Open a cohort.

    Parameters
    ----------
    id_or_path
        A cohort's identifier, or its folder.

    Returns
    -------
    A `Cohort`. Its files are read when something is asked.

    Raises
    ------
    NoSuchCohort
        If it is not mounted here; the nearest names are given.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> cohort = spe.open_cohort(spe.cohorts()[0].id)
    >>> cohort.version
    1
    """
    if not isinstance(id_or_path, str | Path) or not str(id_or_path):
        raise NoSuchCohort(
            f"{shown(id_or_path)} names no cohort",
            remedy="Give an identifier as spe.cohorts() lists it",
        )
    if (Path(id_or_path) / MANIFEST).is_file():
        return Cohort(id_or_path)
    here = here or surroundings()
    mounted = {Cohort(path).id: path for path in _folders(here.cohorts)}
    if str(id_or_path) in mounted:
        return Cohort(mounted[str(id_or_path)])
    near = get_close_matches(str(id_or_path), mounted, n=3, cutoff=0.4)
    here_are = ", ".join(near or sorted(mounted)) or "none"
    raise NoSuchCohort(f"cohort {str(id_or_path)!r} is not here", remedy=f"Mounted: {here_are}")
