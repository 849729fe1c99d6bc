"""Another policy takes two people on a production node, and is recorded on every one."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.node.identity.proposals import FourEyesMissing, approve, propose
from gdi_spe.node.identity.roles import Role, Verb
from gdi_spe.node.identity.tables import Person
from gdi_spe.node.service.policy_in_force import adopt
from tests.node.service.nodes import ADA, BOB, Office

WHY = "the board decided so on Monday"


@pytest.fixture
def policies(office: Office) -> tuple[DisclosurePolicy, DisclosurePolicy]:
    first = office.node.policy
    review = first.review.model_copy(update={"approvals": first.review.approvals + 1})
    return first, first.model_copy(update={"review": review})


def take(office: Office, policy: DisclosurePolicy, needs_four_eyes: bool = True) -> None:
    with office.database.write() as session:
        adopt(session, policy, office.at, needs_four_eyes=needs_four_eyes)


def wanted(office: Office, policy: DisclosurePolicy) -> None:
    with office.database.write() as session:
        _make_admins(session)
        made = propose(session, ADA, Verb.CHANGE_POLICY, policy.sha256, WHY, office.at)
        approve(session, made.id, BOB, office.at)


def _make_admins(session: Session) -> None:
    for person in (ADA, BOB):
        session.get_one(Person, person).roles = json.dumps([Role.ADMIN])
    session.flush()


def test_the_first_policy_comes_with_the_node(
    office: Office, policies: tuple[DisclosurePolicy, DisclosurePolicy]
) -> None:
    take(office, policies[0])
    take(office, policies[0])

    assert [event[2] for event in office.events("policy.adopted")] == [policies[0].sha256]


def test_another_policy_is_refused_until_two_people_want_that_very_one(
    office: Office, policies: tuple[DisclosurePolicy, DisclosurePolicy]
) -> None:
    take(office, policies[0])
    with pytest.raises(FourEyesMissing):
        take(office, policies[1])

    wanted(office, policies[1])
    take(office, policies[1])

    assert len(office.events("policy.adopted")) == 2
    assert len(office.events("proposal.used")) == 1
    with pytest.raises(FourEyesMissing):  # the way back is another change
        take(office, policies[0])


def test_a_development_node_takes_it_and_says_so(
    office: Office, policies: tuple[DisclosurePolicy, DisclosurePolicy]
) -> None:
    take(office, policies[0])
    take(office, policies[1], needs_four_eyes=False)

    assert office.events("policy.adopted")[-1][3] == {"before": policies[0].sha256}
