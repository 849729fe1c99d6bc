from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.airlock.people import Actor, OwnProject
from gdi_spe.node.airlock.requests import ChangedMeanwhile
from gdi_spe.node.airlock.reviews import AlreadyVoted, Ballot, Blocked, Decision, NotOpened
from gdi_spe.node.identity.tables import Person
from gdi_spe.node.projects.tables import Project, ProjectMember

APPROVE, REJECT, CHANGES = Decision.APPROVE, Decision.REJECT, Decision.CHANGES


def test_two_approvals_release(world):
    rid = world.submitted()

    assert world.vote(rid, world.rosa) == "submitted"
    assert world.vote(rid, world.sven) == "released"


@pytest.mark.parametrize(
    ("first", "second", "end"),
    [(APPROVE, REJECT, "rejected"), (REJECT, APPROVE, "rejected"), (APPROVE, CHANGES, "returned"),
     (CHANGES, REJECT, "rejected"), (CHANGES, CHANGES, "returned")],
)  # fmt: skip
def test_one_who_does_not_approve_is_enough_once_both_have_voted(first, second, end, world):
    rid = world.submitted()

    assert world.vote(rid, world.rosa, first) == "submitted"
    assert world.vote(rid, world.sven, second) == end


@pytest.mark.parametrize(
    "change",
    [{"suspended_at": datetime(2026, 11, 22, tzinfo=UTC)}, {"roles": "[]"}, {"roles": '["admin"]'}],
)
def test_an_approval_of_who_is_no_reviewer_any_more_does_not_count(change, world):
    rid = world.submitted()
    world.vote(rid, world.rosa)
    with world.database.write() as session:
        session.execute(update(Person).where(Person.person == "u-rosa").values(change))

    assert world.vote(rid, world.sven) == "submitted"
    assert world.vote(rid, world.tove) == "released"


def test_an_approval_of_who_has_joined_the_project_since_does_not_count(world):
    rid = world.submitted()
    world.vote(rid, world.rosa)
    with world.database.write() as session:
        when = {"added_at": world.clock(), "added_by": "admin"}
        session.add(
            Project(slug="p1", title="P", purposes="", status="active", created_at=world.clock())
        )
        session.flush()
        session.add(ProjectMember(project="p1", person="u-rosa", **when))

    assert world.vote(rid, world.sven) == "submitted"


@pytest.mark.parametrize(("decision", "end"), [(REJECT, "rejected"), (CHANGES, "returned")])
def test_what_was_held_against_a_request_stands_when_its_reviewer_is_gone(decision, end, world):
    rid = world.submitted()
    world.vote(rid, world.rosa, decision)
    with world.database.write() as session:
        session.execute(update(Person).where(Person.person == "u-rosa").values(roles="[]"))

    assert world.vote(rid, world.sven) == end


def test_nobody_approves_twice(world):
    rid = world.submitted()
    world.vote(rid, world.rosa)

    with pytest.raises(AlreadyVoted):
        world.vote(rid, world.rosa)
    assert world.status(rid) == "submitted"


def test_the_author_cannot_review_even_as_a_reviewer(world):
    rid = world.submitted()
    author = Actor("u-ada", frozenset({"reviewer"}))

    with pytest.raises(OwnProject):
        world.desk.show_for_review(rid, author)
    with pytest.raises(OwnProject):
        world.desk.vote(rid, author, Ballot(APPROVE, "mine", ""))


def test_a_member_of_the_project_cannot_review(world):
    rid = world.submitted()

    with pytest.raises(OwnProject):
        world.desk.show_for_review(rid, world.bob)
    with pytest.raises(OwnProject):
        world.desk.open_file(rid, "t.csv", world.bob)
    with pytest.raises(OwnProject):
        world.desk.vote(rid, world.bob, Ballot(APPROVE, "ours", ""))
    assert world.desk.home(world.bob)["queue"] == []


def test_who_is_no_reviewer_learns_nothing(world):
    rid = world.submitted()
    stranger = Actor("u-mallory", frozenset({"researcher"}))

    for act in (
        lambda: world.desk.show(rid, stranger),
        lambda: world.desk.show_for_review(rid, stranger),
        lambda: world.desk.open_file(rid, "t.csv", stranger),
        lambda: world.desk.vote(rid, stranger, Ballot(APPROVE, "x", "")),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_colleague_in_the_project_learns_nothing(world):
    rid = world.submitted()
    colleague = Actor("u-carl", frozenset({"researcher"}), frozenset({"p1"}))

    with pytest.raises(NotFound):
        world.desk.show(rid, colleague)
    with pytest.raises(NotFound):
        world.desk.show_for_review(rid, colleague)


def test_a_reviewer_sees_no_trace_of_anothers_vote(world):
    rid = world.submitted()
    before = world.desk.show_for_review(rid, world.sven), world.desk.home(world.sven)

    world.vote(rid, world.rosa, REJECT)

    after = world.desk.show_for_review(rid, world.sven), world.desk.home(world.sven)
    assert json.dumps(after) == json.dumps(before)


def test_the_author_sees_no_vote_before_the_decision_and_no_names_after(world):
    rid = world.submitted()
    world.vote(rid, world.rosa)
    assert world.desk.show(rid, world.ada)["reviews"] == []

    world.vote(rid, world.sven, CHANGES)

    told = world.desk.show(rid, world.ada)
    assert len(told["reviews"]) == 2
    assert "rosa" not in json.dumps(told)


def test_a_decision_needs_every_file_opened(world):
    rid = world.draft()
    world.put(rid, "a.csv")
    world.put(rid, "b.csv", b"population,n_individuals\nFIN,300\nEST,26\n")
    world.submit(rid)
    world.desk.open_file(rid, "a.csv", world.rosa)
    seen = world.desk.show_for_review(rid, world.rosa)["content_sha256"]

    with pytest.raises(NotOpened, match=r"b\.csv"):
        world.desk.vote(rid, world.rosa, Ballot(APPROVE, "fine", seen))


def test_a_vote_on_other_bytes_than_were_seen_does_not_count(world):
    rid = world.submitted()
    world.look(rid, world.rosa)

    with pytest.raises(ChangedMeanwhile):
        world.desk.vote(rid, world.rosa, Ballot(APPROVE, "fine", "0" * 64))


def test_a_vote_has_a_reason(world):
    rid = world.submitted()
    seen = world.look(rid, world.rosa)

    with pytest.raises(BadInput):
        world.desk.vote(rid, world.rosa, Ballot(APPROVE, "  ", seen))


def test_a_change_makes_earlier_votes_and_openings_void(world):
    rid = world.submitted()
    world.vote(rid, world.rosa)
    world.vote(rid, world.sven, CHANGES)
    world.put(rid, data=b"population,n_individuals\nFIN,401\nEST,25\n")
    world.submit(rid)

    shown = world.desk.show_for_review(rid, world.rosa)

    assert shown["own_vote"] is None
    assert shown["not_opened"] == ["t.csv"]
    assert world.vote(rid, world.tove) == "submitted"


def test_a_blocked_verdict_cannot_be_approved_even_in_the_queue(world):
    """A block is refused where votes are counted, too, not only where requests are queued."""
    from gdi_spe.node.airlock.requests import get

    rid = world.submitted()
    seen = world.look(rid, world.rosa)
    with world.database.write() as session:
        get(session, rid).verdict = "block"

    with pytest.raises(Blocked):
        world.desk.vote(rid, world.rosa, Ballot(APPROVE, "fine", seen))


def test_the_policy_sets_how_many_must_approve(world):
    object.__setattr__(world.policy.review, "approvals", 3)
    rid = world.submitted()

    world.vote(rid, world.rosa)
    assert world.vote(rid, world.sven) == "submitted"
    assert world.vote(rid, world.tove) == "released"
