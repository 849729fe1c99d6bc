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


def phewas(cases: tuple[int, ...], ratios: tuple[float, ...]) -> str:
    rows = [
        f"{80 + i}.1,{n},{40_000 + 20 * n},{r},{r - 0.1:.3f},{r + 0.1:.3f},0.{31 + i}"
        for i, (n, r) in enumerate(zip(cases, ratios, strict=True))
    ]
    return "\n".join(("phecode,n_cases,n_controls,OR,L95,U95,p", *rows)) + "\n"


@pytest.mark.parametrize(
    ("cases", "told"),
    [((340, 460, 580), Verdict.PASS), ((340, 400, 580), Verdict.REVIEW)],
    ids=["enough people in each row", "other effects of the same people"],
)
def test_effects_of_a_wave_are_explained_where_enough_people_joined_in_each_row(
    tmp_path: Path, policy: DisclosurePolicy, cases: tuple[int, ...], told: Verdict
) -> None:
    first, second = tmp_path / "wave1.csv", tmp_path / "wave2.csv"
    first.write_text(phewas((300, 400, 500), (1.051, 0.913, 1.204)))
    second.write_text(phewas(cases, (1.043, 0.925, 1.188)))
    context = CheckContext(n_individuals=60_000, prior=(first,))

    assert check_files([second], policy, context).verdict is told
