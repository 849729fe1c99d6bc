"""A REMS in memory, with the shapes of its API; a fetcher in the place of the network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gdi_spe.node.identity.keys import FetchFailed

KEY, ROBOT = "secret", "gdi-spe"


class FakeRems:
    """Applications, who is entitled by them, and what REMS would push about it."""

    def __init__(self, url: str = "https://rems.test/") -> None:
        self.url, self.at = url, datetime(2026, 11, 22, 10, tzinfo=UTC)
        self.applications: dict[int, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.is_down = False
        # The visas that it signs for a person: a function of the subject, as the test makes them.
        self.permissions: Callable[[str], list[str]] = lambda subject: []

    def approve(
        self, number: int, resources: list[str], members: list[str], **more: Any
    ) -> dict[str, Any]:
        """Approve an application; the first member is the applicant."""
        users = [{"userid": one, "email": None, "name": one} for one in members]
        application = {
            "application/id": number,
            "application/state": "application.state/approved",
            "application/applicant": users[0],
            "application/members": users[1:],
            "application/resources": [
                {"resource/ext-id": one, "resource/id": 7} for one in resources
            ],
            "application/duo": {"duo/codes": [{"id": "DUO:0000042", "restrictions": []}]},
            "entitlement/end": None,
            **more,
        }
        self.applications[number] = application
        return application

    def state(self, number: int, state: str) -> None:
        self.applications[number]["application/state"] = f"application.state/{state}"

    def entitlements(self, user: str | None = None) -> list[dict[str, Any]]:
        return [
            {
                "resource": resource["resource/ext-id"],
                "user": member,
                "application-id": number,
                "start": "2020-01-01T00:00:00.000Z",
                "end": one["entitlement/end"],
                "mail": member["email"],
            }
            for number, one in self.applications.items()
            if one["application/state"] == "application.state/approved"
            for resource in one["application/resources"]
            for member in (one["application/applicant"], *one["application/members"])
            if user in (None, member["userid"])
        ]

    def entitlement_push(self, number: int) -> bytes:
        """Return what REMS posts to the entitlements' target, without any credentials."""
        one = self.applications[number]
        return json.dumps(
            [
                {
                    "application": number,
                    "resource": resource["resource/ext-id"],
                    "user": one["application/applicant"]["userid"],
                    "mail": None,
                    "end": None,
                }
                for resource in one["application/resources"]
            ]
        ).encode()

    def event_push(self, number: int, kind: str) -> bytes:
        """Return what REMS puts to an event target, the application included."""
        return json.dumps(
            {
                "event/id": 767,
                "event/type": f"application.event/{kind}",
                "event/actor": "handler",
                "event/time": "2026-11-22T10:00:00.000Z",
                "application/id": number,
                "event/application": self.applications[number],
            }
        ).encode()

    def __call__(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        self.asked.append(url)
        if self.is_down:
            raise FetchFailed(url)
        sent = headers or {}
        if (sent.get("x-rems-api-key"), sent.get("x-rems-user-id")) != (KEY, ROBOT):
            raise FetchFailed(f"{url} answered 401")
        parts = urlsplit(url.removeprefix(self.url.rstrip("/")))
        if parts.path == "/api/entitlements":
            user = parse_qs(parts.query).get("user", [None])[0]
            return json.dumps(self.entitlements(user)).encode()
        if parts.path.startswith("/api/permissions/"):
            subject = unquote(parts.path.removeprefix("/api/permissions/"))
            return json.dumps({"ga4gh_passport_v1": self.permissions(subject)}).encode()
        number = int(parts.path.removeprefix("/api/applications/"))
        if number not in self.applications:
            raise FetchFailed(f"{url} answered 404")
        return json.dumps(self.applications[number]).encode()
