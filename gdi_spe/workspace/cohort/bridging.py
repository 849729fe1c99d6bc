"""The cohort in the forms of other tools."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of
from gdi_spe.workspace.surroundings import surroundings

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.workspace.bridges.arrays import Genotypes
    from gdi_spe.workspace.bridges.programs import PlinkResult, Values


class Bridging(Held):
    """Hand a cohort to other tools.

    Files that are written here hold people's calls: they stay in the work folder, and none of
    them passes an export.
    """

    def to_hail(
        self,
        region: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
    ) -> Any:
        """Return the cohort as a Hail MatrixTable, in a Hail that starts without network.

        Parameters
        ----------
        region
            Only these stretches, such as ``"chr19:38433691-38595273"`` or ``"chr19"``.
        individuals
            Only the samples of these.

        Returns
        -------
        Rows by locus and alleles (each alternate its own row) with ``gene`` and
        ``consequence``, columns by sample with the fields of ``individuals``, entries with
        ``GT``, phased where phase was kept. Hail takes a half-missing call for missing, where
        this library counts the allele it has: such variants have a smaller AC or AN there.

        Raises
        ------
        BadInput
            If Hail is not in this environment.

        Notes
        -----
        The first call starts Hail, which takes some seconds. The whole cohort is kept in
        Hail's own form in the work folder, for later sessions too; a part is there until this
        session ends. `from_hail` brings results back with this library's columns.

        Examples
        --------
        >>> table = cohort.to_hail(region="chr19")  # Hail
        >>> table.count_cols() == cohort.to_pandas().shape[0]  # Hail
        True
        """
        from gdi_spe.workspace.bridges import hail

        hail.library()
        with self._watched("to_hail", is_whole=region is None and individuals is None) as advance:
            return hail.matrix_table(
                self.folder, surroundings().kept, ids_of(individuals), region, advance
            )

    def to_vcf(
        self,
        path: str | Path,
        region: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        annotations: bool = True,
        overwrite: bool = False,
    ) -> Path:
        """Write the cohort, or a part of it, as VCF.

        Parameters
        ----------
        path
            Ends with ``.vcf``, or ``.vcf.gz`` for bgzip.
        region, individuals
            As for `to_hail`. A part has no AC and AN, which other programs count anew.
        annotations
            Write gene, consequence and their like as INFO.
        overwrite
            Take the place of a file that is there.

        Returns
        -------
        The path. A record for each alternate allele; other alternates of a split record stand
        as 0, as ``bcftools norm -m-`` writes them.

        Raises
        ------
        BadInput
            If there is such a file, the ending is another, or a region cannot be read.
        DiskFull
            If there is no room; nothing is left behind.

        Examples
        --------
        >>> path = cohort.to_vcf("ryr1.vcf", region="chr19:38433691-38595273")
        >>> path.read_text()[:20]
        '##fileformat=VCFv4.3'
        """
        from gdi_spe.workspace.bridges import files

        with self._watched("to_vcf", is_whole=region is None and individuals is None) as advance:
            return files.write_vcf(
                self.folder,
                path,
                ids_of(individuals),
                region,
                annotations=annotations,
                overwrite=overwrite,
                progress=advance,
            )

    def to_pgen(
        self,
        prefix: str | Path,
        region: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write the cohort, or a part of it, as plink2's ``.pgen``, ``.pvar`` and ``.psam``.

        Parameters
        ----------
        prefix
            Path of the three files without their endings.
        region, individuals
            As for `to_hail`.
        overwrite
            Take the place of files that are there.

        Returns
        -------
        The prefix, for ``plink2 --pfile``. Sexes are the cohort's genetic ones (else birth), so
        that plink2 counts on X, Y and the mitochondria as this library does.

        Raises
        ------
        BadInput
            If there are such files, no variant is left, or a region cannot be read.
        DiskFull
            If there is no room; nothing is left behind.

        Warns
        -----
        CallsLeftOut
            If calls had to be written as missing: half-missing ones, of three alleles, of two
            different alleles where there is one.

        Examples
        --------
        >>> men = cohort.individuals(sex="male")
        >>> prefix = cohort.to_pgen("tlr7", region="chrX", individuals=men)
        >>> sorted(path.name for path in prefix.parent.glob("tlr7.*"))
        ['tlr7.pgen', 'tlr7.psam', 'tlr7.pvar']
        """
        from gdi_spe.workspace.bridges import files

        with self._watched("to_pgen", is_whole=region is None and individuals is None) as advance:
            return files.write_pgen(
                self.folder,
                prefix,
                ids_of(individuals),
                region,
                overwrite=overwrite,
                progress=advance,
            )

    def to_pandas(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
    ) -> pd.DataFrame:
        """Return individuals, or their calls of some variants, as a pandas table.

        Parameters
        ----------
        region, gene
            Which variants; without either the table is what is known of the individuals.
        individuals
            Only these.

        Returns
        -------
        One row an individual, by its pseudonym. With a region or gene one column a variant
        (``chr19-38499999-G-A``): alternate alleles of the individual's germline sample, 0 or 1
        where it has one allele, NaN where the call is missing, half or wholly. Without them the
        columns of ``individuals``. Neither leaves the workspace.

        Raises
        ------
        BadInput
            If the region cannot be read or the gene has no variant here.
        TooLarge
            If the table would take more than half of the memory that is free.

        Examples
        --------
        >>> calls = cohort.to_pandas(gene="TLR7")
        >>> people = cohort.to_pandas()
        >>> people[["sex"]].join(calls).groupby("sex").size()  # doctest: +ELLIPSIS
        sex
        female     ...
        """
        from gdi_spe.workspace.bridges import arrays

        who = ids_of(individuals)
        if region is None and gene is None:
            return arrays.people_table(self.folder, who)
        return arrays.dosage_table(self.folder, region, gene, who)

    def to_numpy(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        dosages: bool = False,
    ) -> Genotypes:
        """Return the calls of some variants as an array, with what names its rows and columns.

        Parameters
        ----------
        region, gene
            Which variants; all of them without either.
        individuals
            Only the samples of these.
        dosages
            Count alternate alleles of each call instead of telling its alleles.

        Returns
        -------
        ``call_genotype``, shape ``(variants, samples, 2)``: 0 is the reference or another
        alternate, 1 this alternate, -1 missing, -2 where a haploid call has no second allele;
        or ``call_dosage``, shape ``(variants, samples)``, -1 missing; both int8. ``variants``
        and ``samples`` are tables whose row i names row and column i.

        Raises
        ------
        BadInput
            If the region cannot be read or the gene has no variant here.
        TooLarge
            If the array would take more than half of the memory that is free.

        Examples
        --------
        >>> calls = cohort.to_numpy(gene="RYR1")
        >>> calls.call_genotype.shape == (len(calls.variants), len(calls.samples), 2)
        True
        >>> int(calls.call_genotype.min())
        -1
        """
        from gdi_spe.workspace.bridges import arrays

        return arrays.genotypes(self.folder, region, gene, ids_of(individuals), dosages=dosages)

    def plink2(
        self,
        arguments: str | Sequence[str],
        *,
        individuals: Selection | Collection[str] | None = None,
        phenotypes: Values | None = None,
        covariates: Values | None = None,
    ) -> PlinkResult:
        """Run plink2 on the cohort.

        Parameters
        ----------
        arguments
            What plink2 is asked, as on its command line: ``"--glm allow-no-covars"``.
        individuals
            Only these (``--keep``).
        phenotypes, covariates
            By name the value of each individual (``--pheno``, ``--covar``), a table of
            pandas by pseudonym too. Cases are 1 and controls 0, as everywhere here.

        Returns
        -------
        ``tables`` by the ending of plink2's files, ``table`` if there is one. A regression has
        the columns of `association`, the others this library's names where it has one. ``log``
        is what plink2 printed.

        Raises
        ------
        ToolFailed
            If plink2 ends with an error; its own message is told.
        BadInput
            If plink2 is not here, wrote no table, or an argument names files that are given.

        Notes
        -----
        The cohort's PGEN is kept in the work folder from the first call on. One germline sample
        stands for each individual.

        Examples
        --------
        >>> cohort.plink2("--freq --chr 19").table.columns[:4].tolist()  # plink2
        ['chromosome', 'id', 'reference', 'alternate']
        """
        from gdi_spe.workspace.bridges import files, programs

        with self._watched("to_pgen") as advance:
            prefix = files.kept_pgen(self.folder, surroundings().kept, advance)
        return programs.plink2(
            self.folder,
            prefix,
            arguments,
            individuals=ids_of(individuals),
            phenotypes=phenotypes,
            covariates=covariates,
        )

    def bcftools(self, arguments: str | Sequence[str]) -> str:
        """Run bcftools on the cohort.

        Parameters
        ----------
        arguments
            What bcftools is asked, as on its command line and without the file: ``"view -H -G -r
            chr19"``.

        Returns
        -------
        What bcftools printed. The file is kept in the work folder, with an index, from the
        first call on.

        Raises
        ------
        ToolFailed
            If bcftools ends with an error; its own message is told.
        BadInput
            If bcftools is not here.

        Examples
        --------
        >>> cohort.bcftools("query -f '%CHROM %REF\\n' -r chr10").splitlines()[0]  # bcftools
        'chr10 ...'
        """
        from gdi_spe.workspace.bridges import files, programs

        with self._watched("to_vcf") as advance:
            path = files.kept_vcf(self.folder, surroundings().kept, advance)
        return programs.bcftools(path, arguments)
