"""The page of duties: terms, what takes two people, and how the node stands."""

from __future__ import annotations

import re

import pytest

from gdi_spe.node.identity.obligations import keep_obligations
from gdi_spe.node.identity.outages import provider_answered, provider_silent
from gdi_spe.node.identity.people import username_of
from gdi_spe.node.identity.roles import PERMISSIONS, Verb
from gdi_spe.node.identity.tables import GrantSource
from gdi_spe.node.projects.closures import close
from gdi_spe.node.settings import ObligationSettings
from tests.node.web.conftest import ISSUER

TERMS = ObligationSettings(id="terms-1", kind="terms", title="Terms <of> use", url="https://x.test")
COURSE = ObligationSettings(id="course-1", kind="training", title="Course")
PROPOSAL = {"verb": "import-dataset", "target": "GDI-XX-1", "why": "a new release of the data"}


@pytest.fixture
def admin(site):
    return site.browser().log_in("ann", "admins")


@pytest.fixture
def other(site):
    return site.browser().log_in("bea", "admins")


def oblige(site, *wanted):
    with site.database.write() as session:
        keep_obligations(session, wanted, site.at)


def test_terms_are_accepted_on_the_page_and_count_from_then(site, ada):
    oblige(site, TERMS)
    assert "due now" in ada.get("/duties").text

    answer = ada.post("/duties/terms/terms-1")

    page = ada.get("/duties").text
    assert answer.status_code == 303
    assert "due now" not in page
    assert "2027-11-22 10:00" in page
    assert "Terms &lt;of&gt; use" in page


def test_a_training_cannot_be_accepted(site, ada):
    oblige(site, COURSE)

    answer = ada.post("/duties/terms/course-1")

    assert answer.status_code == 403
    assert "due now" in ada.get("/duties").text


@pytest.mark.parametrize("name", ["nothing", "..", "a%2Fb", "terms-1%0a"])
def test_terms_that_are_none_are_not_found(site, ada, name):
    assert ada.post(f"/duties/terms/{name}").status_code in (404, 405)


def test_a_proposal_is_approved_by_somebody_else(site, admin, other):
    assert admin.post("/duties/proposals", **PROPOSAL).status_code == 303

    own, theirs = admin.get("/duties").text, other.get("/duties").text
    number = re.search(r'data-proposal="(\d+)"', theirs)[1]
    refused = admin.post(f"/duties/proposals/{number}")
    approved = other.post(f"/duties/proposals/{number}")

    assert "somebody else has to approve it" in own
    assert refused.status_code == 403
    assert approved.status_code == 303
    assert "approved; it can be done" in admin.get("/duties").text


@pytest.mark.parametrize(
    "change", [{"why": "short"}, {"target": ""}, {"verb": "open-workspace"}, {"verb": "x"},
               {"verb": "break-glass", "target": "read-cohort", "hours": "1"},
               {"verb": "break-glass", "target": "read-audit", "hours": "13"},
               {"verb": "break-glass", "target": "read-audit", "hours": "nan"}],
)  # fmt: skip
def test_a_proposal_that_is_none_is_refused(site, admin, change):
    assert admin.post("/duties/proposals", **{**PROPOSAL, **change}).status_code == 400
    assert "Nothing is proposed" in admin.get("/duties").text


def test_who_may_not_approve_learns_of_no_proposal(site, ada, rosa, admin):
    admin.post("/duties/proposals", **PROPOSAL)

    for browser in (ada, rosa):
        page = browser.get("/duties").text
        assert "GDI-XX-1" not in page
        assert "How the node stands" not in page
        assert browser.post("/duties/proposals", **PROPOSAL).status_code == 403
        assert browser.post("/duties/proposals/1").status_code == 403


def test_an_outage_and_its_grace_are_shown_to_the_admin(site, admin):
    page = admin.get("/duties").text
    assert f'data-asked="{ISSUER}"' in page
    assert "silent" not in page

    with site.database.write() as session:
        provider_answered(session, ISSUER, site.at)
        session.add(GrantSource(source="https://rems.test/", first_asked_at=site.at))
        provider_silent(session, ISSUER, site.at)
    shown = admin.get("/duties").text
    site.passes(minutes=29)
    admin.get("/duties")
    site.passes(minutes=29)
    admin.get("/duties")
    site.passes(minutes=29)
    later = admin.get("/duties").text

    assert "since 2026-11-22 10:00; forgiven until 2026-11-22 11:00" in shown
    assert later.count("the grace ended at 2026-11-22 11:00") == 1
    assert later.count("<strong>silent</strong>") == 1  # REMS, whose closing is its reader's to say


def test_an_answer_ends_the_silence(site, admin):
    with site.database.write() as session:
        provider_silent(session, ISSUER, site.at)
        provider_answered(session, ISSUER, site.at)

    assert "silent" not in admin.get("/duties").text


def test_a_closed_node_says_so_to_its_admin(site, admin):
    with site.database.write() as session:
        close(session, "test-node", "incident", "admin", site.at)

    assert "Closed since 2026-11-22 10:00" in admin.get("/duties").text


@pytest.mark.parametrize("groups", ["members", "reviewers", "admins", "auditors", "stewards", "x"])
def test_every_role_sees_and_does_what_the_table_says(site, groups):
    identity = site.settings.identity.model_copy(
        update={"auditor_group": "urn:geant:example.org:group:auditors#example.org",
                "steward_group": "urn:geant:example.org:group:stewards#example.org"}
    )  # fmt: skip
    object.__setattr__(site.settings, "identity", identity)
    browser = site.browser().log_in("kim", groups)
    role = {"members": "researcher", "reviewers": "reviewer", "admins": "admin",
            "auditors": "auditor", "stewards": "data-steward"}.get(groups)  # fmt: skip
    allowed = next((v for r, v in PERMISSIONS.items() if r == role), frozenset())

    page = browser.get("/duties").text
    proposed = browser.post("/duties/proposals", **PROPOSAL)

    assert ("How the node stands" in page) == (Verb.WATCH_NODE in allowed)
    assert (proposed.status_code == 303) == (Verb.IMPORT_DATASET in allowed)
    assert username_of(ISSUER, "kim") not in page


def test_the_kill_switch_is_on_the_admins_page_and_closes_what_is_named(site, ada, admin):
    refused = ada.post("/duties/kill-switch", what="node", name="", why="for fun")
    closed = admin.post("/duties/kill-switch", what="node", name="", why="incident 7")

    assert refused.status_code == 403
    assert "kill-switch" not in ada.get("/duties").text
    assert closed.status_code == 200
    assert "Closed since 2026-11-22 10:00" in admin.get("/duties").text


@pytest.mark.parametrize(
    ("what", "name"), [("", ""), ("node", "ada"), ("person", ""), ("project", " "), ("x", "ada")]
)
def test_a_field_that_was_left_empty_closes_nothing(site, admin, what, name):
    answer = admin.post("/duties/kill-switch", what=what, name=name, why="incident 7")

    assert answer.status_code == 400
    assert "Closed since" not in admin.get("/duties").text


def test_an_admin_reads_no_audit_unless_two_people_broke_the_glass(site, admin, other):
    assert admin.get("/duties/audit").status_code == 403
    glass = {"verb": "break-glass", "target": "read-audit", "hours": "1", "why": "incident 7 again"}
    admin.post("/duties/proposals", **glass)
    number = re.search(r'data-proposal="(\d+)"', other.get("/duties").text)[1]
    other.post(f"/duties/proposals/{number}")

    lent = admin.get("/duties/audit")
    not_lent = other.get("/duties/audit")
    site.passes(minutes=20)
    admin.get("/duties")
    site.passes(minutes=20)
    admin.get("/duties")
    site.passes(minutes=20)

    assert "proposal.approved" in lent.text
    assert not_lent.status_code == 403
    assert admin.get("/duties/audit").status_code == 403
