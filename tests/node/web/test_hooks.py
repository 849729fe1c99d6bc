"""The address to which a committee's system pushes: no log-in, no word of why not."""

import json

import pytest

from tests.node.web.conftest import Site

SECRET = "s" * 32
PUSH = [{"application": 12, "resource": "urn:c1", "user": "ada", "mail": None, "end": None}]
EVENT = {"event/id": 1, "event/type": "application.event/revoked", "application/id": 12}


def test_a_push_makes_the_node_read_its_source_back(site: Site) -> None:
    listens(site)
    client = site.browser().client

    by_path = client.post(f"/hooks/rems/{SECRET}", content=json.dumps(PUSH))
    by_header = client.put(
        "/hooks/rems", content=json.dumps(EVENT), headers={"x-hook-secret": SECRET}
    )

    assert (by_path.status_code, by_header.status_code) == (200, 200)
    assert site.node.hints.take(site.now()) == ["https://rems.test/"]


def test_the_same_push_again_changes_nothing(site: Site) -> None:
    listens(site)
    client = site.browser().client

    answers = [client.post(f"/hooks/rems/{SECRET}", content=json.dumps(PUSH)) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert site.node.hints.take(site.now()) == ["https://rems.test/"]
    assert site.node.hints.take(site.now()) == []


@pytest.mark.parametrize("secret", ["x" * 32, "short", "a" * 200, "..%2F..%2Fv1%2Fexports"])
def test_a_push_without_the_secret_is_refused_in_silence(site: Site, secret: str) -> None:
    listens(site)

    answer = site.browser().client.post(f"/hooks/rems/{secret}", content=json.dumps(PUSH))

    assert answer.status_code in (403, 404)
    assert "rems.test" not in answer.text
    assert site.node.hints.take(site.now()) == []


@pytest.mark.parametrize("body", ["", "{}", "[]", "x" * 2_000_000])
def test_what_is_no_push_is_refused(site: Site, body: str) -> None:
    listens(site)

    answer = site.browser().client.post(f"/hooks/rems/{SECRET}", content=body)

    assert answer.status_code in (400, 413, 422)
    assert site.node.hints.take(site.now()) == []


def test_nothing_is_read_at_that_address(site: Site) -> None:
    assert site.browser().get(f"/hooks/rems/{SECRET}").status_code == 405


def listens(site: Site) -> None:
    site.node.settings.key_path("hint").parent.mkdir(exist_ok=True)
    site.node.settings.key_path("hint").write_text(SECRET)
