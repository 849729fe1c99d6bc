"""Who is meant: selections, likeness and SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.asking.words import Asked, condition_of, features
from gdi_spe.workspace.cohort.held import Held

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from gdi_spe.workspace.asking.sql import Engine


class Selecting(Held):
    """Select individuals of a cohort."""

    def individuals(self, *unnamed: object, **asked: Unpack[Asked]) -> Selection:
        """Select individuals who meet every condition; everybody without any.

        Parameters
        ----------
        gene, region, variant, consequence, max_frequency, zygosity, origin, protein_change
            Carries a variant that meets all of these at once. ``gene`` is a symbol or Ensembl
            identifier; ``region`` is ``"chr19:38433691-38595273"`` or ``"19:..."`` (1-based,
            both ends included); ``variant`` is ``"chr7-140753336-A-T"``; ``consequence`` is a
            Sequence Ontology name or a group (``"protein_truncating"``, ``"missense"``,
            ``"damaging"``, which is both, and ``"synonymous"``); ``max_frequency`` bounds the
            allele frequency in this cohort; ``zygosity`` is ``"heterozygous"``,
            ``"homozygous"`` or ``"hemizygous"``; ``origin`` is ``"germline"`` or ``"tumour"``;
            ``protein_change`` is ``"V600E"``.
        diagnosis, phenotype, treatment, exposure, procedure
            Has the term or a kind of it, as in ``"ORPHA:590"``, ``"HP:0000508"``, or a label
            that only one term has (``"Ptosis"``).
        progression
            Has a sample with this progression of a tumour.
        treated_from, treated_until
            The treatment began within these dates (both included).
        biomarker
            Has the marker, as in ``"BRAF V600E"``.
        measurement
            Was measured so, as in ``("LOINC:8302-2", ">=", 180)``; with the unit as a fourth
            entry where units differ.
        after, before, around, within
            When that happened which else is asked for: after, before or around something else,
            which is a selection (``cohort.individuals(treatment=...)``), a day
            (``"2021-03-01"``) or an age (``"P60Y"``). ``within`` bounds the time between, in
            days or as a period (``"P6M"``). Variants have a time in tumours alone: that of the
            sample (``origin="tumour"``). One day is neither before nor after itself.
        sex, population, country_of_origin, vital_status, dataset
            Genetic (else birth) sex, genetic ancestry, and country: different columns.
        age, age_at
            ``(from, below)`` in years; either may be ``None``. ``age_at`` says at what:
            ``"last_encounter"``, ``"death"``, or another argument of the question, as in
            ``age_at="diagnosis"``.
        similar_to, at_least
            Has features like these HPO terms (or a disease's profile), by at least this share
            (0.6) of the information in them; see `likeness`.
        descendants
            Whether a term stands for its kinds too (it does).

        Several values for one argument mean any of them; an argument that is ``None`` asks
        nothing.

        Returns
        -------
        A `Selection`. Each individual is present, excluded or not recorded in it; an
        individual whose call is missing is no carrier and no control, and neither is one whose
        times do not tell the order.

        Raises
        ------
        BadInput
            If an argument is unknown or cannot be read, a gene has no variant here (near names
            are given), a place is beyond its chromosome, or a term's hierarchy is not in the
            cohort.

        Notes
        -----
        A frequency bound uses this cohort's own counts: in a small cohort a variant of one
        person is not rare. Half-missing calls carry the allele they have. An age such as
        ``P45Y`` is any day of that year of life; ages and days are compared by the date of
        birth, as exactly as it is known.

        Examples
        --------
        >>> ill = cohort.individuals(diagnosis="MONDO:0100096", sex="male")
        >>> carriers = cohort.individuals(gene="TLR7", consequence="damaging")
        >>> (ill & carriers).counts().keys()
        dict_keys(['present', 'excluded', 'not recorded'])
        >>> treated = cohort.individuals(treatment="NCIT:C64768")
        >>> late = cohort.individuals(biomarker="BRAF V600E", after=treated, within="P1Y")
        >>> late.count() <= treated.count()
        True
        """
        if unnamed:
            raise BadInput(
                f"{unnamed[0]!r} without a name says nothing",
                remedy="Say what it is, as in individuals(gene='RYR1')",
            )
        return Selection(self, condition_of(asked, self.evaluator.records))

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

        terms = features(similar_to, self.evaluator.records)
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

        ``carriers`` has a row for each sample and variant it carries, with ``zygosity`` (empty
        where a part of the call is missing); it is made as a query reads it, so that one that
        names genes or places is quick in a cohort of any size.

        Returns
        -------
        A DuckDB relation: ``.df()`` gives a pandas table, ``.arrow()`` an Arrow one.

        Raises
        ------
        SqlNotUnderstood
            If the query cannot run; the nearest names are given. The engine sees this cohort
            alone: no files, no extensions, no settings.

        Notes
        -----
        ``gene`` is the first gene of a variant; others are in ``other_genes``, where
        `individuals` looks too. ``status`` of a table tells present from excluded.

        Examples
        --------
        >>> cohort.sql("SELECT count(*) AS n FROM individuals").df().columns.tolist()
        ['n']
        >>> asked = "SELECT zygosity, count(*) AS n FROM carriers WHERE gene = 'TLR7' GROUP BY 1"
        >>> cohort.sql(asked).columns
        ['zygosity', 'n']
        """
        return self._sql.run(text)

    @cached_property
    def _sql(self) -> Engine:
        from gdi_spe.workspace.asking.sql import Engine

        return Engine(self.evaluator.records)

    def tables(self) -> pd.DataFrame:
        """List the tables and columns that `sql` can read.

        Returns
        -------
        One row a column: ``table``, ``column``, ``type`` in SQL, and ``is_filled``, whether
        anything is recorded in it (always so for ``carriers``, which is made of the calls).

        Examples
        --------
        >>> cohort.tables().query("is_filled")["table"].unique()[:2].tolist()
        ['individuals', 'samples']
        """
        import pandas as pd

        return pd.DataFrame(self._sql.columns())
