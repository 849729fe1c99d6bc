"""Log-in by LS AAI: the provider says who it is, the node process says whether they may come in.

The Hub decides nothing. Every log-in and every refresh hands the provider's userinfo to the node
process, which verifies the passport; without its clear yes nobody gets in or stays in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StrictBool, StringConstraints, ValidationError
from tornado import web
from tornado.httpclient import HTTPClientError
from traitlets import Bool, Float, Unicode

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.hub.id_token import (
    SAID,
    IdTokenAuthenticator,
    LoginRefused,
    LoginUnavailable,
    joined,
)
from gdi_spe.node.hub.pages import handlers
from gdi_spe.node.hub.polling import Again, Answer, Polls, Schedule, confirmed_at, instant_of
from gdi_spe.node.service.client import NodeClient

LOGIN = "gdi_spe_login"
# RFC 8693, with the names of GA4GH AAI 1.2.1 (Conformance for Brokers, Passport).
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "requested_token_type": "urn:ga4gh:params:oauth:token-type:passport",
    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
}
NOT_ADMITTED = "You may not use this node. Ask the node's operator why."


EXPIRES_AT = "gdi_spe_expires_at"


class Login(BaseModel):
    """The node's answer to one log-in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    username: Annotated[str, StringConstraints(pattern=r"^(u-[0-9a-f]{20})?$")]
    display_name: str = ""
    admitted: StrictBool
    code: str = ""
    message: str = ""
    roles: tuple[str, ...] = ()


class LsAaiAuthenticator(IdTokenAuthenticator):
    """JupyterHub's side of LS AAI."""

    node_socket = Unicode(help="Where the node process answers the Hub.").tag(config=True)
    exports_url = Unicode(help="Where exports are requested and reviewed.").tag(config=True)
    exchanges_passport = Bool(False, help="Ask for the passport by token exchange.").tag(
        config=True
    )
    grace_seconds = Float(0, help="How long an outage is forgiven.").tag(config=True)

    polls: Polls | None = None

    async def token_to_user(self, token_info: dict[str, Any]) -> dict[str, Any]:
        """Fetch the userinfo and have the node process judge it."""
        userinfo = joined(await super().token_to_user(token_info), token_info.get(SAID))
        passport = await self._exchanged(token_info) if self.exchanges_passport else None
        answer = await self._judged(userinfo, passport)
        # TRUST: the provider may send a claim by this name; only the node's answer stands here.
        return {LOGIN: answer.model_dump(mode="json")}

    async def _exchanged(self, token_info: Mapping[str, Any]) -> str:
        """Exchange the access token for a Passport JWT; the node process opens it."""
        asked = {**EXCHANGE, "subject_token": str(token_info["access_token"])}
        if not self.basic_auth:  # client authentication is required
            asked |= {"client_id": self.client_id, "client_secret": self.client_secret}
        answer = await self.get_token_info(None, asked)
        if answer.get("issued_token_type") != EXCHANGE["requested_token_type"]:
            raise LoginRefused("The log-in service sent something else than a passport.")
        return str(answer["access_token"])

    async def _judged(self, userinfo: Mapping[str, Any], passport: str | None = None) -> Login:
        body: dict[str, Any] = {"issuer": self.issuer, "userinfo": dict(userinfo)}
        if passport is not None:
            body["passport"] = passport
        try:
            answer = Login.model_validate(
                await NodeClient(Path(self.node_socket)).post("/v1/logins", body)
            )
        except (SpeError, ValidationError) as error:
            # TRUST: no answer and an odd answer are a no.
            self.log.error("the node process gave no usable answer to a log-in: %s", error)
            raise LoginUnavailable() from None
        if not answer.admitted or not answer.username:
            code = f" [{answer.code}]" if answer.code else ""
            raise LoginRefused(f"{answer.message or NOT_ADMITTED}{code}")
        return answer

    def user_info_to_username(self, user_info: dict[str, Any]) -> str:
        """Return the name that the node gave this person."""
        return str(user_info[LOGIN]["username"])

    def build_auth_state_dict(
        self, token_info: dict[str, Any], user_info: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep the tokens and the node's answer; never the passport, nor the id_token."""
        kept = ("access_token", "refresh_token", "token_type", "expires_in", "scope", EXPIRES_AT)
        response = {name: token_info[name] for name in kept if name in token_info}
        # How they logged in stays true while the log-in lasts; who it is, is asked each time.
        if acr := (token_info.get(SAID) or {}).get("acr"):
            response[SAID] = {"acr": acr}
        seconds = response.get("expires_in")
        if EXPIRES_AT not in response and isinstance(seconds, int | float):
            response[EXPIRES_AT] = (self.now() + timedelta(seconds=seconds)).isoformat()
        return {
            "access_token": token_info["access_token"],
            "refresh_token": token_info.get("refresh_token"),
            "token_response": response,
            "refreshed_at": self.now().isoformat(),
            **user_info,
        }

    def get_handlers(self, app: Any) -> list[Any]:
        """Return the log-in's pages and the page that it leads to; from now on, look again."""
        self.polls = Polls(self, app, Schedule(self.auth_refresh_age))
        self.polls.start()
        return [*super().get_handlers(app), *handlers(self.node_socket, self.exports_url)]

    async def get_user_groups(self, auth_state: dict[str, Any]) -> set[str]:
        """Return the roles that the node gave this person, as groups."""
        return set(auth_state[LOGIN]["roles"])

    async def check_allowed(self, username: str, auth_model: dict[str, Any] | None) -> bool:
        """Let in whom the node admitted under this very name."""
        # TRUST: without an answer of the node there is no admission, whoever built the model.
        login = ((auth_model or {}).get("auth_state") or {}).get(LOGIN) or {}
        return login.get("admitted") is True and login.get("username") == username

    async def refresh_user(self, user: Any, handler: Any = None, **_: Any) -> bool | dict[str, Any]:
        """Ask provider and node again; a no ends the log-in, an outage has a grace."""
        state = await user.get_auth_state()
        answer = await self.ask_again(user.name, state, handler)
        if answer.kind is Again.SILENT:
            if self.polls is not None:
                await self.polls.tell_silent()
            return self.within_grace(user.name, state)
        if answer.model and self.polls is not None:
            self.polls.schedule.confirmed(user.name, self.now())
        return answer.model or False

    async def ask_again(
        self, name: str, state: Mapping[str, Any] | None, handler: Any = None
    ) -> Answer:
        """Ask provider and node whether a log-in still stands; decide nothing about an outage."""
        if not state:
            return Answer(Again.REFUSED)
        if self._is_spent(state):
            return Answer(Again.SPENT)
        try:
            model: dict[str, Any] = await self._model_again(state, handler)
        except (LoginUnavailable, OSError, HTTPClientError) as error:
            self.log.warning("%s cannot be checked: %s", name, type(error).__name__)
            if isinstance(error, HTTPClientError) and 400 <= error.code < 500:
                return Answer(Again.TOKEN_REFUSED)
            return Answer(Again.SILENT)
        except web.HTTPError as error:
            self.log.warning("the log-in of %s has ended: %s", name, error)
            return Answer(Again.REFUSED)
        # TRUST: JupyterHub would keep the old name; another person's answer is not this user's.
        same = model["name"] == name
        return Answer(Again.CONFIRMED, model) if same else Answer(Again.REFUSED)

    def _is_spent(self, state: Mapping[str, Any]) -> bool:
        """Say whether the token has run out and nothing renews it: then there is nobody to ask."""
        expires_at = instant_of(state["token_response"].get(EXPIRES_AT))
        is_over = expires_at is not None and expires_at <= self.now()
        return is_over and not state.get("refresh_token")

    async def _model_again(self, state: Mapping[str, Any], handler: Any) -> dict[str, Any]:
        """Use the access token, and the refresh token once the access token is spent."""
        try:
            return dict(await self._token_to_auth_model(dict(state["token_response"])))
        except HTTPClientError as error:
            if not (400 <= error.code < 500 and state.get("refresh_token")):
                raise
        asked = self.build_refresh_token_request_params(state["refresh_token"])
        tokens = await self.get_token_info(handler, asked)
        # A provider that does not rotate refresh tokens sends none back.
        tokens = {**tokens, "refresh_token": tokens.get("refresh_token") or state["refresh_token"]}
        # Nor does every one send an id_token again; then how they logged in is what it was.
        tokens.setdefault(SAID, state["token_response"].get(SAID))
        return dict(await self._token_to_auth_model(tokens))

    def within_grace(self, name: str, state: Mapping[str, Any]) -> bool:
        """Say whether an outage is still forgiven."""
        # TRUST: an outage is forgiven for the set time after a yes was due, then it is a no.
        last = confirmed_at(state)
        forgiven = timedelta(seconds=self.auth_refresh_age + self.grace_seconds)
        is_within = last is not None and self.now() - last <= forgiven
        self.log.warning("%s: %s", name, _WORDS[is_within])
        return is_within

    def now(self) -> datetime:
        """Return the time; the Hub's only look at the clock."""
        return datetime.now(UTC)


_WORDS = {True: "within the grace", False: "the grace is over"}
