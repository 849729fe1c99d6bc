from __future__ import annotations

import hashlib
import io
import re

import numpy as np
from PIL import Image

from gdi_spe.node.airlock.requests import freeze
from gdi_spe.node.identity.people import username_of

SMALL = ("cells.csv", b"population,n_individuals\nFIN,400\nEST,3\n", "counts")


def approve(browser, rid):
    for path in re.findall(
        rf'href="(/requests/{rid}/files/[^"]+)"', browser.get(f"/requests/{rid}/review").text
    ):
        assert browser.get(path).status_code == 200
    page = browser.get(f"/requests/{rid}/review").text
    seen = re.search(r'name="seen_sha256" value="([0-9a-f]{64})"', page)[1]
    return browser.post(
        f"/requests/{rid}/votes", decision="approve", reason="Counts are large.", seen_sha256=seen
    )


def test_from_submission_to_download_through_the_pages(site, ada, rosa, sven):
    rid = site.submitted()

    assert approve(rosa, rid).status_code == 303
    assert approve(sven, rid).status_code == 303

    page = ada.get(f"/requests/{rid}").text
    reviewed = re.search(r'data-file="t.csv" data-sha256="([0-9a-f]{64})"', page)[1]
    handed = ada.post(f"/requests/{rid}/files/t.csv/download")
    assert handed.status_code == 200
    assert hashlib.sha256(handed.content).hexdigest() == reviewed
    assert handed.headers["content-disposition"] == 'attachment; filename="t.csv"'
    assert ada.post(f"/requests/{rid}/files/t.csv/download").status_code == 403


def test_the_researcher_reads_what_is_blocked_why_and_how_to_fix_it(site, ada):
    rid = site.submitted(SMALL)

    page = ada.get(f"/requests/{rid}").text

    assert "TAB101" in page
    assert "EST" in page
    assert "How to fix it" in page
    assert "blocked" in page


def test_the_researcher_cannot_review_their_own_request_and_reads_why(site, ada):
    rid = site.submitted()

    answer = ada.get(f"/requests/{rid}/review")

    assert answer.status_code == 403
    assert "You belong to this project" in answer.text


def test_a_member_who_is_a_reviewer_cannot_review_either(site):
    rid = site.submitted()
    bob = site.browser().log_in("bob", "members,reviewers")

    assert bob.get(f"/requests/{rid}/review").status_code == 403
    assert bob.get(f"/requests/{rid}/files/t.csv").status_code == 403
    assert rid not in bob.get("/").text
    vote = bob.post(f"/requests/{rid}/votes", decision="approve", reason="x", seen_sha256="0" * 64)
    assert vote.status_code == 403


def test_a_reviewers_page_shows_no_trace_of_anothers_vote(site, rosa, sven):
    rid = site.submitted()
    sven.get(f"/requests/{rid}/files/t.csv")
    before = sven.get(f"/requests/{rid}/review").text, sven.get("/").text

    approve(rosa, rid)

    assert (sven.get(f"/requests/{rid}/review").text, sven.get("/").text) == before


def test_the_vote_form_is_there_only_after_every_file_was_opened(site, rosa):
    rid = site.submitted()
    assert 'name="decision"' not in rosa.get(f"/requests/{rid}/review").text

    rosa.get(f"/requests/{rid}/files/t.csv")

    assert 'name="decision"' in rosa.get(f"/requests/{rid}/review").text


def test_strangers_find_nothing(site):
    rid = site.submitted()
    carl = site.browser().log_in("carl", "members")

    for path in (f"/requests/{rid}", f"/requests/{rid}/review", f"/requests/{rid}/files/t.csv"):
        assert carl.get(path).status_code == 404
    assert carl.post(f"/requests/{rid}/files/t.csv/download").status_code == 404


def test_a_long_table_is_shown_page_by_page(site, rosa):
    lines = "\n".join(f"g{i},{400 + i}" for i in range(250))
    rid = site.submitted(("t.csv", f"group,n_individuals\n{lines}\n".encode(), "counts"))

    first = rosa.get(f"/requests/{rid}/files/t.csv").text
    last = rosa.get(f"/requests/{rid}/files/t.csv?page=3").text

    assert "g0<" in first
    assert "g249<" not in first
    assert "g249<" in last
    assert rosa.get(f"/requests/{rid}/files/t.csv?page=x").status_code == 200


def test_a_picture_is_shown_from_its_own_route(site, rosa):
    out = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(out, format="PNG")
    rid = site.submitted(("plot.png", out.getvalue(), ""))

    page = rosa.get(f"/requests/{rid}/files/plot.png")
    picture = rosa.get(f"/requests/{rid}/files/plot.png/picture")

    assert f'src="/requests/{rid}/files/plot.png/picture"' in page.text
    assert picture.headers["content-type"] == "image/png"
    assert "sandbox" in picture.headers["content-security-policy"]


def test_what_is_no_picture_is_not_sent_as_one(site, rosa):
    rid = site.submitted()

    assert rosa.get(f"/requests/{rid}/files/t.csv/picture").status_code == 404


def test_a_parquet_table_is_shown(site, rosa):
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"population": ["FIN"], "n_individuals": [400]}), out)
    rid = site.submitted(("t.parquet", out.getvalue(), "counts"))

    assert "<td>FIN</td><td>400</td>" in rosa.get(f"/requests/{rid}/files/t.parquet").text


def test_the_author_withdraws(site, ada, rosa):
    rid = site.submitted()

    assert ada.post(f"/requests/{rid}/withdraw").status_code == 303

    assert "withdrawn" in ada.get(f"/requests/{rid}").text
    assert rid not in rosa.get("/").text


def test_who_is_not_logged_in_is_sent_to_log_in(site):
    rid = site.submitted()
    answer = site.browser().client.get(f"/requests/{rid}", follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?next=/requests/{rid}"


def test_the_roles_are_those_of_the_last_log_in(site):
    rid = site.submitted()
    site.browser().log_in("rosa", "reviewers")
    later = site.browser().log_in("rosa", "members")

    assert later.get(f"/requests/{rid}/review").status_code == 404


def test_a_suspended_person_is_nobody(site, rosa):
    from gdi_spe.node.identity.people import suspend

    rid = site.submitted()
    with site.database.write() as session:
        suspend(
            session, username_of("https://login.example.org/", "rosa"), "left", "admin", site.now()
        )

    assert rosa.get(f"/requests/{rid}/review").status_code == 404


def test_a_download_under_way_ends_with_the_release(site, ada, rosa, sven, monkeypatch):
    monkeypatch.setattr("gdi_spe.node.web.app._PIECE_BYTES", 16)
    rid = site.submitted()
    approve(rosa, rid)
    approve(sven, rid)
    checked = site.desk.check_still_released
    pieces = []

    def frozen_after_one(desk, rid, person):
        pieces.append(rid)
        if len(pieces) == 2:
            with site.database.write() as session:
                freeze(session, person, "p1", "suspended", site.now())
        checked(rid, person)

    monkeypatch.setattr("gdi_spe.node.airlock.desk.Desk.check_still_released", frozen_after_one)

    answer = ada.post(f"/requests/{rid}/files/t.csv/download")

    # A browser takes a body that is shorter than was announced for a failed download.
    assert len(answer.content) == 32 < int(answer.headers["content-length"])
    assert len(pieces) == 2
    assert "frozen" in ada.get(f"/requests/{rid}").text
