"""Firth is logistf's and the saddle point SPAtest's, on data that is published."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from gdi_spe.analysis.regression.logistic import Logistic, Test
from gdi_spe.analysis.regression.model import Model
from gdi_spe.analysis.regression.scan import KEYS, Block
from gdi_spe.store.calls import Call, Calls, encode
from gdi_spe.store.kernels import association as kernels

# Heinze and Schemper 2002 (Stat Med 21:2409), table IV; as in logistf and brglm2: neovasculization,
# pulsality index and endometrium height of 79 women, and the grade of their endometrial cancer.
NEOVASCULAR = (21, 22, 23, 24, 25, 47, 48, 49, 50, 70, 74, 75, 77)
HIGH_GRADE = (*range(17, 27), *range(43, 53), *range(69, 79))
PULSALITY = """
13 16 8 34 20 5 17 10 26 17 8 7 20 10 18 16 18 8 29 12 20 38 22 7 25 15 7 28 11 19 10 10
18 14 21 11 17 25 16 19 15 33 24 48 12 19 2 22 40 5 0 21 15 29 15 12 3 20 23 12 22 42 15
13 14 19 12 13 10 12 49 6 5 17 11 21 5 19 33
"""
HEIGHT = """
1.64 2.26 3.14 2.68 1.28 2.31 1.8 1.68 1.56 2.31 2.01 1.89 3.15 1.23 1.27 1.76 2 2.64
0.88 1.27 1.37 0.97 1.14 0.88 0.91 0.58 0.97 1.5 1.33 2.37 1.82 3.13 1.31 1.92 1.64 2.01
1.88 1.93 2.11 1.29 1.72 0.75 1.92 1.84 1.11 1.61 1.18 1.44 1.18 0.93 1.17 1.19 1.06
2.02 2.29 2.33 2.9 1.7 1.41 2.25 1.54 1.97 1.75 2.16 2.57 1.37 3.61 2.04 2.17 1.69 0.27
1.84 1.3 0.96 1.01 0.98 0.35 1.02 0.85
"""

# The data sex2 of logistf: urinary tract infection of 239 women by age, oral contraceptives,
# condoms, lubricated condoms, spermicides and diaphragms; each pattern and how often it is there.
SEX2 = """
1000010x1 1001000x14 1001010x3 1001100x10 1001110x12 1001111x1 1010000x44 1010001x3
1011000x15 1011001x1 1011010x2 1011100x7 1011110x3 1101000x2 1101010x1 1101011x1
1101100x1 1101111x1 1110000x5 1111000x3 0000010x1 0001000x2 0001010x1 0001100x8
0001110x18 0010000x42 0010010x1 0011000x1 0011100x5 0011110x6 0101100x2 0101110x4
0110000x14 0110010x1 0111000x1 0111110x2
"""
# Coefficient and p-value of the profile penalised likelihood, as logistf prints them.
LOGISTF = {
    "age": (-1.10598131, 6.143472e-03),
    "oc": (-0.06881673, 8.751911e-01),
    "vic": (2.26887464, 1.678877e-06),
    "vicl": (-2.11140817, 1.237805e-05),
    "vis": (-0.78831694, 5.449701e-02),
    "dia": (3.09601166, 4.951873e-03),
}


@pytest.fixture(params=["compiled", "NumPy"], autouse=True)
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "NumPy":
        monkeypatch.setattr(kernels, "is_compiled", lambda _k: False)
    elif not kernels.is_compiled(3):
        pytest.skip("the kernels were not compiled")


def result_of(
    dosage: NDArray[np.int64], outcome: NDArray[np.bool_], columns: NDArray[np.float64], test: Test
) -> dict[str, object]:
    n = len(dosage)
    covariates = np.column_stack([np.ones(n), columns])
    names = ("intercept", *(f"c{column}" for column in range(columns.shape[1])))
    model = Model(np.arange(n), outcome.astype(float), covariates, names, 0)
    calls = Calls.of([encode(Call.of(dosage.astype(np.uint8)))], n)
    keys = pa.table({name: pa.array([1 if name == "position" else "A"]) for name in KEYS})
    found = Logistic(model, n, test).of(Block("chr1", keys, calls))
    return {name: values[0] for name, values in found.columns.items()}


def test_firth_equals_logistf_where_the_likelihood_has_no_maximum() -> None:
    dosage, outcome = np.zeros(79, np.int64), np.zeros(79, bool)
    dosage[list(NEOVASCULAR)], outcome[list(HIGH_GRADE)] = 1, True
    columns = np.array([PULSALITY.split(), HEIGHT.split()], float).T

    found = result_of(dosage, outcome, columns, "firth")
    wald = result_of(dosage, outcome, columns, "wald")

    assert found["beta"] == pytest.approx(2.92927330, abs=5e-7)
    # brglm2's standard error of the same estimate.
    assert found["standard_error"] == pytest.approx(1.55076, abs=5e-6)
    assert (found["test"], wald["test"]) == ("firth", "none")
    assert found["allele_count_controls"] == 0


@pytest.mark.parametrize("name", LOGISTF)
def test_firth_equals_logistf_for_each_variable_of_its_example(name: str) -> None:
    rows = [row for each in SEX2.split() for row in [each[:7]] * int(each[8:])]
    table = np.array([list(row) for row in rows], int)
    column = 1 + list(LOGISTF).index(name)
    others = np.delete(table, [0, column], axis=1).astype(float)

    found = result_of(table[:, column], table[:, 0] == 1, others, "firth")

    beta, p_value = LOGISTF[name]
    assert len(table) == 239
    assert found["beta"] == pytest.approx(beta, abs=5e-7)
    assert found["p_value"] == pytest.approx(p_value, rel=1e-4)


# Carriers by rule among 2,000 people of whom 45 are cases; the p-values are those of the functions
# of SPAtest (Dey et al. 2017, Am J Hum Genet 101:37), worked out in R 4.2, as is the normal one.
# There glm and the search for the saddle point went on to tolerances of 1e-14 and 1e-10: by its
# own of 1e-4 the search stops early, and the values differ by up to 8e-5 of themselves.
@pytest.mark.parametrize(
    ("carried", "by_cases", "normal", "saddle"),
    [
        (5, 2, 1.126558391e-07, 3.714579602e-07),
        (13, 3, 2.594568086e-08, 1.575541878e-06),
        (29, 4, 5.043531002e-07, 3.386198578e-05),
        (53, 3, 3.879766835e-27, 4.002141436e-12),
        (101, 6, 3.276578814e-09, 2.592184053e-05),
        (211, 9, 4.205190018e-13, 5.446726873e-06),
        (401, 2, 3.061757707e-137, 2.065966424e-28),
    ],
)
def test_the_saddle_point_equals_spatests(
    carried: int, by_cases: int, normal: float, saddle: float
) -> None:
    person = np.arange(2000)
    column = (person * 37 % 101 / 50 - 1)[:, None]
    outcome = ((person**2 + 7 * person) % 97 == 4) | (person % 400 == 11)
    dosage = ((person**2 + 3 * person) % carried == 0).astype(np.int64)
    dosage += (person % by_cases == 0) & outcome

    scored = result_of(dosage, outcome, column, "score")
    found = result_of(dosage, outcome, column, "saddle-point")

    assert scored["p_value"] == pytest.approx(normal, rel=1e-8)
    assert found["p_value"] == pytest.approx(saddle, rel=2e-9)
    assert found["test"] == "saddle-point"
