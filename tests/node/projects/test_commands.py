import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.cli.context import Cli
from gdi_spe.node.cli.grants import grants
from gdi_spe.node.cli.projects import project
from gdi_spe.node.cohorts.tables import CohortRow
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.identity.tables import Grant, Person

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SUB = "ada@x"


def run(home: Path, group: click.Group, *words: str, as_json: bool = True) -> Any:
    result = CliRunner().invoke(
        group, list(words), obj=Cli(home, as_json), catch_exceptions=False, standalone_mode=False
    )
    return json.loads(result.output) if as_json else result.output


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A node with a cohort, and a person who holds a grant for it."""
    database = Cli(tmp_path, True).database()
    ada = username_of("i", SUB)
    with database.write() as session:
        session.add(
            CohortRow(
                id="C1",
                title="C1",
                project="c1",
                opaque="o",
                definition='{"datasets": ["D1"]}',
                defined_at=NOW,
            )
        )
        session.add(
            Person(
                person=ada,
                issuer="i",
                subject=SUB,
                display_name="Ada",
                roles="[]",
                is_member=True,
                first_seen_at=NOW,
                last_seen_at=NOW,
                refusals="[]",
            )
        )
        session.flush()
        session.add(
            Grant(
                person=ada,
                target="C1",
                value="urn:c1",
                source="dac",
                subject=SUB,
                visa_sha256="0" * 64,
                made_at=NOW,
                verified_at=NOW,
                until=datetime(2999, 1, 1, tzinfo=UTC),
            )
        )
    database.close()
    return tmp_path


def test_a_project_is_made_shown_suspended_resumed_and_closed(home: Path) -> None:
    run(home, project, "create", "p1", "--cohort", "C1", "--purpose", "DUO:0000042")
    run(home, project, "add-member", "p1", SUB)
    run(home, project, "suspend", "p1", "--why", "audit")

    found = run(home, project, "show", "p1")

    assert (found["status"], found["why"], found["cohorts"]) == ("suspended", "audit", ["C1"])
    assert [member["added_by"] for member in found["members"]] == ["admin"]
    run(home, project, "resume", "p1", "--why", "done")
    run(home, project, "remove-member", "p1", SUB, "--why", "left")
    run(home, project, "close", "p1", "--why", "over")
    assert run(home, project, "list")[0]["status"] == "closed"
    assert "p1  closed  C1" in run(home, project, "list", as_json=False)


def test_a_project_of_an_unknown_cohort_is_refused(home: Path) -> None:
    with pytest.raises(BadInput, match="no cohort C9"):
        run(home, project, "create", "p1", "--cohort", "C9")


def test_grants_are_shown_by_subject_and_can_be_ended(home: Path) -> None:
    before = run(home, grants, "show", SUB)
    run(home, grants, "end", SUB, "C1", "--why", "misuse")
    after = run(home, grants, "show", username_of("i", SUB))

    assert [(one["target"], one["live"]) for one in before["grants"]] == [("C1", True)]
    assert [(one["live"], one["ended"], one["why"]) for one in after["grants"]] == [
        (False, "ended-by-node", "misuse")
    ]
    assert "C1  ended-by-node" in run(home, grants, "show", SUB, as_json=False)


def test_a_person_is_suspended_and_restored(home: Path) -> None:
    run(home, grants, "suspend", SUB, "--why", "suspicion")
    assert run(home, grants, "show", SUB)["suspended"]
    assert not run(home, grants, "show", SUB)["grants"][0]["live"]

    run(home, grants, "restore", SUB, "--why", "cleared")

    assert run(home, grants, "show", SUB)["grants"][0]["live"]


def test_nobody_is_not_found(home: Path) -> None:
    with pytest.raises(NotFound):
        run(home, grants, "show", "nobody")
