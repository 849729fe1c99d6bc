"""The formulas of membership decide where their case arises; evidence tells both figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.rules.rule import Judging


def judge(
    table: pd.DataFrame,
    policy: DisclosurePolicy,
    n: int,
    name: str = "results.tsv",
    **known: object,
) -> tuple[Verdict, dict[str, Finding]]:
    context = CheckContext.model_validate({"n_individuals": n, **known})
    text = table.to_csv(sep="\t", index=False).encode()
    told = judge_bytes(text, Judging("results.tsv", policy, context)).report
    return told.verdict, {finding.rule: finding for finding in told.findings}


def places(n: int) -> dict[str, object]:
    return {
        "chromosome": np.repeat(np.arange(1, 23), n // 22 + 1)[:n],
        "position": 1_000_000 + 70_001 * (np.arange(n) % (n // 22 + 1)),
        "rsid": [f"rs{i}" for i in range(n)], "effect_allele": "A", "other_allele": "G",
    }  # fmt: skip


def frequencies(n: int, step: float = 0.0, seed: int = 1) -> np.ndarray:
    told = np.random.default_rng(seed).uniform(0.06, 0.49, n)
    return np.round(np.round(told / step) * step, 6) if step else told.round(4)


def odds_ratios(n: int, n_cases: int, n_controls: int) -> pd.DataFrame:
    p = frequencies(n)
    error = np.sqrt(1 / (2 * p * (1 - p)) * (1 / n_cases + 1 / n_controls))
    beta = np.random.default_rng(2).standard_normal(n) * error
    told = {"effect_allele_frequency": p, "beta": beta.round(5), "standard_error": error.round(5)}
    return pd.DataFrame(places(n) | told | {"n_cases": n_cases, "n_controls": n_controls})


def test_effects_of_few_cases_among_many_controls_are_held_to_the_cases(policy):
    verdict, found = judge(odds_ratios(5000, 1100, 98_900), policy, 100_000)

    assert verdict is Verdict.REVIEW
    evidence = found["GEN202"].evidence
    assert (evidence["n_smaller_arm"], evidence["n_larger_arm"]) == (1100, 98_900)
    assert evidence["power_ld_aware"] > 0.1


def test_effects_of_many_cases_and_controls_pass(policy):
    verdict, found = judge(odds_ratios(400, 4000, 110_000), policy, 114_000)

    assert (verdict, found.keys() & {"GEN202"}) == (Verdict.PASS, set())


def of_frequencies(n: int, step: float) -> pd.DataFrame:
    return pd.DataFrame(places(n) | {"allele_frequency": frequencies(n, step)})


def test_frequencies_that_are_rounded_tell_less_of_members(policy):
    exact, told = judge(of_frequencies(3000, 0.0), policy, 2000)
    rounded, allowed = judge(of_frequencies(3000, 0.05), policy, 2000)

    assert (exact, rounded) == (Verdict.REVIEW, Verdict.PASS)
    assert "GEN202" in told
    assert "GEN202" not in allowed


def test_evidence_has_the_power_with_and_without_rounding(policy):
    _, found = judge(of_frequencies(9000, 0.05), policy, 2000)

    evidence = found["GEN202"].evidence
    assert evidence["step"] == 0.05
    assert evidence["power_ld_aware"] < 0.5 * evidence["power_without_rounding"]
    assert evidence["power_naive"] <= evidence["power_ld_aware"]


def test_rounding_counts_for_nothing_where_more_was_released_before(policy, tmp_path: Path):
    earlier = tmp_path / "earlier.tsv"
    of_frequencies(3000, 0.0).to_csv(earlier, sep="\t", index=False)

    verdict, found = judge(of_frequencies(3000, 0.05), policy, 2000, prior=[earlier])

    assert verdict is not Verdict.PASS
    assert "step" not in found["GEN202"].evidence


def test_rounding_counts_for_nothing_where_errors_give_the_frequencies_back(policy):
    table = odds_ratios(3000, 1000, 1000).drop(columns=["n_cases", "n_controls"])
    table["effect_allele_frequency"] = frequencies(3000, 0.05)

    _, found = judge(table, policy, 2000)

    assert "step" not in found["GEN202"].evidence


def test_frequencies_that_were_left_out_are_said_to_come_back(policy):
    table = odds_ratios(9000, 1000, 1000).drop(
        columns=["n_cases", "n_controls", "effect_allele_frequency"]
    )

    _, found = judge(table, policy, 2000)

    assert "come back from the standard errors" in found["GEN202"].why


def of_trait(n: int, n_people: int) -> pd.DataFrame:
    p = frequencies(n)
    error = np.sqrt(1 / (2 * p * (1 - p) * n_people))
    beta = np.random.default_rng(4).standard_normal(n) * error
    told = {"effect_allele_frequency": p, "beta": beta.round(5), "standard_error": error.round(5)}
    return pd.DataFrame(places(n) | told | {"n": n_people})


def test_effects_on_a_trait_tell_most_of_whoever_is_furthest_out(policy):
    plain, _ = judge(of_trait(2000, 4000), policy, 4000)
    sensitive, found = judge(of_trait(2000, 4000), policy, 4000, is_sensitive=True)

    assert plain is Verdict.PASS
    assert sensitive is Verdict.REVIEW
    evidence = found["GEN202"].evidence
    assert evidence["power_furthest_out"] >= evidence["power_ld_aware"] > 0.1


def test_policy_says_whom_effects_are_held_to_and_whom_an_attacker_knows(policy):
    genomic = policy.genomic
    further = policy.model_copy(
        update={"genomic": genomic.model_copy(update={"membership_trait_deviations": 2.5})}
    )
    poorer = policy.model_copy(
        update={"genomic": genomic.model_copy(update={"membership_reference_people": 500})}
    )

    assert judge(of_trait(2000, 4000), further, 4000)[0] is Verdict.REVIEW
    assert judge(of_frequencies(3000, 0.0), poorer, 2000)[0] is Verdict.PASS


def answers(n: int, n_yes: int) -> pd.DataFrame:
    said = np.where(np.arange(n) % n < n_yes, "yes", "no")
    return pd.DataFrame({"variant": [f"1:{1000 + 991 * i}:A:G" for i in range(n)], "present": said})


@pytest.mark.parametrize(
    ("n_people", "n_yes", "verdict"),
    [(65, 400, Verdict.REVIEW), (65, 2000, Verdict.BLOCK), (1200, 20_000, Verdict.REVIEW)],
)
def test_answers_of_a_beacon_are_held_to_how_many_yes_it_gives(policy, n_people, n_yes, verdict):
    _, found = judge(answers(n_yes + 20, n_yes), policy, n_people)

    assert found["GEN205"].severity is verdict
    assert found["GEN205"].evidence["power_naive"] <= found["GEN205"].evidence["power"]


def test_rare_alleles_of_known_frequency_say_how_few_answers_are_enough(policy):
    rare = pd.DataFrame({"variant": [f"1:{1000 + 991 * i}:A:G" for i in range(9000)], "af": 0.002})
    said = rare.assign(present=["yes"] * 8900 + ["no"] * 100)

    _, found = judge(said, policy, 120)

    assert found["GEN205"].severity is Verdict.BLOCK
    assert 0 < found["GEN205"].evidence["fewest_answers"] < 20


def counted(n_people: int, decimals: int) -> pd.DataFrame:
    copies = np.random.default_rng(6).integers(n_people // 5, n_people, 200)
    shares = (copies / (2 * n_people)).round(decimals)
    return pd.DataFrame(places(200)).assign(allele_frequency=shares)


@pytest.mark.parametrize(
    ("n_people", "decimals", "told"),
    [(800, 5, Verdict.REVIEW), (800, 4, Verdict.REVIEW), (5000, 6, Verdict.PASS), (800, 3, None),
     (5000, 3, None)],
)  # fmt: skip
def test_frequencies_with_enough_digits_to_be_counts_are_found(policy, n_people, decimals, told):
    _, found = judge(counted(n_people, decimals), policy, n_people)

    assert (found["GEN208"].severity if "GEN208" in found else None) is told


def test_frequencies_beside_the_number_of_people_need_no_finding(policy):
    table = counted(800, 5).assign(n=800)

    assert "GEN208" not in judge(table, policy, 800)[1]
