"""What the how-to for finding individuals shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from gdi_spe.workspace.surroundings import Surroundings

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "find-individuals.md"


def test_the_examples_of_the_page_run(workspace: Surroundings) -> None:
    blocks = re.findall(r"```pycon\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []

    failed, tried = runner.run(test, out=said.append)

    assert not failed, "".join(said)
    assert tried > 20


def test_each_kind_of_question_is_shown() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = ("gene=", "diagnosis=", "similar_to=", "after=", "before=", "within=", "age_at=",
             "controls()", "not_recorded()", "cohort.sql(")  # fmt: skip

    assert [each for each in shown if each not in text] == []
