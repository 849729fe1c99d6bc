"""A block can be set aside only where the policy says so, by a stranger to the project."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.airlock.people import OwnProject
from gdi_spe.node.airlock.reviews import OverruleForbidden

SMALL = b"sex,n_individuals\nfemale,500\nmale,3\n"


@pytest.fixture
def lenient(world):
    review = world.policy.review.model_copy(update={"overrule": "reviewers"})
    policy = world.policy.model_copy(update={"review": review})
    object.__setattr__(world.desk, "policy", policy)
    return world


def blocked(world) -> str:
    rid = world.submitted(SMALL)
    assert world.status(rid) == "blocked"
    return rid


def test_the_shipped_policy_lets_nobody_overrule(world):
    with pytest.raises(OverruleForbidden):
        world.desk.overrule(blocked(world), world.rosa, "It is public already.")


def test_an_overruled_block_still_needs_every_vote_and_is_recorded(lenient):
    rid = blocked(lenient)

    assert lenient.desk.overrule(rid, lenient.rosa, "It is public already.") == "submitted"
    assert "export.overruled" in lenient.events()
    assert lenient.vote(rid, lenient.sven) == "submitted"
    assert lenient.vote(rid, lenient.tove) == "released"


def test_nobody_overrules_for_their_own_project_or_without_the_role_or_a_reason(lenient):
    rid = blocked(lenient)

    with pytest.raises(OwnProject):
        lenient.desk.overrule(rid, lenient.bob, "Mine.")
    with pytest.raises(OwnProject):
        lenient.desk.overrule(rid, lenient.ada, "Mine.")
    with pytest.raises(BadInput):
        lenient.desk.overrule(rid, lenient.rosa, " ")
    assert lenient.status(rid) == "blocked"


def test_what_is_not_blocked_cannot_be_overruled(lenient):
    with pytest.raises(NotFound):
        lenient.desk.overrule(lenient.submitted(), lenient.rosa, "Why not.")
