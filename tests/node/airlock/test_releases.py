from __future__ import annotations

import hashlib
import json
import os
import zipfile

import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.airlock.content import ContentChanged
from gdi_spe.node.airlock.releases import DownloadsUsed, NotReleased
from gdi_spe.node.cli.context import Cli
from gdi_spe.node.cli.exports import export


def spoil(world, rid) -> None:
    path = world.store.path(world.sha256(rid))
    os.chmod(path, 0o600)
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(bytes(data))


def test_the_researcher_gets_the_very_bytes_that_were_reviewed(world):
    rid = world.released()
    reviewed = world.desk.show_for_review(rid, world.rosa)["files"][0]["sha256"]

    handed = world.desk.download(rid, "t.csv", "u-ada")

    assert hashlib.sha256(handed.data).hexdigest() == handed.sha256 == reviewed


@pytest.mark.parametrize("person", ["u-rosa", "u-bob", "u-mallory", ""])
def test_nobody_else_gets_them(person, world):
    rid = world.released()

    with pytest.raises(NotFound):
        world.desk.download(rid, "t.csv", person)


def test_a_file_is_handed_out_once(world):
    rid = world.released()
    world.desk.download(rid, "t.csv", "u-ada")

    with pytest.raises(DownloadsUsed):
        world.desk.download(rid, "t.csv", "u-ada")


def test_not_after_the_time_for_downloads(world):
    rid = world.released()
    world.clock.passes(hours=24)

    with pytest.raises(NotReleased):
        world.desk.download(rid, "t.csv", "u-ada")


def test_not_before_the_release(world):
    rid = world.submitted()
    world.vote(rid, world.rosa)

    with pytest.raises(NotReleased):
        world.desk.download(rid, "t.csv", "u-ada")


def test_bytes_changed_on_disk_are_not_released(world):
    rid = world.submitted()
    world.vote(rid, world.rosa)
    world.look(rid, world.sven)
    shown = world.desk.show_for_review(rid, world.sven)
    spoil(world, rid)

    from gdi_spe.node.airlock.reviews import Ballot, Decision

    with pytest.raises(ContentChanged):
        world.desk.vote(rid, world.sven, Ballot(Decision.APPROVE, "ok", shown["content_sha256"]))

    assert world.status(rid) == "approved"
    assert world.events()[-1] == "export.content-changed"


def test_bytes_changed_on_disk_are_not_handed_out(world):
    rid = world.released()
    spoil(world, rid)

    with pytest.raises(ContentChanged):
        world.desk.download(rid, "t.csv", "u-ada")

    assert world.events()[-1] == "export.content-changed"
    assert "export.downloaded" not in world.events()


def test_a_link_in_the_place_of_content_is_not_followed(world, tmp_path):
    rid = world.released()
    path = world.store.path(world.sha256(rid))
    moved = tmp_path / "elsewhere"
    path.rename(moved)
    path.symlink_to(moved)

    with pytest.raises(ContentChanged):
        world.desk.download(rid, "t.csv", "u-ada")


def test_content_is_written_once_and_read_only(world, good):
    rid = world.submitted()
    path = world.store.path(world.sha256(rid))
    before = path.stat()

    world.store.put(good)

    assert path.stat().st_ino == before.st_ino
    assert before.st_mode & 0o777 == 0o400
    assert world.store.folder.stat().st_mode & 0o777 == 0o700


def test_an_approval_left_over_by_a_crash_is_released_once(world, monkeypatch):
    rid = world.submitted()
    world.vote(rid, world.rosa)
    monkeypatch.setattr(type(world.desk), "release", lambda self, rid: "crashed")
    world.vote(rid, world.sven)
    monkeypatch.undo()
    assert world.status(rid) == "approved"

    assert world.desk.release_approved() == 1
    assert world.desk.release_approved() == 0
    assert world.status(rid) == "released"


def test_a_status_alone_releases_nothing(world):
    from gdi_spe.node.airlock.requests import get

    rid = world.submitted()
    with world.database.write() as session:
        get(session, rid).status = "approved"

    with pytest.raises(NotReleased):
        world.desk.release(rid)


def test_votes_of_another_content_release_nothing(world):
    from gdi_spe.node.airlock.requests import file_of, get

    rid = world.submitted()
    world.vote(rid, world.rosa)
    other = world.store.put(b"population,n_individuals\nFIN,1\n")
    with world.database.write() as session:
        file_of(session, rid, "t.csv").sha256 = other
        get(session, rid).status = "approved"

    with pytest.raises(NotReleased):
        world.desk.release(rid)


def run(world, tmp_path, *arguments: str):
    return CliRunner().invoke(export, arguments, obj=Cli(tmp_path, True), catch_exceptions=False)


def test_the_command_lists_and_shows_requests(world, tmp_path, monkeypatch):
    rid = world.released()
    monkeypatch.setattr(Cli, "database", lambda self: world.database)

    listed = json.loads(run(world, tmp_path, "list").output)["exports"]
    shown = json.loads(run(world, tmp_path, "show", rid).output)

    assert [one["id"] for one in listed] == [rid]
    assert shown["files"][0]["name"] == "t.csv"
    assert {review["reviewer"] for review in shown["reviews"]} == {"u-rosa", "u-sven"}


def test_the_bundle_holds_manifest_and_verified_bytes(world, tmp_path, monkeypatch, good):
    rid = world.released()
    monkeypatch.setattr(Cli, "database", lambda self: world.database)

    run(world, tmp_path, "bundle", rid, "--out", str(tmp_path / "a.zip"))
    run(world, tmp_path, "bundle", rid, "--out", str(tmp_path / "b.zip"))

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read("files/t.csv") == good
    assert manifest["files"][0]["sha256"] == hashlib.sha256(good).hexdigest()
    assert manifest["n_approvals"] == 2
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_bundle_of_changed_bytes_is_not_written(world, tmp_path, monkeypatch):
    rid = world.released()
    spoil(world, rid)
    monkeypatch.setattr(Cli, "database", lambda self: world.database)

    with pytest.raises(ContentChanged):
        run(world, tmp_path, "bundle", rid, "--out", str(tmp_path / "a.zip"))

    assert not list(tmp_path.glob("*.zip*"))


def test_a_table_that_differs_by_a_person_from_a_released_one_is_blocked(world, good):
    world.released(good)
    second = world.draft()
    world.put(second, data=good.replace(b"400", b"399"))

    answer = world.submit(second)

    assert answer["status"] == "blocked"
    assert "TAB201" in {f["rule"] for f in answer["files"][0]["findings"]}
