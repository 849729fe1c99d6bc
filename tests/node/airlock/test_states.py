from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.airlock.states import (
    TRANSITIONS,
    MoveRefused,
    Role,
    Status,
    diagram,
    refusal_of_move,
)


@pytest.mark.parametrize(("start", "end", "role"), list(product(Status, Status, Role)))
def test_every_move_not_in_the_table_is_refused(start, end, role):
    move = TRANSITIONS.get((start, end))

    allowed = move is not None and move.role is role

    assert (refusal_of_move(start, end, role) is None) == allowed


def test_each_move_writes_an_event_of_its_own_kind():
    by_event: dict[str, set[Status]] = {}
    for (_, end), move in TRANSITIONS.items():
        by_event.setdefault(move.event, set()).add(end)

    assert all(len(ends) == 1 for ends in by_event.values())


def test_only_reviewers_lead_to_an_approval_and_only_an_approval_to_a_release():
    assert {a for a, b in TRANSITIONS if b is Status.RELEASED} == {Status.APPROVED}
    assert {a for a, b in TRANSITIONS if b is Status.APPROVED} == {Status.SUBMITTED}
    assert TRANSITIONS[Status.SUBMITTED, Status.APPROVED].role is Role.REVIEWERS


def test_the_diagram_has_every_move():
    text = diagram()

    assert text.startswith("stateDiagram-v2\n")
    assert all(f"{a} --> {b}: {move.role}" in text for (a, b), move in TRANSITIONS.items())


def test_a_refusal_says_where_the_request_stands():
    refusal = refusal_of_move(Status.RELEASED, Status.WITHDRAWN, Role.RESEARCHER)

    assert isinstance(refusal, MoveRefused)
    assert "released" in refusal.public_message


@pytest.fixture
def machine(world):
    """A machine that does anything at any time, as anybody."""

    class Airlock(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.rid = world.draft()
            self.approved_by: set[str] = set()
            self.spoilt = False
            self.seen: dict[str, str] = {}

        def attempt(self, act) -> object:
            try:
                return act()
            except SpeError:
                return None

        def changed(self) -> None:
            self.approved_by, self.spoilt = set(), False

        @rule(n=st.integers(1, 3))
        def put(self, n):
            data = f"population,n_individuals\nFIN,{n * 100}\n".encode()
            if self.attempt(lambda: world.put(self.rid, data=data, kind="")) is not None:
                self.changed()

        @rule()
        def submit(self):
            self.attempt(lambda: world.submit(self.rid))

        @rule(who=st.sampled_from(["rosa", "sven", "tove", "bob", "ada"]))
        def look(self, who):
            actor = getattr(world, who)
            seen = self.attempt(lambda: world.look(self.rid, actor))
            if seen:
                self.seen[who] = seen

        @rule(
            who=st.sampled_from(["rosa", "sven", "tove", "bob", "ada"]),
            decision=st.sampled_from(["approve", "approve", "approve", "changes", "reject"]),
        )
        def vote(self, who, decision):
            from gdi_spe.node.airlock.reviews import Ballot, Decision

            ballot = Ballot(Decision(decision), "because", self.seen.get(who, ""))
            done = self.attempt(lambda: world.desk.vote(self.rid, getattr(world, who), ballot))
            if done is not None:
                self.approved_by |= {who} if decision == "approve" else set()
                self.spoilt |= decision != "approve"

        @rule(who=st.sampled_from(["u-ada", "u-rosa"]))
        def withdraw(self, who):
            self.attempt(lambda: world.desk.withdraw(self.rid, who))

        @rule()
        def release(self):
            self.attempt(lambda: world.desk.release(self.rid))

        @precondition(lambda self: world.status(self.rid) != "released")
        @rule(person=st.sampled_from(["u-ada", "u-rosa", "u-mallory"]))
        def nothing_can_be_downloaded_before_a_release(self, person):
            with pytest.raises(SpeError):
                world.desk.download(self.rid, "t.csv", person)

        @invariant()
        def released_only_after_two_approvals_of_strangers(self):
            if world.status(self.rid) in ("approved", "released"):
                assert len(self.approved_by) >= 2
                assert not self.approved_by & {"ada", "bob"}
                assert not self.spoilt

    return Airlock


def test_nothing_leaves_whatever_is_tried_without_two_blind_approvals(machine, monkeypatch, world):
    from hypothesis.stateful import run_state_machine_as_test

    # The check is tested elsewhere; here each file has the form that it came in.
    from gdi_spe.boundary.findings import FileReport, RequestReport, Verdict
    from gdi_spe.node.airlock.desk import Desk
    from gdi_spe.node.airlock.requests import Prepared

    def prepared(self, name, sha256, n):
        return Prepared(sha256, n, sha256, n, True, name, "text/csv")

    def checked(self, files, context):
        report = FileReport(file="t.csv", verdict=Verdict.PASS)
        return RequestReport(verdict=Verdict.PASS, files=(report,)), {}

    monkeypatch.setattr(Desk, "_prepare", prepared)
    monkeypatch.setattr(Desk, "_check", checked)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
