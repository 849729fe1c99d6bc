"""A reviewer sets a block aside on a page, where the policy lets them, and nobody else does."""

from __future__ import annotations

from sqlalchemy import select

from gdi_spe.node.airlock.requests import get
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.identity.people import username_of
from tests.node.web.conftest import ISSUER

SMALL = ("cells.csv", b"population,n_individuals\nFIN,400\nEST,3\n", "counts")


def status(site, rid: str) -> str:
    with site.database.read() as session:
        return get(session, rid).status


def test_a_reviewer_reads_what_blocks_and_sends_it_to_the_reviewers(lenient):
    rid = lenient.submitted(SMALL)
    rosa = lenient.browser().log_in("rosa", "reviewers")

    page = rosa.get(f"/requests/{rid}/overrule").text
    answer = rosa.post(f"/requests/{rid}/overrule", reason="Published by the registry already.")

    assert "TAB101" in page
    assert (answer.status_code, answer.headers["location"]) == (303, f"/requests/{rid}/review")
    assert status(lenient, rid) == "submitted"
    with lenient.database.read() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.kind == "export.overruled")
        ).one()
    assert event.actor == username_of(ISSUER, "rosa")
    assert "Published by the registry already." in event.facts


def test_a_block_is_not_set_aside_without_a_reason_or_a_forms_token(lenient):
    rid = lenient.submitted(SMALL)
    rosa = lenient.browser().log_in("rosa", "reviewers")

    assert rosa.post(f"/requests/{rid}/overrule", reason=" ").status_code == 400
    forged = rosa.post(f"/requests/{rid}/overrule", reason="Fine.", csrf="0" * 64)

    assert forged.status_code == 403
    assert status(lenient, rid) == "blocked"


def test_the_author_members_and_people_without_the_role_cannot(lenient):
    rid = lenient.submitted(SMALL)

    for sub, groups in (("ada", "reviewers"), ("bob", "reviewers"), ("eve", "members")):
        browser = lenient.browser().log_in(sub, groups)
        assert browser.get(f"/requests/{rid}/overrule").status_code in (403, 404)
        answer = browser.post(f"/requests/{rid}/overrule", reason="Fine.")
        assert answer.status_code in (403, 404)
    assert status(lenient, rid) == "blocked"


def test_where_the_policy_lets_nobody_the_page_says_so(site, rosa):
    rid = site.submitted(SMALL)

    answer = rosa.get(f"/requests/{rid}/overrule")

    assert answer.status_code == 403
    assert "lets nobody overrule" in answer.text
    assert rosa.post(f"/requests/{rid}/overrule", reason="Fine.").status_code == 403
    assert status(site, rid) == "blocked"


def test_reviewers_find_blocked_requests_on_their_first_page_where_the_policy_lets_them(lenient):
    rid = lenient.submitted(SMALL)

    stranger = lenient.browser().log_in("rosa", "reviewers").get("/").text
    members = [
        lenient.browser().log_in(sub, groups).get("/").text
        for sub, groups in (("ada", "reviewers"), ("bob", "reviewers"), ("eve", "members"))
    ]

    assert f'href="/requests/{rid}/overrule"' in stranger
    assert not [page for page in members if f"/requests/{rid}/overrule" in page]


def test_where_the_policy_lets_nobody_nothing_is_listed(site, rosa):
    site.submitted(SMALL)

    assert "/overrule" not in rosa.get("/").text
