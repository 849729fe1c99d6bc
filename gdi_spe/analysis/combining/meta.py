"""Meta-analysis: one result of the summary statistics of several studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.analysis.combining.alleles import aligned, other_strand
from gdi_spe.analysis.combining.gwas_ssf import FIRST, no_bases, read_gwas_ssf, require_gwas_ssf
from gdi_spe.analysis.regression.linear import normal_tails
from gdi_spe.analysis.regression.scan import lambda_gc
from gdi_spe.boundary.errors import BadInput, shown

Floats = NDArray[np.float64]
Effects = Literal["fixed", "random"]
Palindromic = Literal["frequency", "trust", "drop"]
_NUMBERS = ("beta", "standard_error", "effect_allele_frequency", "n")


@dataclass(frozen=True)
class Pooled:
    """Of each variant: the pooled effect, and how much the studies differ."""

    beta: Floats
    standard_error: Floats
    q: Floats
    q_p_value: Floats
    i_squared: Floats
    tau_squared: Floats


def meta_analysis(
    studies: Sequence[pd.DataFrame | str | Path],
    *,
    effects: Effects = "fixed",
    palindromic: Palindromic = "frequency",
    genomic_control: bool = False,
    min_studies: int = 1,
) -> pd.DataFrame:
    """Combine the summary statistics of several studies, variant by variant.

    Parameters
    ----------
    studies
        Results of `association`, or files of GWAS-SSF, of one trait on one scale.
    effects
        ``"fixed"``: one true effect, weights are inverse variances; ``"random"``: true effects
        that differ between studies (DerSimonian and Laird).
    palindromic
        Of variants of A and T, or C and G, whose alleles do not tell the strand: ``"frequency"``
        goes by allele frequencies and leaves a study's value out where they are between 0.4 and
        0.6; ``"trust"`` takes all studies to be on one strand, as sequences on one reference
        are; ``"drop"`` leaves such variants out.
    genomic_control
        Multiply each study's standard errors by the root of its lambda GC, where that is
        above 1.
    min_studies
        Leave out variants of fewer studies.

    Returns
    -------
    One row a variant, the columns of GWAS-SSF first; alleles as in the first study that has it.
    Then ``n`` (of all studies), ``n_studies``, ``direction`` (``+``, ``-`` or ``?`` for each
    study in its order), Cochran's ``q`` with ``q_p_value``, ``i_squared`` in [0, 1] (the share
    of the variation that is between studies) and ``tau_squared``. NaN where a single study
    leaves nothing to compare. ``attrs`` tells studies, their lambda GC, and what was left out.

    Raises
    ------
    BadInput
        If there are fewer than two studies, one is not GWAS-SSF or has a variant twice, or they
        are of two assemblies.

    Notes
    -----
    Alleles are matched by place, swapped where a study counts the other one, and taken from
    the other strand where only that fits; symbolic alleles are left out. Individuals in two
    studies are counted twice: p-values are too small then. DerSimonian and Laird (1986, Control
    Clin Trials 7:177); Higgins and Thompson (2002, Stat Med 21:1539).

    Examples
    --------
    >>> women = cohort.association("height", ["age"], individuals=cohort.individuals(sex="female"))
    >>> men = cohort.association("height", ["age"], individuals=cohort.individuals(sex="male"))
    >>> both = spe.meta_analysis([women, men], palindromic="trust")
    >>> int(both["n_studies"].max())
    2
    """
    for name, value, words in (
        ("effects", effects, Effects), ("palindromic", palindromic, Palindromic)
    ):  # fmt: skip
        if not isinstance(value, str) or value not in get_args(words):
            raise BadInput(f"{name}={shown(value)}", remedy=f"One of {', '.join(get_args(words))}")
    if isinstance(studies, str) or not isinstance(studies, Sequence):
        raise BadInput("studies are several", remedy="Give a list of tables or of files")
    if not isinstance(min_studies, int | np.integer):
        raise BadInput(f"min_studies={shown(min_studies)} is no whole number", remedy="Such as 2")
    given = [_read(study, number) for number, study in enumerate(studies)]
    _require_comparable(given)
    if min_studies > len(given):
        raise BadInput(
            f"min_studies={min_studies} of {len(given)} studies", remedy="No more than there are"
        )
    tables = [_of_bases(table) for table in given]
    inflation = [_inflation(table) for table in tables]
    first, numbers, n_left_out = _matched(tables, palindromic)
    error = numbers["standard_error"]
    if genomic_control:
        error = error * np.sqrt(np.maximum(1, inflation))[:, None]
    pooled = pool(numbers["beta"], error, effects)
    n_studies = np.isfinite(numbers["beta"]).sum(axis=0)
    found = _table(first, numbers, pooled, n_studies)
    kept = found[found["n_studies"] >= max(1, min_studies)].reset_index(drop=True)
    kept.attrs = {
        "effects": effects, "n_studies": len(tables), "lambda_gc_of_studies": inflation,
        "lambda_gc": _inflation(kept), "n_left_out_for_strand": n_left_out,
        "n_left_out_symbolic": sum(map(len, given)) - sum(map(len, tables)),
        **({"assembly": tables[0].attrs["assembly"]} if "assembly" in tables[0].attrs else {}),
    }  # fmt: skip
    return kept


def pool(beta: Floats, standard_error: Floats, effects: Effects = "fixed") -> Pooled:
    """Pool effects, shape ``(studies, variants)``; NaN is a study that does not tell."""
    known = np.isfinite(beta) & np.isfinite(standard_error) & (standard_error > 0)
    variance = np.where(known, standard_error, 1) ** 2
    value = np.where(known, beta, 0)
    weight = np.where(known, 1 / variance, 0)
    freedom = known.sum(axis=0) - 1
    mean, total = _weighted(value, weight)
    q = np.where(freedom > 0, (weight * (value - mean) ** 2).sum(axis=0), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = total - (weight**2).sum(axis=0) / total
        tau = np.where(freedom > 0, np.maximum(0, (q - freedom) / spread), np.nan)
        i_squared = np.where(q > 0, np.maximum(0, (q - freedom) / q), np.where(q == 0, 0, np.nan))
    if effects == "random":
        weight = np.where(known, 1 / (variance + np.nan_to_num(tau)), 0)
        mean, total = _weighted(value, weight)
    with np.errstate(divide="ignore"):
        error = np.where(total > 0, 1 / np.sqrt(total), np.nan)
    p = stats.chi2.sf(q, np.maximum(freedom, 1))
    return Pooled(mean, error, q, p, i_squared, tau)


def _weighted(value: Floats, weight: Floats) -> tuple[Floats, Floats]:
    total = weight.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, (weight * value).sum(axis=0) / total, np.nan), total


def _read(study: pd.DataFrame | str | Path, number: int) -> pd.DataFrame:
    if isinstance(study, pd.DataFrame):
        require_gwas_ssf(study, f"study {number + 1}", bases=False)
        table = study
    else:
        table = read_gwas_ssf(study)
    if "beta" not in table:
        raise BadInput(
            "there is no column beta",
            source=f"study {number + 1}",
            remedy="Effects of all studies must be on one scale: add the logarithm of odds ratios",
        )
    return table


def _of_bases(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out symbolic alleles: their place and name do not say which of several it is."""
    symbolic = no_bases(table["effect_allele"]) | no_bases(table["other_allele"])
    return table[~symbolic] if symbolic.any() else table


def _require_comparable(tables: Sequence[pd.DataFrame]) -> None:
    if len(tables) < 2:
        raise BadInput("one study is no meta-analysis", remedy="Give two results or more")
    assemblies = sorted({table.attrs["assembly"] for table in tables if "assembly" in table.attrs})
    if len(set(assemblies) - {"not recorded"}) > 1:
        raise BadInput(
            f"the studies are of several assemblies: {', '.join(assemblies)}",
            remedy="Lift them over to one first",
        )


def _inflation(table: pd.DataFrame) -> float:
    z = (table["beta"] / table["standard_error"]).to_numpy(float)
    return lambda_gc(z**2)


def _matched(
    tables: Sequence[pd.DataFrame], palindromic: Palindromic
) -> tuple[pd.DataFrame, dict[str, Floats], int]:
    """Bring the studies' numbers side by side, on the alleles of the first that has a variant."""
    ways = [aligned(table) for table in tables]
    keys = pd.Index(pd.unique(pd.concat([way.keys for way in ways])))
    numbers = {name: np.full((len(tables), len(keys)), np.nan) for name in _NUMBERS}
    owner, row_in_owner = np.full(len(keys), -1), np.zeros(len(keys), np.int64)
    swapped, frequency = np.zeros(len(keys), bool), np.full(len(keys), np.nan)
    n_left_out = 0
    for study, (table, way) in enumerate(zip(tables, ways, strict=True)):
        at = keys.get_indexer(way.keys)
        _require_single(at, keys, study)
        new = owner[at] < 0
        owner[at[new]], row_in_owner[at[new]] = study, np.flatnonzero(new)
        swapped[at[new]] = way.is_swapped[new]
        columns = {name: _numbers(table, name) for name in _NUMBERS}
        turned = way.is_swapped != swapped[at]
        share = columns["effect_allele_frequency"]
        share = np.where(turned, 1 - share, share)
        kept = np.ones(len(at), bool)
        if palindromic == "frequency":
            flipped, unknown = other_strand(share, np.where(new, share, frequency[at]))
            flipped &= way.is_palindromic & ~new
            turned, share = turned ^ flipped, np.where(flipped, 1 - share, share)
            kept = new | ~(way.is_palindromic & unknown)
        elif palindromic == "drop":
            kept = ~way.is_palindromic
        n_left_out += int((~kept).sum())
        frequency[at[new]] = share[new]
        columns["beta"] = np.where(turned, -columns["beta"], columns["beta"])
        columns["effect_allele_frequency"] = share
        for name, values in columns.items():
            numbers[name][study, at[kept]] = values[kept]
    return _named(tables, owner, row_in_owner), numbers, n_left_out


def _require_single(at: NDArray[np.intp], keys: pd.Index, study: int) -> None:
    twice = np.flatnonzero(np.bincount(at, minlength=len(keys)) > 1)
    if len(twice):
        raise BadInput(
            f"{len(twice)} variants are there twice ({keys[twice[0]]})",
            source=f"study {study + 1}",
            remedy="Leave one row of each",
        )


def _numbers(table: pd.DataFrame, name: str) -> Floats:
    if name not in table:
        return np.full(len(table), np.nan)
    values: Floats = pd.to_numeric(table[name], errors="coerce").to_numpy(float)
    return values


def _named(
    tables: Sequence[pd.DataFrame], owner: NDArray[np.intp], row: NDArray[np.int64]
) -> pd.DataFrame:
    parts = []
    for study, table in enumerate(tables):
        at = np.flatnonzero(owner == study)
        part = table[list(FIRST)].iloc[row[at]]
        parts.append(part.set_index(pd.Index(at)))
    return pd.concat(parts).sort_index()


def _table(
    first: pd.DataFrame, numbers: dict[str, Floats], pooled: Pooled, n_studies: NDArray[np.int64]
) -> pd.DataFrame:
    with np.errstate(invalid="ignore"):
        p, neg_log_p = normal_tails(pooled.beta / pooled.standard_error)
    known = np.isfinite(numbers["beta"])
    share, n = numbers["effect_allele_frequency"], numbers["n"]
    weight = np.where(known & np.isfinite(share), np.where(np.isfinite(n), n, 1), 0)
    table = first.copy()
    table["beta"], table["standard_error"] = pooled.beta, pooled.standard_error
    table["effect_allele_frequency"] = _weighted(np.nan_to_num(share), weight)[0]
    table["p_value"], table["neg_log_10_p_value"] = p, neg_log_p
    table["n"] = np.where(known, np.nan_to_num(n), 0).sum(axis=0).astype(np.int64)
    table["n_studies"], table["direction"] = n_studies, _directions(numbers["beta"])
    for name in ("q", "q_p_value", "i_squared", "tau_squared"):
        table[name] = getattr(pooled, name)
    order = table.sort_values(["chromosome", "base_pair_location"], kind="stable").index
    return table.loc[order]


def _directions(beta: Floats) -> list[str]:
    signs = np.where(np.isnan(beta), "?", np.where(beta < 0, "-", "+"))
    return ["".join(column) for column in signs.T]
