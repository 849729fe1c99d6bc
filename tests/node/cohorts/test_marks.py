"""Names of the cohort are found by the marks that were made with it."""

from __future__ import annotations

import base64
import hashlib
import stat
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.names.pseudonyms import disguised
from gdi_spe.disclosure.names.sieve import Listed, Sieve, SieveDamaged
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging
from gdi_spe.node.airlock.desk import cohorts_context
from gdi_spe.node.cohorts.definitions import are_sensitive, mark
from tests.node.cohorts.conftest import NOW

NAMES = st.from_regex(r"[A-Z]{1,3}-?[A-Z0-9]{6,16}", fullmatch=True)


@pytest.mark.parametrize("column", ["individual_id", "sample_id"])
def test_a_version_comes_with_marks_that_find_its_names_in_disguise(small: Any, column) -> None:
    small.define()
    made = small.materialise()
    context = cohorts_context([made.path])
    name = pq.read_table(made.path / "samples.parquet")[column][0].as_py()
    disguises = [
        name, name.lower(), name.replace("-", ""), name[::-1].replace("-", ""),
        base64.b64encode(name.encode()).decode(), name.encode().hex(),
        hashlib.sha256(name.encode()).hexdigest(), hashlib.md5(name.encode()).hexdigest()[:12],
    ]  # fmt: skip

    assert context.identifiers == frozenset()
    for word in disguises:
        text = f"The largest effect was seen in {word}, as in the pilot.\n".encode()
        judged = judge_bytes(text, Judging("t.txt", policy_named("gdi-default"), context))
        assert "PII101" in {f.rule for f in judged.report.findings}, word


def test_marks_are_for_the_node_alone_and_of_a_version_without_them_names_are_read(small: Any):
    small.define()
    made = small.materialise()
    path = small.home / "pseudonyms" / made.path.parent.name / "1.sieve"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    context = cohorts_context([made.path])
    assert context.sieves == ()
    assert len(context.identifiers) == 6


def test_marks_that_are_not_whole_are_not_used(tmp_path) -> None:
    path = tmp_path / "x.sieve"
    path.write_bytes(Sieve.of(["I-ABCDEF"]).to_bytes()[:-1])

    with pytest.raises(SieveDamaged):
        Sieve.opened(path)


@given(st.lists(NAMES, min_size=1, max_size=6), st.lists(NAMES, max_size=6))
def test_a_word_is_found_exactly_if_it_is_a_name(names, others):
    sieve = Sieve.of(names)
    bare = {name.replace("-", "").lower() for name in names}

    found = disguised(" ".join([*names, *others]), [sieve])

    shown = {*bare, *(word[::-1] for word in bare)}
    assert disguised(" ".join([*names, *others]), [Listed(names)]) == found
    assert found == {w for w in (*names, *others) if w.replace("-", "").lower() in shown}


@pytest.mark.parametrize("make", [Listed, Sieve.of])
def test_names_listed_and_names_marked_are_found_in_the_same_disguises(make):
    name = "I-QWERTY234567ASDF"
    words = [
        hashlib.sha512(name.encode()).hexdigest(), hashlib.sha1(name.encode()).hexdigest()[:11],
        base64.b32encode(name.encode()).decode().rstrip("="), "i_qwerty234567asdf", "F0" * 8,
    ]  # fmt: skip

    assert disguised(" ".join(words), [make([name, "12345"])]) == set(words[:4])
    assert make([name, "12345"]).has_numbers


def test_of_many_other_words_none_is_taken_for_a_name():
    pick = np.random.default_rng(4)
    names = [f"I-{base64.b32encode(pick.bytes(10)).decode()}" for _ in range(3000)]
    others = [f"I-{base64.b32encode(pick.bytes(10)).decode()}" for _ in range(30_000)]

    assert disguised(" ".join(others), [Sieve.of(names)]) == set()


@pytest.mark.parametrize("where", ["dataset", "cohort", "later"])
def test_a_cohort_that_is_held_sensitive_is_judged_as_such(small: Any, where: str) -> None:
    if where == "dataset":
        path = small.vcf(["1 100 . A C . . . GT 0/1 1/1 0/0"], ("A", "B", "C"))
        small.ingest("D2", vcf=(path,), is_sensitive=True)
    small.define(datasets=("D2" if where == "dataset" else "D1",), is_sensitive=where == "cohort")
    if where == "later":
        with small.database.write() as session:
            mark(session, "C1", True, "The holder's letter of 3 March", NOW)

    made = small.materialise()

    assert cohorts_context([made.path]).is_sensitive
    with small.database.read() as session:
        assert are_sensitive(session, ["C1"]) is (where != "dataset")
        assert are_sensitive(session, ["nobody knows"])


def test_a_check_of_a_sensitive_cohort_blocks_what_another_looks_at():
    rows = "\n".join(f"rs{i},0.{i % 40 + 10},1200" for i in range(20_000))
    text = f"variant_id,allele_frequency,n\n{rows}\n".encode()
    found = {}
    for is_sensitive in (False, True):
        context = CheckContext(n_individuals=1200, is_sensitive=is_sensitive)
        judged = judge_bytes(text, Judging("t.csv", policy_named("gdi-default"), context))
        found[is_sensitive] = judged.report.verdict.word

    assert found == {False: "review", True: "block"}
