"""Which identities are the same person, and until when that is known.

GA4GH Passport 1.2.1, LinkedIdentities and General Requirements 8.4. A chain of links lives as
long as its shortest visa; where several chains lead to one identity, the longest counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from urllib.parse import unquote

from gdi_spe.node.identity.trust import Identity, Trust
from gdi_spe.node.identity.visas import Visa, VisaRefused


def linked_identities(value: str) -> frozenset[Identity]:
    """Read ``enc(sub),enc(iss);enc(sub),enc(iss)``, without added whitespace."""
    identities = set()
    for entry in value.split(";"):
        halves = entry.split(",")
        if len(halves) != 2 or not all(halves) or any(c.isspace() for c in entry):
            raise VisaRefused("link-malformed")
        try:
            sub, iss = (unquote(half, errors="strict") for half in halves)
        except UnicodeDecodeError:
            raise VisaRefused("link-malformed") from None
        identities.add(Identity(iss, sub))
    return frozenset(identities)


def check_link(visa: Visa, trust: Trust) -> None:
    """Refuse a link that does not count; a link under conditions is not followed."""
    linked_identities(visa.value)
    # TRUST: to sign grants is one thing, to say that two people are one is another.
    if not trust.may_link(visa.identity.iss):
        raise VisaRefused("link-untrusted")
    if visa.is_conditional:
        raise VisaRefused("conditions-unmet", "a link must be unconditional")


def own_identities(
    user: Identity, links: Iterable[Visa], trust: Trust, also: Iterable[str] = ()
) -> dict[Identity, float]:
    """Return every identity of the user with the instant until which that is known.

    ``also`` are other subjects of the same person, as the log-in service itself names them.
    """
    known: dict[Identity, float] = {}
    for sub in (user.sub, *also):
        known[Identity(user.iss, sub)] = math.inf
        # Policy: a trusted issuer that signs the broker's subjects means the broker's person.
        for issuer in trust.issuers:
            if issuer.signs_broker_subjects:
                known[Identity(issuer.iss, sub)] = math.inf
    groups = [(linked_identities(visa.value) | {visa.identity}, visa.expires) for visa in links]
    changed = True
    while changed:
        changed = False
        for group, expires in groups:
            reach = min(expires, max((known[one] for one in group if one in known), default=-1.0))
            for identity in group:
                if reach > known.get(identity, -1.0):
                    known[identity] = reach
                    changed = True
    return known
