"""A cohort as a researcher holds it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NoReturn

from gdi_spe.workspace.asking.arguments import checked
from gdi_spe.workspace.cohort.bridging import Bridging
from gdi_spe.workspace.cohort.counting import Counting
from gdi_spe.workspace.cohort.examining import Examining
from gdi_spe.workspace.cohort.families.comparing import Comparing
from gdi_spe.workspace.cohort.families.inheriting import Inheriting
from gdi_spe.workspace.cohort.selecting import Selecting
from gdi_spe.workspace.cohort.structuring import Structuring
from gdi_spe.workspace.cohort.survival.hazards import Hazards
from gdi_spe.workspace.cohort.survival.surviving import Surviving
from gdi_spe.workspace.cohort.traits.aggregating import Aggregating
from gdi_spe.workspace.cohort.traits.associating import Associating
from gdi_spe.workspace.cohort.traits.linking import Linking
from gdi_spe.workspace.cohort.traits.scoring import Scoring
from gdi_spe.workspace.showing import html_table, text_table
from gdi_spe.workspace.surroundings import surroundings

# What other programs call a cohort's methods.
_OTHERWISE = {
    "gwas": ("association",), "glm": ("association",), "regression": ("association",),
    "freq": ("allele_frequencies",), "hwe": ("hardy_weinberg", "variant_qc"),
    "missing": ("variant_qc", "sample_qc"), "qc": ("variant_qc", "sample_qc"),
    "prs": ("polygenic_score",), "score": ("polygenic_score",), "ld": ("linkage",),
    "king": ("kinship",), "relatedness": ("kinship", "unrelated"), "trio": ("de_novo", "inherited"),
    "filter": ("individuals",), "query": ("individuals", "sql"), "head": ("to_pandas",),
    "samples": ("individuals", "to_pandas"), "variants": ("variant_qc", "to_pandas", "sql"),
    "phenotypes": ("tables", "sql"), "kaplan_meier": ("survival",), "skat_o": ("skat",),
}  # fmt: skip


@checked
class Cohort(
    Selecting,
    Counting,
    Examining,
    Associating,
    Aggregating,
    Scoring,
    Inheriting,
    Comparing,
    Structuring,
    Linking,
    Surviving,
    Hazards,
    Bridging,
):
    """A cohort that is mounted in the workspace, or any folder of one.

    Parameters
    ----------
    path
        The cohort's folder.
    count_policy
        How counts are shown in summaries; without it, by the policy of the workspace.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> cohort = spe.open_cohort(spe.cohorts()[0].id)
    >>> cohort  # doctest: +ELLIPSIS
    <Cohort ...>
      version ...
    """

    def __getattr__(self, name: str) -> NoReturn:
        """Name what is near to a method that is not there."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        known = [each for each in dir(type(self)) if not each.startswith("_")]
        near = _OTHERWISE.get(name) or get_close_matches(name, known, n=3) or known
        raise AttributeError(f"a cohort has no {name!r}. Near it: {', '.join(near)}")

    def _facts(self) -> list[tuple[str, str]]:
        from gdi_spe.workspace.cohort.glance import facts
        from gdi_spe.workspace.told import limits, told_by_node

        return facts(self.folder, self.count_policy, limits(told_by_node(surroundings())))

    def __repr__(self) -> str:
        title = self.folder.manifest.title
        return f"<Cohort {self.id}{': ' + title if title else ''}>\n{text_table(self._facts())}"

    def _repr_html_(self) -> str:
        return html_table((), self._facts(), caption=f"{self.id} {self.folder.manifest.title}")
