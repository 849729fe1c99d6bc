import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.audit.verify import verify
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity import people
from gdi_spe.node.identity.grants import cohort_grant, end_expired, end_grant, live_grants
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.login import LoginOutcome, login
from gdi_spe.node.identity.people import (
    LoginRefused,
    find_person,
    in_group,
    recognise,
    recognise_recorded,
    restore,
    roles_of,
    suspend,
    username_of,
)
from gdi_spe.node.settings import Settings

BROKER = "https://idp.test/oidc/"
SUB = "28f7bc3a2d32a4a7@lifescience-ri.eu"
MFA = "https://refeds.org/profile/mfa"
MEMBERS = "urn:geant:gdi.test:group:spe#gdi.test"
REVIEWERS = "urn:geant:gdi.test:group:spe:reviewers#gdi.test"
NOW = 1_800_000_000
LSAAI = Path(__file__).parents[4] / "shared" / "data" / "lsaai"


class Door:
    """A node where people log in."""

    def __init__(self, database: Database, settings: Settings, world: Any) -> None:
        self.database, self.settings, self.world = database, settings, world
        self.keys = world.keys()

    def login(self, now: datetime, *visas: str, **claims: Any) -> LoginOutcome:
        userinfo = {
            "sub": SUB,
            "acr": MFA,
            "name": "Ada Researcher",
            "eduperson_entitlement": [MEMBERS],
            "ga4gh_passport_v1": list(visas),
            **claims,
        }
        userinfo = {name: value for name, value in userinfo.items() if value is not None}
        with self.database.write() as session:
            return login(session, userinfo, BROKER, self.settings, self.keys, now)

    def granted(self, now: datetime) -> dict[str, datetime]:
        with self.database.read() as session:
            return {one.target: one.until for one in live_grants(session, me(), now)}

    def events(self) -> list[str]:
        with self.database.read() as session:
            assert verify(session, ()).holds
            return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.seq)))


def me() -> str:
    return username_of(BROKER, SUB)


@pytest.fixture
def door(database: Database, settings: Settings, world: Any) -> Door:
    return Door(database, settings, world)


def test_a_member_with_a_visa_comes_in_and_it_is_recorded(
    door: Door, world: Any, now: datetime
) -> None:
    outcome = door.login(now, world.visa())

    assert outcome.as_json() == {
        "username": me(),
        "display_name": "Ada Researcher",
        "admitted": True,
        "code": "admitted",
        "message": "",
        "roles": ["researcher"],
        "refusals": [],
    }
    assert list(door.granted(now)) == ["D1"]
    assert door.events() == ["grant.made", "login.admitted"]


@pytest.mark.parametrize(
    ("claims", "code", "says"),
    [
        ({"acr": None}, "mfa-missing", "second factor"),
        ({"acr": "https://refeds.org/profile/sfa"}, "mfa-missing", "second factor"),
        ({"acr": [MFA]}, "mfa-missing", "second factor"),
        ({"eduperson_entitlement": []}, "not-a-member", MEMBERS),
        ({"eduperson_entitlement": [REVIEWERS]}, "not-a-member", MEMBERS),
        ({"sub": None}, "subject-missing", "who you are"),
        ({"sub": ""}, "subject-missing", "who you are"),
        ({"sub": "a\nb"}, "subject-missing", "who you are"),
        ({"sub": 7}, "subject-missing", "who you are"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_recorded(
    door: Door, world: Any, now: datetime, claims: dict[str, Any], code: str, says: str
) -> None:
    outcome = door.login(now, world.visa(), **claims)

    assert (outcome.admitted, outcome.code, outcome.roles) == (False, code, ())
    assert says in outcome.message
    assert door.granted(now) == {}
    assert door.events()[-1] == "login.refused"


def test_another_provider_is_refused(
    database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    userinfo = {"sub": SUB, "acr": MFA, "eduperson_entitlement": [MEMBERS]}
    with database.write() as session:
        outcome = login(session, userinfo, BROKER[:-1], settings, world.keys(), now)

    assert (outcome.admitted, outcome.code) == (False, "issuer-untrusted")


def test_somebody_without_a_grant_is_told_whom_to_ask_and_why_visas_do_not_count(
    door: Door, world: Any, now: datetime
) -> None:
    outcome = door.login(now, world.visa(claims={"exp": NOW - 1}))

    assert (outcome.admitted, outcome.code) == (False, "no-grant")
    assert "https://dac.test/dacs/1" in outcome.message
    said = "Visa 1 of your passport does not count: it has expired; ask for a new one [expired]."
    assert said in outcome.message
    assert [refusal.code for refusal in outcome.refusals] == ["expired"]
    assert "D1" not in outcome.message


def test_a_reviewer_comes_in_without_data(door: Door, now: datetime) -> None:
    outcome = door.login(now, eduperson_entitlement=[MEMBERS, REVIEWERS])

    assert outcome.admitted
    assert outcome.roles == ("researcher", "reviewer")


def test_claims_with_hyphens_are_read_too(door: Door, world: Any, now: datetime) -> None:
    outcome = door.login(
        now,
        eduperson_entitlement=None,
        ga4gh_passport_v1=None,
        name=None,
        **{
            "eduperson-entitlement": MEMBERS,
            "ga4gh-passport-v1": [world.visa()],
            "given-name": "Ada",
            "family-name": "Lovelace",
        },
    )

    assert outcome.admitted
    assert outcome.display_name == "Ada Lovelace"


def test_a_userinfo_as_ls_aai_sends_it_is_read(door: Door, now: datetime) -> None:
    path = LSAAI / "userinfo-sample-user.yaml"
    if not path.exists():
        pytest.skip("../shared/data/lsaai is not here")
    lines = [line.partition(": ") for line in path.read_text().splitlines() if ": " in line]
    userinfo = {
        name: json.loads(value.lower() if value in ("True", "False") else value)
        for name, _, value in lines
    }

    outcome = door.login(now, eduperson_entitlement=None, ga4gh_passport_v1=None, **userinfo)

    assert outcome.display_name == "John Franklin Doe"
    assert outcome.code == "not-a-member"


def test_a_name_cannot_carry_control_characters(door: Door, world: Any, now: datetime) -> None:
    outcome = door.login(now, world.visa(), name="Ada\n\x1b[31m" + "x" * 200)

    assert outcome.display_name.isprintable()
    assert len(outcome.display_name) <= 80


# What follows from one log-in to the next.


def test_a_visa_that_is_gone_ends_its_grant(door: Door, world: Any, now: datetime) -> None:
    door.login(now, world.visa(), world.visa(value="urn:d2"))

    door.login(now + timedelta(minutes=1), world.visa(value="urn:d2"))

    assert list(door.granted(now + timedelta(minutes=2))) == ["D2"]
    assert "grant.ended" in door.events()


def test_a_newer_visa_replaces_the_older_even_if_it_is_shorter(
    door: Door, world: Any, now: datetime
) -> None:
    door.login(now, world.visa(claims={"exp": NOW + 9000}))

    door.login(now, world.visa(claims={"exp": NOW + 90}))

    assert door.granted(now)["D1"] == now + timedelta(seconds=90)
    assert door.events().count("grant.renewed") == 1


def test_the_same_visa_again_changes_nothing(door: Door, world: Any, now: datetime) -> None:
    visa = world.visa()

    door.login(now, visa)
    door.login(now, visa)

    assert door.events() == ["grant.made", "login.admitted", "login.admitted"]


def test_a_grant_is_not_live_from_the_instant_its_visa_ends(
    door: Door, world: Any, now: datetime
) -> None:
    door.login(now, world.visa(claims={"exp": NOW + 60}))

    assert door.granted(now + timedelta(seconds=59))
    assert door.granted(now + timedelta(seconds=60)) == {}


def test_a_grant_that_has_run_out_is_written_down(
    door: Door, database: Database, world: Any, now: datetime
) -> None:
    door.login(now, world.visa(claims={"exp": NOW + 60}))

    with database.write() as session:
        assert end_expired(session, now + timedelta(seconds=59)) == 0
        assert end_expired(session, now + timedelta(seconds=60)) == 1

    assert door.events()[-1] == "grant.ended"


def test_an_outage_of_the_issuer_keeps_a_grant_for_the_grace_but_makes_none(
    door: Door, world: Any, now: datetime
) -> None:
    visa = world.visa(claims={"exp": NOW + 90_000})
    door.login(now, visa)
    door.keys = FixedKeys({})

    door.login(now + timedelta(minutes=59), visa, world.visa(value="urn:d2"))
    within = door.granted(now + timedelta(minutes=59))
    door.login(now + timedelta(minutes=61), visa)
    beyond = door.granted(now + timedelta(minutes=61))

    assert list(within) == ["D1"]
    assert beyond == {}


def test_a_visa_signed_before_a_withdrawal_does_not_bring_the_grant_back(
    door: Door, database: Database, world: Any, now: datetime
) -> None:
    old = world.visa()
    door.login(now, old)
    with database.write() as session:
        assert end_grant(session, me(), "D1", "misuse", "admin", now) == 1

    refused = door.login(now + timedelta(minutes=1), old)
    newer = world.visa(claims={"iat": NOW + 70})
    admitted = door.login(now + timedelta(minutes=2), newer)

    assert not refused.admitted
    assert [refusal.code for refusal in refused.refusals] == ["withdrawn"]
    assert admitted.admitted


def test_a_suspended_person_has_nothing_whatever_their_visas_say(
    door: Door, database: Database, world: Any, now: datetime
) -> None:
    door.login(now, world.visa())
    with database.write() as session:
        suspend(session, me(), "suspicion", "admin", now)

    outcome = door.login(now, world.visa())

    assert (outcome.admitted, outcome.code) == (False, "suspended")
    assert door.granted(now) == {}
    with database.read() as session:
        assert roles_of(session, me()) == frozenset()
    with database.write() as session:
        restore(session, me(), "cleared", "admin", now)
    assert list(door.granted(now)) == ["D1"]


def test_somebody_who_left_the_group_has_nothing(door: Door, world: Any, now: datetime) -> None:
    door.login(now, world.visa())

    door.login(now, world.visa(), eduperson_entitlement=[])

    assert door.granted(now) == {}


def test_a_log_in_without_a_second_factor_does_not_touch_what_is_granted(
    door: Door, world: Any, now: datetime
) -> None:
    door.login(now, world.visa())

    door.login(now, acr=None)

    assert list(door.granted(now)) == ["D1"]


def test_nobody_knows_a_stranger(database: Database, now: datetime) -> None:
    with database.read() as session:
        assert live_grants(session, "u-0", now) == ()
        assert roles_of(session, "u-0") == frozenset()
        with pytest.raises(NotFound):
            find_person(session, "nobody")


def test_people_are_found_by_subject_too(door: Door, world: Any, now: datetime) -> None:
    door.login(now, world.visa())

    with door.database.read() as session:
        assert find_person(session, SUB).person == find_person(session, me()).person == me()


def test_of_two_people_with_one_subject_none_is_found_by_it(
    door: Door, world: Any, now: datetime
) -> None:
    door.login(now, world.visa())
    with door.database.write() as session:
        session.add(
            people.Person(
                person="u-other", issuer="https://before.test/", subject=SUB, display_name="Other",
                roles="[]", is_member=False, first_seen_at=now, last_seen_at=now,
            )
        )  # fmt: skip

    with door.database.read() as session:
        with pytest.raises(NotFound):
            find_person(session, SUB)
        assert find_person(session, me()).person == me()


# The pages' own log-in.


def test_the_pages_learn_roles_and_leave_grants_alone(
    door: Door, database: Database, settings: Settings, world: Any, now: datetime
) -> None:
    door.login(now, world.visa())
    claims = {"sub": SUB, "acr": MFA, "eduperson_entitlement": [MEMBERS, REVIEWERS]}

    with database.write() as session:
        found = recognise(session, claims, BROKER, settings, now)

    assert found.roles == ("researcher", "reviewer")
    assert list(door.granted(now)) == ["D1"]


@pytest.mark.parametrize("acr", [None, "", "pwd", MFA + "/"])
def test_the_pages_ask_for_a_second_factor_too(
    database: Database, settings: Settings, now: datetime, acr: str | None
) -> None:
    with database.write() as session, pytest.raises(LoginRefused, match="second factor"):
        recognise(session, {"sub": SUB, "acr": acr}, BROKER, settings, now)


def test_a_refusal_of_the_pages_is_recorded(
    door: Door, database: Database, settings: Settings, now: datetime
) -> None:
    with pytest.raises(LoginRefused):
        recognise_recorded(database, {"sub": SUB}, BROKER, settings, now)

    assert door.events() == ["login.refused"]


def test_a_log_in_to_the_pages_is_recorded(
    door: Door, database: Database, settings: Settings, now: datetime
) -> None:
    claims = recognise_recorded(database, {"sub": SUB, "acr": MFA}, BROKER, settings, now)

    assert claims.person == me()
    assert door.events() == ["login.recognised"]


# Groups, by the AARC grammar.


@pytest.mark.parametrize(
    "held",
    [
        MEMBERS,
        "urn:geant:gdi.test:group:spe:role=member#gdi.test",
        "URN:GEANT:gdi.test:group:spe#GDI.test",
    ],
)
def test_a_group_is_held_by_its_plain_members(held: str) -> None:
    assert in_group(MEMBERS, ["x", held])


@pytest.mark.parametrize(
    "held",
    [
        "spe",
        "urn:geant:gdi.test:group:spe",
        "urn:geant:gdi.test:group:spe#evil.test",
        "urn:geant:evil.test:group:spe#gdi.test",
        "urn:geant:gdi.test:group:spe:sub#gdi.test",
        "urn:geant:gdi.test:group:other:spe#gdi.test",
        "urn:geant:gdi.test:group:spe:role=admin#gdi.test",
        "urn:geant:gdi.test:group:spe#gdi.test#gdi.test",
        "urn:geant:gdi.test:group:SPE#gdi.test",
        MEMBERS + " ",
        MEMBERS + "\n",
    ],
)
def test_what_only_looks_like_the_group_is_not(held: str) -> None:
    assert not in_group(MEMBERS, [held])


def test_an_unset_group_is_held_by_nobody() -> None:
    assert not in_group("", ["", MEMBERS])


def test_a_role_of_a_group_can_be_asked_for() -> None:
    wanted = "urn:geant:gdi.test:group:spe:role=reviewer#gdi.test"

    assert in_group(wanted, [wanted])
    assert not in_group(wanted, [MEMBERS])


@given(st.text(), st.text(), st.text(), st.text())
def test_names_are_safe_and_belong_to_one_identity(
    issuer: str, sub: str, other_issuer: str, other_sub: str
) -> None:
    names = [
        username_of(*(text.replace("\ud800", "") for text in pair))
        for pair in ((issuer, sub), (other_issuer, other_sub))
    ]

    assert all(len(name) == 22 and name[2:].isalnum() for name in names)
    if "\n" not in issuer + sub + other_issuer + other_sub:
        assert (names[0] == names[1]) == ((issuer, sub) == (other_issuer, other_sub))


def test_the_texts_of_refusals_are_sentences() -> None:
    assert people.MFA_MISSING.endswith(".")
    assert people.SUSPENDED.endswith(".")


# Cohorts: never a part of one.


def grant(target: str, minutes: int, now: datetime) -> Any:
    from gdi_spe.node.identity.grants import LiveGrant

    return LiveGrant(target, "s", now + timedelta(minutes=minutes))


def test_a_cohort_is_granted_by_its_own_id(now: datetime) -> None:
    assert cohort_grant([grant("C", 5, now)], "C", ["D1", "D2"]) == now + timedelta(minutes=5)


def test_a_cohort_is_granted_by_all_its_datasets_until_the_first_ends(now: datetime) -> None:
    grants = [grant("D1", 9, now), grant("D1", 5, now), grant("D2", 7, now)]

    assert cohort_grant(grants, "C", ["D1", "D2"]) == now + timedelta(minutes=7)


def test_a_cohort_is_not_granted_by_a_part_of_its_datasets(now: datetime) -> None:
    assert cohort_grant([grant("D1", 9, now)], "C", ["D1", "D2"]) is None


def test_a_cohort_without_datasets_is_granted_by_nothing_but_its_id(now: datetime) -> None:
    assert cohort_grant([grant("D1", 9, now)], "C", []) is None


def test_the_longer_of_both_ways_counts(now: datetime) -> None:
    grants = [grant("C", 5, now), grant("D1", 9, now)]

    assert cohort_grant(grants, "C", ["D1"]) == now + timedelta(minutes=9)


def test_a_log_in_to_the_hub_makes_nobody_a_reviewer_and_one_to_the_pages_does(
    door: Door, database: Database, settings: Settings, now: datetime
) -> None:
    both = [MEMBERS, REVIEWERS]

    door.login(now, eduperson_entitlement=both)
    with database.read() as session:
        assert roles_of(session, me()) == {"researcher"}

    claims = {"sub": SUB, "acr": MFA, "eduperson_entitlement": both}
    with database.write() as session:
        recognise(session, claims, BROKER, settings, now)
    door.login(now, eduperson_entitlement=both)
    with database.read() as session:
        assert roles_of(session, me()) == {"researcher", "reviewer"}

    door.login(now, eduperson_entitlement=[MEMBERS])
    with database.read() as session:
        assert roles_of(session, me()) == {"researcher"}


TERMS = "https://gdi.test/terms"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("without a second factor", "mfa-missing"),
        ("terms that lapsed", "no-grant"),
        ("terms never accepted", "no-grant"),
        ("an expired visa", "no-grant"),
        ("another's visa", "no-grant"),
        ("nobody of the group", "not-a-member"),
    ],
)
def test_who_is_refused_at_the_log_in_is_recorded_with_the_reason(
    door: Door, world: Any, now: datetime, name: str, code: str
) -> None:
    terms = {"type": "AcceptedTermsAndPolicies", "value": f"const:{TERMS}"}
    bound = world.visa(conditions=[[terms]])
    lapsed = world.affiliation(
        type="AcceptedTermsAndPolicies", value=TERMS, by="self", claims={"exp": NOW - 1}
    )
    visas, claims = {
        "without a second factor": ([world.visa()], {"acr": "https://refeds.org/profile/sfa"}),
        "terms that lapsed": ([bound, lapsed], {}),
        "terms never accepted": ([bound], {}),
        "an expired visa": ([world.visa(claims={"exp": NOW - 1})], {}),
        "another's visa": ([world.visa(claims={"sub": "mallory"})], {}),
        "nobody of the group": ([world.visa()], {"eduperson_entitlement": []}),
    }[name]

    outcome = door.login(now, *visas, **claims)

    assert (outcome.admitted, outcome.code) == (False, code)
    with door.database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "login.refused")).one()
        assert (event.actor, json.loads(event.facts)["code"]) == (me(), code)


def test_terms_that_stand_let_their_grant_stand(door: Door, world: Any, now: datetime) -> None:
    terms = {"type": "AcceptedTermsAndPolicies", "value": f"const:{TERMS}"}
    kept = world.affiliation(
        type="AcceptedTermsAndPolicies", value=TERMS, by="self", claims={"exp": NOW + 60}
    )

    outcome = door.login(now, world.visa(conditions=[[terms]]), kept)

    assert [grant.until - now for grant in outcome.grants] == [timedelta(seconds=60)]
