from __future__ import annotations

import os

import pytest

from gdi_spe.boundary.errors import BadInput, NotFound, SpeError
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.node.airlock.content import ContentChanged, TooLarge
from gdi_spe.node.airlock.requests import ChangedMeanwhile, NotEditable
from gdi_spe.node.airlock.states import MoveRefused

WID, OTHER = "w0123456789", "w9876543210"


def test_a_declared_aggregate_passes_the_check_and_is_submitted(confined_world):
    world = confined_world
    rid = world.draft()
    answer = world.put(rid)

    done = world.submit(rid)

    assert done["verdict"] == "pass"
    assert done["status"] == "submitted"
    assert done["files"][0]["sha256"] == answer["sha256"]


def test_what_is_blocked_never_comes_before_reviewers(world, small_cells):
    rid = world.draft()
    world.put(rid, data=small_cells)

    assert world.submit(rid)["status"] == "blocked"

    assert world.desk.home(world.rosa)["queue"] == []
    with pytest.raises(NotFound):
        world.desk.show_for_review(rid, world.rosa)
    with pytest.raises(NotFound):
        world.vote(rid, world.rosa)


def test_a_blocked_request_can_be_repaired(world, small_cells, good):
    rid = world.draft()
    world.put(rid, data=small_cells)
    world.submit(rid)

    world.put(rid, data=good)

    assert world.submit(rid)["status"] == "submitted"


def test_the_author_reads_what_was_found_and_how_to_fix_it(world, small_cells):
    rid = world.submitted(small_cells)

    shown = world.desk.show(rid, world.ada)

    finding = shown["files"][0]["findings"][0]
    assert finding["rule"] == "TAB101"
    assert "EST" in finding["why"]
    assert finding["fix"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/b.csv", "a\\b.csv", "a\0.csv", "..", ".", ".hidden",
     "a\u202evsc.csv", "\u0430.csv", "a b.csv", "a\n.csv", "x" * 81, "x" * 300, "", "-rf",
     "a.csv\n", "a:b.csv", "%2e%2e", "a;b.csv", "'\"><script>.csv"],
)  # fmt: skip
def test_a_name_that_is_more_than_a_name_is_refused(name, world):
    rid = world.draft()

    with pytest.raises(BadInput):
        world.put(rid, name)


def test_names_that_differ_in_case_alone_are_refused(world):
    rid = world.draft()
    world.put(rid, "Table.csv")

    with pytest.raises(BadInput):
        world.put(rid, "table.csv")


def test_names_that_become_equal_are_refused(world):
    rid = world.draft()
    world.put(rid, "a.html", kind="")

    with pytest.raises(BadInput):
        world.put(rid, "a.html.csv", kind="")


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(world):
    with world.desk.incoming() as incoming:
        incoming.write(b"x" * world.policy.files.max_file_bytes)
        with pytest.raises(TooLarge):
            incoming.write(b"x")

    assert list(world.store.incoming_folder.iterdir()) == []


def test_a_broken_upload_leaves_nothing(world):
    def broken():
        with world.desk.incoming() as incoming:
            incoming.write(b"x")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        broken()

    assert list(world.store.incoming_folder.iterdir()) == []


def test_a_request_has_so_many_files(world):
    rid = world.draft()
    object.__setattr__(world.policy.files, "max_files", 2)
    world.put(rid, "a.csv", kind="")
    world.put(rid, "b.csv", kind="")

    with pytest.raises(TooLarge):
        world.put(rid, "c.csv", kind="")


def test_another_workspace_cannot_reach_a_request(world):
    rid = world.draft()
    world.put(rid)

    for act in (
        lambda: world.desk.show_to_workspace(OTHER, rid),
        lambda: world.desk.submit(OTHER, rid, CheckContext()),
        lambda: world.desk.declare(OTHER, rid, "t.csv", None),
    ):
        with pytest.raises(NotFound):
            act()
    with world.desk.incoming() as incoming, pytest.raises(NotFound):
        world.desk.add_file(OTHER, rid, "t.csv", incoming)
    assert world.desk.list_to_workspace(OTHER) == []


def test_files_are_fixed_once_submitted(world, good):
    rid = world.submitted()

    with pytest.raises(NotEditable):
        world.put(rid, data=good)


def test_a_change_while_the_check_runs_is_noticed(world, monkeypatch):
    rid = world.draft()
    world.put(rid)
    check = type(world.desk)._check

    def racing(self, files, context):
        report = check(self, files, context)
        world.put(rid, data=b"population,n_individuals\nFIN,401\nEST,25\n", kind="")
        return report

    monkeypatch.setattr(type(world.desk), "_check", racing)
    with pytest.raises(ChangedMeanwhile):
        world.submit(rid)
    assert world.status(rid) == "draft"


def test_what_is_checked_are_the_bytes_that_were_kept(world, tmp_path, good, small_cells):
    """The researcher's file may change after it was sent: the node has its own copy."""
    source = tmp_path / "mine.csv"
    source.write_bytes(good)
    rid = world.draft()
    with world.desk.incoming() as incoming, source.open("rb") as file:
        incoming.write(file.read(10))
        source.write_bytes(small_cells)
        incoming.write(good[10:])
        answer = world.desk.add_file(WID, rid, "t.csv", incoming)

    assert world.store.read(answer["sha256"]) == good


def test_an_upload_changed_on_disk_is_not_checked(world):
    rid = world.draft()
    world.put(rid)
    for path in world.store.folder.iterdir():
        if path.is_file():
            os.chmod(path, 0o600)
            path.write_bytes(b"population,n_individuals\nFIN,4\n")

    with pytest.raises(ContentChanged):
        world.submit(rid)


def test_an_empty_request_is_not_submitted(world):
    with pytest.raises(BadInput):
        world.submit(world.draft())


@pytest.mark.parametrize("title", ["", "   ", "\u200b", "x" * 201])
def test_a_title_has_words(title, world):
    with pytest.raises(BadInput):
        world.draft(title)


def test_only_the_author_withdraws(world):
    rid = world.submitted()

    with pytest.raises(NotFound):
        world.desk.withdraw(rid, "u-rosa")
    world.desk.withdraw(rid, "u-ada")

    assert world.status(rid) == "withdrawn"
    with pytest.raises(SpeError):
        world.vote(rid, world.rosa)


def test_every_write_leaves_an_event(world):
    world.released()

    assert world.events() == [
        "export.created", "export.file-added", "export.file-declared", "export.submitted",
        "export.file-opened", "export.voted", "export.file-opened", "export.voted",
        "export.approved", "export.released",
    ]  # fmt: skip


def test_no_event_means_no_write(world, monkeypatch):
    rid = world.draft()
    world.put(rid)

    def broken(*_):
        raise OSError("no log")

    monkeypatch.setattr("gdi_spe.node.airlock.requests.record", broken)
    with pytest.raises(OSError, match="no log"):
        world.submit(rid)

    assert world.status(rid) == "draft"


def test_the_end_of_a_grant_freezes_what_is_pending(world):
    from gdi_spe.node.airlock.requests import freeze

    pending, released = world.submitted(), world.released()
    with world.database.write() as session:
        assert freeze(session, "u-ada", "p1", "visa-withdrawn", world.clock()) == 2
        assert freeze(session, "u-ada", "p1", "visa-withdrawn", world.clock()) == 0

    assert world.status(pending) == "frozen"
    with pytest.raises(SpeError):
        world.desk.download(released, "t.csv", "u-ada")
    with pytest.raises(SpeError):
        world.vote(pending, world.rosa)


def test_a_frozen_request_is_judged_anew_when_the_grant_is_back(world, good):
    from gdi_spe.node.airlock.requests import freeze

    rid = world.submitted()
    world.vote(rid, world.rosa)
    with world.database.write() as session:
        freeze(session, "u-ada", "p1", "visa-withdrawn", world.clock())

    world.put(rid, data=good)
    world.submit(rid)

    assert world.desk.show_for_review(rid, world.rosa)["own_vote"] is None
    assert world.vote(rid, world.sven) == "submitted"


def test_what_cannot_be_submitted_is_told_so_before_it_is_checked(world, good, monkeypatch):
    rid = world.draft()
    world.put(rid, data=good)
    world.submit(rid)
    monkeypatch.setattr(type(world.desk), "_check", lambda *_: pytest.fail("it was checked"))

    with pytest.raises(MoveRefused):
        world.submit(rid)
