"""Frequencies are written with no more digits than keep exact counts of alleles back."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.engine import Judged
from gdi_spe.disclosure.intake.digits import without_exact_counts
from tests.disclosure.dialects_written import WITH_FREQUENCIES, common

Judge = Callable[..., Judged]


def _written(judged: Judge, dialect: str, n: int) -> tuple[pd.DataFrame, pd.DataFrame, Judged]:
    text = WITH_FREQUENCIES[dialect](common(n, 400))
    told = judged(text, "results.tsv", n=n)
    assert told.canonical is not None
    before = pd.read_csv(io.StringIO(text), sep="\t")
    return before, pd.read_csv(io.BytesIO(told.canonical.data), sep="\t"), told


@pytest.mark.parametrize(
    ("dialect", "column"), [("plink2 afreq", "ALT_FREQS"), ("GWAS-SSF", "effect_allele_frequency")]
)
def test_counts_are_not_read_off_what_is_written(dialect: str, column: str, judged: Judge) -> None:
    before, after, told = _written(judged, dialect, 4_200)

    counts = np.rint(8_400 * before[column])
    read = np.rint(8_400 * after[column])
    assert told.report.verdict is Verdict.PASS
    assert (counts == read).mean() < 0.5
    assert np.abs(before[column] - after[column]).max() <= 0.0005 + 1e-9
    assert "FMT109" in {finding.rule for finding in told.report.findings}


def test_other_columns_are_kept_as_they_were(judged: Judge) -> None:
    before, after, _ = _written(judged, "GWAS-SSF", 4_200)

    rest = before.columns.drop("effect_allele_frequency")
    pd.testing.assert_frame_equal(before[rest], after[rest])


def test_frequencies_beside_their_counts_are_kept(judged: Judge) -> None:
    rows = (f"rs{i}\t{1000 + i}\t8400\t{(1000 + i) / 8400:.6f}\n" for i in range(30))
    text = "SNP\tAC\tAN\tAF\n" + "".join(rows)

    told = judged(text, "results.tsv", n=4_200)

    assert told.canonical is not None
    assert f"{1007 / 8400:.6f}".rstrip("0") in told.canonical.data.decode()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(10, 1_000_000))
def test_what_is_coarse_stays_as_it_is(frequencies: list[float], n: int) -> None:
    size = len(frequencies)
    codes = np.arange(size, dtype=np.int32)
    names = Column("SNP", tuple(f"rs{i}" for i in range(size)), codes)
    told = Column("AF", values=np.array(frequencies))
    table = Table("t", (names, told, Column("N", values=np.full(size, float(n)))))

    once = without_exact_counts(table)

    assert without_exact_counts(once) is once
    half = 0.5 * 10.0 ** -np.floor(np.log10(n))
    assert np.abs(once.columns[1].numbers - frequencies).max() <= half + 1e-9
