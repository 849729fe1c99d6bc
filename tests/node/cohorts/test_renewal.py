"""Who has left is in no new version, and in an old one no longer than policy allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.cohorts import datasets, withdrawal
from gdi_spe.node.cohorts.comparing import CohortWaits
from gdi_spe.node.cohorts.renewal import renew
from gdi_spe.node.cohorts.rules import CohortTooSmall
from gdi_spe.node.cohorts.versions import current_version, ended
from gdi_spe.store.folder import CohortFolder

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GIVEN = "{},XX,opt_in,secondary_use,given,2024-01-01,{},paper,"
WITHDRAWN = "{},XX,opt_in,secondary_use,withdrawn,2026-05-01,,paper,"
POLICY = Path(__file__).parents[3] / "hub_config" / "policy.toml"
PEOPLE = [f"P{number}" for number in range(10)]


def policy(node: Any, **changed: Any) -> None:
    """Give the node a policy."""
    text = POLICY.read_text()
    for name, value in {"smallest": 5, **changed}.items():
        lines = text.splitlines()
        place = next(i for i, line in enumerate(lines) if line.startswith(f"{name} ="))
        lines[place] = f"{name} = {value!r}".replace("'", '"')
        text = "\n".join(lines)
    (node.home / "policy.toml").write_text(text)


@pytest.fixture
def ten(node: Any) -> Any:
    """Ten people in one cohort; the last one's consent ends in July."""
    genotypes = " ".join(["0/1"] * 9 + ["1/1"])
    rows = [GIVEN.format(name, "2026-06-30" if name == "P9" else "") for name in PEOPLE]
    path = node.vcf([f"1 100 . A C . . . GT {genotypes}"], PEOPLE)
    policy(node)
    node.ingest(vcf=(path,), consent=node.consent(*rows))
    node.define()
    node.materialise()
    return node


def withdraw(node: Any, *names: str, now: datetime = NOW) -> withdrawal.ConsentChange:
    file = node.consent(*(WITHDRAWN.format(name) for name in names), name="w.csv")
    return withdrawal.apply(node.database, node.home, file, now)


def test_a_withdrawal_ends_the_old_version_with_the_new_one(ten: Any) -> None:
    changed = withdraw(ten, "P1")

    assert [(c.outcome, c.version) for c in changed.cohorts] == [("renewed", 2)]
    with ten.database.read() as session:
        old = ended(session, "C1", 1)
        assert ended(session, "C1", 2) is None
    assert old is not None
    assert (old.why, old.usable_until) == ("people-left", NOW)


def test_policy_may_let_a_workspace_keep_the_old_version_for_days(ten: Any) -> None:
    policy(ten, old_version_days=7)

    withdraw(ten, "P1")

    with ten.database.read() as session:
        old = ended(session, "C1", 1)
    assert old is not None
    assert old.usable_until == NOW + timedelta(days=7)


def test_a_cohort_that_nobody_left_keeps_its_version(ten: Any) -> None:
    withdraw(ten, "P1")

    assert renew(ten.database, ten.home, NOW) == ()


def test_a_scheduled_version_waits_until_enough_have_left(ten: Any) -> None:
    policy(ten, versions="scheduled", least_changed=2)

    first = withdraw(ten, "P1")
    second = withdraw(ten, "P2")

    assert [(c.outcome, c.due_at) for c in first.cohorts] == [("waits", NOW + timedelta(days=30))]
    assert [(c.outcome, c.version) for c in second.cohorts] == [("renewed", 2)]
    # The datasets never wait: nothing new is made with who has withdrawn.
    assert [version for _, version, _ in (*first.datasets, *second.datasets)] == [2, 3]


def test_a_scheduled_version_waits_no_longer_than_policy_says(ten: Any) -> None:
    policy(ten, versions="scheduled", least_changed=5, longest_wait_days=10)
    withdraw(ten, "P1")

    early = renew(ten.database, ten.home, NOW + timedelta(days=9))
    late = renew(ten.database, ten.home, NOW + timedelta(days=10))

    assert [c.outcome for c in early] == ["waits"]
    assert [(c.outcome, c.version) for c in late] == [("renewed", 2)]


def test_an_admin_cannot_publish_a_scheduled_version_early(ten: Any) -> None:
    policy(ten, versions="scheduled", least_changed=5)
    withdraw(ten, "P1")

    with pytest.raises(CohortWaits):
        ten.materialise()


def test_a_consent_that_ends_by_its_date_makes_a_new_version(ten: Any) -> None:
    assert renew(ten.database, ten.home, NOW) == ()

    found = renew(ten.database, ten.home, NOW + timedelta(days=60))

    assert [(c.outcome, c.version) for c in found] == [("renewed", 2)]


def test_a_cohort_that_became_too_small_goes_out_of_use(ten: Any) -> None:
    changed = withdraw(ten, *PEOPLE[:6])

    assert [(c.outcome, c.why) for c in changed.cohorts] == [("ended", "cohort-too-small")]
    with ten.database.read() as session, pytest.raises(NotFound):
        current_version(session, "C1")


def test_a_cohort_below_the_smallest_size_is_refused_without_its_number(ten: Any) -> None:
    policy(ten, smallest=11)

    with pytest.raises(CohortTooSmall) as refused:
        ten.materialise()

    assert "10" not in refused.value.public_message
    assert refused.value.exit_code == 5


def test_a_node_without_a_policy_makes_no_cohort(ten: Any) -> None:
    (ten.home / "policy.toml").unlink()
    (ten.home / "node.toml").write_text("")

    with pytest.raises(Exception, match="there is no disclosure policy"):
        ten.materialise()


def test_a_bare_folder_says_that_the_size_was_not_checked(ten: Any) -> None:
    (ten.home / "policy.toml").unlink()

    made = ten.materialise()

    assert "the smallest size was not checked" in made.seal


def test_a_retired_dataset_ends_every_version_made_from_it_until_data_come_anew(ten: Any) -> None:
    with ten.database.write() as session:
        datasets.retire(session, "D1", "a sample swap", NOW)

    with ten.database.read() as session:
        old = ended(session, "C1", 1)
        with pytest.raises(NotFound):
            current_version(session, "C1")
    assert old is not None
    assert (old.why, old.usable_until) == ("retired", NOW)
    genotypes = " ".join(["0/1"] * 10)
    ten.ingest(vcf=(ten.vcf([f"1 100 . A C . . . GT {genotypes}"], PEOPLE),))
    made = ten.materialise()
    assert CohortFolder(made.path).manifest.version == 2
    with ten.database.read() as session:
        assert ended(session, "C1", 1) is not None
    assert "dataset.returned" in ten.events()
