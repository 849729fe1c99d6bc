"""Each formula of membership beside a simulation of the attack that it is of."""

from __future__ import annotations

import numpy as np
import pytest

from gdi_spe.disclosure.inference.membership import (
    Attack,
    answers_until_known,
    are_exact_counts,
    carriers_behind,
    frequency_behind,
    furthest_deviation,
    known_presence_power,
    membership,
    membership_power,
    power_at,
    presence_costs,
    presence_power,
    rounded_distance,
    step_of,
)

RATES = (0.05, 0.01)


# N people, M variants, and the power that attacks on simulated people had at each of three rates:
# the first nine rows of the table of simulations behind the formula, seeds 0 to 7.
NINE = [
    (1000, 100, (0.089, 0.021, 0.002)), (1000, 500, (0.177, 0.052, 0.009)),
    (1000, 1000, (0.262, 0.095, 0.018)), (1000, 2000, (0.414, 0.175, 0.042)),
    (1000, 5000, (0.733, 0.469, 0.198)), (1000, 10_000, (0.931, 0.783, 0.545)),
    (1000, 20_000, (0.998, 0.983, 0.913)), (100, 1000, (0.941, 0.808, 0.554)),
    (5000, 5000, (0.253, 0.095, 0.018)),
]  # fmt: skip


@pytest.mark.parametrize(("n_people", "n_variants", "simulated"), NINE)
def test_the_power_of_released_frequencies_is_within_three_hundredths_of_nine_simulations(
    n_people, n_variants, simulated
):
    told = [membership_power(n_people, n_variants, rate) for rate in (0.05, 0.01, 0.001)]

    assert told == pytest.approx(list(simulated), abs=0.03)


def genotypes(pick: np.random.Generator, frequencies: np.ndarray, n_people: int) -> np.ndarray:
    return pick.binomial(2, frequencies, (n_people, frequencies.size)).astype(np.float32)


def ratio_weights(pool: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What one copy of either allele adds to the log-likelihood ratio."""
    near = 1e-4
    pool, reference = np.clip(pool, near, 1 - near), np.clip(reference, near, 1 - near)
    return np.log(pool / reference), np.log((1 - pool) / (1 - reference))


def power_of(members: list[np.ndarray], others: list[np.ndarray], rate: float) -> float:
    """How many members score above what so many others reach."""
    bar = np.quantile(np.concatenate(others), 1 - rate)
    return float((np.concatenate(members) > bar).mean())


def attack(
    n_people: int, n_variants: int, n_reference: int | None, step: float, n_seeds: int = 14
) -> tuple[list[np.ndarray], list[np.ndarray], float]:
    members, others, distances = [], [], []
    for seed in range(n_seeds):
        pick = np.random.default_rng(seed)
        true = pick.uniform(0.05, 0.5, n_variants)
        inside, outside = genotypes(pick, true, n_people), genotypes(pick, true, 2000)
        pool = inside.mean(axis=0) / 2
        pool = np.round(pool / step) * step if step else pool
        reference = (
            pick.binomial(2 * n_reference, true) / (2 * n_reference) if n_reference else true
        )
        one, two = ratio_weights(pool, reference)
        members.append(inside @ one + (2 - inside) @ two)
        others.append(outside @ one + (2 - outside) @ two)
        distances.append(rounded_distance(true, n_people, step, n_reference or np.inf))
    return members, others, float(np.mean(distances))


@pytest.mark.parametrize(
    ("n_people", "n_variants", "n_reference", "step"),
    [(400, 800, None, 0.0), (400, 1600, 400, 0.0), (400, 1600, 120, 0.0), (400, 800, None, 0.01),
     (400, 800, None, 0.02), (200, 600, 300, 0.02)],
)  # fmt: skip
def test_a_finite_reference_and_rounding_weaken_the_attack_as_the_formula_says(
    n_people, n_variants, n_reference, step
):
    members, others, distance = attack(n_people, n_variants, n_reference, step)

    for rate in RATES:
        simulated = power_of(members, others, rate)
        assert power_at(distance, rate) == pytest.approx(simulated, abs=0.03)


@pytest.mark.parametrize(("n_reference", "step"), [(None, 0.0), (400, 0.0), (None, 0.02)])
def test_an_attack_is_as_strong_as_simulated_with_what_it_knows(n_reference, step):
    members, others, _ = attack(400, 800, n_reference, step)
    frequencies = np.random.default_rng(0).uniform(0.05, 0.5, 800)
    known = Attack(400, frequencies, step, n_reference or np.inf)

    for rate in RATES:
        assert known.power(800, rate) == pytest.approx(power_of(members, others, rate), abs=0.03)


@pytest.mark.parametrize(("n_people", "n_variants"), [(600, 300), (500, 700)])
def test_frequencies_and_effects_together_tell_the_sum_of_both(n_people, n_variants):
    members, others = [], []
    for seed in range(24):
        pick = np.random.default_rng(seed)
        true = pick.uniform(0.05, 0.5, n_variants)
        inside, outside = genotypes(pick, true, n_people), genotypes(pick, true, 1000)
        trait = pick.standard_normal(n_people)
        trait = (trait - trait.mean()) / trait.std()
        spread = np.sqrt(2 * true * (1 - true))
        effects = ((inside - inside.mean(axis=0)) / spread).T @ trait / n_people
        shift = (inside.mean(axis=0) - 2 * true) / spread
        one = np.abs(np.abs(trait) - 1.5) < 0.15
        sign = np.sign(trait[one])[:, None]
        # The log-likelihood ratio of somebody 1.5 deviations out, by both kinds of numbers.
        members.append(
            (((inside[one] - 2 * true) / spread) * (shift + 1.5 * sign * effects)).sum(1)
        )
        others.append(((outside - 2 * true) / spread) @ (shift + 1.5 * effects))

    both = Attack(n_people, np.full(1, 0.5), deviations=1.5)
    for rate in RATES:
        simulated = power_of(members, others, rate)
        assert both.power_together(n_variants, rate) == pytest.approx(simulated, abs=0.03)


def test_the_furthest_of_simulated_people_is_about_as_far_out_as_told():
    pick = np.random.default_rng(8)

    furthest = np.median([np.abs(pick.standard_normal(1000)).max() for _ in range(2000)])

    assert furthest_deviation(1000) == pytest.approx(furthest, abs=0.03)


@pytest.mark.parametrize(
    ("frequencies", "step"),
    [([0.1, 0.35, 0.05], 0.05), ([0.12, 0.34], 0.02), ([0.123, 0.5], 0.001), ([1 / 3, 0.5], 0.0)],
)
def test_the_step_that_frequencies_stand_on_is_the_largest(frequencies, step):
    assert step_of(np.array(frequencies)) == pytest.approx(step)


@pytest.mark.parametrize(
    ("n_cases", "n_controls", "n_variants"), [(300, 300, 600), (150, 900, 500)]
)
def test_cases_beside_controls_tell_as_much_as_the_formula_says(n_cases, n_controls, n_variants):
    in_cases, in_controls = [], []
    for seed in range(30):
        pick = np.random.default_rng(seed)
        true = pick.uniform(0.05, 0.5, n_variants)
        cases, controls = genotypes(pick, true, n_cases), genotypes(pick, true, n_controls)
        one, two = ratio_weights(cases.mean(axis=0) / 2, controls.mean(axis=0) / 2)
        in_cases.append(cases @ one + (2 - cases) @ two)
        in_controls.append(controls @ one + (2 - controls) @ two)

    for rate in RATES:
        simulated = power_of(in_cases, in_controls, rate)
        told = Attack(n_cases + n_controls, arms=(n_cases, n_controls)).power(n_variants, rate)
        assert told == pytest.approx(simulated, abs=0.03)


@pytest.mark.parametrize(("n_people", "n_variants"), [(600, 600), (500, 1500)])
def test_effects_on_a_trait_give_away_a_person_a_deviation_from_the_mean(n_people, n_variants):
    members, others = [], []
    for seed in range(24):
        pick = np.random.default_rng(seed)
        true = pick.uniform(0.05, 0.5, n_variants)
        inside, outside = genotypes(pick, true, n_people), genotypes(pick, true, 1000)
        trait = pick.standard_normal(n_people)
        trait = (trait - trait.mean()) / trait.std()
        mean, spread = inside.mean(axis=0), inside.std(axis=0)
        effects = ((inside - mean) / spread).T @ trait / n_people
        score = ((inside - mean) / spread) @ effects
        members.append((score * np.sign(trait))[np.abs(np.abs(trait) - 1) < 0.1])
        others.append(((outside - mean) / spread) @ effects)

    for rate in RATES:
        simulated = power_of(members, others, rate)
        told = Attack(n_people, deviations=1.0).power(n_variants, rate)
        assert told == pytest.approx(simulated, abs=0.03)


def regressions(n_people: int, counts: np.ndarray, seed: int) -> tuple[float, np.ndarray]:
    """The variance of a trait, and the standard errors of its regression on each variant."""
    pick = np.random.default_rng(seed)
    trait = pick.standard_normal(n_people)
    trait -= trait.mean()
    centred = counts - counts.mean(axis=0)
    squares = (centred**2).sum(axis=0)
    effect = centred.T @ trait / squares
    residual = (trait**2).sum() - effect**2 * squares
    return float(trait.var(ddof=1)), np.sqrt(residual / (n_people - 2) / squares)


def test_a_dropped_frequency_comes_back_from_the_standard_error():
    pick = np.random.default_rng(5)
    counts = genotypes(pick, pick.uniform(0.01, 0.5, 2000), 2000).astype(float)
    variance, errors = regressions(2000, counts, 6)

    told = frequency_behind(variance, 2000, errors)

    own = counts.mean(axis=0) / 2
    minor = np.minimum(own, 1 - own)
    clear = minor < 0.4
    sampling = np.sqrt(minor * (1 - minor) / 4000)
    assert np.median(np.abs(told - minor)[clear]) < np.median(sampling[clear])
    assert np.corrcoef(told, minor)[0, 1] > 0.98


def test_a_standard_error_tells_how_many_carry_a_rare_allele():
    carriers = np.repeat(np.arange(1, 11), 20)
    counts = np.zeros((5000, carriers.size))
    pick = np.random.default_rng(9)
    for column, n in enumerate(carriers):
        counts[pick.choice(5000, n, replace=False), column] = 1
    variance, errors = regressions(5000, counts, 10)

    told = carriers_behind(variance, errors)

    assert np.abs(told - carriers).max() < 0.1


@pytest.mark.parametrize(("n_people", "n_alleles"), [(65, 250), (1000, 5000)])
def test_a_list_of_what_is_present_gives_members_away_as_published(n_people, n_alleles):
    # Shringarpure and Bustamante 2015: 250 variants of 65 people, 5,000 of 1,000 suffice.
    assert presence_power(n_people, n_alleles, 0.05) > 0.95


@pytest.mark.parametrize(("n_people", "n_alleles"), [(65, 250), (100, 500), (1000, 20_000)])
def test_asking_what_is_present_agrees_with_asking_simulated_lists(n_people, n_alleles):
    pick = np.random.default_rng(3)
    of_member, of_other = [], []
    for _ in range(400):
        frequency = pick.beta(1.1, 4.0, n_alleles)
        others_carry = pick.random(n_alleles) < 1 - (1 - frequency) ** (2 * (n_people - 1))
        of_member.append((others_carry | (pick.random(n_alleles) < 1 - 1e-6)).sum())
        of_other.append((pick.random(n_alleles) < 1 - (1 - frequency) ** (2 * n_people)).sum())
    bars = np.sort(of_other)
    least = next(n for n in range(n_alleles + 2) if (bars >= n).mean() <= 0.05)

    told = presence_power(n_people, n_alleles, 0.05)

    assert told == pytest.approx(float((np.array(of_member) >= least).mean()), abs=0.03)


@pytest.mark.parametrize(
    ("n_people", "n_alleles", "b"), [(65, 400, 4.0), (200, 3000, 12.0), (1000, 12_000, 60.0)]
)
@pytest.mark.parametrize("rate", [0.05, 0.01])
def test_present_alleles_of_known_frequency_tell_of_as_many_members_as_simulated(
    n_people, n_alleles, b, rate
):
    pick = np.random.default_rng(5)
    frequency = pick.beta(1.1, b, n_alleles)
    told = known_presence_power(frequency, n_people, rate)
    known = {"member": 0, "other": 0}
    n_cohorts, n_asked = 120, 8
    for _ in range(n_cohorts):
        copies = pick.binomial(2, frequency, (n_asked, n_alleles))
        rest = pick.random(n_alleles) < 1 - (1 - frequency) ** (2 * (n_people - n_asked))
        present = rest | (copies > 0).any(axis=0)
        others = pick.binomial(2, frequency, (n_asked, n_alleles))
        for who, genomes in (("member", copies), ("other", others)):
            for carried in genomes > 0:
                all_present = present[carried].all()
                costs = presence_costs(frequency[carried], n_people).sum()
                known[who] += bool(all_present and costs >= -np.log(rate))

    share = {who: n / (n_cohorts * n_asked) for who, n in known.items()}
    assert share["member"] == pytest.approx(told, abs=0.03)
    assert share["other"] <= rate + 0.02


def test_the_rarest_alleles_of_a_person_tell_first():
    carried = np.array([0.3, 0.001, 0.02, 0.4, 0.0005])

    few = answers_until_known(carried, 500, 0.3)

    assert few == 2
    rarest = np.sort(carried)[:few]
    assert presence_costs(rarest, 500).sum() >= -np.log(0.3)
    assert presence_costs(rarest[:-1], 500).sum() < -np.log(0.3)
    assert answers_until_known(carried[[0, 3]], 500, 0.3) is None


def test_frequencies_with_enough_digits_are_counts_and_with_few_are_not():
    counts = np.random.default_rng(1).integers(1, 2400, 500)
    frequencies = counts / 2400

    assert are_exact_counts(np.round(frequencies, 5), 1200, 5)
    assert not are_exact_counts(np.round(frequencies, 2), 1200, 2)
    assert are_exact_counts(np.round(frequencies, 4), 1200, 4)
    assert not are_exact_counts(np.random.default_rng(2).uniform(size=500), 1200, 5)


def test_two_releases_apart_by_a_person_are_that_persons_genome():
    pick = np.random.default_rng(4)
    people = genotypes(pick, pick.uniform(0.05, 0.5, 300), 100).astype(float)

    before, after = people.mean(axis=0) / 2, people[1:].mean(axis=0) / 2

    assert (np.rint(200 * before - 198 * after) == people[0]).all()
    assert are_exact_counts(before, 100, 5)


def test_with_linkage_the_figures_bound_the_naive_attack_and_the_one_that_undoes_it():
    n_people, n_blocks, length, share = 500, 60, 10, 0.8
    pick = np.random.default_rng(11)
    naive, aware, effective = ([], []), ([], []), []
    for _ in range(8):
        true = np.repeat(pick.uniform(0.1, 0.5, n_blocks), length)
        bar = _normal_bar(true)

        def people(n: int, bar: np.ndarray = bar) -> np.ndarray:
            def strand() -> np.ndarray:
                common = np.repeat(pick.standard_normal((n, n_blocks)), length, axis=1)
                own = pick.standard_normal((n, n_blocks * length))
                return np.sqrt(share) * common + np.sqrt(1 - share) * own > bar

            return strand().astype(float) + strand()

        inside, outside, panel = people(n_people), people(2500), people(3000)
        shift = inside.mean(axis=0) - 2 * true
        whitened = np.zeros(true.size)
        for start in range(0, true.size, length):
            part = slice(start, start + length)
            spread = np.cov(panel[:, part].T) + 1e-3 * np.eye(length)
            whitened[part] = np.linalg.solve(spread, shift[part])
        plain = shift / (2 * true * (1 - true))
        for pair, weights in ((naive, plain), (aware, whitened)):
            pair[0].append((inside - 2 * true) @ weights)
            pair[1].append((outside - 2 * true) @ weights)
        related = np.corrcoef(panel.T) ** 2
        effective.append(true.size / (related - (1 - related) / 3000).sum(axis=1).mean())

    counted = Attack(n_people, frequencies=np.full(1, 0.5))
    told = membership(counted, n_blocks * length, int(np.mean(effective)), 0.05)

    assert told.naive == pytest.approx(power_of(*naive, 0.05), abs=0.03)
    assert told.ld_aware == pytest.approx(power_of(*aware, 0.05), abs=0.03)
    assert told.ld_aware > told.naive


def _normal_bar(frequencies: np.ndarray) -> np.ndarray:
    from scipy.stats import norm

    return np.asarray(norm.isf(frequencies))
