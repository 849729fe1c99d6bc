from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "</textarea></title></style><body onload=alert(1)>",
    "javascript:alert(1)",
    "<a href='https://evil.example/track'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<!--<img src=x-->",
    "&lt;b&gt;<b>bold</b>",
    "]]><script>alert(1)</script>",
    "<form action=https://evil.example><input name=x>",
    "<base href=https://evil.example/>",
    "<style>*{background:url(https://evil.example)}</style>",
]


class Live(HTMLParser):
    """Collect what a browser would act on."""

    OURS = frozenset({
        "html", "head", "meta", "title", "link", "body", "header", "a", "span", "form", "input",
        "button", "main", "footer", "h1", "h2", "h3", "p", "div", "section", "table", "thead",
        "tbody", "tr", "th", "td", "ul", "li", "code", "strong", "em", "article", "fieldset",
        "legend", "label", "textarea", "nav", "pre", "img",
    })  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.OURS:
            self.found.append(tag)
        for name, value in attrs:
            away = name in ("href", "src", "action") and not (value or "").startswith(("/", "?"))
            refresh = tag == "meta" and name == "http-equiv"
            if name.startswith("on") or name == "style" or away or refresh:
                self.found.append(f"{tag} {name}={value}")


def live(text: str) -> list[str]:
    parser = Live()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("attack", XSS)
def test_nothing_that_a_researcher_wrote_is_live_on_a_page(attack, site, ada, rosa):
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([[attack, "n_individuals"], [attack, "400"], ["x", "3000"]])
    rid = site.submitted(
        ("t.csv", out.getvalue().encode(), attack[:40]),
        ("n.md", attack.encode(), ""),
        title=attack, why=attack,
    )  # fmt: skip
    rosa.get(f"/requests/{rid}/files/t.csv")
    rosa.get(f"/requests/{rid}/files/n.md")
    was_blocked = rosa.get(f"/requests/{rid}/review").status_code == 404
    assert not was_blocked or live(attack)

    for browser, path in (
        (ada, "/"), (ada, f"/requests/{rid}"), (rosa, "/"), (rosa, f"/requests/{rid}/review"),
        (rosa, f"/requests/{rid}/files/t.csv"), (rosa, f"/requests/{rid}/files/n.md"),
    ):  # fmt: skip
        answer = browser.get(path)
        # What the checks block never comes before a reviewer.
        is_kept_back = was_blocked and browser is rosa and path != "/"
        assert answer.status_code == (404 if is_kept_back else 200)
        assert live(answer.text) == []
        assert "{{7*7}}" not in attack or "49" not in re.sub(r"[0-9a-f]{12,}", "", answer.text)


def test_the_detector_sees_what_is_live():
    assert live("<img src=x onerror=alert(1)>") != []
    assert live("<script>1</script>") != []


ROUTES = [
    ("GET", "/"), ("GET", "/login"), ("GET", "/login/callback"), ("GET", "/requests/e1"),
    ("GET", "/requests/e1/review"), ("GET", "/requests/e1/files/t.csv"),
    ("GET", "/requests/e1/files/t.csv/picture"), ("GET", "/static/style.css"),
    ("GET", "/nothing"), ("GET", "/static/../app.py"), ("POST", "/logout"),
    ("POST", "/requests/e1/votes"), ("POST", "/requests/e1/overrule"),
    ("GET", "/requests/e1/overrule"), ("POST", "/requests/e1/withdraw"),
    ("POST", "/hooks/rems"), ("PUT", "/hooks/rems/" + "s" * 32),
    ("POST", "/requests/e1/files/t.csv/download"), ("DELETE", "/"), ("PUT", "/requests/e1"),
    ("GET", "/duties"), ("POST", "/duties/terms/t.csv"), ("POST", "/duties/proposals"),
    ("POST", "/duties/proposals/1"), ("GET", "/duties/audit"), ("POST", "/duties/kill-switch"),
    ("POST", "/duties/stop/w1"),
]  # fmt: skip


@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_answer_has_the_headers(method, path, logged_in, site):
    browser = site.browser()
    if logged_in:
        browser.log_in("ada")

    answer = browser.client.request(method, path, follow_redirects=False)

    headers = answer.headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_headers_test_knows_every_route(site):
    from gdi_spe.node.web.app import Pages, templates
    from gdi_spe.node.web.duties import DutyPages

    pages = Pages(site.settings, None, None, templates())
    values = {"rid": "e1", "name": "t.csv", "secret": "s" * 32, "number": "1", "wid": "w1"}
    routes = [*pages.routes(), *DutyPages(pages).routes()]
    known = {route.path.format(**values) for route in routes}

    assert known <= {path for _, path in ROUTES}


def test_an_unforeseen_error_has_the_headers_and_tells_nothing(site, ada, monkeypatch):
    async def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("gdi_spe.node.web.node_api.NodeApi.home", broken)

    answer = ada.get("/")

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("token", [None, "", "wrong", "x" * 43])
@pytest.mark.parametrize(
    "path",
    ["votes", "withdraw", "files/t.csv/download", "duties/terms/terms-1", "duties/proposals",
     "duties/proposals/1", "duties/kill-switch", "duties/stop/w0123456789"],
)  # fmt: skip
def test_a_form_without_the_visits_token_is_refused(token, path, site, ada):
    rid = site.submitted()
    fields = {} if token is None else {"csrf": token}

    where = f"/{path}" if path.startswith("duties") else f"/requests/{rid}/{path}"
    answer = ada.client.post(where, data=fields, follow_redirects=False)

    assert answer.status_code == 403
    assert "submitted" in ada.get(f"/requests/{rid}").text


def test_no_route_that_does_something_takes_a_form_without_the_visits_token(site, ada):
    from gdi_spe.node.web.app import Pages, templates
    from gdi_spe.node.web.duties import DutyPages

    pages = Pages(site.settings, None, None, templates())
    values = {"rid": "e1", "name": "t.csv", "secret": "s" * 32, "number": "1", "wid": "w1"}
    routes = [
        one for one in [*pages.routes(), *DutyPages(pages).routes()] if "GET" not in one.methods
    ]
    acts = {one.path.format(**values) for one in routes if not one.path.startswith("/hooks/")}

    answers = {path: ada.client.post(path, data={"csrf": "x" * 43}).status_code for path in acts}

    assert set(answers.values()) == {403}
    assert len(answers) >= 9
    assert ada.get("/duties").status_code == 200  # nobody was logged out by it either


def test_another_visits_token_is_refused(site, ada, rosa):
    rid = site.submitted()

    answer = ada.client.post(f"/requests/{rid}/withdraw", data={"csrf": rosa.csrf()})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_the_token(headers, site, ada):
    rid = site.submitted()

    answer = ada.client.post(
        f"/requests/{rid}/withdraw",
        data={"csrf": ada.csrf()},
        headers=headers,
    )

    assert answer.status_code == 403


def test_a_form_of_these_pages_as_a_browser_sends_it_is_taken(site, ada):
    rid = site.submitted()

    answer = ada.client.post(
        f"/requests/{rid}/withdraw",
        data={"csrf": ada.csrf()},
        headers={"origin": "null", "sec-fetch-site": "same-origin"},
        follow_redirects=False,
    )

    assert answer.status_code == 303


def test_a_log_in_makes_a_new_visit(site):
    browser = site.browser()
    browser.client.get("/login", follow_redirects=False)
    before = dict(browser.client.cookies)

    browser.client.get("/login/callback?state=s-1&code=ada:members", follow_redirects=False)

    assert dict(browser.client.cookies) != before
    browser.client.cookies.update(before)
    stale = site.browser()
    stale.client.cookies.update(before)
    assert "Log out" not in stale.get("/").text


@pytest.mark.parametrize(
    "query", ["", "?code=ada:members", "?state=x&code=ada:members", "?state=s-1"]
)
def test_an_answer_that_this_browser_did_not_ask_for_logs_nobody_in(query, site):
    browser = site.browser()
    browser.client.get("/login", follow_redirects=False)

    assert browser.get(f"/login/callback{query}").status_code == 403
    assert "Log out" not in browser.get("/").text


def test_an_answer_counts_once(site):
    browser = site.browser().log_in("ada")

    assert browser.get("/login/callback?state=s-1&code=rosa:reviewers").status_code == 403


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "x", "/\n/x"],
)
def test_a_log_in_leads_to_no_other_site(target, site):
    browser = site.browser()
    browser.client.get("/login", params={"next": target}, follow_redirects=False)

    answer = browser.client.get(
        "/login/callback?state=s-1&code=ada:members", follow_redirects=False
    )

    assert answer.headers["location"] == "/"


def test_a_visit_ends_with_log_out_and_with_time(site, ada):
    assert "Log out" in ada.get("/").text
    site.passes(minutes=31)
    assert "Log out" not in ada.get("/").text

    ada.log_in("ada")
    for _ in range(17):
        site.passes(minutes=29)
        ada.get("/")
    assert "Log out" not in ada.get("/").text

    ada.log_in("ada")
    ada.post("/logout")
    assert "Log out" not in ada.get("/").text


def test_the_cookie_is_for_this_site_and_no_script(site):
    set_cookie = site.browser().client.get("/login", follow_redirects=False).headers["set-cookie"]

    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert "Path=/" in set_cookie


def test_over_tls_the_cookie_is_bound_to_the_host(site):
    from gdi_spe.node.web.app import application

    web = site.settings.web.model_copy(update={"public_url": "https://exports.example.org"})
    settings = site.settings.model_copy(update={"web": web})
    from gdi_spe.node.web.login import OpenIdProvider

    class Provider(OpenIdProvider):
        async def begin(self, redirect_uri):
            return "https://login.example.org/", {}

    app = application(settings, None, Provider("i", "c", "s", "a"), site.now)
    client = type(site.browser().client)(app, base_url="https://exports.example.org")
    answer = client.get("/login", follow_redirects=False)

    assert answer.headers["set-cookie"].startswith("__Host-spe-pages=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_no_page_has_script_or_inline_style():
    from gdi_spe.node.web.app import _HERE

    for template in (_HERE / "templates").glob("*.html"):
        text = template.read_text()
        assert "<script" not in text
        assert " style=" not in text
        assert "| safe" not in text
        assert "iframe" not in text


@pytest.mark.parametrize(
    "name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "t.csv%00", "T.CSV", "x" * 300]
)
def test_a_files_name_in_a_path_is_a_name_of_the_request_or_nothing(name, site, rosa):
    rid = site.submitted()

    assert rosa.get(f"/requests/{rid}/files/{name}").status_code == 404


@pytest.mark.parametrize("rid", ["%2e%2e", "..%2f..%2fpeople", "e1", "E" + "0" * 12, "%00"])
def test_a_requests_id_in_a_path_is_an_id_or_nothing(rid, ada):
    for path in (f"/requests/{rid}", f"/requests/{rid}/review"):
        assert ada.get(path).status_code == 404


def test_a_large_form_is_refused(site, ada):
    rid = site.submitted()

    answer = ada.post(f"/requests/{rid}/withdraw", reason="x" * 70_000)

    assert answer.status_code == 403


def test_the_node_answers_nobody_who_is_not_named(site):
    import asyncio

    import httpx

    from gdi_spe.node.web.node_api import NodeApi, Problem

    api = NodeApi(_transport(site))
    with pytest.raises(Problem) as caught:
        asyncio.run(api.home(""))

    assert caught.value.http_status == 401
    assert isinstance(api._client, httpx.AsyncClient)


def _transport(site):
    import httpx

    from gdi_spe.node.service import web_api
    from gdi_spe.node.service.edge import application as node_application

    class Node:
        database, settings, policy = site.database, site.settings, site.policy
        home, now = site.settings.home, staticmethod(site.now)

    return httpx.ASGITransport(node_application(web_api.routes(Node)))
