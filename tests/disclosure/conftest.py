from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gdi_spe.boundary.findings import FileReport
from gdi_spe.boundary.policy import DisclosurePolicy, load_policy
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.engine import Judged, judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.rules.rule import Judging

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def policy() -> DisclosurePolicy:
    return load_policy(REPOSITORY / "hub_config" / "policy.toml")


@pytest.fixture
def judged(policy: DisclosurePolicy) -> Callable[..., Judged]:
    """Judge text or bytes under a name, declared as a kind, in a cohort of n individuals."""

    def run(
        data: str | bytes,
        name: str = "table.csv",
        kind: str = "",
        n: int | None = 2000,
        identifiers: frozenset[str] = frozenset(),
        count_columns: tuple[str, ...] = (),
        variants: int | None = None,
    ) -> Judged:
        side_car = SideCar(kind=kind, count_columns=count_columns)
        context = CheckContext(
            n_individuals=n,
            n_variants=variants,
            identifiers=identifiers,
            side_cars={name: side_car},
        )
        raw = data.encode() if isinstance(data, str) else data
        return judge_bytes(raw, Judging(name, policy, context))

    return run


@pytest.fixture
def report(judged: Callable[..., Judged]) -> Callable[..., FileReport]:
    return lambda *args, **more: judged(*args, **more).report


@pytest.fixture
def rules_of() -> Callable[[FileReport], set[str]]:
    return lambda report: {finding.rule for finding in report.findings}
