"""From a passport to what this node concludes: grants, and why each other visa does not count.

Every visa is verified here, whoever forwarded it: a broker passes visas of others "as is"
(GA4GH AAI 1.2.1). The decision does not depend on the order of the visas, and a visa more never
takes away what the others give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gdi_spe.node.identity.conditions import met_until, read_conditions
from gdi_spe.node.identity.keys import KeySource, KeysUnavailable
from gdi_spe.node.identity.linked import check_link, own_identities
from gdi_spe.node.identity.trust import Identity, Target, Trust
from gdi_spe.node.identity.visas import (
    SignedVisa,
    Visa,
    VisaRefused,
    check_signature,
    fingerprint,
    read_assertion,
    take_apart,
)


@dataclass(frozen=True)
class Refusal:
    """Why one visa of the passport does not count."""

    visa: int
    code: str
    why: str

    def as_json(self) -> dict[str, object]:
        """Return it as commands and the Hub print it."""
        return {"visa": self.visa, "code": self.code, "why": self.why}


@dataclass(frozen=True)
class Derivation:
    """One way to a grant: a visa, with the visas that it needs, and until when all of them hold."""

    target: str
    value: str
    source: str
    subject: str
    until: datetime
    issued: datetime
    visa_sha256: str
    visa: int


@dataclass(frozen=True)
class Decision:
    """What follows from one passport at one instant."""

    derivations: tuple[Derivation, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    # Visas that could not be judged because their issuer's keys cannot be had now.
    unjudged: frozenset[str] = frozenset()
    # Every identity of the user, and until when links say so; None is without end.
    identities: tuple[tuple[Identity, datetime | None], ...] = ()
    # Sources whose own visas could not be fetched now.
    silent: frozenset[str] = frozenset()

    @property
    def granted(self) -> dict[str, datetime]:
        """Each dataset or cohort, with the end of its longest derivation."""
        ends: dict[str, datetime] = {}
        for one in self.derivations:
            ends[one.target] = max(one.until, ends.get(one.target, one.until))
        return dict(sorted(ends.items()))


def decide(
    passport: object,
    user: Identity,
    trust: Trust,
    keys: KeySource,
    now: datetime,
    also: Sequence[str] = (),
) -> Decision:
    """Decide what a passport, as found in ``ga4gh_passport_v1``, grants to the user now.

    ``also`` are other subjects by which the log-in service itself knows the user.
    """
    if not isinstance(passport, list):
        return _nothing("passport-malformed", 0)
    if len(passport) > trust.limits.max_visas:
        return _nothing("passport-too-large", trust.limits.max_visas)
    reading = _Reading(trust, keys, now)
    valid = reading.read(passport)
    links = [visa for visa in valid if visa.type == "LinkedIdentities"]
    known = own_identities(user, links, trust, also)
    own = [
        (visa, min(visa.expires, known[visa.identity])) for visa in valid if visa.identity in known
    ]
    derivations: list[Derivation] = []
    for visa in valid:
        if visa.type == "ControlledAccessGrants":
            derivations += reading.derive(visa, own, known.get(visa.identity))
    granted = {one.target for one in derivations}
    for visa in valid:
        if visa.type != "ControlledAccessGrants":
            reading.explain(visa, visa.identity in known, granted)
    refusals = sorted(reading.refusals, key=lambda refusal: refusal.visa)
    identities = tuple(
        (one, None if until == float("inf") else _instant(until))
        for one, until in sorted(known.items())
        if until > now.timestamp()
    )
    return Decision(tuple(derivations), tuple(refusals), frozenset(reading.unjudged), identities)


class _Reading:
    """One passport being read: what is believed, and what was refused so far."""

    def __init__(self, trust: Trust, keys: KeySource, now: datetime) -> None:
        self.trust, self.keys, self.now = trust, keys, now
        self.refusals: list[Refusal] = []
        self.unjudged: set[str] = set()

    def read(self, passport: Sequence[object]) -> list[Visa]:
        """Return the visas that are well formed, trusted, signed, and valid now."""
        apart = self._apart(passport)
        # So many key sets are asked at most, whichever visas come first.
        allowed = sorted({signed.jku for _, _, signed in apart})[: self.trust.limits.max_key_sets]
        valid = []
        for index, jws, signed in apart:
            try:
                if signed.jku not in allowed:
                    raise VisaRefused("keys-unavailable", "too many key sets in one passport")
                valid.append(self._verified(index, jws, signed))
            except VisaRefused as refusal:
                self._refuse(index, refusal)
        return valid

    def derive(
        self, visa: Visa, own: list[tuple[Visa, float]], identity_until: float | None
    ) -> list[Derivation]:
        """Return what one access grant leads to."""
        try:
            if identity_until is None:
                raise VisaRefused("subject")
            targets = accepted_targets(visa, self.trust)
            conditions = read_conditions(visa.conditions if visa.is_conditional else [])
            met = met_until(conditions, [(v, u) for v, u in own if self._may_meet(v)])
            if met is None:
                raise VisaRefused("conditions-unmet")
        except VisaRefused as refusal:
            self._refuse(visa.index, refusal)
            return []
        # TRUST: a derivation lives as long as the shortest of its visas.
        until = _instant(min(visa.expires, identity_until, met))
        return [
            Derivation(
                target=target.id,
                value=visa.value,
                source=visa.source,
                subject=visa.identity.sub,
                until=until,
                issued=_instant(visa.issued),
                visa_sha256=visa.sha256,
                visa=visa.index,
            )
            for target in targets
        ]

    def explain(self, visa: Visa, is_own: bool, granted: set[str]) -> None:
        """Refuse a visa that is no grant where somebody would wonder why it does not help."""
        names = {target.id for target in self.trust.meaning(visa.value)}
        if not is_own:
            self._refuse(visa.index, VisaRefused("subject"))
        elif names - granted:
            self._refuse(visa.index, VisaRefused("visa-type", f"{visa.type} grants no data"))

    def _may_meet(self, visa: Visa) -> bool:
        """An access grant meets a condition only if its own source is trusted for its value."""
        if visa.type != "ControlledAccessGrants":
            return True
        try:
            return bool(accepted_targets(visa, self.trust))
        except VisaRefused:
            return False

    def _apart(self, passport: Sequence[object]) -> list[tuple[int, str, SignedVisa]]:
        apart = []
        for index, jws in enumerate(passport):
            try:
                apart.append((index, str(jws), self._trusted(jws)))
            except VisaRefused as refusal:
                self._refuse(index, refusal)
        return apart

    def _trusted(self, jws: object) -> SignedVisa:
        signed = take_apart(jws, self.trust.limits.max_visa_bytes)
        if not self.trust.knows(signed.iss):
            raise VisaRefused("issuer-untrusted")
        # TRUST: before anything is fetched: these keys are trusted for this issuer, or none are.
        if self.trust.issuer(signed.iss, signed.jku) is None:
            raise VisaRefused("key-set-untrusted")
        return signed

    def _verified(self, index: int, jws: str, signed: SignedVisa) -> Visa:
        try:
            keys = self.keys.keys(signed.jku, signed.kid, self.now)
        except KeysUnavailable:
            # TRUST: an issuer's outage is never a grant.
            self.unjudged.add(fingerprint(jws))
            raise VisaRefused("keys-unavailable") from None
        check_signature(signed, keys)
        limits = self.trust.limits
        visa = read_assertion(
            signed,
            index,
            jws,
            self.now.timestamp(),
            limits.max_clock_skew_seconds,
            limits.max_authorization_seconds,
        )
        if visa.type == "LinkedIdentities":
            check_link(visa, self.trust)
        return visa

    def _refuse(self, index: int, refusal: VisaRefused) -> None:
        self.refusals.append(Refusal(index, refusal.code, refusal.why))


def accepted_targets(visa: Visa, trust: Trust) -> list[Target]:
    """Return what a visa's value means here, where its source and authority are accepted."""
    meant = trust.meaning(visa.value)
    if not meant:
        raise VisaRefused("value-unknown")
    sourced = [target for target in meant if visa.source in target.sources]
    if not sourced:
        raise VisaRefused("source-untrusted")
    # TRUST: an absent ``by`` is "unknown" and fails every policy (Passport 1.2.1, by).
    accepted = [target for target in sourced if visa.by in target.by]
    if not accepted:
        raise VisaRefused("by-untrusted")
    return accepted


def _nothing(code: str, index: int) -> Decision:
    return Decision(refusals=(Refusal(index, code, VisaRefused(code).why),))


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
