"""Hail's results in the shape of this library's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gdi_spe.boundary.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

_CODES = {f"chr{n}": n for n in range(1, 23)} | {"chrX": 23, "chrY": 24, "chrM": 25}
_REGRESSION = ("beta", "standard_error", "p_value")
_PLACE = ("chromosome", "position", "reference", "alternate")
_HWE = ("het_freq_hwe", "p_value_hwe")


def from_hail(result: Any) -> pd.DataFrame:
    """Return a result of Hail with the columns of this library.

    Parameters
    ----------
    result
        A Table of ``hl.linear_regression_rows`` or ``hl.logistic_regression_rows`` (one
        phenotype), or a MatrixTable or Table that ``hl.variant_qc`` or ``hl.sample_qc``
        annotated, or one with a row field ``hwe`` of ``hl.agg.hardy_weinberg_test``.

    Returns
    -------
    A regression has the columns of `Cohort.association`; ``variant_qc`` and a Hardy-Weinberg
    test those of `Cohort.variant_qc`; ``sample_qc`` those of `Cohort.sample_qc` that Hail has.
    The first alternate allele is the one that is counted.

    Raises
    ------
    BadInput
        If it is none of these, or a regression has several phenotypes.

    Examples
    --------
    >>> import hail as hl  # Hail
    >>> mt = cohort.to_hail(region="chr10")  # Hail
    >>> theirs = spe.from_hail(hl.variant_qc(mt))  # Hail
    >>> theirs[["chromosome", "allele_number"]].iloc[0].tolist()[0]  # Hail
    'chr10'
    """
    rows, kind = _rows_of(result)
    frame = rows.to_pandas()
    return _MAKERS[kind](frame)


def _rows_of(result: Any) -> tuple[Any, str]:
    """Return the table that holds the result, and what it is."""
    fields = set(getattr(result, "row", ()))
    columns = set(result.col) if hasattr(result, "col") else set()
    if "sample_qc" in columns:
        return _of_samples(result.cols()), "sample_qc"
    if "sample_qc" in fields:
        return _of_samples(result), "sample_qc"
    table = result.rows() if hasattr(result, "rows") else result
    if "variant_qc" in fields:
        return _flat(table, "variant_qc", ("locus", "alleles")), "variant_qc"
    if "hwe" in fields:
        return _flat(table, "hwe", ("locus", "alleles")), "hwe"
    if fields >= set(_REGRESSION):
        return _regression_rows(table), "regression"
    raise BadInput(
        "this is no result that is known here",
        remedy="Give what linear_regression_rows, logistic_regression_rows, variant_qc or "
        "sample_qc returned",
    )


def _of_samples(table: Any) -> Any:
    # `to_hail` says whose sample it is.
    who = "individual_id" if "individual_id" in table.row else "s"
    return table.key_by().select(who, "sample_qc").flatten()


def _flat(table: Any, field: str, keys: tuple[str, ...]) -> Any:
    return _placed(table.key_by().select(*keys, field)).flatten()


def _placed(table: Any) -> Any:
    """Put the place and the two alleles in columns of their own."""
    return table.transmute(
        chromosome=table.locus.contig,
        position=table.locus.position,
        reference=table.alleles[0],
        alternate=table.alleles[1],
    )


def _regression_rows(table: Any) -> Any:
    if "array" in str(table.beta.dtype):
        raise BadInput(
            "a regression of several phenotypes", remedy="Ask for one at a time, y=mt.height"
        )
    wanted = [
        name for name in (*_REGRESSION, "n", "sum_x", "t_stat", "z_stat") if name in table.row
    ]
    return _placed(table.key_by().select("locus", "alleles", *wanted))


def _regression(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    names = [name if name.startswith("chr") else f"chr{name}" for name in frame["chromosome"]]
    p_value = frame["p_value"].to_numpy(float)
    with np.errstate(divide="ignore"):
        log_p = -np.log10(p_value)
    table: dict[str, Any] = {
        "chromosome": np.array([_CODES.get(name.replace("chrMT", "chrM"), 0) for name in names]),
        "base_pair_location": frame["position"].to_numpy(np.int64),
        "effect_allele": frame["alternate"],
        "other_allele": frame["reference"],
        "beta": frame["beta"].to_numpy(float),
        "standard_error": frame["standard_error"].to_numpy(float),
    }
    if {"n", "sum_x"} <= set(frame):
        n = frame["n"].to_numpy(float)
        table["effect_allele_frequency"] = frame["sum_x"].to_numpy(float) / (2 * n)
    table |= {"p_value": p_value, "neg_log_10_p_value": log_p}
    if "n" in frame:
        table["n"] = frame["n"].to_numpy(np.int64)
    return pd.DataFrame(table)


def _variant_qc(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    told = {name.removeprefix("variant_qc."): frame[name] for name in frame.columns}
    count, reference, alternate = (
        np.array([row[place] for row in told[name]], np.int64)
        for name, place in (("AC", 1), ("homozygote_count", 0), ("homozygote_count", 1))
    )
    number = told["AN"].to_numpy(np.int64)
    frequency = np.full(len(count), np.nan)
    np.divide(count, number, out=frequency, where=number > 0)
    return pd.DataFrame(
        {
            **{key: told[key] for key in _PLACE},
            "call_rate": told["call_rate"].to_numpy(float),
            "n_called": told["n_called"].to_numpy(np.int64),
            "n_not_called": told["n_not_called"].to_numpy(np.int64),
            "n_hom_ref": reference,
            "n_het": told["n_het"].to_numpy(np.int64),
            "n_hom_var": alternate,
            "n_non_ref": told["n_non_ref"].to_numpy(np.int64),
            "allele_count": count,
            "allele_number": number,
            "allele_frequency": frequency,
            **{name: told[name].to_numpy(float) for name in (*_HWE, "p_value_excess_het")},
        }
    )


def _hardy_weinberg(frame: pd.DataFrame) -> pd.DataFrame:
    table = frame.rename(columns=lambda name: name.removeprefix("hwe."))
    return table.rename(columns={"p_value": "p_value_hwe"})[[*_PLACE, *_HWE]]


def _sample_qc(frame: pd.DataFrame) -> pd.DataFrame:
    table = frame.rename(columns=lambda name: name.removeprefix("sample_qc."))
    table = table.rename(columns={"s": "sample_id"})
    return table.set_index(table.columns[0])


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "regression": _regression,
    "variant_qc": _variant_qc,
    "hwe": _hardy_weinberg,
    "sample_qc": _sample_qc,
}
