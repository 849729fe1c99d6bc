"""Weights are public because the node has them, where anybody can know what it has."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext, read_context
from gdi_spe.disclosure.evidence.scores import score_in
from gdi_spe.disclosure.process.sandbox import check_confined

HEAD = "###PGS CATALOG SCORING FILE - see the Catalog\n#format_version=2.0\n#pgs_id={id}\n"
NAMES = "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n"


def rows(n: int, seed: int = 1) -> list[str]:
    pick = np.random.default_rng(seed)
    weight = pick.normal(0, 0.02, n).round(5)
    return [f"rs{100 + i}\t1\t{1000 + 91 * i}\tA\tG\t{weight[i]}\n" for i in range(n)]


def score(lines: list[str], pgs_id: str = "PGS000018") -> str:
    head = HEAD.format(id=pgs_id) + f"#variants_number={len(lines)}\n"
    return head + NAMES + "".join(lines)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """What the admin brought in: 3,000 weights, more than would pass as anybody's own."""
    path = tmp_path / "kept.txt.gz"
    path.write_bytes(gzip.compress(score(rows(3000)).encode()))
    return path


def verdict(
    policy: DisclosurePolicy, path: Path, kept: tuple[Path, ...] | None, kind: str = ""
) -> tuple[Verdict, str]:
    context = CheckContext(
        n_individuals=2000, public_scores=kept, declared={path.name: kind} if kind else {}
    )
    told = check_files([path], policy, context).files[0]
    return told.verdict, " ".join(finding.why for finding in told.findings)


def written(folder: Path, text: str, name: str = "PGS000018.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("part", [slice(None), slice(0, 700)], ids=["whole", "a part"])
def test_weights_that_the_node_has_pass_however_many_they_are(policy, tmp_path, kept, part):
    path = written(tmp_path, score(rows(3000)[part]))

    told, why = verdict(policy, path, (kept,))

    assert told is Verdict.PASS, why


def test_own_weights_under_the_header_of_a_public_score_are_reviewed(policy, tmp_path, kept):
    path = written(tmp_path, score(rows(120, seed=2)))

    told, why = verdict(policy, path, (kept,))

    assert told is Verdict.REVIEW
    assert "they are not those of the score" in why


def test_one_own_weight_among_public_ones_is_reviewed(policy, tmp_path, kept):
    path = written(tmp_path, score([*rows(3000)[:119], "rs9\t1\t99\tA\tG\t0.31\n"]))

    assert verdict(policy, path, (kept,))[0] is Verdict.REVIEW


def test_a_score_that_the_node_does_not_have_is_reviewed_there(policy, tmp_path, kept):
    path = written(tmp_path, score(rows(120), "PGS000999"))

    told, why = verdict(policy, path, (kept,))

    assert told is Verdict.REVIEW
    assert "has no score of this name" in why
    assert verdict(policy, path, ())[0] is Verdict.REVIEW


@pytest.mark.parametrize("kind", ["public-weights", "public-score"])
def test_a_declaration_makes_no_weights_public_where_the_node_knows_its_scores(
    policy, tmp_path, kept, kind
):
    own = written(tmp_path, NAMES + "".join(rows(120, seed=3)), "own.tsv")
    known = written(tmp_path, NAMES + "".join(rows(3000)), "known.tsv")

    assert verdict(policy, own, (kept,), kind)[0] is Verdict.REVIEW
    assert verdict(policy, known, (kept,), kind)[0] is Verdict.PASS


def test_without_word_of_the_nodes_scores_a_header_counts_within_the_bound_of_membership(
    policy, tmp_path
):
    few, many = score(rows(120)), score(rows(3000))

    assert verdict(policy, written(tmp_path, few), None)[0] is Verdict.PASS
    assert verdict(policy, written(tmp_path, many), None)[0] is Verdict.REVIEW


def test_a_confined_check_reads_the_nodes_scores(policy, tmp_path, kept):
    path = written(tmp_path, score(rows(3000)))
    context = CheckContext(n_individuals=2000, public_scores=(kept,))

    with check_confined({path.name: path}, policy, context, tmp_path / "scratch") as checked:
        told = checked.outcome.report.verdict

    assert told is Verdict.PASS


def test_a_context_names_the_scores_beside_it(tmp_path, kept):
    context = tmp_path / "context.json"
    context.write_text(json.dumps({"public_scores": [kept.name]}))

    assert read_context(context).public_scores == (kept,)
    context.write_text(json.dumps({"public_scores": ["gone.txt"]}))
    with pytest.raises(BadInput, match=r"gone\.txt"):
        read_context(context)


def test_a_scoring_file_says_which_score_it_is_of_and_other_files_say_none(tmp_path, kept):
    assert score_in(kept) == "PGS000018"
    assert score_in(written(tmp_path, NAMES + "#pgs_id=PGS000018\n", "none.txt")) == ""
