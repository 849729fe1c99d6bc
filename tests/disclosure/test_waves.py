"""A table made again: enough people more in each cell explain it, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext

BEFORE = "site,Female,Male\nLyon,241,262\nTartu,295,330\nPorto,160,137\n"


def verdict(after: str, tmp_path: Path, policy: DisclosurePolicy, before: str = BEFORE) -> Verdict:
    first, second = tmp_path / "wave1.csv", tmp_path / "wave2.csv"
    first.write_text(before)
    second.write_text(after)
    context = CheckContext(n_individuals=3000, prior=(first,))
    return check_files([second], policy, context).verdict


def test_a_wave_that_adds_enough_people_to_each_cell_passes(
    tmp_path: Path, policy: DisclosurePolicy
) -> None:
    after = "site,Female,Male\nLyon,278,319\nTartu,348,372\nPorto,242,218\n"

    assert verdict(after, tmp_path, policy) is Verdict.PASS


@pytest.mark.parametrize(
    "after",
    [
        "site,Female,Male\nLyon,244,319\nTartu,348,372\nPorto,242,218\n",
        "site,Female,Male\nLyon,204,219\nTartu,348,372\nPorto,242,218\n",
        "site,Female,Male\nLyon,278,319\nTartu,348,372\nPorto,242,136\n",
    ],
)
def test_a_cell_of_few_people_more_or_of_fewer_does_not_pass(
    after: str, tmp_path: Path, policy: DisclosurePolicy
) -> None:
    assert verdict(after, tmp_path, policy) > Verdict.PASS


def test_means_of_a_wave_are_not_explained_by_its_counts(
    tmp_path: Path, policy: DisclosurePolicy
) -> None:
    before = "site,n,mean_ldl\nLyon,241,3.21\nTartu,295,3.33\n"
    after = "site,n,mean_ldl\nLyon,278,3.25\nTartu,348,3.31\n"

    assert verdict(after, tmp_path, policy, before) > Verdict.PASS
