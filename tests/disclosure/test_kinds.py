"""The verdict of each kind of output, on either side of each number of the policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.findings import RequestReport
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.demo.cohort import make
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named, preset_names
from gdi_spe.workspace import plot
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.outputs.fixes import mended

mpl.use("agg")

Judge = Callable[..., RequestReport]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """The synthetic node's first cohort: 2,441 individuals, 3,081 variants."""
    mounted = make(tmp_path_factory.mktemp("kinds")).mounted
    folder = next(path for path in sorted(mounted.iterdir()) if path.is_dir())
    return Cohort(folder, policy_named("gdi-default").counts)


@pytest.fixture(scope="module")
def heights(cohort: Cohort) -> pd.DataFrame:
    """Real summary statistics of variants with 20 copies and 1,000 people, each once."""
    found = cohort.association("Body height", ["age", "sex"])
    rest = 2 * found["n"] - found["allele_count"]
    common = (found["allele_count"] >= 20) & (rest >= 20) & (found["n"] >= 1000)
    plain = found["effect_allele"].str.fullmatch("[ACGT]+")
    return found[common & plain].reset_index(drop=True)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge a table, picture or bytes under gdi-default, or a policy with other numbers."""

    def run(
        obj: Any,
        name: str = "out.csv",
        kind: str = "",
        n: int | None = 2441,
        policy: DisclosurePolicy | None = None,
        **context: Any,
    ) -> RequestReport:
        path = tmp_path / name
        if isinstance(obj, str):
            path.write_text(obj)
        elif isinstance(obj, pd.DataFrame):
            obj.to_csv(path, index=False)
        else:
            obj.figure.savefig(path)
            mpl.pyplot.close(obj.figure)
        known = CheckContext(n_individuals=n, declared={"*": kind} if kind else {}, **context)
        return check_files([path], policy or policy_named("gdi-default"), known)

    return run


def changed(part: str, **numbers: Any) -> DisclosurePolicy:
    """The default policy with other numbers in one part."""
    policy = policy_named("gdi-default")
    return policy.model_copy(update={part: getattr(policy, part).model_copy(update=numbers)})


def rules(report: RequestReport) -> set[str]:
    return {finding.rule for file in report.files for finding in file.findings}


def statistics(n_variants: int, n: int, frequency: float = 0.3) -> pd.DataFrame:
    """Summary statistics of so many variants and people."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"chromosome": 1, "base_pair_location": 1000 + 5000 * np.arange(n_variants),
         "effect_allele": "A", "other_allele": "G",
         "beta": rng.normal(0, 0.05, n_variants).round(4), "standard_error": 0.05,
         "effect_allele_frequency": frequency, "p_value": rng.random(n_variants).round(4), "n": n}
    )  # fmt: skip


# --- GWAS summary statistics ------------------------------------------------------------------


def test_summary_statistics_pass_up_to_the_bar_of_membership_power(
    judge: Judge, heights: pd.DataFrame
) -> None:
    heights = heights.sort_values("n")
    n = heights["n"].min()

    # Power 0.01 at 0.001 false positives is d' = 0.764, that is 0.583 variants a person.
    assert judge(heights.head(int(0.58 * n))).verdict.word == "pass"
    above = judge(heights.head(int(0.59 * n)))
    assert above.verdict.word == "review"
    (finding,) = above.files[0].findings
    assert finding.rule == "GEN202"
    assert finding.evidence["power_ld_aware"] > 0.01


def test_power_above_one_half_blocks_below_the_size_of_a_large_cohort(judge: Judge) -> None:
    # Power 0.5 is d' = 3.09, that is 9.55 variants a person.
    assert judge(statistics(9_500, 999), n=999).verdict.word == "review"
    assert judge(statistics(9_600, 999), n=999).verdict.word == "block"
    assert judge(statistics(9_650, 1_000), n=1_000).verdict.word == "review"


def test_power_above_one_half_blocks_in_a_sensitive_cohort_of_any_size(judge: Judge) -> None:
    table = statistics(900, 1_000)

    # Of a sensitive cohort the person furthest out in the trait is protected, not the usual one.
    assert judge(table, n=1_000, is_sensitive=True).verdict.word == "block"
    assert judge(table.head(600), n=1_000, is_sensitive=True).verdict.word == "review"
    assert judge(table, n=1_000).verdict.word == "review"


def test_effects_need_a_large_cohort(judge: Judge) -> None:
    assert judge(statistics(150, 1_000)).verdict.word == "pass"
    assert judge(statistics(150, 999)).verdict.word == "review"
    smaller = changed("genomic", large_cohort=900)
    assert judge(statistics(150, 999), policy=smaller).verdict.word == "pass"


def test_effects_need_twenty_copies_of_each_allele(judge: Judge) -> None:
    for minor in (0.005, 0.995):
        assert judge(statistics(150, 2_000, minor)).verdict.word == "pass"
    for minor in (0.00475, 0.99525):
        assert judge(statistics(150, 2_000, minor)).verdict.word == "review"
    lower = changed("genomic", minimum_allele_count=19)
    assert judge(statistics(150, 2_000, 0.00475), policy=lower).verdict.word == "pass"


@pytest.mark.parametrize(
    "numbers", [{"membership_power_review": 0.001}, {"membership_false_positive_rate": 0.05}]
)
def test_the_bars_of_membership_are_the_policys(judge: Judge, numbers: dict[str, float]) -> None:
    table = statistics(600, 2_000)

    assert judge(table).verdict.word == "pass"
    assert judge(table, policy=changed("genomic", **numbers)).verdict.word == "review"


def test_the_bar_that_blocks_is_the_policys(judge: Judge) -> None:
    lower = changed("genomic", membership_power_block=0.2)

    assert judge(statistics(6_000, 999), n=999).verdict.word == "review"
    assert judge(statistics(6_000, 999), n=999, policy=lower).verdict.word == "block"


def test_an_allele_that_a_deletion_spans_is_no_hidden_cell(judge: Judge) -> None:
    table = statistics(150, 2_000)
    table.loc[3, "effect_allele"] = "*"

    assert judge(table).verdict.word == "pass"


# --- allele frequencies by population ---------------------------------------------------------


def test_frequencies_by_population_pass_above_the_floor(judge: Judge, cohort: Cohort) -> None:
    table = cohort.allele_frequencies(gene="RYR1", by="population", min_allele_count=20)

    assert len(table) > 50
    assert judge(table).verdict.word == "pass"
    assert judge(table, kind="allele-frequencies").verdict.word == "pass"


def test_a_fix_removes_what_is_below_the_floor(
    judge: Judge, cohort: Cohort, tmp_path: Path
) -> None:
    table = cohort.allele_frequencies(gene="RYR1", by="population")

    assert judge(table).verdict.word == "block"
    kept = pd.read_csv(mended(tmp_path / "out.csv", "mac", policy_named("gdi-default")))
    rest = kept["allele_number"] - kept["allele_count"]
    assert kept[["allele_count"]].min().item() >= 20
    assert rest.min() >= 20
    assert judge(kept).verdict.word == "pass"


def test_frequencies_are_bound_by_membership_too(judge: Judge, cohort: Cohort) -> None:
    table = cohort.allele_frequencies(by="population", min_allele_count=20)

    found = judge(table)

    assert found.verdict.word != "pass"
    assert rules(found) == {"GEN202"}


# --- Manhattan, QQ, lead variants -------------------------------------------------------------


@pytest.mark.parametrize("kind", ["manhattan", "qq"])
def test_a_drawing_of_variants_passes_and_one_of_as_many_marks_as_people_does_not(
    judge: Judge, heights: pd.DataFrame, kind: str
) -> None:
    draw = getattr(plot, kind)
    n_marks = len(plot.data(draw(heights)))

    assert judge(draw(heights), "p.svg", kind, n_variants=3_081).verdict.word == "pass"
    of_people = judge(draw(heights), "p.svg", kind, n=n_marks, n_variants=3_081)
    assert of_people.verdict.word == "block"


@pytest.mark.parametrize("declared", ["", "manhattan"])
def test_the_kind_of_a_picture_in_pixels_excuses_nothing(
    judge: Judge, cohort: Cohort, declared: str
) -> None:
    points = plot.pca(cohort.pca(2, max_kinship=None), points=True)

    found = judge(points, "p.png", declared, n_variants=3_081)

    assert found.verdict.word != "pass"
    assert "IMG901" in rules(found)


def test_a_hundred_lead_variants_may_be_of_a_smaller_cohort(judge: Judge) -> None:
    # Of fewer than 172 people a hundred variants have more power than the bar.
    assert judge(statistics(100, 170), n=170).verdict.word == "review"
    assert judge(statistics(100, 175), n=175).verdict.word == "pass"
    assert judge(statistics(100, 763), n=763).verdict.word == "pass"
    assert judge(statistics(101, 763), n=763).verdict.word == "review"
    fewer = changed("genomic", most_lead_variants=99)
    assert judge(statistics(100, 763), n=763, policy=fewer).verdict.word == "review"


def test_lead_variants_need_twenty_copies(judge: Judge, heights: pd.DataFrame) -> None:
    lead = heights.nsmallest(100, "p_value")

    assert judge(lead).verdict.word == "pass"
    assert judge(lead.assign(allele_count=19)).verdict.word == "review"
    unknown = lead.drop(columns=["allele_count", "effect_allele_frequency"])
    assert judge(unknown).verdict.word == "review"


def test_quantiles_behind_a_picture_pass(judge: Judge, heights: pd.DataFrame) -> None:
    assert judge(plot.data(plot.qq(heights))).verdict.word == "pass"


def test_sorted_values_of_people_are_no_quantiles_of_p_values(judge: Judge) -> None:
    rank = (np.arange(800) + 0.5) / 800
    expected = (-np.log10(rank)).round(4)
    ages = np.sort(np.random.default_rng(0).normal(55, 12, 800)).round(1)[::-1]
    likely = {"expected": expected, "observed": expected * 1.05}

    assert judge(pd.DataFrame({"expected": expected, "observed": ages})).verdict.word == "review"
    assert judge(pd.DataFrame(likely)).verdict.word == "pass"
    assert judge(pd.DataFrame(likely), n=800).verdict.word != "pass"
    mixed = {"expected": expected, "observed": likely["observed"][::-1]}
    assert judge(pd.DataFrame(mixed)).verdict.word == "review"


def test_a_spectrum_behind_a_picture_passes(judge: Judge, cohort: Cohort) -> None:
    table = plot.data(plot.frequency_spectrum(cohort.allele_frequencies(by="sex")))

    assert judge(table).verdict.word == "pass"
    assert judge(table.assign(n_variants=table["n_variants"] + 0.5)).verdict.word == "review"
    assert judge(table.assign(to_frequency=table["from_frequency"])).verdict.word == "review"


# --- PCA --------------------------------------------------------------------------------------


def test_a_density_passes_points_are_reviewed_and_coordinates_blocked(
    judge: Judge, cohort: Cohort
) -> None:
    components = cohort.pca(2, max_kinship=None)

    found = judge(plot.pca(components), "p.svg", "pca")
    assert found.verdict.word == "pass", [f.why for f in found.files[0].findings]
    some = plot.pca(components.head(900), points=True)
    assert judge(some, "p.svg", "pca").verdict.word == "review"
    assert judge(plot.pca(components, points=True), "p.svg").verdict.word == "block"
    assert judge(components.reset_index(drop=True)).verdict.word == "block"


def test_the_numbers_of_a_density_pass_while_each_cell_has_enough_people(
    judge: Judge, cohort: Cohort
) -> None:
    table = plot.data(plot.pca(cohort.pca(2, max_kinship=None)))
    first = table.index == 0

    assert table["n_individuals"].min() >= 10
    assert judge(table).verdict.word == "pass"
    few = table.assign(n_individuals=table["n_individuals"].mask(first, 9))
    assert judge(few).verdict.word == "block"
    jitter = np.random.default_rng(0).normal(0, 0.002, len(table))
    assert judge(table.assign(PC1=table["PC1"] + jitter)).verdict.word == "review"


# --- polygenic scores -------------------------------------------------------------------------


def test_public_weights_pass_and_own_weights_are_reviewed(judge: Judge) -> None:
    table = statistics(300, 2_000)[["chromosome", "base_pair_location", "effect_allele",
                                    "other_allele"]]  # fmt: skip
    weights = table.assign(effect_weight=np.linspace(-0.2, 0.3, 300).round(4))

    assert judge(weights, kind="public-weights").verdict.word == "pass"
    assert judge(weights).verdict.word == "review"
    assert judge(weights, kind="own-weights").verdict.word == "review"


def test_scores_of_people_are_blocked(judge: Judge, cohort: Cohort, tmp_path: Path) -> None:
    variants = cohort.folder.variants("chr19").to_pandas()
    snvs = variants[variants["alternate"].str.fullmatch("[ACGT]")].drop_duplicates("position")
    rows = [f"19\t{v.position}\t{v.alternate}\t{v.reference}\t0.5" for v in snvs.itertuples()]
    head = "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"
    (tmp_path / "score.txt").write_text("\n".join(["#genome_build=GRCh38", head, *rows[:40]]))

    scores = cohort.polygenic_score(str(tmp_path / "score.txt"), ambiguous="keep")

    for table in (scores.reset_index(), scores.reset_index(drop=True)):
        for kind in ("", "public-weights"):
            assert judge(table, kind=kind).verdict.word == "block"


# --- gene burden and carriers -----------------------------------------------------------------


@pytest.fixture(scope="module")
def burden(cohort: Cohort) -> pd.DataFrame:
    """Real tests of genes; each has enough carriers but BRAF."""
    return cohort.burden("Body height", ["age", "sex"], masks="damaging")


def test_a_burden_table_passes_where_carriers_are_enough(
    judge: Judge, burden: pd.DataFrame, cohort: Cohort
) -> None:
    enough = burden[burden["n_carriers"] >= 10]
    kernel = cohort.skat("Body height", ["age", "sex"], masks="damaging")

    assert len(enough) >= 3
    assert judge(enough).verdict.word == "pass"
    assert judge(kernel[kernel["n_carriers"] >= 10]).verdict.word == "pass"


def test_a_burden_table_is_reviewed_where_carriers_or_their_families_are_few(
    judge: Judge, burden: pd.DataFrame
) -> None:
    enough = burden[burden["n_carriers"] >= 10]

    assert burden["n_carriers"].min() < 10
    assert judge(burden).verdict.word == "review"
    for column in ("n_carriers", "n_carrier_families"):
        assert judge(enough.assign(**{column: 10})).verdict.word == "pass"
        assert judge(enough.assign(**{column: 9})).verdict.word == "review"


def test_the_fewest_carriers_are_the_policys(judge: Judge, burden: pd.DataFrame) -> None:
    table = burden[burden["n_carriers"] >= 10].assign(n_carriers=12)

    assert judge(table).verdict.word == "pass"
    more = changed("genomic", minimum_carriers=13)
    assert judge(table, policy=more).verdict.word == "review"


def test_masks_within_each_other_must_differ_by_enough_carriers(
    judge: Judge, burden: pd.DataFrame
) -> None:
    one = burden[burden["n_carriers"] >= 20]
    for step, verdict in ((0, "pass"), (9, "review"), (10, "pass")):
        wider = one.assign(mask="missense", n_carriers=one["n_carriers"] + step,
                           n_carrier_families=one["n_carrier_families"] + step)  # fmt: skip

        assert judge(pd.concat([one, wider])).verdict.word == verdict


def test_a_burden_table_with_a_column_of_unknown_meaning_is_reviewed(
    judge: Judge, burden: pd.DataFrame
) -> None:
    enough = burden[burden["n_carriers"] >= 10]

    assert judge(enough.assign(xyzzy=np.arange(len(enough)) / 7)).verdict.word == "review"


@pytest.mark.parametrize(("cell", "verdict"), [
    ("1", "block"), ("9", "block"), ("10", "pass"), ("<10", "review"),
])  # fmt: skip
def test_few_carriers_are_blocked_and_masked_ones_reviewed(
    judge: Judge, cell: str, verdict: str
) -> None:
    table = f"gene,n_carriers\nRYR1,40\nPTEN,{cell}\nBRAF,33\n"

    assert judge(table).verdict.word == verdict


def test_carriers_by_region_of_a_country_are_no_test_of_genes(judge: Judge) -> None:
    table = "region,n_carriers,p_value\nNorth,40,0.2\nSouth,3,0.4\nWest,33,0.6\n"

    assert judge(table).verdict.word == "block"


# --- zeros ------------------------------------------------------------------------------------


def test_zeros_of_genotypes_pass_whatever_the_policy_says_of_people(judge: Judge) -> None:
    table = (
        "variant,hom_ref,het,hom_alt\n"
        "rs1,1900,100,0\nrs2,1850,150,0\nrs3,1500,450,50\n"
    )  # fmt: skip

    for zero in ("pass", "review", "block"):
        assert judge(table, policy=changed("counts", zero=zero)).verdict.word == "pass"


@pytest.mark.parametrize("zero", ["pass", "review", "block"])
def test_zeros_of_people_are_judged_as_the_policy_says(judge: Judge, zero: str) -> None:
    table = "site,n_individuals\nA,400\nB,250\nC,0\n"

    assert judge(table, policy=changed("counts", zero=zero)).verdict.word == zero


# --- survival ---------------------------------------------------------------------------------


def test_survival_on_a_grid_passes_while_enough_are_at_risk(judge: Judge, cohort: Cohort) -> None:
    table = cohort.survival(event={"diagnosis": "any"}, by="sex")
    last = table.index == len(table) - 1

    assert judge(table).verdict.word == "pass"
    at_risk = table["n_at_risk"]
    assert judge(table.assign(n_at_risk=at_risk.mask(last, 10))).verdict.word == "pass"
    assert judge(table.assign(n_at_risk=at_risk.mask(last, 9))).verdict.word == "block"
    more = changed("counts", minimum=11)
    ten = table.assign(n_at_risk=at_risk.mask(last, 10))
    assert judge(ten, policy=more).verdict.word == "block"


def test_survival_at_the_times_of_events_does_not_pass(judge: Judge) -> None:
    times = np.cumsum(np.random.default_rng(0).exponential(0.1, 80)).round(3)
    steps = pd.DataFrame(
        {"time": times, "survival": np.linspace(1, 0.6, 80).round(4),
         "n_at_risk": 900 - np.arange(80)}
    )  # fmt: skip

    assert judge(steps).verdict.word == "block"


def test_a_log_rank_test_passes(judge: Judge, cohort: Cohort) -> None:
    table = cohort.log_rank("sex", event={"diagnosis": "any"})

    assert judge(table).verdict.word == "pass"
    assert judge(table.assign(n_events=[9, 545])).verdict.word == "block"


# --- one person, and what is benign -----------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "gwas", "counts", "public-annotation"])
def test_variants_of_one_person_are_blocked_and_the_way_to_return_a_finding_is_told(
    judge: Judge, kind: str
) -> None:
    calls = ["0/1", "1/1", "0/1", "0/1", "1/1", "0/0"]
    rows = [f"chr1,{1000 + 77 * i},A,G,RYR1,{calls[i % 6]}" for i in range(30)]
    table = "\n".join(["chromosome,position,reference,alternate,gene,genotype", *rows]) + "\n"

    found = judge(table, kind=kind)

    assert found.verdict.word == "block"
    fixes = [finding.fix for finding in found.files[0].findings if finding.rule == "GEN102"]
    assert "data holder" in fixes[0]


def test_marks_of_genes_and_correlations_of_traits_pass(judge: Judge) -> None:
    marks = "".join(f"GENE{i},{i % 2},{int(i % 3 == 0)}\n" for i in range(100, 130))
    traits = "trait,height,bmi,ldl\nheight,1,0.2,-0.1\nbmi,0.2,1,0.3\nldl,-0.1,0.3,1\n"

    assert judge(f"gene,lof,missense\n{marks}").verdict.word == "pass"
    assert judge(traits).verdict.word == "pass"


# --- the policy -------------------------------------------------------------------------------


def test_every_preset_has_the_numbers_of_kinds_and_none_is_assumed() -> None:
    names = {
        "minimum_allele_count", "minimum_carriers", "most_lead_variants", "large_cohort",
        "membership_power_review", "membership_power_block", "membership_false_positive_rate",
        "membership_reference_people", "membership_trait_deviations", "least_answers_blocked",
        "exact_frequencies",
    }  # fmt: skip
    fields = DisclosurePolicy.model_fields["genomic"].annotation.model_fields

    assert set(preset_names()) == {"findata", "gdi-default", "opensafely"}
    assert set(fields) == names
    assert all(field.is_required() for field in fields.values())
