"""Tables of people in shapes that name nobody, each with the nearest table that may leave."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.inference.membership import strangers_without

RNG = random.Random(9)


def blocks(report, *args, **more) -> bool:
    return report(*args, **more).verdict is Verdict.BLOCK


def crossed(who: str, n: int, words: tuple[str, ...]) -> str:
    rows = [f"{i},rs{100 + v},{RNG.choice(words)}" for i in range(1, n + 1) for v in range(30)]
    return f"{who},marker,status\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("words", [("reference", "heterozygous", "homozygous"), ("a", "b", "c")])
def test_people_by_number_crossed_with_variants_are_blocked_whatever_the_words(report, words):
    assert blocks(report, crossed("person_no", 40, words), kind="public-annotation")


def test_batches_by_number_crossed_with_variants_are_not_people(report):
    assert not blocks(report, crossed("batch", 40, ("kept", "dropped", "flagged")))


def loco(names: list[str], first: str = "FID_IID") -> str:
    rows = [" ".join((str(c), *(f"{RNG.gauss(0, 0.4):.5f}" for _ in names))) for c in range(1, 24)]
    return "\n".join((" ".join((first, *names)), *rows)) + "\n"


def test_a_column_for_each_person_is_blocked(report):
    names = [f"{i}_{i}" for i in range(5001, 5061)]

    assert blocks(report, loco(names), "fit_1.loco", n=60)
    assert blocks(report, loco(names), "fit_1.loco", n=50_000)
    assert blocks(report, loco([f"S{i}" for i in range(201, 261)], "chr"), "fit.txt", n=60)


def test_columns_of_tissues_are_not_people(report):
    names = [f"tissue_{a}{b}" for a in "abcdef" for b in "klmnopqrst"]

    assert not blocks(report, loco(names, "chr"), "fit.txt", n=5000)


def z_scores(n: int) -> str:
    rows = [
        f"{1 + i % 22},{1000 + 60_000 * i},rs{i},A,G,{RNG.gauss(0, 1):.4f},{RNG.gauss(0, 1):.4f}"
        for i in range(n)
    ]
    return "chr,pos,rsid,a1,a2,Z_m1,Z_m2\n" + "\n".join(rows) + "\n"


def test_scores_of_effects_tell_membership_as_effects_do(report):
    assert blocks(report, z_scores(9000), n=280)
    assert not blocks(report, z_scores(9000), n=150_000)


def test_the_share_of_strangers_without_absent_alleles_is_that_of_a_simulation():
    draw = np.random.default_rng(5)
    n, asked, made = 60, 400, 4000
    frequency = draw.beta(1.1, 4.0, (made, asked))
    absent = draw.binomial(2 * n, frequency) == 0
    without = (draw.binomial(2, frequency) == 0) | ~absent

    for n_absent in range(20, 32):
        picked = absent.sum(axis=1) == n_absent
        if picked.sum() < 150:
            continue
        seen = without[picked].all(axis=1).mean()
        spread = 4 * np.sqrt(seen * (1 - seen) / picked.sum())

        assert abs(seen - strangers_without(n, n_absent)) <= spread
    assert (absent.sum(axis=1) == 25).any() or (absent.sum(axis=1) == 20).any()


def answers(n: int, share: float) -> str:
    said = [f"1:{1000 + 900 * i}:A:G\t{'NO' if RNG.random() < share else 'YES'}" for i in range(n)]
    return "variant\tseen\n" + "\n".join(said) + "\n"


def test_many_absent_alleles_of_few_people_are_blocked(report, rules_of):
    assert blocks(report, answers(20_000, 0.3), "seen.tsv", n=250)
    assert "GEN207" not in rules_of(report(answers(2000, 0.005), "seen.tsv", n=250))


def rare(n: int) -> str:
    rows = [
        f"1\t{1000 + 9000 * i}\trs{i}\tG\tT\t{ac}\t{ac / 2 / n}\t{0.1 * i}\t0.5\t0.7\t{n}"
        for i, ac in enumerate((1, 2, 3, 4) * 15)
    ]
    head = "CHR\tPOS\tMarkerID\tAllele1\tAllele2\tAC_Allele2\tAF_Allele2\tBETA\tSE\tp.value\tN\n"
    return head + "\n".join(rows) + "\n"


def test_effects_of_rare_alleles_are_blocked_in_few_people_and_looked_at_in_many(report):
    assert blocks(report, rare(800), "t.tsv", n=800)
    assert report(rare(90_000), "t.tsv", n=90_000).verdict is Verdict.REVIEW


def test_people_in_the_order_of_their_ages_are_blocked_and_places_are_not(report):
    people = "rank,age,LDL,APOE\n" + "".join(
        f"{i + 1},{101 - i},{2.2 + i / 7:.1f},e3/e{2 + i % 2}\n" for i in range(7)
    )
    places = "rank,town,age,LDL\n" + "".join(
        f"{i + 1},{t},{71 - i},{2.2 + i / 7:.1f}\n"
        for i, t in enumerate(("Lyon", "Tartu", "Porto"))
    )

    assert blocks(report, people)
    assert not blocks(report, places)


def test_lists_of_copies_by_variant_in_a_tree_are_blocked_and_labels_of_clusters_are_not(report):
    lists = [[RNG.choice((0, 1, 2)) for _ in range(120)] for _ in range(5)]
    genotypes = {"variants": [{"id": f"rs{i}", "v": v} for i, v in enumerate(lists)]}
    clusters = {"clusters": {"of_genes": lists[0]}}

    assert blocks(report, json.dumps(genotypes), "source.json")
    assert not blocks(report, json.dumps(clusters), "source.json")
