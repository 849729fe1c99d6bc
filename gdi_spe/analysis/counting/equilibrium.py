"""Hardy-Weinberg equilibrium: who is tested, and the exact test."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.frames import constant, each_times, joined, key_columns, table
from gdi_spe.analysis.groups import NOT_RECORDED, By, Group, groups_of
from gdi_spe.analysis.structure.relatives import without_relatives
from gdi_spe.analysis.variants.choice import Chosen, chosen
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels import equilibrium
from gdi_spe.store.ploidy import is_sex_linked

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
_NEVER = ("chrY", "chrM")  # one allele each, outside the pseudoautosomal regions


@dataclass(frozen=True)
class Tested:
    """What was counted of the variants at which the same people have two alleles.

    ``counts`` are of shape ``(groups, variants, 6)``; ``at`` says which of the variants that
    were asked for these are.
    """

    at: NDArray[np.int64]
    counts: NDArray[np.int32]
    sizes: NDArray[np.int32]


def hardy_weinberg(
    n_reference: NDArray[np.integer],
    n_heterozygous: NDArray[np.integer],
    n_homozygous: NDArray[np.integer],
    *,
    mid_p: bool = False,
) -> Floats:
    """Test Hardy-Weinberg equilibrium exactly.

    Parameters
    ----------
    n_reference, n_heterozygous, n_homozygous
        Individuals with no, one and two copies, one entry a variant.
    mid_p
        Count half of the probability of what was observed, and of what is as likely (Graffelman
        and Moreno 2013, Stat Appl Genet Mol Biol 12:433): as plink2 with ``midp``, and Hail.

    Returns
    -------
    Two-sided p-values; 1 (with ``mid_p`` 0.5) where one allele alone was seen, NaN where nobody
    was called.

    Examples
    --------
    >>> import numpy as np
    >>> from gdi_spe.analysis.counting.equilibrium import hardy_weinberg
    >>> hardy_weinberg(np.array([83]), np.array([13]), np.array([4])).round(6)
    array([0.010293])
    """
    return equilibrium.exact(n_reference, n_heterozygous, n_homozygous, mid_p)[0]


def tested_groups(
    folder: Folder,
    individuals: Collection[str] | None,
    controls: Collection[str] | None,
    strata: By | None,
    unrelated: Collection[str] | bool,
) -> list[Group]:
    """Choose who is tested: unrelated controls, each population by itself.

    People whose population is not recorded are in no group, unless nobody's is.
    """
    people = individuals
    if controls is not None:
        people = set(controls) if people is None else set(people) & set(controls)
    if unrelated is True:
        people = without_relatives(folder, people)
    elif unrelated is not False:
        people = set(unrelated) if people is None else set(people) & set(unrelated)
    groups = groups_of(folder, strata, people)
    recorded = [group for group in groups if group.name != NOT_RECORDED]
    return recorded or groups


def counted_of_two(
    folder: Folder, found: Chosen, groups: Sequence[Group], counts: NDArray[np.void] | None = None
) -> list[Tested]:
    """Count those of each group who have two alleles, variants of one rule at a time.

    ``counts`` may be given where the groups were counted already.
    """
    samples = [group.samples for group in groups]
    linked = is_sex_linked(folder.assembly, found.chromosome, found.positions)
    parts = []
    if not linked.all():
        if counts is None:
            counts = folder.counts(found.chromosome, found.rows, samples)
        at = np.flatnonzero(~linked)
        parts.append(Tested(at, _plain(counts[:, ~linked] if linked.any() else counts),
                            _sizes(samples)))  # fmt: skip
    if linked.any() and found.chromosome not in _NEVER:
        sexes = np.array(folder.sample_sexes)
        women = [each[sexes[each] == "female"] for each in samples]
        at = np.flatnonzero(linked)
        of_women = folder.counts(found.chromosome, found.row_numbers[at], women)
        parts.append(Tested(at, _plain(of_women), _sizes(women)))
    return parts


def _plain(counts: NDArray[np.void]) -> NDArray[np.int32]:
    return np.ascontiguousarray(counts).view(np.int32).reshape(*counts.shape, 6)


def _sizes(groups: Sequence[NDArray[np.int64]]) -> NDArray[np.int32]:
    return np.array([len(samples) for samples in groups], np.int32)


def equilibrium_by_group(
    folder: Folder,
    by: By | None = "population",
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    controls: Collection[str] | None = None,
    unrelated: Collection[str] | bool = True,
    mid_p: bool = False,
) -> pd.DataFrame:
    """Test Hardy-Weinberg equilibrium of each variant in each group.

    Parameters
    ----------
    folder
        The cohort.
    by, region, gene, individuals, controls, unrelated, mid_p
        As of a cohort's `hardy_weinberg`.

    Returns
    -------
    As of a cohort's `hardy_weinberg`, which tells errors and sources too.
    """
    groups = tested_groups(folder, individuals, controls, by, unrelated)
    found = list(chosen(folder, region, gene))
    shape = (len(groups), sum(each.keys.num_rows for each in found))
    numbers = np.zeros((3, *shape), np.int64)
    start = 0
    for each in found:
        for part in counted_of_two(folder, each, groups):
            numbers[:, :, start + part.at] = equilibrium.genotypes(part.counts, part.sizes)
        start += each.keys.num_rows
    return table(
        {
            **key_columns(found, len(groups)),
            "group": joined([constant(group.name, shape[1]) for group in groups]),
            "n_individuals": each_times([group.n_individuals for group in groups], shape[1]),
            **_columns(numbers.reshape(3, -1), mid_p),
        }
    )


def _columns(numbers: Counts, mid_p: bool) -> dict[str, NDArray[Any]]:
    reference, het, hom = numbers
    n, copies = reference + het + hom, het + 2 * hom
    two_sided, excess = equilibrium.exact(reference, het, hom, mid_p)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = copies * (2 * n - copies) / (2.0 * n - 1) / n
    return {
        "n_hom_ref": reference, "n_het": het, "n_hom_var": hom,
        "het_freq_hwe": expected, "p_value_hwe": two_sided, "p_value_excess_het": excess,
    }  # fmt: skip
