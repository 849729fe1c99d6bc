"""Heterozygosity, and the sex that calls tell of."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.counting.frequencies import proportion
from gdi_spe.analysis.groups import EVERYBODY, By, Group, groups_of, individuals_of
from gdi_spe.analysis.structure.independent import AUTOSOMES
from gdi_spe.analysis.variants.choice import Chosen, chosen
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Calls
from gdi_spe.store.counts import Alleles
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels import samples as kernels
from gdi_spe.store.ploidy import is_sex_linked

Floats = NDArray[np.float64]
_HET, _LOST, _SINGLE = (kernels.FIELDS.index(name) for name in ("het", "lost", "single"))
# With fewer variants of X a man can have none that is heterozygous by chance.
LEAST_OF_X = 50
_STATUSES = ("mismatch", "not told", "ok")


def heterozygosity(
    folder: Folder,
    individuals: Collection[str] | None = None,
    *,
    strata: By | None = "population",
    min_frequency: float = 0.0,
) -> pd.DataFrame:
    """Compare each individual's homozygous calls with what chance would give.

    Parameters
    ----------
    folder
        The cohort.
    individuals, strata, min_frequency
        As of a cohort's `heterozygosity`.

    Returns
    -------
    As of a cohort's `heterozygosity`, which tells errors and sources too.

    Examples
    --------
    >>> table = heterozygosity(cohort.folder)
    >>> list(table.columns)
    ['n_called', 'observed_homs', 'expected_homs', 'f_stat']
    """
    # Of nobody there is a table too, without a row.
    groups = groups_of(folder, strata, individuals) or [Group(EVERYBODY, np.zeros(0, np.int64))]
    found = [each for each in chosen(folder) if each.chromosome in AUTOSOMES]
    tables = [_inbreeding(folder, found, group, min_frequency, False) for group in groups]
    return pd.concat(tables).sort_index()


def sex_check(
    folder: Folder,
    individuals: Collection[str] | None = None,
    *,
    female_threshold: float = 0.2,
    male_threshold: float = 0.8,
    min_frequency: float = 0.0,
) -> pd.DataFrame:
    """Compare the recorded sex with what the calls on X tell.

    Parameters
    ----------
    folder
        The cohort.
    individuals, female_threshold, male_threshold, min_frequency
        As of a cohort's `sex_check`.

    Returns
    -------
    As of a cohort's `sex_check`, which tells errors and sources too.

    Examples
    --------
    >>> table = sex_check(cohort.folder)
    >>> int((table["status"] == "mismatch").sum())
    0
    """
    if not female_threshold <= male_threshold:
        raise BadInput("female_threshold is above male_threshold", remedy="Such as 0.2 and 0.8")
    group = groups_of(folder, None, individuals)[0]
    table = _inbreeding(folder, list(_sex_linked(folder, "chrX")), group, min_frequency, True)
    told = table["n_called"] >= LEAST_OF_X
    is_female, is_male = (
        told & (table["f_stat"] < female_threshold),
        told & (table["f_stat"] > male_threshold),
    )
    recorded = np.array(folder.sample_sexes)[group.samples]
    inferred = np.select([is_female, is_male], ["female", "male"], "unknown")
    either = (recorded == "unknown") | (inferred == "unknown")
    status = np.where(either, "not told", np.where(recorded == inferred, "ok", "mismatch"))
    order = np.argsort(
        [["mismatch", "not told", "ok"].index(each) for each in status], kind="stable"
    )
    columns = {"sex": recorded, "inferred_sex": inferred, "status": status}
    named = pd.DataFrame(columns, index=table.index)
    return pd.concat([named, table, _of_y(folder, group)], axis=1).iloc[order]


def _sex_linked(folder: Folder, chromosome: str) -> Iterator[Chosen]:
    """Yield the variants of a sex chromosome outside the pseudoautosomal regions."""
    for each in chosen(folder):
        if each.chromosome == chromosome:
            yield each.kept(is_sex_linked(folder.assembly, chromosome, each.positions))


def _of_y(folder: Folder, group: Group) -> pd.DataFrame:
    n_called, n_variants = np.zeros(folder.n_samples, np.int64), 0
    for each in _sex_linked(folder, "chrY"):
        calls = folder.calls(each.chromosome).take(each.row_numbers)
        counts = kernels.by_sample(calls, None, np.zeros(len(calls), np.uint8), 1)[0][0]
        n_called += len(calls) - counts[_LOST]
        n_variants += len(calls)
    found = n_called[group.samples]
    rate = proportion(found, np.full(len(found), n_variants))
    return pd.DataFrame(
        {"y_n_called": found, "y_call_rate": rate}, index=individuals_of(folder, group)
    )


def _inbreeding(
    folder: Folder, found: list[Chosen], group: Group, min_frequency: float, single: bool
) -> pd.DataFrame:
    """Sum over variants that have both alleles in the group; calls count as they are written.

    ``single`` takes calls of one allele for homozygous ones, instead of leaving them out.
    """
    n_called, observed, expected = np.zeros((3, folder.n_samples))
    for each in found:
        calls = folder.calls(each.chromosome).take(each.row_numbers)
        calls, homs = _polymorphic(calls, group, min_frequency)
        kinds = np.zeros(len(calls), np.uint8)
        counts, lost = kernels.by_sample(calls, None, kinds, 1, homs)
        complete = len(calls) - counts[0][_LOST] - (0 if single else counts[0][_SINGLE])
        n_called += complete
        observed += complete - counts[0][_HET]
        expected += homs.sum() - lost
    table = pd.DataFrame(
        {
            "n_called": n_called[group.samples].astype(np.int64),
            "observed_homs": observed[group.samples].astype(np.int64),
            "expected_homs": expected[group.samples],
        },
        index=individuals_of(folder, group),
    )
    left = table["n_called"] - table["expected_homs"]
    table["f_stat"] = (table["observed_homs"] - table["expected_homs"]) / left.where(left > 1e-9)
    return table


def _polymorphic(calls: Calls, group: Group, min_frequency: float) -> tuple[Calls, Floats]:
    """Leave variants that have both alleles, and say how often a homozygote is expected."""
    alleles = Alleles.empty(1, len(calls))
    alleles.fill(0, calls, [group.samples])
    share = alleles.frequency[0]
    rarer = np.minimum(share, 1 - share)
    keep = np.flatnonzero((rarer > 0) & (rarer >= min_frequency))
    return calls.take(keep), 1 - 2 * share[keep] * (1 - share[keep])
