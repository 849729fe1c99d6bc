"""Polygenic scores and star alleles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from gdi_spe.analysis.scores.matching import Ambiguous
    from gdi_spe.analysis.scores.run import Missing


class Scoring(Held):
    """Score the individuals of a cohort."""

    def polygenic_score(
        self,
        path: str | Path,
        *,
        individuals: Selection | Collection[str] | None = None,
        missing: Missing = "drop",
        ambiguous: Ambiguous = "drop",
        males_on_x: Literal[1, 2] = 2,
        min_matched: float = 0.75,
    ) -> pd.DataFrame:
        """Sum the weights of a PGS Catalog scoring file over each individual's alleles.

        Parameters
        ----------
        path
            The scoring file, plain or compressed by gzip.
        individuals
            Only these individuals.
        missing
            A missing call adds nothing and leaves ``n_alleles`` (``"drop"``), or adds its weight
            times the alleles expected by their frequency here (``"mean"``): plink2's
            ``no-mean-imputation``, and its default.
        ambiguous
            A/T and C/G variants look the same on both strands. ``"drop"``: they do not count.
            ``"frequency"``: they do where the file tells the effect allele's frequency and the
            rarer allele is rarer than 0.4 there and here. ``"keep"``: the strand is the cohort's.
        males_on_x
            What a man's allele on X counts outside the pseudoautosomal regions: 2 as plink2 has it,
            or 1.
        min_matched
            The least share of the file's variants that must count (0.75 is what the PGS Catalog's
            calculator asks).

        Returns
        -------
        One row an individual: ``individual_id``, ``score`` (the sum), ``score_average`` (over
        ``n_alleles``), ``n_alleles`` (called alleles that count; all where means are taken) and
        ``n_missing`` (missing calls). Rows about people: ``attrs["exportable"]`` is False.
        ``attrs`` tells ``n_variants``, ``n_matched`` (flipped ones included), ``matched_fraction``,
        ``n_flipped``, ``n_ambiguous``, ``n_mismatched``, ``n_absent``, ``n_duplicate`` and
        ``n_missing_calls``. A score is no risk, and cannot be compared across ancestries.

        Raises
        ------
        TooFewMatched
            If fewer of its variants count than ``min_matched``.
        BadInput
            If the file cannot be read, or a word is unknown.
        ScoreNotAdditive, ScoreOtherAssembly
            If its weights or its places cannot be used.

        Notes
        -----
        A cohort has no site that nobody of it carries. An absent variant is therefore homozygous
        reference in everybody, or was not looked at: it adds nothing here, and where the reference
        is the effect allele the same constant is missing from everybody's score. Where the effect
        allele is the reference, every alternate at the place counts as another allele.

        Examples
        --------
        >>> variant = cohort.folder.variants("chr19").to_pandas().iloc[0]
        >>> head = "chr_name\\tchr_position\\teffect_allele\\tother_allele\\teffect_weight"
        >>> row = f"19\\t{variant.position}\\t{variant.alternate}\\t{variant.reference}\\t0.5"
        >>> from pathlib import Path
        >>> _ = Path("score.txt").write_text(f"#genome_build=GRCh38\\n{head}\\n{row}")
        >>> scores = cohort.polygenic_score("score.txt", ambiguous="keep")
        >>> scores.attrs["n_matched"]
        1
        """
        from gdi_spe.analysis.scores import run

        with self._watched("polygenic_score", is_whole=False) as advance:
            return run.polygenic_score(
                self.folder,
                path,
                ids_of(individuals),
                missing=missing,
                ambiguous=ambiguous,
                males_on_x=males_on_x,
                min_matched=min_matched,
                progress=advance,
            )

    def match_scoring_file(
        self, path: str | Path, *, ambiguous: Ambiguous = "drop"
    ) -> pd.DataFrame:
        """Say of each variant of a scoring file what it is here.

        Parameters
        ----------
        path
            The scoring file, plain or compressed by gzip.
        ambiguous
            What becomes of A/T and C/G variants.

        Returns
        -------
        One row a line: ``line``, ``rsid``, ``chromosome``, ``position``, ``effect_allele``,
        ``other_allele``, ``weight`` and ``status``: ``matched``, ``flipped`` (on the other strand),
        ``ambiguous``, ``mismatched`` (other alleles are there), ``absent`` (nobody in the cohort
        carries an alternate there, or nobody looked) or ``duplicate`` (said before). Nothing in it
        is about single people. ``attrs`` tells the counts.

        Raises
        ------
        BadInput
            If the file cannot be read, or a line contradicts another.
        ScoreNotAdditive, ScoreOtherAssembly
            If its weights or its places cannot be used.

        Examples
        --------
        >>> head = "chr_name\\tchr_position\\teffect_allele\\tother_allele\\teffect_weight"
        >>> from pathlib import Path
        >>> _ = Path("score.txt").write_text(f"#genome_build=GRCh38\\n{head}\\n19\\t1\\tA\\tG\\t1")
        >>> cohort.match_scoring_file("score.txt")["status"].tolist()
        ['absent']
        """
        from gdi_spe.analysis.scores import run

        return run.match_scoring_file(self.folder, path, ambiguous=ambiguous)

    def star_alleles(
        self,
        path: str | Path | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        absent: str = "missing",
        use_phase: bool = True,
    ) -> pd.DataFrame:
        """Say which star alleles each individual has of pharmacogenes.

        Parameters
        ----------
        path
            A table of star alleles; without it the one that came with the cohort.
        gene
            Only these genes of the table.
        individuals
            Only these individuals.
        absent
            What a position is that no variant of the cohort is at: ``"missing"``, unless the
            individual's dataset declared that it looked there, or ``"reference"``, where all that
            matter are known to have been looked at (a cohort has no site that nobody carries).
        use_phase
            Whether phased calls (``|``) tell which variants lie together; all phased calls of a
            gene are taken for one phase set, since the store keeps none.

        Returns
        -------
        One row an individual and gene: ``individual_id``, ``gene``, ``diplotypes`` (all that
        explain the calls, parted by ``;``), ``n_diplotypes``, ``activity_score`` (NaN where they do
        not agree), ``phenotype`` (``indeterminate`` where they do not), ``n_missing`` (positions)
        and ``why``: ``phase``, ``missing positions``, ``no alleles explain the calls``, ``unknown
        activity`` or ``no phenotype of this score``; empty where nothing is open. Rows about
        people: ``attrs["exportable"]`` is False. ``attrs["release"]`` is the table's.

        Raises
        ------
        NoStarAlleles
            If there is no table for this cohort.
        BadInput
            If the table cannot be read, or has not a gene.

        Notes
        -----
        A pair of alleles explains calls where it has exactly the alternates that were called, at
        every position of the table for the gene. Alternates that no allele of the table has are not
        looked at; copies of whole genes (as of CYP2D6) are not known. Not for treatment.

        Examples
        --------
        >>> lines = ["#assembly=GRCh38", "#phenotype=GENE\\t2\\t2\\tnormal"]
        >>> lines += ["gene\\tallele\\tactivity\\tchromosome\\tposition\\treference\\talternate"]
        >>> lines += ["GENE\\t*1\\t1", "GENE\\t*2\\t0\\tchr10\\t94781859\\tG\\tA"]
        >>> from pathlib import Path
        >>> _ = Path("made-up.tsv").write_text("\\n".join(lines))
        >>> set(cohort.star_alleles("made-up.tsv")["why"])  # nobody is known to have looked
        {'missing positions'}
        """
        from gdi_spe.analysis.pharmacogenes.run import diplotypes

        return diplotypes(
            self.folder, path, gene, ids_of(individuals), absent=absent, use_phase=use_phase
        )
