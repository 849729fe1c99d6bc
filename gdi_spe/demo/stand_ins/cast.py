"""The people of the story: who logs in, as whom, and what they may do. None of them exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_GROUP = "urn:geant:lifescience-ri.eu:group:gdi-spe:{}#lifescience-ri.eu"
MEMBERS, REVIEWERS, ADMINS = (_GROUP.format(name) for name in ("members", "reviewers", "admins"))
MULTI_FACTOR = "https://refeds.org/profile/mfa"


@dataclass(frozen=True)
class Member:
    """Somebody who can log in at the development identity provider."""

    key: str
    given_name: str
    family_name: str
    organisation: str
    groups: tuple[str, ...]
    about: str
    # Cohorts for which the access committee signs a visa from the start, and with what.
    cohorts: tuple[str, ...] = ()
    algorithm: str = "RS256"

    @property
    def sub(self) -> str:
        """The subject, as LS AAI writes it: persistent, and scoped to LS AAI."""
        return f"{self.key}@lifescience-ri.eu"

    @property
    def name(self) -> str:
        """The name that pages show."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """An address of nobody (RFC 2606)."""
        return f"{self.key}@{self.organisation}"

    def claims(self) -> dict[str, Any]:
        """Return what LS AAI's userinfo says of this person, apart from the passport."""
        return {
            "name": self.name,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "preferred_username": self.key,
            "locale": "en",
            "email": self.email,
            "email_verified": True,
            "country": "XX",
            "eduperson_entitlement": list(self.groups),
            "eduperson_scoped_affiliation": ["affiliate@lifescience-ri.eu"],
            "voperson_external_affiliation": [f"faculty@{self.organisation}"],
            "schac_home_organization": [self.organisation],
            "authenticating_entity": f"https://idp.{self.organisation}/shibboleth",
            "acr": MULTI_FACTOR,
        }


ADA = Member(
    "ada",
    "Ada",
    "Lindqvist",
    "faberuni.example",
    (MEMBERS,),
    "Researcher with a visa for GDI-XX-COHORT-001",
    ("GDI-XX-COHORT-001",),
)
BEN = Member("ben", "Ben", "Okafor", "faberuni.example", (MEMBERS,), "Researcher without any visa")
CLEO = Member(
    "cleo",
    "Cleo",
    "Marchetti",
    "ostrava.example",
    (MEMBERS,),
    "Researcher with a visa for GDI-XX-COHORT-002 only",
    ("GDI-XX-COHORT-002",),
    "ES256",
)
ROSA = Member("rosa", "Rosa", "Petrova", "node.example", (REVIEWERS,), "Reviewer of exports")
SVEN = Member("sven", "Sven", "Haugen", "node.example", (REVIEWERS,), "Reviewer of exports")
TOM = Member("tom", "Tom", "Baker", "node.example", (ADMINS,), "Admin of the node")

CAST = (ADA, BEN, CLEO, ROSA, SVEN, TOM)
BY_SUB = {member.sub: member for member in CAST}
