"""Whom this node believes: visa issuers, their key sets, and what a visa's value means here.

Nothing outside this list is looked at (GA4GH AAI 1.2.1, Conformance for Passport
Clearinghouses 1; Passport 1.2.1, General Requirements 8.3). Every comparison is of full,
case-sensitive strings (Passport, URL Claims 2).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.settings import IdentitySettings

# What the offline check reads of one file: more than 200 visas of 16 KiB, with room to spare.
_MAX_FILE_BYTES = 64 * 1024 * 1024


class Identity(NamedTuple):
    """A person as one issuer knows them: the {iss, sub} pair."""

    iss: str
    sub: str


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer whose visas count, and the one address of its keys."""

    iss: str
    jku: str
    # May it assert that two identities are one person (LinkedIdentities)?
    links_identities: bool = False
    # Is a visa with the user's own ``sub`` the user's, although this issuer is not the broker?
    # REMS signs the broker's subjects under its own name, so the answer is normally yes.
    signs_broker_subjects: bool = True


@dataclass(frozen=True)
class Target:
    """A dataset or cohort, the visa value that means it, and whose word counts for it."""

    id: str
    visa_value: str
    sources: frozenset[str]
    by: frozenset[str] = frozenset({"dac"})


@dataclass(frozen=True)
class Limits:
    """How much of a passport is looked at; beyond it, nothing is."""

    max_visas: int = 200
    max_visa_bytes: int = 16_384
    max_clock_skew_seconds: int = 30
    max_key_sets: int = 10
    # How long any assertion counts after it was made, whatever its visa says (maxAuthzTTL).
    max_authorization_seconds: float = math.inf


@dataclass(frozen=True)
class Trust:
    """The whole of what this node believes."""

    issuers: tuple[TrustedIssuer, ...]
    targets: tuple[Target, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def issuer(self, iss: str, jku: str) -> TrustedIssuer | None:
        """Return the issuer for which this key set is trusted, or None."""
        return next((one for one in self.issuers if (one.iss, one.jku) == (iss, jku)), None)

    def knows(self, iss: str) -> bool:
        """Say whether any visa of this issuer may count."""
        return any(one.iss == iss for one in self.issuers)

    def may_link(self, iss: str) -> bool:
        """Say whether this issuer may assert that two identities are one person."""
        return any(one.iss == iss and one.links_identities for one in self.issuers)

    def meaning(self, value: str) -> list[Target]:
        """Return what a visa's value means here: an exact string, never a prefix or last part."""
        return [target for target in self.targets if target.visa_value == value]


def trust_of(settings: IdentitySettings) -> Trust:
    """Return what the settings say."""
    issuers = tuple(
        TrustedIssuer(
            one.iss,
            one.jku,
            links_identities=one.links_identities,
            signs_broker_subjects=one.signs_broker_subjects,
        )
        for one in settings.visa_issuers
    )
    targets = tuple(
        Target(one.id, one.visa_value, frozenset(one.sources), frozenset(one.by))
        for one in settings.datasets
    )
    days = settings.max_authorization_days
    limits = Limits(
        settings.max_visas,
        settings.max_visa_bytes,
        settings.max_clock_skew_seconds,
        max_authorization_seconds=math.inf if days is None else days * 86_400,
    )
    return Trust(issuers, targets, limits)


class _Lenient(BaseModel):
    """Trust files carry fields for other readers too; only what is named here is read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _User(_Lenient):
    iss: str
    sub: str


class _Issuer(_Lenient):
    iss: str
    jku: str
    links_identities: bool = True
    signs_broker_subjects: bool = True


class _Dataset(_Lenient):
    id: str
    visa_value: str
    sources: tuple[str, ...]
    by: tuple[str, ...] | None = None


class _TrustFile(_Lenient):
    user: _User
    dataset: _Dataset | None = None
    datasets: tuple[_Dataset, ...] = ()
    trusted_issuers: tuple[_Issuer, ...] = Field(min_length=1)
    by: tuple[str, ...] = ("dac",)


def read_trust(path: Path) -> tuple[Trust, Identity]:
    """Read a trust file for the offline check: issuers, datasets, and the user it is about.

    Raises
    ------
    BadInput
        If the file is absent, not JSON, or lacks a field.
    """
    try:
        parsed = _TrustFile.model_validate(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BadInput(f"{place}: {first['msg']}", source=str(path)) from None
    datasets = parsed.datasets + ((parsed.dataset,) if parsed.dataset else ())
    trust = Trust(
        tuple(TrustedIssuer(**one.model_dump()) for one in parsed.trusted_issuers),
        tuple(
            # TRUST: a dataset whose list is empty believes nobody; it does not fall to the default.
            Target(
                one.id,
                one.visa_value,
                frozenset(one.sources),
                frozenset(parsed.by if one.by is None else one.by),
            )
            for one in datasets
        ),
    )
    return trust, Identity(parsed.user.iss, parsed.user.sub)


def read_json(path: Path) -> Any:
    """Read a JSON file that somebody named on the command line.

    Raises
    ------
    BadInput
        If it cannot be read, is too large, is not JSON, or names a member twice.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", source=str(path)) from None
    if len(raw) > _MAX_FILE_BYTES:
        raise BadInput(f"larger than {_MAX_FILE_BYTES} bytes", source=str(path))
    try:
        return json.loads(raw, object_pairs_hook=no_duplicates)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON: {error}", source=str(path)) from None


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object of its members, none of which may be there twice."""
    # TRUST: two readers of one token, or of whom to believe, must not see two different claims
    # (RFC 8725 2.4).
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name appears twice")
    return dict(pairs)
