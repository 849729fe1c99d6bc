"""The same table of a new version of the cohort is recognised, and what differs is explained."""

from __future__ import annotations

import pytest

from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext

OLD = "site,F,M\nA,193,180\nB,138,164\n"


@pytest.mark.parametrize(
    ("new", "verdict"),
    [("site,F,M\nA,192,180\nB,138,164\n", "block"), ("site,F,M\nA,160,150\nB,138,164\n", "pass")],
)
def test_a_table_made_again_of_a_new_version_is_explained(tmp_path, policy, new, verdict):
    (tmp_path / "old.csv").write_text(OLD)
    (tmp_path / "new.csv").write_text(new)
    old = tmp_path / "old.csv"
    context = CheckContext(
        n_individuals=700, prior=(old,), cohort_version=3, prior_versions={str(old): 2}
    )

    report = check_files([tmp_path / "new.csv"], policy, context).file("new.csv")

    assert report.verdict.word == verdict
    (finding,) = [each for each in report.findings if each.rule == "TAB203"]
    assert "version 2" in finding.why
    assert "version 3" in finding.why


def test_another_table_of_the_same_version_is_a_difference(tmp_path, policy):
    (tmp_path / "old.csv").write_text(OLD)
    (tmp_path / "new.csv").write_text(OLD.replace("193", "192"))
    old = tmp_path / "old.csv"
    context = CheckContext(
        n_individuals=700, prior=(old,), cohort_version=2, prior_versions={str(old): 2}
    )

    report = check_files([tmp_path / "new.csv"], policy, context).file("new.csv")

    assert [each.rule for each in report.findings] == ["TAB201"]
