"""YAML is judged as the tree it is, and words stay words."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.forms.writing.markup import yamls
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

POLICY = policy_named("gdi-default")
WORDS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=12)
NAMES = st.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        WORDS | st.integers(-(10**6), 10**6) | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
        max_leaves=10,
    ),
    min_size=2,
    max_size=5,
)
PEOPLE = [{"id": f"P{i:04}", "sex": "female", "age": 40 + i, "stage": "II"} for i in range(30)]


def judged(data: bytes, name: str = "t.yaml"):
    return judge_bytes(data, Judging(name, POLICY, CheckContext(n_individuals=2000))).report


@given(TREES)
def test_the_one_spelling_of_a_tree_is_read_as_it_was_written(tree):
    text = yamls.written([tree])
    read = yamls.read(text, 17)

    # What is written over several lines stays words, and is judged as words.
    if read is not None:
        assert read == [tree]
        assert yaml.safe_load(text) == tree


def test_records_of_people_are_blocked_as_they_are_in_json():
    plain = yaml.safe_dump({"patients": PEOPLE}, sort_keys=False).encode()

    assert judged(json.dumps({"patients": PEOPLE}).encode(), "t.json").verdict.word == "block"
    assert judged(plain).verdict.word == "block"
    assert judged(plain, "notes.txt").verdict.word == "block"


def test_the_numbers_of_a_model_pass_as_they_do_in_json():
    text = b"model: logistic\nn: 1200\nauc: 0.81\nterms:\n- age\n- sex\n"

    form = canonicalise_bytes(text, "fit.yaml", POLICY)

    assert judged(text).verdict.word == "pass"
    assert isinstance(form, Canonical)
    assert yaml.safe_load(form.data) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1, 2]\nb: *x\n",
        "a: !!python/object/apply:os.system ['true']\nb: 1\n",
        "b: [1]\na: 1\na: 2\n",
        "Residual standard error: 0.41\nMultiple R-squared: 0.912\n",
        "a: {" + "b: {" * 60 + "}" * 61 + "\nc: 1\n",
        "We fitted two models: one of age.\nThe other, of sex, is below.\n",
        "- **Cases**: 400\n- **Controls**: 800\n",
    ],
)
def test_what_is_no_plain_tree_stays_words(text):
    assert yamls.read(text, 10) is None


def test_ten_aliases_of_ten_aliases_are_never_built():
    lines = ["a0: &a0 [" + "x," * 9 + "x]"]
    lines += [f"a{i}: &a{i} [" + f"*a{i - 1}," * 9 + f"*a{i - 1}]" for i in range(1, 10)]

    found = judged("\n".join(lines).encode())

    assert yamls.read("\n".join(lines), 10) is None
    assert "FMT108" not in {f.rule for f in found.findings}


def test_words_mean_what_they_say():
    text = "of: [x]\ncountry: NO\ntime: 12:30\ncode: 0x1F\nday: 2021-03-01\nn: 1_000\nok: yes\n"

    assert yamls.read(text, 10) == [
        {"of": ["x"], "country": "NO",
         "time": "12:30", "code": "0x1F", "day": "2021-03-01", "n": "1_000",
         "ok": "yes"}
    ]  # fmt: skip
    assert yamls.read(yamls.written(yamls.read(text, 10)), 10) == yamls.read(text, 10)
