"""A cohort as a researcher holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import pyarrow.compute as pc

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.policy import CountPolicy
from gdi_spe.query import conditions as ask
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace import recipes
from gdi_spe.workspace.asking import Asked, condition_of, features
from gdi_spe.workspace.selection import Selection
from gdi_spe.workspace.showing import html_table, shown_count, text_table
from gdi_spe.workspace.surroundings import surroundings

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from gdi_spe.analysis.association.logistic import Test
    from gdi_spe.analysis.association.run import Covariate, Kind, Missing
    from gdi_spe.analysis.groups import By

_WORDS = tuple(Asked.__annotations__)


class Cohort:
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

    def __init__(self, path: str | Path, count_policy: CountPolicy | None = None) -> None:
        self.folder = CohortFolder(path)
        self._count_policy = count_policy
        self._components: dict[str, Mapping[str, float]] = {}

    @property
    def id(self) -> str:
        """The cohort's identifier."""
        return str(self.folder.manifest.cohort_id)

    @property
    def version(self) -> int:
        """The cohort's version: a change of consent or of the datasets makes a new one."""
        return int(self.folder.manifest.version)

    @cached_property
    def evaluator(self) -> Evaluator:
        """Answers questions about the cohort's individuals."""
        return Evaluator(self.folder)

    @cached_property
    def count_policy(self) -> CountPolicy:
        """How counts of people are shown in summaries."""
        return self._count_policy or surroundings().load_policy().counts

    def individuals(self, **asked: Unpack[Asked]) -> Selection:
        """Select individuals who meet every condition; everybody without any.

        Parameters
        ----------
        gene, region, variant, consequence, max_frequency, zygosity, origin, protein_change
            Carries a variant that meets all of these at once. ``gene`` is a symbol or Ensembl
            identifier; ``region`` is ``"chr19:38433691-38595273"`` (1-based, both ends
            included); ``variant`` is ``"chr7-140753336-A-T"``; ``consequence`` is a Sequence
            Ontology name or a group (``"damaging"``, ``"protein_truncating"``,
            ``"missense"``); ``max_frequency`` bounds the allele frequency in this cohort;
            ``zygosity`` is ``"heterozygous"``, ``"homozygous"`` or ``"hemizygous"``;
            ``origin`` is ``"germline"`` or ``"tumour"``; ``protein_change`` is ``"V600E"``.
        diagnosis, phenotype, treatment, exposure
            Has the term or a kind of it, as in ``"ORPHA:590"`` or ``"HP:0000508"``.
        treated_from, treated_until
            The treatment began within these dates (both included).
        biomarker
            Has the marker, as in ``"BRAF V600E"``.
        measurement
            Was measured so, as in ``("LOINC:8302-2", ">=", 180)``; with the unit as a fourth
            entry where units differ.
        sex, population, country_of_origin
            Genetic (else birth) sex, genetic ancestry, and country: different columns.
        age
            ``(from, below)`` in years at the last encounter; either may be ``None``.
        similar_to, at_least
            Has features like these HPO terms (or a disease's profile), by at least this share
            (0.6) of the information in them.
        descendants
            Whether a term stands for its kinds too (it does).

        Several values for one argument mean any of them.

        Returns
        -------
        A `Selection`. Each individual is present, excluded or not recorded in it; an
        individual whose call is missing is no carrier and no control.

        Raises
        ------
        BadInput
            If an argument is unknown or cannot be read, a gene has no variant here (near names
            are given), or a term's hierarchy is not in the cohort.

        Notes
        -----
        A frequency bound uses this cohort's own counts: in a small cohort a variant of one
        person is not rare. Half-missing calls carry the allele they have.

        Examples
        --------
        >>> cohort.individuals(gene="TLR7", zygosity="hemizygous", sex="male")  # doctest: +SKIP
        """
        unknown = [word for word in asked if word not in _WORDS]
        if unknown:
            raise BadInput(
                f"{unknown[0]!r} cannot be asked", remedy=f"One can ask {', '.join(_WORDS)}"
            )
        return Selection(self, condition_of(asked, self.evaluator.records.hierarchies))

    def where(self, condition: ask.Condition) -> Selection:
        """Select by a condition of `gdi_spe.query.conditions`."""
        return Selection(self, condition)

    def likeness(self, similar_to: str | Sequence[str]) -> pd.DataFrame:
        """Rank individuals by how like they are to a set of features.

        Returns
        -------
        One row an individual with any feature recorded, most alike first: ``score`` in [0, 1],
        ``p_value`` (the share of random sets of as many features of this cohort that score as
        high), ``explanation`` term by term. Likeness is no diagnosis.
        """
        import pandas as pd

        terms = features(similar_to, self.evaluator.records.hierarchies)
        found = self.evaluator.records.likeness(terms)
        return pd.DataFrame(
            {
                "individual_id": [each.individual_id for each in found],
                "score": [each.score for each in found],
                "p_value": [each.p_value for each in found],
                "explanation": ["; ".join(map(str, each.matches)) for each in found],
            }
        )

    def sql(self, text: str) -> duckdb.DuckDBPyRelation:
        """Ask in SQL, over all tables, ``variants`` and ``carriers``.

        Returns
        -------
        A DuckDB relation: ``.df()`` gives a pandas table, ``.arrow()`` an Arrow one.

        Raises
        ------
        SqlNotUnderstood
            If the query cannot run; the nearest names are given. The engine sees this cohort
            alone: no files, no extensions, no settings.

        Examples
        --------
        >>> cohort.sql("SELECT count(*) AS n FROM individuals").df()  # doctest: +SKIP
        """
        from gdi_spe.workspace import sql

        return sql.run(self.folder, text)

    def allele_frequencies(
        self,
        by: By | None = None,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        consequence: str | Sequence[str] | None = None,
        individuals: Selection | None = None,
        min_allele_count: int = 0,
    ) -> pd.DataFrame:
        """Count alleles and estimate frequencies; see `gdi_spe.analysis.frequencies`."""
        from gdi_spe.analysis.frequencies import allele_frequencies

        table = allele_frequencies(
            self.folder,
            by,
            region,
            gene,
            consequence,
            None if individuals is None else individuals.ids,
            min_allele_count,
        )
        arguments: dict[str, Any] = {
            "by": by, "region": region, "gene": gene, "consequence": consequence,
            "min_allele_count": min_allele_count,
        }  # fmt: skip
        if individuals is None:
            recipes.attach(table, self.folder.manifest, "allele_frequencies", arguments)
        return table

    def variant_qc(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        individuals: Selection | None = None,
        *,
        mid_p: bool = False,
    ) -> pd.DataFrame:
        """Summarise the calls of each variant; see `gdi_spe.analysis.quality`."""
        from gdi_spe.analysis.quality import variant_qc

        chosen = None if individuals is None else individuals.ids
        return variant_qc(self.folder, region, gene, chosen, mid_p=mid_p)

    def association(
        self,
        trait: str | Mapping[str, float] | Selection,
        covariates: Mapping[str, Covariate] | Sequence[str] = (),
        model: Kind | None = None,
        *,
        controls: Selection | None = None,
        test: Test = "auto",
        missing: Missing = "drop",
        repeated: str = "refuse",
        min_allele_count: int = 1,
    ) -> pd.DataFrame:
        """Associate a trait with every variant; see `gdi_spe.analysis.association.run`.

        Parameters
        ----------
        trait
            The code or label of a measurement, a number of each individual, or a selection of
            cases.
        covariates, test, missing, min_allele_count
            See `gdi_spe.analysis.association.run.associate`; components of `pca` go by their
            names.
        model
            ``"linear"`` for numbers and ``"logistic"`` for cases, unless said otherwise.
        controls
            Of a selection: who is compared with the cases. Without it those about whom it is
            recorded that they are no cases; who is not recorded is in neither group.
        repeated
            Which of several measurements of one individual counts.

        Examples
        --------
        >>> cohort.association("height", ["age", "sex"])  # doctest: +SKIP
        >>> sick = cohort.individuals(diagnosis="MONDO:0005148")  # doctest: +SKIP
        >>> cohort.association(sick, ["age", "sex"])  # doctest: +SKIP
        """
        from gdi_spe.analysis.association import run

        if isinstance(trait, Selection):
            others = trait.controls() if controls is None else controls
            values = run.case_control(trait.ids, others.ids)
            kind = model or "logistic"
        else:
            values = run.quantitative(self.folder, trait, repeated)
            kind = model or "linear"
        return run.associate(
            self.folder,
            values,
            self._with_components(covariates),
            kind,
            test=test,
            missing=missing,
            min_allele_count=min_allele_count,
        )

    def _with_components(
        self, covariates: Mapping[str, Covariate] | Sequence[str]
    ) -> Mapping[str, Covariate]:
        if isinstance(covariates, Mapping):
            return covariates
        return {name: self._components.get(name, name) for name in covariates}

    def pca(self, n_components: int = 10, individuals: Selection | None = None) -> pd.DataFrame:
        """Find the directions in which ancestry varies; see `gdi_spe.analysis.structure.pca`.

        The names of its columns may be covariates of `association` from then on.

        Examples
        --------
        >>> cohort.association("height", ["age", "sex", *cohort.pca(10)])  # doctest: +SKIP
        """
        from gdi_spe.analysis.structure.pca import pca

        table = pca(self.folder, n_components, None if individuals is None else individuals.ids)
        self._components = {str(name): table[name].to_dict() for name in table.columns}
        return table

    def kinship(self, individuals: Selection | None = None, **words: float) -> pd.DataFrame:
        """Estimate how nearly pairs are related; see `gdi_spe.analysis.structure.kinship`."""
        from gdi_spe.analysis.structure.kinship import kinship

        return kinship(self.folder, None if individuals is None else individuals.ids, **words)

    def to_hail(self) -> Any:
        """Return the cohort as a Hail MatrixTable, in a Hail that starts without network.

        Returns
        -------
        Rows by locus and alleles with ``gene`` and ``consequence``, columns by sample with the
        fields of ``individuals``, entries with ``GT``, unphased. Hail takes a half-missing call
        for missing, where this library counts the allele it has: such variants have a smaller
        AC or AN there.

        Raises
        ------
        BadInput
            If Hail is not in this environment.
        """
        from gdi_spe.workspace import hail_adapter

        return hail_adapter.matrix_table(self.folder)

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
