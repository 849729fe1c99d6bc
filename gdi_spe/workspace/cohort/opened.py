"""A cohort as a researcher holds it."""

from __future__ import annotations

import pyarrow.compute as pc

from gdi_spe.workspace.cohort.aggregating import Aggregating
from gdi_spe.workspace.cohort.associating import Associating
from gdi_spe.workspace.cohort.bridging import Bridging
from gdi_spe.workspace.cohort.counting import Counting
from gdi_spe.workspace.cohort.scoring import Scoring
from gdi_spe.workspace.cohort.selecting import Selecting
from gdi_spe.workspace.cohort.structuring import Structuring
from gdi_spe.workspace.cohort.surviving import Surviving
from gdi_spe.workspace.showing import html_table, shown_count, text_table


class Cohort(
    Selecting, Counting, Associating, Aggregating, Scoring, Structuring, Surviving, Bridging
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
    >>> cohort = spe.open_cohort(spe.cohorts()[0].id)  # doctest: +SKIP
    >>> cohort.individuals(gene="RYR1", consequence="damaging").count()  # doctest: +SKIP
    """

    def _facts(self) -> list[tuple[str, str]]:
        manifest, people = self.folder.manifest, self.folder.table("individuals")
        count = self.count_policy
        facts = [
            ("version", f"{manifest.version}, {manifest.assembly}"),
            ("datasets", ", ".join(each.id for each in manifest.datasets)),
            ("individuals", shown_count(manifest.n_individuals, count)),
            ("samples", shown_count(manifest.n_samples, count)),
            ("variants", f"{manifest.n_variants:,} on {len(self.folder.chromosomes)} chromosomes"),
        ]
        for column in ("sex", "population"):
            told = pc.value_counts(people[column]).to_pylist()
            parts = [
                f"{row['values'] or 'not recorded'} {shown_count(row['counts'], count)}"
                for row in sorted(told, key=lambda row: str(row["values"]))
            ]
            facts.append((column, ", ".join(parts[:12])))
        return facts

    def __repr__(self) -> str:
        title = self.folder.manifest.title
        return f"<Cohort {self.id}{': ' + title if title else ''}>\n{text_table(self._facts())}"

    def _repr_html_(self) -> str:
        return html_table((), self._facts(), caption=f"{self.id} {self.folder.manifest.title}")
