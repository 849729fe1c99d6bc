"""The checklist of a clearinghouse, row by row, with passports that are signed here."""

import base64
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.node.identity.clearinghouse import Decision, decide
from gdi_spe.node.identity.conditions import matches_pattern
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.linked import linked_identities
from gdi_spe.node.identity.trust import Identity, Limits
from gdi_spe.node.identity.visas import WHY, VisaRefused, take_apart

NOW = 1_800_000_000
BROKER, REMS, EVIL = (f"https://idp.test/{name}/" for name in ("oidc", "rems", "evil"))
SUB = "28f7bc3a2d32a4a7@lifescience-ri.eu"
VALUE = "https://gdi.test/datasets/D1"
FACULTY = {"type": "AffiliationAndRole", "value": "const:faculty@uni.test"}
RESEARCHER = "https://doi.org/10.1038/s41431-018-0219-y"
LINK_7 = "local-7,https%3A%2F%2Fidp.test%2Frems%2F"

# Fixture `world` signs; a passport is a function of it. By row of the checklist.
Passport = Callable[[Any], list[object]]

GRANTS: dict[str, Passport] = {
    # C4, C6: algorithms and keys
    "rs256": lambda w: [w.visa()],
    "es256": lambda w: [w.visa(header={"alg": "ES256", "kid": "k2"})],
    "typ JWT": lambda w: [w.visa(header={"typ": "JWT"})],
    "typ in capitals with its prefix": lambda w: [
        w.visa(header={"typ": "application/vnd.ga4gh.visa+JWT"})
    ],
    "no typ": lambda w: [w.visa(drop=("typ",))],
    # C7, C20: times, with 30 s of skew at the beginning
    "issued 20 s from now": lambda w: [w.visa(claims={"iat": NOW + 20})],
    "nbf in the past": lambda w: [w.visa(claims={"nbf": NOW - 1})],
    "expires in a second": lambda w: [w.visa(claims={"exp": NOW + 1})],
    "instants with fractions": lambda w: [w.visa(claims={"exp": NOW + 0.5, "iat": NOW - 0.5})],
    "expires beyond all calendars": lambda w: [w.visa(claims={"exp": 10**15})],
    "expires beyond all floats": lambda w: [w.visa(claims={"exp": 10**400})],
    "asserted before all of this": lambda w: [w.visa(asserted=0)],
    # C8: a scope without openid
    "scope without openid": lambda w: [w.visa(claims={"scope": "ga4gh_passport_v1 openidx"})],
    # C9: what is not needed is ignored
    "a custom type next to a grant": lambda w: [w.visa(type="https://x.test/super"), w.visa()],
    "the same visa three times": lambda w: [w.visa()] * 3,
    "unknown claims": lambda w: [w.visa(claims={"x": {"y": [1]}}, colour="blue")],
    "bad visas next to a good one": lambda w: ["x", w.visa(EVIL), None, w.visa(), w.visa(by="so")],
    # C11: identities
    "the user's own sub, signed by another trusted issuer": lambda w: [w.visa(REMS)],
    "linked by the broker": lambda w: [w.link(LINK_7), w.visa(claims={"sub": "local-7"})],
    "linked among others": lambda w: [
        w.link("a%3Bb,https%3A%2F%2Fx.test", LINK_7), w.visa(claims={"sub": "local-7"})
    ],
    "linked by a chain": lambda w: [
        w.link("mid," + BROKER.replace("/", "%2F").replace(":", "%3A")),
        w.link(LINK_7, claims={"sub": "mid"}),
        w.visa(claims={"sub": "local-7"}),
    ],
    "linked from the other side": lambda w: [
        w.link(f"{SUB},https%3A%2F%2Fidp.test%2Foidc%2F", claims={"sub": "mid"}),
        w.visa(BROKER, claims={"sub": "mid"}),
    ],
    # C13: conditions
    "no condition in the list": lambda w: [w.visa(conditions=[])],
    "const met": lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation()],
    "the second of two alternatives met": lambda w: [
        w.visa(conditions=[[{**FACULTY, "value": "const:student@uni.test"}], [FACULTY]]),
        w.affiliation(),
    ],
    "both of two clauses met by two visas": lambda w: [
        w.visa(conditions=[[FACULTY, {"type": "ResearcherStatus", "by": "const:so"}]]),
        w.affiliation(),
        w.affiliation(type="ResearcherStatus", value=RESEARCHER),
    ],
    "pattern with question mark": lambda w: [
        w.visa(conditions=[[{**FACULTY, "value": "pattern:facult?@uni.test"}]]), w.affiliation()
    ],
    "pattern with asterisk": lambda w: [
        w.visa(conditions=[[{**FACULTY, "value": "pattern:faculty@*"}]]), w.affiliation()
    ],
    "split_pattern on linked identities": lambda w: [
        w.visa(conditions=[[{"type": "LinkedIdentities", "value": "split_pattern:local-?,*"}]]),
        w.link("x,https%3A%2F%2Fx.test", LINK_7),
    ],
    "source in a condition": lambda w: [
        w.visa(conditions=[[{**FACULTY, "source": "const:https://uni.test"}]]), w.affiliation()
    ],
    "a type that nobody knows in one alternative, the other met": lambda w: [
        w.visa(conditions=[[{"type": "https://x.test/t", "value": "const:x"}], [FACULTY]]),
        w.affiliation(),
    ],
    "by in a condition": lambda w: [
        w.visa(conditions=[[{**FACULTY, "by": "const:so"}]]), w.affiliation()
    ],
    "one visa that meets two clauses": lambda w: [
        w.visa(conditions=[[FACULTY, {"type": "AffiliationAndRole", "by": "pattern:s?"}]]),
        w.affiliation(),
    ],
    "met by a linked identity's visa": lambda w: [
        w.visa(conditions=[[FACULTY]]),
        w.link(LINK_7),
        w.affiliation(REMS, claims={"sub": "local-7"}),
    ],
    "an unknown prefix in one alternative, the other met": lambda w: [
        w.visa(conditions=[[{**FACULTY, "value": "regex:.*"}], [FACULTY]]), w.affiliation()
    ],
    "met by a grant for another dataset": lambda w: [
        w.visa(conditions=[[{"type": "ControlledAccessGrants", "value": "const:urn:c1"}]]),
        w.visa(value="urn:c1"),
    ],
}  # fmt: skip

REFUSED: dict[str, tuple[str, Passport]] = {
    # C3, C6, C7: form
    "no string": ("visa-malformed", lambda w: [7]),
    "two parts": ("visa-malformed", lambda w: [w.visa().rpartition(".")[0]]),
    "four parts": ("visa-malformed", lambda w: [w.visa() + ".x"]),
    "padding": ("visa-malformed", lambda w: [w.visa() + "=="]),
    "white space": ("visa-malformed", lambda w: [w.visa() + "\n"]),
    "white space before": ("visa-malformed", lambda w: [" " + w.visa()]),
    "white space within": ("visa-malformed", lambda w: [w.visa().replace(".", ".\r\n")]),
    "the name of its scheme before": ("visa-malformed", lambda w: ["Bearer " + w.visa()]),
    "JWS in its JSON form": ("visa-malformed", lambda w: [{"payload": w.visa()}]),
    "an empty string": ("visa-malformed", lambda w: [""]),
    "a visa in a list": ("visa-malformed", lambda w: [[w.visa()]]),
    "a claim of the visa object twice": ("visa-malformed", lambda w: [twice_within(w)]),
    "bytes that are no UTF-8": ("visa-malformed", lambda w: ["e30._w.AAAA"]),
    "a byte order mark": ("visa-malformed", lambda w: ["77u_e30.e30.AAAA"]),
    "a header that is a list": ("visa-malformed", lambda w: [b64([]) + ".e30.AAAA"]),
    "no JSON": ("visa-malformed", lambda w: ["eA.eA.eA"]),
    "NaN": ("visa-malformed", lambda w: [w.visa(claims={"exp": float("nan")})]),
    "nested beyond reason": ("visa-malformed", lambda w: [deep(5000)]),
    "a claim twice": ("visa-malformed", lambda w: [twice(w)]),
    # C4
    "alg none": ("algorithm-refused", lambda w: [w.visa(header={"alg": "none"})]),
    "alg HS256": ("algorithm-refused", lambda w: [w.visa(header={"alg": "HS256"})]),
    "alg RS384": ("algorithm-refused", lambda w: [w.visa(header={"alg": "RS384"})]),
    "alg PS256": ("algorithm-refused", lambda w: [w.visa(header={"alg": "PS256"})]),
    "alg in small letters": ("algorithm-refused", lambda w: [w.visa(header={"alg": "rs256"})]),
    "alg that is a list": ("algorithm-refused", lambda w: [w.visa(header={"alg": ["RS256"]})]),
    "HS256 with the public key as the secret": ("algorithm-refused", lambda w: [confused(w)]),
    "no alg": ("algorithm-refused", lambda w: [w.visa(drop=("alg",))]),
    "RS256 by the name of an EC key": ("key-unknown", lambda w: [w.visa(header={"kid": "k2"})]),
    "ES256 by the name of an RSA key": ("key-unknown", lambda w: [w.visa(header={"alg": "ES256"})]),
    # C5
    "issuer not trusted": ("issuer-untrusted", lambda w: [w.visa(EVIL)]),
    "issuer with another spelling": (
        "issuer-untrusted", lambda w: [w.visa(claims={"iss": REMS.rstrip("/")})],
    ),
    "jku of a stranger": (
        "key-set-untrusted", lambda w: [w.visa(header={"jku": f"{EVIL}jwk"})],
    ),
    "jku of another trusted issuer": (
        "key-set-untrusted", lambda w: [w.visa(header={"jku": f"{BROKER}jwk"})],
    ),
    "jku with something behind it": (
        "key-set-untrusted", lambda w: [w.visa(header={"jku": f"{REMS}jwk?x"})],
    ),
    **{
        f"jku {name}": ("key-set-untrusted", lambda w, jku=jku: [w.visa(header={"jku": jku})])
        for name, jku in {
            "in capitals": "HTTPS://IDP.TEST/rems/jwk",
            "with a port": "https://idp.test:443/rems/jwk",
            "with a slash at its end": f"{REMS}jwk/",
            "with a fragment": f"{REMS}jwk#",
            "with a user": "https://idp.test@evil.test/rems/jwk",
            "with dots": f"{REMS}x/../jwk",
            "percent-encoded": f"{REMS}%6Awk",
            "by plain http": "http://idp.test/rems/jwk",
            "that begins like it": "https://idp.test/rems/jwk.evil.test",
            "of a file": "file:///rems/jwk",
        }.items()
    },
    "issuer in capitals": ("issuer-untrusted", lambda w: [w.visa(claims={"iss": REMS.upper()})]),
    "issuer that is a list": ("visa-malformed", lambda w: [w.visa(claims={"iss": [REMS]})]),
    "no jku": ("key-set-missing", lambda w: [w.visa(drop=("jku",))]),
    "jku that is a list": ("visa-malformed", lambda w: [w.visa(header={"jku": [f"{REMS}jwk"]})]),
    # C6
    "no kid": ("claim-missing", lambda w: [w.visa(drop=("kid",))]),
    "kid that is a number": ("visa-malformed", lambda w: [w.visa(header={"kid": 1})]),
    "kid null": ("visa-malformed", lambda w: [w.visa(header={"kid": None})]),
    "kid empty": ("visa-malformed", lambda w: [w.visa(header={"kid": ""})]),
    "kid in capitals": ("key-unknown", lambda w: [w.visa(header={"kid": "K1"})]),
    "empty crit": ("header-refused", lambda w: [w.visa(header={"crit": []})]),
    "x5t in the header": ("header-refused", lambda w: [w.visa(header={"x5t": "AAAA"})]),
    "unencoded payload": ("header-refused", lambda w: [w.visa(header={"b64": 0, "crit": ["b64"]})]),
    "ES256 in DER": ("bad-signature", lambda w: [der(w)]),
    "unknown kid": ("key-unknown", lambda w: [w.visa(header={"kid": "k9"})]),
    "jwk in the header": ("header-refused", lambda w: [w.visa(header={"jwk": {}})]),
    "x5u in the header": ("header-refused", lambda w: [w.visa(header={"x5u": "https://x.test"})]),
    "x5c in the header": ("header-refused", lambda w: [w.visa(header={"x5c": []})]),
    "crit": ("header-refused", lambda w: [w.visa(header={"crit": ["exp"]})]),
    "signed by another's key": ("bad-signature", lambda w: [forged(w)]),
    "no signature": ("bad-signature", lambda w: [w.visa().rpartition(".")[0] + "."]),
    "another visa's signature": (
        "bad-signature",
        lambda w: [w.visa(by="so").rpartition(".")[0] + "." + w.visa().rpartition(".")[2]],
    ),
    # C3, C8: other tokens
    "a passport as a visa": (
        "type-of-token", lambda w: [w.visa(header={"typ": "vnd.ga4gh.passport+jwt"})],
    ),
    "an access token": ("type-of-token", lambda w: [w.visa(header={"typ": "at+jwt"})]),
    "an id token": ("type-of-token", lambda w: [w.visa(header={"typ": "id_token+jwt"})]),
    "typ empty": ("type-of-token", lambda w: [w.visa(header={"typ": ""})]),
    "an access token by its form": (
        "access-token", lambda w: [w.visa(claims={"scope": "openid"}, drop=("jku",))],
    ),
    "made for this node": ("audience", lambda w: [w.visa(claims={"aud": ["hub"]})]),
    "made for nobody": ("audience", lambda w: [w.visa(claims={"aud": None})]),
    "typ that is a number": ("visa-malformed", lambda w: [w.visa(header={"typ": 1})]),
    "scope with openid": ("access-token", lambda w: [w.visa(claims={"scope": "x openid y"})]),
    "scope that is a list": ("visa-malformed", lambda w: [w.visa(claims={"scope": ["openid"]})]),
    "made for somebody else": ("audience", lambda w: [w.visa(claims={"aud": "other"})]),
    # C7
    "no iss": ("claim-missing", lambda w: [w.visa(drop=("iss",))]),
    "no sub": ("claim-missing", lambda w: [w.visa(drop=("sub",))]),
    "no iat": ("claim-missing", lambda w: [w.visa(drop=("iat",))]),
    "no exp": ("claim-missing", lambda w: [w.visa(drop=("exp",))]),
    "expired": ("expired", lambda w: [w.visa(claims={"exp": NOW - 1})]),
    "expires now": ("expired", lambda w: [w.visa(claims={"exp": NOW})]),
    "nbf in the future": ("not-yet-valid", lambda w: [w.visa(claims={"nbf": NOW + 31})]),
    "iat in the future": ("not-yet-valid", lambda w: [w.visa(claims={"iat": NOW + 31})]),
    "exp as text": ("visa-malformed", lambda w: [w.visa(claims={"exp": str(NOW + 9)})]),
    "exp as a truth": ("visa-malformed", lambda w: [w.visa(claims={"exp": True})]),
    "exp null": ("visa-malformed", lambda w: [w.visa(claims={"exp": None})]),
    "exp below zero": ("visa-malformed", lambda w: [w.visa(claims={"exp": -(10**400)})]),
    "exp without end": ("visa-malformed", lambda w: [w.visa(claims={"exp": float("inf")})]),
    "exp as a list": ("visa-malformed", lambda w: [w.visa(claims={"exp": [NOW + 9]})]),
    "expired by less than the skew": ("expired", lambda w: [w.visa(claims={"exp": NOW - 0.5})]),
    "iat as a truth": ("visa-malformed", lambda w: [w.visa(claims={"iat": True})]),
    "iat beyond all floats": ("not-yet-valid", lambda w: [w.visa(claims={"iat": 10**400})]),
    "nbf null": ("visa-malformed", lambda w: [w.visa(claims={"nbf": None})]),
    "nbf as text": ("visa-malformed", lambda w: [w.visa(claims={"nbf": "0"})]),
    "sub empty": ("visa-malformed", lambda w: [w.visa(claims={"sub": ""})]),
    "sub null": ("visa-malformed", lambda w: [w.visa(claims={"sub": None})]),
    "iat below zero": ("visa-malformed", lambda w: [w.visa(claims={"iat": -1})]),
    "sub that is a list": ("visa-malformed", lambda w: [w.visa(claims={"sub": [SUB]})]),
    "sub with a line feed": ("visa-malformed", lambda w: [w.visa(claims={"sub": SUB + "\n"})]),
    # C9
    "custom type": ("visa-type", lambda w: [w.visa(type="https://x.test/super")]),
    "type in other letters": ("visa-type", lambda w: [w.visa(type="controlledAccessGrants")]),
    "type in capitals": ("visa-type", lambda w: [w.visa(type="CONTROLLEDACCESSGRANTS")]),
    "type with white space": ("visa-type", lambda w: [w.visa(type="ControlledAccessGrants ")]),
    "type as a list": ("visa-malformed", lambda w: [w.visa(type=["ControlledAccessGrants"])]),
    "no type": ("claim-missing", lambda w: [w.visa(type=None)]),
    "no visa object": ("claim-missing", lambda w: [w.visa(drop=("ga4gh_visa_v1",))]),
    "visa object that is a list": (
        "claim-missing", lambda w: [w.visa(claims={"ga4gh_visa_v1": []})],
    ),
    # C10, C14, C15
    "source missing": ("claim-missing", lambda w: [w.visa(source=None)]),
    "source of another committee": ("source-untrusted", lambda w: [w.visa(source="https://x")]),
    "source trusted for another dataset": (
        "source-untrusted", lambda w: [w.visa(source="https://dac.test/dacs/2")],
    ),
    "source with other letters": (
        "source-untrusted", lambda w: [w.visa(source="https://DAC.test/dacs/1")],
    ),
    "source too long": ("visa-malformed", lambda w: [w.visa(source="https://" + "x" * 250)]),
    "by missing": ("by-missing", lambda w: [w.visa(by=None)]),
    "by null": ("visa-malformed", lambda w: [w.visa(claims={"ga4gh_visa_v1": body(by=None)})]),
    "by self": ("by-untrusted", lambda w: [w.visa(by="self")]),
    "by peer": ("by-untrusted", lambda w: [w.visa(by="peer")]),
    "by in capitals": ("by-untrusted", lambda w: [w.visa(by="DAC")]),
    "asserted missing": ("claim-missing", lambda w: [w.visa(asserted=None)]),
    "asserted in the future": ("not-yet-valid", lambda w: [w.visa(asserted=NOW + 31)]),
    "asserted as text": ("visa-malformed", lambda w: [w.visa(asserted=str(NOW))]),
    "asserted as a truth": ("visa-malformed", lambda w: [w.visa(asserted=True)]),
    "asserted below zero": ("visa-malformed", lambda w: [w.visa(asserted=-1)]),
    "asserted beyond all floats": ("not-yet-valid", lambda w: [w.visa(asserted=10**400)]),
    "source empty": ("visa-malformed", lambda w: [w.visa(source="")]),
    "source with a slash more": (
        "source-untrusted", lambda w: [w.visa(source="https://dac.test/dacs/1/")],
    ),
    "source no organization": (
        "source-untrusted", lambda w: [w.visa(source="https://no.organization")],
    ),
    "source as a list": ("visa-malformed", lambda w: [w.visa(source=["https://dac.test/dacs/1"])]),
    "by system": ("by-untrusted", lambda w: [w.visa(by="system")]),
    "by as a list": ("visa-malformed", lambda w: [w.visa(by=["dac"])]),
    "by with white space": ("by-untrusted", lambda w: [w.visa(by="dac ")]),
    "researcher status with the value": (
        "visa-type", lambda w: [w.visa(type="ResearcherStatus")],
    ),
    "a role is no grant": (
        "visa-type", lambda w: [w.visa(type="ResearcherGrant")],
    ),
    # C12
    "value missing": ("claim-missing", lambda w: [w.visa(value=None)]),
    "value as a list": ("visa-malformed", lambda w: [w.visa(value=[VALUE])]),
    "value a prefix": ("value-unknown", lambda w: [w.visa(value=VALUE[:-1])]),
    "value longer": ("value-unknown", lambda w: [w.visa(value=VALUE + "/")]),
    "value with another case": ("value-unknown", lambda w: [w.visa(value=VALUE.lower())]),
    "value with the same last part": ("value-unknown", lambda w: [w.visa(value="https://x/D1")]),
    "value is the dataset's id": ("value-unknown", lambda w: [w.visa(value="D1")]),
    "value with white space": ("value-unknown", lambda w: [w.visa(value=VALUE + " ")]),
    "value percent-encoded": ("value-unknown", lambda w: [w.visa(value=VALUE[:-1] + "%31")]),
    "value with an asterisk": ("value-unknown", lambda w: [w.visa(value=VALUE[:-2] + "*")]),
    "value by plain http": ("value-unknown", lambda w: [w.visa(value="http" + VALUE[5:])]),
    "value with a port": (
        "value-unknown", lambda w: [w.visa(value=VALUE.replace(".test", ".test:443"))],
    ),
    "value with a query": ("value-unknown", lambda w: [w.visa(value=VALUE + "?x=1")]),
    "value with a fragment": ("value-unknown", lambda w: [w.visa(value=VALUE + "#x")]),
    "value with dots": ("value-unknown", lambda w: [w.visa(value=VALUE[:-2] + "./D1")]),
    "value with an invisible letter": (
        "visa-malformed", lambda w: [w.visa(value=VALUE + "\u200b")],
    ),
    "value of another script": (
        "value-unknown", lambda w: [w.visa(value=VALUE[:-2] + "\u13a0" + "1")],
    ),
    "two values": ("value-unknown", lambda w: [w.visa(value=f"{VALUE};{VALUE}")]),
    "value empty": ("visa-malformed", lambda w: [w.visa(value="")]),
    "value of 256 characters": ("visa-malformed", lambda w: [w.visa(value="x" * 256)]),
    # C11
    "another's visa": ("subject", lambda w: [w.visa(claims={"sub": "mallory"})]),
    "sub with other letters": ("subject", lambda w: [w.visa(claims={"sub": SUB.upper()})]),
    "linked to another issuer's identity": (
        "subject",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link("local-7,https%3A%2F%2Fx.test")],
    ),
    "linked by a stranger": (
        "subject issuer-untrusted",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link(LINK_7, iss=EVIL)],
    ),
    "linked by an issuer that may not": (
        "subject link-untrusted",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link(LINK_7, iss=REMS)],
    ),
    "linked by a visa about somebody else": (
        "subject subject",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link(LINK_7, claims={"sub": "other"})],
    ),
    "linked by a visa that has expired": (
        "subject expired",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link(LINK_7, claims={"exp": NOW - 1})],
    ),
    "linked by a chain that a stranger closes": (
        "subject issuer-untrusted",
        lambda w: [
            w.visa(claims={"sub": "local-7"}),
            w.link("mid," + quote(BROKER, safe="")),
            w.link(LINK_7, iss=EVIL, claims={"sub": "mid"}),
        ],
    ),
    "linked by a chain with a gap": (
        "subject subject",
        lambda w: [
            w.visa(claims={"sub": "local-7"}),
            w.link("mid," + quote(BROKER, safe="")),
            w.link(LINK_7, claims={"sub": "other"}),
        ],
    ),
    "linked with iss before sub": (
        "subject",
        lambda w: [
            w.visa(claims={"sub": "local-7"}), w.link(",".join(reversed(LINK_7.split(","))))
        ],
    ),
    "linked with a name in capitals": (
        "subject",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link(LINK_7.replace("local", "LOCAL"))],
    ),
    "linked under a condition": (
        "subject conditions-unmet",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link(LINK_7, conditions=[[FACULTY]])],
    ),
    "a link with white space": (
        "subject link-malformed",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link("x,y", " " + LINK_7)],
    ),
    "a link that is not encoded": (
        "subject link-malformed",
        lambda w: [w.visa(claims={"sub": "local-7"}), w.link("local-7", REMS)],
    ),
    # C13
    "condition unmet": ("conditions-unmet", lambda w: [w.visa(conditions=[[FACULTY]])]),
    "one of two clauses met": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[FACULTY, {"type": "ResearcherStatus", "by": "const:so"}]]),
            w.affiliation(),
        ],
    ),
    "one clause met by two visas": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "by": "const:dac"}]]),
            w.affiliation(),
            w.affiliation(value="student@uni.test", by="dac"),
        ],
    ),
    "met by the visa itself": (
        "conditions-unmet",
        lambda w: [w.visa(conditions=[[{"type": "ControlledAccessGrants", "by": "const:dac"}]])],
    ),
    "met by a conditional visa": (
        "conditions-unmet",
        lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation(conditions=[[FACULTY]])],
    ),
    "met by a visa whose list of conditions is empty": (
        "conditions-unmet",
        lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation(conditions=[])],
    ),
    "met by an expired visa": (
        "conditions-unmet expired",
        lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation(claims={"exp": NOW - 1})],
    ),
    "met by another's visa": (
        "conditions-unmet subject",
        lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation(claims={"sub": "mallory"})],
    ),
    "met by a stranger's visa": (
        "conditions-unmet issuer-untrusted",
        lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation(EVIL)],
    ),
    "met by a grant of an untrusted source": (
        "conditions-unmet source-untrusted",
        lambda w: [
            w.visa(conditions=[[{"type": "ControlledAccessGrants", "value": "const:urn:c1"}]]),
            w.visa(value="urn:c1", source="https://x.test"),
        ],
    ),
    "met but for a letter's case": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "value": "const:Faculty@uni.test"}]]), w.affiliation()
        ],
    ),
    "met by a part of the value": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "value": "pattern:faculty@uni"}]]), w.affiliation()
        ],
    ),
    "an absent claim": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "by": "pattern:*"}]]), w.affiliation(by=None)
        ],
    ),
    "a type that nobody knows": (
        "conditions-unmet visa-type",
        lambda w: [
            w.visa(conditions=[[{"type": "https://x.test/t", "value": "const:x"}]]),
            w.affiliation(type="https://x.test/t", value="x"),
        ],
    ),
    "a type in other letters": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "type": "affiliationAndRole"}]]), w.affiliation()
        ],
    ),
    "a type with a prefix": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "type": "const:AffiliationAndRole"}]]), w.affiliation()
        ],
    ),
    "a split pattern over a part": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{"type": "LinkedIdentities", "value": "split_pattern:local-7"}]]),
            w.link("x,https%3A%2F%2Fx.test", LINK_7),
        ],
    ),
    "a pattern over what only a split would match": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{"type": "LinkedIdentities", "value": "pattern:local-?,*"}]]),
            w.link("x,https%3A%2F%2Fx.test", LINK_7),
        ],
    ),
    "met by terms without a by": (
        "conditions-unmet by-missing",
        lambda w: [
            w.visa(conditions=[[{"type": "AcceptedTermsAndPolicies", "value": "pattern:*"}]]),
            w.affiliation(type="AcceptedTermsAndPolicies", by=None),
        ],
    ),
    "met by an affiliation without an at sign": (
        "conditions-unmet visa-malformed",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "value": "pattern:*"}]]), w.affiliation(value="faculty")
        ],
    ),
    "met by a visa that is not valid yet": (
        "conditions-unmet not-yet-valid",
        lambda w: [w.visa(conditions=[[FACULTY]]), w.affiliation(claims={"nbf": NOW + 31})],
    ),
    "an unknown prefix": (
        "conditions-unmet",
        lambda w: [w.visa(conditions=[[{**FACULTY, "value": "regex:.*"}]]), w.affiliation()],
    ),
    "no prefix": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "value": "faculty@uni.test"}]]), w.affiliation()
        ],
    ),
    "a prefix with other letters": (
        "conditions-unmet",
        lambda w: [
            w.visa(conditions=[[{**FACULTY, "value": "CONST:faculty@uni.test"}]]), w.affiliation()
        ],
    ),
    **{
        f"conditions {name}": (
            "conditions-malformed",
            lambda w, raw=raw: [w.visa(conditions=raw), w.affiliation()],
        )
        for name, raw in {
            "that are an object": {"type": "AffiliationAndRole"},
            "that are text": "const:x",
            "of one level": [FACULTY],
            "with an empty group": [[]],
            "with an empty group next to a good one": [[FACULTY], []],
            "without a type": [[{"value": "const:faculty@uni.test"}]],
            "with a type alone": [[{"type": "AffiliationAndRole"}]],
            "on asserted": [[{**FACULTY, "asserted": "const:1"}]],
            "on exp": [[{**FACULTY, "exp": "const:1"}]],
            "on conditions": [[{**FACULTY, "conditions": "const:x"}]],
            "on an unknown claim": [[{**FACULTY, "colour": "const:blue"}]],
            "with a number": [[{**FACULTY, "value": 7}]],
            "with a list": [[{**FACULTY, "value": ["const:faculty@uni.test"]}]],
            "with a malformed clause next to a good one": [[FACULTY], [{"value": "const:x"}]],
            "without end": [[FACULTY] * 65],
            "that are true": True,
            "that are zero": 0,
            "that are an empty text": "",
            "that are an empty object": {},
            "of three levels": [[[FACULTY]]],
            "with null for a group": [None],
            "with null for a clause": [[None]],
            "with null for a claim": [[{**FACULTY, "by": None}]],
            "with an empty type": [[{**FACULTY, "type": ""}]],
            "with a type that is a list": [[{**FACULTY, "type": ["AffiliationAndRole"]}]],
            "with a clause that is too long": [[{**FACULTY, "value": "const:" + "x" * 1024}]],
        }.items()
    },
    "conditions null": (
        "conditions-malformed",
        lambda w: [w.visa(claims={"ga4gh_visa_v1": {**body(), "conditions": None}})],
    ),
    # C20
    "a visa too large": ("visa-too-large", lambda w: [w.visa(claims={"x": "x" * 17_000})]),
    "too many visas": ("passport-too-large", lambda w: [w.visa()] * 21),
}  # fmt: skip


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def body(**changed: object) -> dict[str, object]:
    plain = {"type": "ControlledAccessGrants", "asserted": NOW - 9, "value": VALUE, "by": "dac"}
    return {**plain, "source": "https://dac.test/dacs/1", **changed}


def deep(levels: int) -> str:
    raw = b"[" * levels + b"]" * levels
    return "e30." + base64.urlsafe_b64encode(raw).rstrip(b"=").decode() + ".AAAA"


def twice(world: Any) -> str:
    """A visa whose payload, truly signed, names its subject twice."""
    header, payload, _ = world.visa().split(".")
    raw = base64.urlsafe_b64decode(payload + "==")
    raw = raw[:-1] + f', "sub": "{SUB}"}}'.encode()
    return header + "." + base64.urlsafe_b64encode(raw).rstrip(b"=").decode() + ".AAAA"


def twice_within(world: Any) -> str:
    """A visa whose visa object names its value twice."""
    header, payload, _ = world.visa().split(".")
    raw = base64.urlsafe_b64decode(payload + "==")
    raw = raw.replace(b'"by"', b'"value": "urn:c1", "by"')
    return header + "." + base64.urlsafe_b64encode(raw).rstrip(b"=").decode() + ".AAAA"


def confused(world: Any) -> str:
    """A visa signed by HMAC, with the issuer's public modulus as the secret."""
    header = {"alg": "HS256", "jku": f"{REMS}jwk", "kid": "k1"}
    claims = {"iss": REMS, "sub": SUB, "iat": NOW - 9, "exp": NOW + 9, "ga4gh_visa_v1": body()}
    signed = f"{b64(header)}.{b64(claims)}"
    secret = world.issuers[REMS].jwks()["keys"][0]["n"].encode()
    mac = hmac.new(secret, signed.encode(), "sha256").digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def der(world: Any) -> str:
    """A visa whose ES256 signature is in ASN.1, as OpenSSL writes it and RFC 7518 3.4 does not."""
    whole: str = world.visa(header={"alg": "ES256", "kid": "k2"})
    signed, _, text = whole.rpartition(".")
    raw = base64.urlsafe_b64decode(text + "==")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    ours = encode_dss_signature(r, s)
    return f"{signed}.{base64.urlsafe_b64encode(ours).rstrip(b'=').decode()}"


def forged(world: Any) -> str:
    """A visa in the name of the committee's system, signed with a stranger's key."""
    header = {"alg": "RS256", "jku": f"{REMS}jwk", "kid": "k1"}
    claims = {"iss": REMS, "sub": SUB, "iat": NOW - 9, "exp": NOW + 9, "ga4gh_visa_v1": body()}
    signed: str = world.issuers[EVIL].sign(header, claims)
    return signed


@pytest.mark.parametrize("name", GRANTS)
def test_a_passport_that_must_grant_does(world: Any, name: str) -> None:
    decision: Decision = world.decide(*GRANTS[name](world))

    assert "D1" in decision.granted, decision.refusals


@pytest.mark.parametrize("name", REFUSED)
def test_a_passport_that_must_not_grant_says_why(world: Any, name: str) -> None:
    codes, passport = REFUSED[name]
    visas = passport(world)
    keys = world.keys()

    decision: Decision = world.decide(*visas, keys=keys)

    assert "D1" not in decision.granted
    assert sorted(refusal.code for refusal in decision.refusals) == sorted(codes.split())
    assert f"{EVIL}jwk" not in keys.asked


@pytest.mark.parametrize("passport", [None, {}, "x", 7])
def test_a_passport_that_is_no_list_grants_nothing(
    world: Any, now: datetime, passport: Any
) -> None:

    decision = decide(passport, world.user, world.trust, world.keys(), now)

    assert [refusal.code for refusal in decision.refusals] == ["passport-malformed"]


def test_every_code_of_a_refusal_has_a_test_and_a_sentence() -> None:
    tested = {code for codes, _ in REFUSED.values() for code in codes.split()}

    elsewhere = {"passport-malformed", "keys-unavailable", "withdrawn"}
    elsewhere |= {"passport-untrusted", "passport-subject"}
    assert tested | elsewhere == set(WHY)
    assert all(re.fullmatch(r"[a-z][a-z-]+", code) for code in WHY)


def test_an_issuer_without_an_answer_grants_nothing_and_is_remembered(world: Any) -> None:
    silent = FixedKeys({f"{BROKER}jwk": world.issuers[BROKER].jwks()})

    decision = world.decide(world.visa(), world.visa(BROKER, value="urn:c1"), keys=silent)

    assert list(decision.granted) == ["C1"]
    assert [refusal.code for refusal in decision.refusals] == ["keys-unavailable"]
    assert len(decision.unjudged) == 1


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": "x"},
        [],
        None,
        {"keys": [{"kid": "k1", "kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kid": "k1", "kty": "RSA"}]},
        {"keys": [{"kid": "k1", "kty": "oct", "k": "AAAA"}]},
        {"keys": [7, None, "x"]},
        {"keys": [{"kid": "k1", "kty": "RSA", "n": "_" * 40_000, "e": "AQAB"}]},
        {"keys": [{"kid": "k1", "kty": "RSA", "n": 7, "e": 3}]},
        {"keys": [{"kid": ["k1"], "kty": "RSA"}]},
        {"keys": [{"kid": "k1", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
    ],
)
def test_a_key_set_that_is_none_grants_nothing(world: Any, keys: Any) -> None:
    decision = world.decide(world.visa(), keys=FixedKeys({f"{REMS}jwk": keys}))

    assert not decision.granted


def test_a_key_for_encryption_or_another_algorithm_is_not_used(world: Any) -> None:
    for change in (
        {"use": "enc"},
        {"use": None},
        {"alg": "RS512"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"kty": "rsa"},
    ):
        key = {**world.issuers[REMS].jwks()["keys"][0], **change}
        decision = world.decide(world.visa(), keys=FixedKeys({f"{REMS}jwk": {"keys": [key]}}))

        assert [refusal.code for refusal in decision.refusals] == ["key-unknown"]


def test_two_keys_of_one_name_are_not_chosen_from(world: Any) -> None:
    key, other = (world.issuers[iss].jwks()["keys"][0] for iss in (REMS, EVIL))

    decision = world.decide(world.visa(), keys=FixedKeys({f"{REMS}jwk": {"keys": [key, other]}}))

    assert not decision.granted


# Ends: a derivation lives as long as its shortest visa, a grant as long as its longest derivation.


def until(world: Any, *passport: object) -> int:
    granted = world.decide(*passport).granted
    return int(granted["D1"].timestamp()) - NOW


def test_a_grant_ends_with_its_visa(world: Any) -> None:
    assert until(world, world.visa(claims={"exp": NOW + 77})) == 77


def test_the_longest_of_several_visas_counts(world: Any) -> None:
    assert until(world, *(world.visa(claims={"exp": NOW + n}) for n in (10, 900, 30))) == 900


def test_a_visa_that_a_condition_needs_bounds_the_grant(world: Any) -> None:
    shorter = world.affiliation(claims={"exp": NOW + 50})

    assert until(world, world.visa(conditions=[[FACULTY]]), shorter) == 50


def test_the_longest_way_to_meet_a_condition_counts(world: Any) -> None:
    ways = [world.affiliation(claims={"exp": NOW + n}) for n in (50, 90, 20)]

    assert until(world, world.visa(conditions=[[FACULTY]]), *ways) == 90


@pytest.mark.parametrize(("role", "status"), [(50, 90), (90, 50)])
def test_of_several_clauses_the_first_to_end_counts(world: Any, role: int, status: int) -> None:
    visa = world.visa(conditions=[[FACULTY, {"type": "ResearcherStatus", "by": "const:so"}]])
    met = [
        world.affiliation(claims={"exp": NOW + role}),
        world.affiliation(type="ResearcherStatus", value=RESEARCHER, claims={"exp": NOW + status}),
    ]

    assert until(world, visa, *met) == 50


def test_a_link_bounds_the_grant_and_the_longest_chain_counts(world: Any) -> None:
    visa = world.visa(claims={"sub": "local-7"})
    links = [world.link(LINK_7, claims={"exp": NOW + n}) for n in (40, 60)]

    assert until(world, visa, *links) == 60


def test_a_chain_of_links_ends_with_its_shortest(world: Any) -> None:
    broker = "https%3A%2F%2Fidp.test%2Foidc%2F"
    chain = [
        world.link(f"mid,{broker}", claims={"exp": NOW + 30}),
        world.link(LINK_7, claims={"sub": "mid", "exp": NOW + 300}),
    ]

    assert until(world, world.visa(claims={"sub": "local-7"}), *chain) == 30


def test_an_assertion_counts_no_longer_than_the_node_lets_any(world: Any) -> None:
    week = replace(world.trust, limits=Limits(max_authorization_seconds=7 * 86_400))
    old, new = (
        world.visa(asserted=NOW - days * 86_400, claims={"exp": NOW + 10**9}) for days in (7, 6)
    )

    refused = replace(world, trust=week).decide(old)
    granted = replace(world, trust=week).decide(new)

    assert [refusal.code for refusal in refused.refusals] == ["expired"]
    assert granted.granted["D1"].timestamp() == NOW + 86_400


def test_an_issuer_can_be_told_not_to_speak_for_the_brokers_subjects(world: Any) -> None:
    broker, rems = world.trust.issuers
    issuers = (broker, replace(rems, signs_broker_subjects=False))
    strict = replace(world, trust=replace(world.trust, issuers=issuers))
    linked = f"{quote(SUB, safe='')},{quote(REMS, safe='')}"

    assert [one.code for one in strict.decide(strict.visa()).refusals] == ["subject"]
    assert "D1" in strict.decide(strict.visa(BROKER)).granted
    assert "D1" in strict.decide(strict.visa(), strict.link(linked)).granted


def test_who_decides_is_a_choice_of_each_dataset(world: Any) -> None:
    first, *others = world.trust.targets
    by_system = replace(first, by=frozenset({"system", "so"}))
    changed = replace(world, trust=replace(world.trust, targets=(by_system, *others)))

    assert "D1" in changed.decide(changed.visa(by="so")).granted
    assert changed.codes(changed.visa()) == ["by-untrusted"]
    assert changed.codes(changed.visa(value="urn:d2", by="so")) == ["by-untrusted"]


def test_more_key_sets_than_the_limit_are_not_asked(world: Any) -> None:
    one = replace(world, trust=replace(world.trust, limits=Limits(max_key_sets=1)))
    keys = one.keys()

    decision = one.decide(one.visa(REMS), one.visa(BROKER), keys=keys)

    assert set(keys.asked) == {f"{BROKER}jwk"}
    assert [refusal.code for refusal in decision.refusals] == ["keys-unavailable"]


def test_one_value_may_mean_a_dataset_and_a_cohort(world: Any) -> None:
    assert list(world.decide(world.visa(), world.visa(value="urn:c1")).granted) == ["C1", "D1"]


# Properties.


@pytest.fixture(scope="session")
def pool(world: Any) -> list[str]:
    """Visas that help, hinder and have nothing to do with each other."""
    broker = "https%3A%2F%2Fidp.test%2Foidc%2F"
    return [
        world.visa(claims={"exp": NOW + 100}),
        world.visa(claims={"exp": NOW + 900}, conditions=[[FACULTY]]),
        world.affiliation(claims={"exp": NOW + 500}),
        world.affiliation(claims={"sub": "local-7", "exp": NOW + 300}, iss=REMS),
        world.link(LINK_7, claims={"exp": NOW + 400}),
        world.link(f"mid,{broker}", claims={"exp": NOW + 200}),
        world.link(LINK_7, claims={"sub": "mid", "exp": NOW + 800}),
        world.visa(claims={"sub": "local-7", "exp": NOW + 700}),
        world.visa(value="urn:d2", claims={"sub": "local-7"}, conditions=[[FACULTY]]),
        world.visa(value="urn:c1"),
        world.visa(EVIL),
        world.visa(claims={"exp": NOW - 1}),
    ]


CHOICE = st.lists(st.integers(0, 11), max_size=12)
QUIET = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100
)


@QUIET
@given(chosen=CHOICE, removed=st.integers(0, 11))
def test_a_visa_less_never_grants_more_nor_longer(
    world: Any, pool: list[str], chosen: list[int], removed: int
) -> None:
    whole = world.decide(*(pool[n] for n in chosen)).granted

    part = world.decide(*(pool[n] for n in chosen if n != removed)).granted

    assert all(target in whole and end <= whole[target] for target, end in part.items())


@QUIET
@given(data=st.data(), chosen=CHOICE)
def test_the_order_of_visas_does_not_matter(
    world: Any, pool: list[str], data: st.DataObject, chosen: list[int]
) -> None:
    shuffled = data.draw(st.permutations(chosen))

    one, other = (world.decide(*(pool[n] for n in order)) for order in (chosen, shuffled))

    assert one.granted == other.granted


@QUIET
@given(kind=st.sampled_from(["RS256", "ES256"]), place=st.integers(0), byte=st.integers(0x21, 0x7E))
def test_no_flipped_byte_grants(world: Any, kind: str, place: int, byte: int) -> None:
    visa = signed(world, kind)
    at = place % len(visa)
    changed = visa[:at] + chr(byte) + visa[at + 1 :]

    assert bool(world.decide(changed).granted) == (changed == visa)


_signed: dict[str, str] = {}


def signed(world: Any, kind: str) -> str:
    if kind not in _signed:
        kid = "k1" if kind == "RS256" else "k2"
        _signed[kind] = world.visa(header={"alg": kind, "kid": kid})
    return _signed[kind]


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
def test_no_other_spelling_of_the_last_character_grants(world: Any, kind: str) -> None:
    visa = signed(world, kind)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    accepted = [one for one in letters if world.decide(visa[:-1] + one).granted]

    assert accepted == [visa[-1]]


HUGE = st.integers(min_value=-(10**420), max_value=10**420)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | HUGE | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
HEADER = ["typ", "alg", "jku", "kid", "crit", "jwk", "b64"]
NAMES = ["iss", "sub", "iat", "exp", "nbf", "aud", "scope", "ga4gh_visa_v1"]
BODY = ["type", "asserted", "value", "source", "by", "conditions"]


@QUIET
@given(
    claims=st.dictionaries(st.sampled_from(NAMES), JSON),
    inside=st.dictionaries(st.sampled_from(BODY), JSON),
)
def test_no_claims_however_odd_crash_the_reader(
    world: Any, claims: dict[str, Any], inside: dict[str, Any]
) -> None:
    kept = {"iss": REMS, "sub": SUB, **claims}

    decision = world.decide(world.visa(claims=kept, **inside), world.visa(**inside))

    assert len(decision.granted) <= 1


@QUIET
@given(header=st.dictionaries(st.sampled_from(HEADER), JSON), passport=JSON)
def test_no_header_and_no_passport_however_odd_crash_the_reader(
    world: Any, header: dict[str, Any], passport: Any
) -> None:
    visa = world.visa()
    changed = {"alg": "RS256", "jku": f"{REMS}jwk", "kid": "k1", **header}
    swapped = ".".join([b64(changed), *visa.split(".")[1:]])

    decision = world.decide(swapped, *(passport if isinstance(passport, list) else [passport]))

    assert not decision.granted


@QUIET
@given(part=st.integers(0, 2), raw=st.binary(max_size=200), at=st.integers(0, 400))
def test_no_bytes_in_a_visa_however_odd_crash_the_reader(
    world: Any, part: int, raw: bytes, at: int
) -> None:
    parts = signed(world, "RS256").split(".")
    whole = base64.urlsafe_b64decode(parts[part] + "==")
    damaged = whole[:at] + raw + whole[at + len(raw) :]
    parts[part] = base64.urlsafe_b64encode(damaged).rstrip(b"=").decode()

    decision = world.decide(".".join(parts))

    assert bool(decision.granted) == (damaged == whole)


@QUIET
@given(
    st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_-]{0,40}){0,4}", fullmatch=True)
)
def test_no_text_however_odd_crashes_the_reader(text: str) -> None:
    with pytest.raises(VisaRefused):
        take_apart(text, 16_384)


@given(st.text("ab?*", max_size=8), st.text("ab", max_size=8))
def test_patterns_match_as_a_regular_expression_would(pattern: str, text: str) -> None:
    expression = "".join({"?": ".", "*": ".*"}.get(c, re.escape(c)) for c in pattern)

    assert matches_pattern(pattern, text) == bool(re.fullmatch(expression, text, re.DOTALL))


def test_no_pattern_takes_long(world: Any) -> None:
    start = datetime.now(UTC)

    matches_pattern("*a" * 500, "a" * 4000 + "b")

    assert datetime.now(UTC) - start < timedelta(seconds=10)


@given(st.text(min_size=1).filter(lambda s: s.isprintable()), st.text(min_size=1))
def test_any_identity_survives_its_encoding(sub: str, iss: str) -> None:
    try:
        value = f"{quote(sub, safe='')},{quote(iss, safe='')}"
    except UnicodeEncodeError:  # lone surrogates have no encoding
        return

    assert linked_identities(value) == {Identity(iss, sub)}
