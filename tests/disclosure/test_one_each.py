"""Results of one person each: random effects, dummies, rankings, counts by genome."""

# ruff: noqa: E501  # tables are written as programs write them
from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

DRAWN = np.random.default_rng(11)
NAMES = [
    "alder",
    "birch",
    "cedar",
    "elm",
    "fir",
    "hazel",
    "ivy",
    "juniper",
    "larch",
    "maple",
    "oak",
    "pine",
]


def judged(content: str, name: str = "t.csv", n: int | None = 5000) -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=n))
    return judge_bytes(content.encode(), judging).report


def table(header: str, *columns: Iterable[object]) -> str:
    rows = zip(*columns, strict=True)
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def normal(n: int, mean: float = 0, sd: float = 1) -> list[float]:
    return [round(float(x), 3) for x in DRAWN.normal(mean, sd, n)]


def whole(low: int, high: int, n: int) -> list[int]:
    return [int(x) for x in DRAWN.integers(low, high, n)]


def _terms(pattern: str) -> str:
    labels = [pattern.format(int(k)) for k in DRAWN.choice(90_000, 40, replace=False) + 100]
    return table("term,estimate,std_error,p_value", labels, normal(40), normal(40, 0.3, 0.01),
                 normal(40, 0.5, 0.1))  # fmt: skip


@pytest.mark.parametrize(
    "pattern", ["id{}", "factor(iid){}", "C(person)[T.{}]", "d_row{}", "r_subject[{};Intercept]"]
)
@pytest.mark.parametrize("n", [5000, None])
def test_terms_of_single_people_block(pattern, n):
    assert judged(_terms(pattern), n=n).verdict is Verdict.BLOCK


def test_terms_of_one_row_block_among_terms_of_a_model():
    content = table(
        "term,coef,std_err", ["age", "sex", "d_row412"], normal(3), normal(3, 0.3, 0.01)
    )

    assert judged(content).verdict is Verdict.BLOCK


def test_random_effects_by_person_block_and_their_variance_does_not():
    levels = table("effect,group,level,estimate", ["ran_vals"] * 30, ["iid"] * 30,
                   whole(10**5, 10**9, 30), normal(30))  # fmt: skip
    variance = "effect,group,term,estimate,std_error\nran_pars,site,sd__Intercept,0.41,0.02\n"

    assert judged(levels).verdict is Verdict.BLOCK
    assert judged(variance).verdict is not Verdict.BLOCK


@pytest.mark.parametrize("name", ["prs_z", "bmi", "ldl_resid"])
def test_a_ranking_by_a_trait_blocks(name):
    content = table(f"rank,{name}", range(1, 11), sorted(normal(10, 4, 0.5), reverse=True))

    assert judged(content).verdict is Verdict.BLOCK


def test_a_ranking_of_features_and_groups_passes():
    features = table("rank,feature,importance", range(1, 7), ["age", "sex", "bmi", "pc1", "pc2", "prs"],
                     (0.4, 0.2, 0.15, 0.1, 0.08, 0.07))  # fmt: skip

    assert judged(features).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "content",
    [
        # One fold a person, one estimate without each person, one group a person.
        table("fold,rmse,mae", range(1, 121), normal(120, 1, 0.2), normal(120, 1, 0.2)),
        table("iteration,beta,se", range(1, 21), normal(20, 0.2, 0.001), [0.05] * 20),
        table("parameter,estimate,se", [f"theta_{k}" for k in range(1, 101)], normal(100),
              normal(100, 0.3, 0.01)),
        table("cluster,estimate,se", range(1, 121), normal(120), normal(120, 0.3, 0.01)),
        table("index,slope,intercept", range(1, 101), normal(100), normal(100)),
    ],
)  # fmt: skip
def test_results_by_a_mere_number_do_not_pass(content):
    assert judged(content).verdict is not Verdict.PASS


@pytest.mark.parametrize(
    "content",
    [
        table("fold,rmse,mae", range(1, 11), normal(10, 1, 0.2), normal(10, 1, 0.2)),
        table("epoch,loss,val_loss", range(1, 61), [round(2 / (k + 1), 4) for k in range(60)],
              [round(2.2 / (k + 1), 4) for k in range(60)]),
        table("term,estimate,std_error,p_value", ["age", "sex", *(f"PC{k}" for k in range(1, 21))],
              normal(22), normal(22, 0.3, 0.01), [0.2] * 22),
    ],
)  # fmt: skip
def test_folds_epochs_and_components_pass(content):
    assert judged(content).verdict is Verdict.PASS


def test_variants_counted_by_genome_block():
    by_name = table("name,n_snvs,n_indels", NAMES, whole(3_950_000, 4_100_000, 12),
                    whole(700_000, 720_000, 12))  # fmt: skip
    trio = "type,n_variants_proband,n_variants_mother\nSNV,4012345,4022345\nindel,712345,715345\n"

    assert judged(by_name).verdict is Verdict.BLOCK
    assert judged(trio).verdict is Verdict.BLOCK


def test_variants_nearly_the_same_in_all_groups_and_by_copies_do_not_pass():
    exomes = table("group,n_variants", NAMES, whole(20_900, 21_900, 12))
    copies = "consequence,n_variants_het,n_variants_hom\nmissense,4123,2310\nstop_gained,61,11\n"
    one = "consequence,n_variants\nmissense,9120\nsynonymous,11023\nstop_gained,96\n"

    for content in (exomes, copies, one):
        assert judged(content).verdict is not Verdict.PASS


def test_variants_of_a_cohort_by_consequence_chromosome_and_filter_pass():
    sorts = "consequence,n_variants\nmissense,188012\nsynonymous,101230\nstop_gained,6033\n"
    filters = table("filter,n_variants", ["raw", "call rate", "HWE", "MAF"],
                    (4_100_233, 4_002_121, 3_990_012, 3_700_200))  # fmt: skip
    chromosomes = table("chrom,n_variants", [f"chr{k}" for k in range(1, 23)],
                        [90_000 - 3_100 * k for k in range(22)])  # fmt: skip

    for content in (sorts, filters, chromosomes):
        assert judged(content).verdict is Verdict.PASS, content


def test_scores_of_pathways_by_person_block():
    header = "pathway," + ",".join(f"nes_S{k}" for k in range(12))
    scores = table(header, [f"GO:{k:07d}" for k in range(1000, 1030)],
                   *(normal(30) for _ in range(12)))  # fmt: skip

    assert judged(scores).verdict is Verdict.BLOCK


def test_likeness_whose_diagonal_differs_is_kinship():
    matrix = np.round(DRAWN.normal(0, 0.02, (12, 12)), 4)
    matrix = (matrix + matrix.T) / 2
    # Traits are more alike than people who are not related.
    kinship, correlations = matrix.copy(), np.clip(matrix * 15, -0.9, 0.9)
    np.fill_diagonal(kinship, DRAWN.normal(1, 0.01, 12))
    np.fill_diagonal(correlations, 1)

    def written(values: np.ndarray) -> str:
        return table("trait," + ",".join(NAMES), NAMES, *(col.round(4) for col in values.T))

    assert judged(written(kinship)).verdict is not Verdict.PASS
    assert judged(written(correlations)).verdict is Verdict.PASS


def test_likeness_of_donors_does_not_pass():
    donors = [f"donor {letter}" for letter in "ABCDEF"]
    matrix = np.round(DRAWN.normal(0, 0.1, (6, 6)), 3)
    matrix = (matrix + matrix.T) / 2
    np.fill_diagonal(matrix, 1)
    content = table("," + ",".join(donors), donors, *matrix.T)

    assert judged(content).verdict is not Verdict.PASS
