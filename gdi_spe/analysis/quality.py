"""Quality of variants: call rate and Hardy-Weinberg equilibrium."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.choice import Chosen, chosen
from gdi_spe.analysis.equilibrium import counted_of_two, tested_groups
from gdi_spe.analysis.frames import key_columns, table
from gdi_spe.analysis.frequencies import proportion
from gdi_spe.analysis.groups import By, Group, groups_of
from gdi_spe.store.calls import COUNTS
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels import equilibrium
from gdi_spe.store.ploidy import is_sex_linked

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[np.int64] | Floats]
_EQUILIBRIUM = ("het_freq_hwe", "p_value_hwe", "p_value_excess_het")


def variant_qc(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    controls: Collection[str] | None = None,
    within: By | None = "population",
    unrelated: Collection[str] | bool = True,
    mid_p: bool = False,
) -> pd.DataFrame:
    """Summarise the calls of each variant, and test Hardy-Weinberg equilibrium.

    Parameters
    ----------
    folder
        The cohort.
    region, gene
        Only variants that touch the region, of these genes.
    individuals
        Look at these individuals only.
    controls
        Of these, test equilibrium among these only: a variant that causes a disease is out of
        equilibrium in those who have it. Without it everybody is tested, since a cohort has
        cases only of a question.
    within
        Test each population by itself, and combine; ``None`` tests all as one. A mixture of
        populations has too few heterozygotes without any error.
    unrelated
        ``True`` leaves relatives of the third degree or nearer out of the test; a set of
        individuals tests them instead; ``False`` tests everybody.
    mid_p
        Give mid-p values.

    Returns
    -------
    One row a variant: ``chromosome``, ``position``, ``reference``, ``alternate``, ``gene``, and

    - ``allele_count``, ``allele_number``, ``allele_frequency`` (Hail: AC, AN, AF), half-missing
      calls with the allele they have;
    - ``call_rate``, ``n_called``, ``n_not_called``: complete calls among those who can have one
      (women none on Y);
    - ``n_hom_ref``, ``n_het``, ``n_hom_var``, ``n_hemi`` and ``n_non_ref``: complete calls
      without the alternate, with one of two alleles, with two, with one where there is one
      only, and with any;
    - ``het_freq_hwe``: the share of heterozygotes to be expected of those tested;
    - ``p_value_hwe`` and ``p_value_excess_het``: two-sided, and for too many heterozygotes. Of
      several populations the smallest, times the number of populations that have both alleles.

    ``attrs["hardy_weinberg"]`` says who was tested: how many of each population.

    Raises
    ------
    BadInput
        If a region, gene or column is not known.

    Notes
    -----
    The test is the exact one of Wigginton, Cutler and Abecasis (2005, Am J Hum Genet 76:887),
    as plink2's ``--hardy``; Hail's is the mid-p one. It is among those with two alleles: women
    alone on X outside the pseudoautosomal regions; NaN on Y and the mitochondria. People without
    a recorded population are not tested, unless nobody has one. Nobody is left out as a relative
    where there are too few common variants to tell, or too many people to compare
    (`gdi_spe.analysis.structure.relatives`); a `Caution` says so.

    Hail's names are kept where Hail has the field. Hail counts calls of one allele neither as
    homozygous nor as heterozygous and takes half-missing calls for missing throughout.
    """
    everybody = groups_of(folder, None, individuals)[0]
    groups = tested_groups(folder, individuals, controls, within, unrelated)
    found = list(chosen(folder, region, gene))
    parts = [_quality(folder, each, everybody, groups, mid_p) for each in found]
    whole = table({**key_columns(found), **_joined(parts)})
    whole.attrs["hardy_weinberg"] = {
        "n_individuals": {group.name: group.n_individuals for group in groups},
        "mid_p": mid_p,
    }
    return whole


def _joined(parts: list[Columns]) -> Columns:
    nothing = _calls(np.zeros(0, COUNTS), np.zeros(0, np.int64))
    nothing |= {name: np.zeros(0) for name in _EQUILIBRIUM}
    return {name: np.concatenate([none, *(part[name] for part in parts)])
            for name, none in nothing.items()}  # fmt: skip


def _quality(
    folder: Folder, found: Chosen, everybody: Group, groups: list[Group], mid_p: bool
) -> Columns:
    samples = [group.samples for group in (everybody, *groups)]
    counts = folder.counts(found.chromosome, found.rows, samples)
    linked = is_sex_linked(folder.assembly, found.chromosome, found.positions)
    n_able = np.full(counts.shape[1], everybody.n_individuals, np.int64)
    if found.chromosome == "chrY":
        sexes = np.array(folder.sample_sexes)[everybody.samples]
        n_able[linked] = everybody.n_individuals - int((sexes == "female").sum())
    columns = _calls(counts[0], n_able) | {
        name: np.full(counts.shape[1], np.nan) for name in _EQUILIBRIUM
    }
    for part in counted_of_two(folder, found, groups, counts[1:]):
        answers = equilibrium.combined(part.counts, part.sizes, mid_p)
        for name, values in zip(_EQUILIBRIUM, answers, strict=True):
            columns[name][part.at] = values
    return columns


def _calls(counts: NDArray[np.void], n_able: NDArray[np.int64]) -> Columns:
    numbers = {name: counts[name].astype(np.int64) for name in counts.dtype.names or ()}
    n_called = n_able - numbers["n_missing"]
    of_two, hemi = ("n_heterozygous", "n_homozygous"), numbers["n_hemizygous"]
    het, hom = (numbers[name] for name in of_two)
    n_non_ref = het + hom + hemi
    return {
        "allele_count": numbers["allele_count"],
        "allele_number": numbers["allele_number"],
        "allele_frequency": proportion(numbers["allele_count"], numbers["allele_number"]),
        "call_rate": proportion(n_called, n_able),
        "n_called": n_called,
        "n_not_called": numbers["n_missing"],
        "n_hom_ref": n_called - n_non_ref,
        "n_het": het,
        "n_hom_var": hom,
        "n_hemi": hemi,
        "n_non_ref": n_non_ref,
    }
