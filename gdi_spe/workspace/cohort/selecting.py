"""Who is meant: selections, likeness and SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query import conditions as ask
from gdi_spe.terms.likeness import N_DRAWS, SEED
from gdi_spe.workspace.arguments import reading
from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.asking.words import Asked, condition_of, features

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.workspace.asking.answers import Answer
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

        Warns
        -----
        RecordedOfNobody
            If nobody here has a variant, any variant of a region, a term or a biomarker, and nobody
            is recorded not to have it: it may be mistyped, or of another assembly.

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
                f"{shown(unnamed[0])} without a name says nothing",
                remedy="Say what it is, as in individuals(gene='RYR1')",
            )
        return Selection(self, condition_of(asked, self.evaluator.records))

    def where(self, condition: ask.Condition) -> Selection:
        """Select by a condition of `gdi_spe.query.conditions`, as data instead of arguments.

        Parameters
        ----------
        condition
            What is asked; conditions combine by ``&``, ``|``, ``-`` and ``~``, as selections do.

        Returns
        -------
        A `Selection`.

        Raises
        ------
        BadInput
            If it is no condition; what it asks is looked at when the selection is counted.

        Examples
        --------
        >>> from gdi_spe.query.conditions import HasBiomarker, IsOneOf
        >>> women = cohort.where(IsOneOf("sex", ("female",)) - HasBiomarker(("BRAF V600E",)))
        >>> women.count() <= cohort.individuals(sex="female").count()
        True
        """
        if not isinstance(condition, ask.Condition):
            raise BadInput(
                f"{shown(condition)} is no condition",
                remedy="Make one of gdi_spe.query.conditions, or use individuals(...)",
            )
        return Selection(self, condition)

    def likeness(
        self,
        similar_to: str | Sequence[str],
        *,
        by_term: bool = False,
        n_draws: int = N_DRAWS,
        seed: int = SEED,
    ) -> pd.DataFrame:
        """Rank individuals by how like they are to a set of features.

        Parameters
        ----------
        similar_to
            HPO terms, or their labels; or a disease, which stands for the features that HPO's
            annotations give it. A list of features is the first choice: annotations are thin
            (those of ORPHA:590 lack neonatal hypotonia), or so long that nobody has them all.
        by_term
            Give a row for each individual and asked feature instead: what it was matched with.
        n_draws, seed
            Random sets of features behind each p-value, and the seed of their draws.

        Returns
        -------
        One row an individual with any feature recorded, most alike first: ``rank`` (equal scores
        share one), ``score`` in [0, 1], ``p_value``, and ``explanation`` term by term; with
        ``by_term`` the columns ``asked``, ``found``, ``through`` (their most informative common
        ancestor), each with its label, ``share`` of the asked feature's information, and
        ``is_excluded``. ``attrs`` hold what was asked, ``null`` (what a small p-value speaks
        against), ``n_draws``, ``seed`` and ``smallest_p_value``, below which none can be.

        Likeness is no diagnosis. An excluded feature never matches, and rules its own kinds out.

        Raises
        ------
        BadInput
            If nothing is asked, what is asked says nothing (the root of the ontology), or HPO
            annotates no features of the disease.
        UnknownTerm
            If HPO lacks a term; the nearest are named.

        Notes
        -----
        Each asked feature is matched with the individual's most similar one by Resnik's
        measure: the information of their most informative common ancestor (Resnik 1995),
        which is ``-ln`` of the share of OMIM's diseases that have it. The score is the matched
        share of the asked information, directed from the question to the individual (Köhler
        et al. 2009, Am J Hum Genet 85:457): an average of both directions would rank a lone
        ptosis above a full syndrome. The p-value is of one individual: among many the smallest
        is small by chance too.

        Examples
        --------
        >>> table = cohort.likeness(["Fatigable weakness", "HP:0000508", "HP:0001319"])
        >>> table.columns.tolist()
        ['individual_id', 'rank', 'score', 'p_value', 'explanation']
        >>> table.attrs["smallest_p_value"] == 1 / 2001
        True
        """
        from gdi_spe.workspace.asking.likeness import table_of

        draws = reading.whole(n_draws, "n_draws", 1, 1_000_000), reading.whole(seed, "seed", 0)
        terms = features(similar_to, self.evaluator.records)
        found = self.evaluator.records.likeness(terms, *draws)
        return table_of(found, terms, *draws, by_term=by_term)

    def sql(self, text: str) -> Answer:
        """Ask in SQL, over all tables, ``variants`` and ``carriers``.

        ``carriers`` has a row for each sample and variant it carries, with ``zygosity`` (empty
        where a part of the call is missing); it is made as a query reads it, so that one that
        names genes or places is quick in a cohort of any size.

        Parameters
        ----------
        text
            One query that reads, in DuckDB's SQL; it begins with SELECT, WITH or FROM.

        Returns
        -------
        What a DuckDB relation is: ``.df()`` gives a pandas table, ``.arrow()`` an Arrow one.

        Raises
        ------
        SqlNotUnderstood
            If the query cannot run, at once or when its rows are asked for; the nearest names
            are given. The engine sees this cohort
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
        from gdi_spe.workspace.asking.sql import engine_of

        return engine_of(self.evaluator.records, self.folder.manifest.sha256)

    def genes(
        self, region: str | None = None, gene: str | Sequence[str] | None = None
    ) -> pd.DataFrame:
        """List the genes of the cohort's variants, and where these are.

        Parameters
        ----------
        region
            Only genes whose variants reach into it (``"chr19:38433691-38595273"``).
        gene
            Only these, by symbol or Ensembl identifier.

        Returns
        -------
        One row a gene, along the genome: ``gene``, ``gene_id``, ``chromosome``,
        ``base_pair_location`` and ``base_pair_end`` of its first and its last variant (1-based),
        ``n_variants``, and ``region``, the same as text, for every ``region=`` and for
        `spe.plot.regional`. A variant of several genes counts in each. A gene reaches further than
        its variants here, and genes without one have no row.

        Raises
        ------
        BadInput
            If the region cannot be read, or a gene has no variant here; near names are given.

        Examples
        --------
        >>> place = cohort.genes(gene="RYR1")["region"].iloc[0]
        >>> frequencies = cohort.allele_frequencies(region=place)
        >>> "RYR1" in frequencies["gene"].unique()
        True
        """
        from gdi_spe.analysis.variants.genes import genes

        return genes(self.folder, region, gene)

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
