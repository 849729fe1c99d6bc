"""What every subject of a cohort stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gdi_spe.analysis.kept import keep
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.store.folder import CohortFolder, Folder, MountedFolder
from gdi_spe.workspace.asking.selection import as_covariate, listed
from gdi_spe.workspace.progress import progress
from gdi_spe.workspace.surroundings import kept_place, surroundings

if TYPE_CHECKING:
    from gdi_spe.analysis.regression.traits import Covariates
    from gdi_spe.boundary.policy import CountPolicy

Progress = Callable[[int], None]


class Held:
    """A cohort's folder, who answers questions about it, and how counts are shown."""

    def __init__(self, path: str | Path, count_policy: CountPolicy | None = None) -> None:
        self.folder = MountedFolder(path)
        self._count_policy = count_policy
        keep(self.folder, _kept_tables)
        self._components: dict[str, Mapping[str, float]] = {}

    def _compared(self, look: Callable[[Folder, Progress], object]) -> None:
        """Compare everybody once, and show how far that has come."""
        from gdi_spe.analysis.structure.kinship import n_pairs

        with progress("relatives", n_pairs(len(self.folder.germline))) as advance:
            look(self.folder, advance)

    @property
    def id(self) -> str:
        """The cohort's identifier."""
        return self.folder.cohort_id

    @property
    def version(self) -> int:
        """The cohort's version: a change of consent or of the datasets makes a new one."""
        return int(self.folder.manifest.version)

    @cached_property
    def evaluator(self) -> Evaluator:
        """Answers questions about the cohort's individuals."""
        return Evaluator(self.folder)

    @contextmanager
    def _watched(
        self, what: str, own: Progress | None = None, *, is_whole: bool = True
    ) -> Iterator[Progress]:
        """Show how far long work has come, unless the caller counts it by itself.

        ``is_whole`` says whether all variants are looked at, so that the end is known.
        """
        if own is not None:
            yield own
            return
        total = self.folder.manifest.n_variants if is_whole else None
        with progress(what, total) as advance:
            yield advance

    def _with_components(self, covariates: Covariates) -> Covariates:
        """Put numbers in the place of selections and of names of the last `pca`."""
        import pandas as pd

        if isinstance(covariates, Mapping):
            return {name: as_covariate(name, value) for name, value in covariates.items()}
        if isinstance(covariates, pd.DataFrame):
            return covariates
        return {name: self._components.get(name, name) for name in listed(covariates)}

    @cached_property
    def count_policy(self) -> CountPolicy:
        """How counts of people are shown in summaries."""
        return self._count_policy or surroundings().load_policy().counts


def _kept_tables(folder: CohortFolder) -> Path | None:
    """Return where tables about everybody are kept: nowhere but in a workspace's volume."""
    kept = surroundings().kept
    return kept_place(folder.manifest, kept) if kept.parent.is_dir() else None
