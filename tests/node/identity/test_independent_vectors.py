"""Passports as the specification text decides them, written without looking at the node's code.

Each row of the table is one passport: the row of the checklist, what it is about, its visas and
the datasets it must grant (GA4GH AAI and Passport 1.2.1; RFC 7515, 7517, 7518, 7519 and 8725).
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from gdi_spe.node.cli.context import Cli
from gdi_spe.node.cli.visas import visa
from tests.node.identity.independent import (
    BROKER,
    DOI,
    DROP,
    EVIL,
    ME,
    NOW,
    OTHER,
    REMS,
    SOURCE,
    SOURCE_B,
    VALUE,
    VALUE_B,
    Visa,
    base64url,
    cag,
    claims,
    clause,
    header,
    jwk,
    key_sets,
    link,
    on,
    role,
    sign,
    status,
    trust,
)  # fmt: skip

A, NONE, BOTH = ["A"], [], ["A", "B"]
LINKED = f"{OTHER},{quote(REMS, safe='')}"
GOOD = Visa()
FACULTY = clause(value="const:faculty@uni.test", by="const:so")


def b(**body: Any) -> Visa:
    return cag(**{"value": VALUE_B, "source": SOURCE_B, **body})


def text(old: str, new: str) -> str:
    """Sign the good visa with its claims spelled otherwise."""
    head, told = (json.dumps(part) for part in GOOD.parts())
    assert old in told
    return sign(head, told.replace(old, new), "rems-1")


def head_text(old: str, new: str) -> str:
    head, told = (json.dumps(part) for part in GOOD.parts())
    assert old in head
    return sign(head.replace(old, new), told, "rems-1")


def tampered() -> str:
    """Put other claims under a good signature."""
    head, _, signature = cag(value=VALUE_B, source=SOURCE_B).token().split(".")
    return f"{head}.{GOOD.token().split('.')[1]}.{signature}"


def signature(change: Any, of: Visa = GOOD) -> str:
    head, told, bytes_ = of.token().split(".")
    return f"{head}.{told}.{change(bytes_)}"


EC = header("rems-ec", alg="ES256")
OTHERS = Visa(claims={"sub": OTHER})
RAW_CERTIFICATE = base64url(b"certificate")

VECTORS: list[tuple[str, str, list[Any], list[str]]] = [
    # Trust in the broker, in who signs and in who decided.
    ("C1", "the plain visa", [GOOD], A),
    ("C1", "two datasets, two committees", [GOOD, b()], BOTH),
    ("C1", "the broker may sign a grant", [Visa(BROKER, "broker-1")], A),
    ("C1", "no visa at all", [], NONE),
    ("C10", "an issuer not on the list", [Visa(EVIL, "evil-1")], NONE),
    ("C10", "an issuer not on the list, with trusted keys",
     [Visa(EVIL, "rems-1", header={"jku": f"{REMS}jwk"})], NONE),
    ("C10", "iss without its slash", [claims(iss=REMS[:-1])], NONE),
    ("C10", "iss with another case", [claims(iss=REMS.replace("aai", "AAI"))], NONE),
    ("C10", "iss over http", [claims(iss=REMS.replace("https", "http"))], NONE),
    ("C10", "iss with a path that comes back", [claims(iss=f"{REMS}../rems/")], NONE),
    ("C10", "iss as a list", [claims(iss=[REMS])], NONE),
    ("C10", "iss as null", [claims(iss=None)], NONE),
    ("C10", "another committee", [cag(source="https://dac.test/dacs/10")], NONE),
    ("C10", "the committee of another dataset", [cag(source=SOURCE_B)], NONE),
    ("C10", "source with another case", [cag(source=SOURCE.replace("dac.", "DAC."))], NONE),
    ("C10", "source with a slash more", [cag(source=f"{SOURCE}/")], NONE),
    ("C10", "source as a list", [cag(source=[SOURCE])], NONE),
    ("C10", "the issuer as source", [cag(source=REMS)], NONE),
    # Only RS256 and ES256.
    *(("C4", f"alg {alg}", [header(alg=alg)], NONE) for alg in (
        "none", "None", "NONE", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "rs256",
        "RS256 ", "EdDSA", "", None, 256, ["RS256"], DROP)),
    *(("C4", f"alg {alg} with a curve", [header("rems-ec", alg=alg)], NONE)
      for alg in ("ES384", "ES512", "ES256K", "RS256", "none")),
    ("C4", "ES256", [EC], A),
    ("C4", "ES256 and the key set names no algorithm", [EC, b()], BOTH),
    ("C4", "ES256 by an RSA key", [header(alg="ES256")], NONE),
    ("C4", "ES256, zeros as signature", [signature(lambda _: base64url(bytes(64)), EC)], NONE),
    ("C4", "ES256, a byte more", [signature(lambda s: s + "AAAA", EC)], NONE),
    ("C4", "ES256, the signature in DER",
     [signature(lambda _: base64url(b"0\x06\x02\x01\x01\x02\x01\x01"), EC)], NONE),
    # The keys: where they are, and which.
    ("C5", "jku of nobody trusted", [header("evil-1", jku=f"{EVIL}jwk")], NONE),
    ("C5", "jku of another trusted issuer", [header("broker-1", jku=f"{BROKER}jwk")], NONE),
    ("C5", "jku of another, the own key", [header(jku=f"{BROKER}jwk")], NONE),
    *(("C5", f"jku {name}", [header(jku=jku)], NONE) for name, jku in {
        "with a query": f"{REMS}jwk?", "with a fragment": f"{REMS}jwk#",
        "with a port": "https://aai.test:443/rems/jwk", "over http": "http://aai.test/rems/jwk",
        "with another case": "https://AAI.test/rems/jwk", "with a slash": f"{REMS}jwk/",
        "with a user": "https://x@aai.test/rems/jwk", "with a way back": f"{REMS}x/../jwk",
        "missing": DROP, "null": None, "empty": "", "as a list": [f"{REMS}jwk"],
        "that is the issuer": REMS}.items()),
    ("C6", "the second key", [header("rems-2")], A),
    ("C6", "a kid of nobody", [header(kid="rems-3")], NONE),
    ("C6", "the kid of the other key", [header(kid="rems-2")], NONE),
    ("C6", "the kid of another issuer's key", [header(kid="broker-1")], NONE),
    *(("C6", f"kid {kid!r}", [header(kid=kid)], NONE) for kid in ("", None, 0, ["rems-1"], DROP)),
    ("C6", "a key in the header", [header("evil-1", kid="rems-1", jwk=jwk("evil-1"))], NONE),
    ("C6", "a certificate in the header",
     [header("evil-1", kid="rems-1", x5c=[RAW_CERTIFICATE])], NONE),
    ("C6", "an address of a certificate",
     [header("evil-1", kid="rems-1", x5u="https://aai.test/evil.pem")], NONE),
    *(("C6", f"crit {crit!r}", [header(crit=crit, b64=True)], NONE)
      for crit in (["exp"], ["b64"], [], None, "b64", ["urn:x"])),
    ("C6", "a parameter of no meaning", [header(foo="bar", cty="x")], A),
    # Another kind of token.
    ("C3", "typ JWT", [header(typ="JWT")], A),
    ("C3", "no typ", [header(typ=DROP)], A),
    ("C3", "typ as the whole media type", [header(typ="application/vnd.ga4gh.visa+jwt")], A),
    *(("C3", f"typ {typ!r}", [header(typ=typ)], NONE) for typ in (
        "vnd.ga4gh.passport+jwt", "at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", 5, ["JWT"])),
    # Time and what must be there.
    ("C7", "ended", [claims(exp=NOW - 1)], NONE),
    ("C7", "ends now", [claims(exp=NOW)], NONE),
    ("C7", "ends in a second", [claims(exp=NOW + 1)], A),
    ("C7", "ends a second part later", [claims(exp=NOW + 0.5)], A),
    ("C7", "ends in 2100", [claims(exp=4102444800)], A),
    *(("C7", f"exp {exp!r}", [claims(exp=exp)], NONE)
      for exp in (str(NOW + 1000), None, True, [NOW + 1000], {}, -1, 0, DROP)),
    ("C7", "exp infinite", [text(str(NOW + 1000), "Infinity")], NONE),
    ("C7", "exp beyond a float", [text(str(NOW + 1000), "1e999")], NONE),
    ("C7", "exp not a number", [text(str(NOW + 1000), "NaN")], NONE),
    ("C7", "made in a minute", [claims(iat=NOW + 60)], NONE),
    ("C7", "made now", [claims(iat=NOW)], A),
    *(("C7", f"iat {iat!r}", [claims(iat=iat)], NONE)
      for iat in (str(NOW - 1000), None, True, [], DROP)),
    ("C7", "not before a minute", [claims(nbf=NOW + 60)], NONE),
    ("C7", "not before now", [claims(nbf=NOW)], A),
    *(("C7", f"nbf {nbf!r}", [claims(nbf=nbf)], NONE)
      for nbf in (str(NOW), True, [NOW - 1], {})),
    *(("C7", f"sub {sub!r}", [claims(sub=sub)], NONE) for sub in ("", None, 7, [ME], DROP)),
    ("C7", "no iss", [claims(iss=DROP)], NONE),
    ("C7", "no jti", [claims(jti=DROP)], A),
    ("C7", "claims of another visa", [tampered()], NONE),
    ("C7", "signed by another key", [header("evil-1", kid="rems-1")], NONE),
    ("C7", "no signature", [signature(lambda _: "")], NONE),
    ("C7", "half a signature", [signature(lambda s: s[:100])], NONE),
    ("C7", "a signature with padding", [signature(lambda s: s + "==")], NONE),
    ("C7", "no third part", [GOOD.token().rsplit(".", 1)[0]], NONE),
    ("C7", "a fourth part", [GOOD.token() + ".e30"], NONE),
    ("C7", "a space before", [" " + GOOD.token()], NONE),
    ("C7", "a new line after", [GOOD.token() + "\n"], NONE),
    ("C7", "bytes that are no UTF-8", [text('"sub"', '"x": "\udcff", "sub"')], NONE),
    ("C7", "letters of another script", [text('"sub"', '"x": "\u00e9", "sub"')], A),
    ("C7", "claims that are a list", [sign(json.dumps(GOOD.parts()[0]), "[]", "rems-1")], NONE),
    ("C7", "sub twice", [text('"sub": ', f'"sub": "{OTHER}", "sub": ')], NONE),
    ("C7", "alg twice", [head_text('"alg": ', '"alg": "none", "alg": ')], NONE),
    # Document tokens only.
    ("C8", "scope with openid", [claims(scope="openid")], NONE),
    ("C8", "scope with openid at its end", [claims(scope="ga4gh_passport_v1 openid")], NONE),
    ("C8", "scope without openid", [claims(scope="ga4gh_passport_v1")], A),
    ("C8", "scope with a word like openid", [claims(scope="openid2 myopenid")], A),
    ("C8", "scope as a list", [claims(scope=["openid"])], NONE),
    ("C8", "an access token", [Visa(claims={"scope": "openid x"}, header={"jku": DROP})], NONE),
    ("C8", "an access token without openid",
     [Visa(claims={"scope": "x"}, header={"jku": DROP, "typ": "at+jwt"})], NONE),
    # What is not needed is left aside.
    ("C9", "a custom type", [cag(type="https://example.test/super")], NONE),
    ("C9", "the type in lower case", [cag(type="controlledaccessgrants")], NONE),
    ("C9", "the type with a space", [cag(type="ControlledAccessGrants ")], NONE),
    ("C9", "the type as a list", [cag(type=["ControlledAccessGrants"])], NONE),
    ("C9", "no type", [cag(type=DROP)], NONE),
    *(("C9", f"a grant as {kind}", [cag(type=kind)], NONE) for kind in (
        "ResearcherStatus", "AcceptedTermsAndPolicies", "AffiliationAndRole", "LinkedIdentities")),
    ("C9", "claims of no meaning", [Visa(claims={"x": 1, "name": "y"}, body={"z": [1, {}]})], A),
    ("C9", "a bad one before the good", [claims(exp=1), GOOD], A),
    ("C9", "a bad one after the good", [GOOD, Visa(EVIL, "evil-1")], A),
    ("C9", "things that are no visas", [None, 5, {}, [GOOD.token()], "", "a.b.c", GOOD], A),
    ("C9", "the same twice", [GOOD, GOOD], A),
    ("C9", "B before A", [b(), GOOD], BOTH),
    ("C9", "one of two is bad", [b(by="self"), GOOD], A),
    ("C9", "no visa object", [claims(ga4gh_visa_v1=DROP)], NONE),
    *(("C9", f"a visa object that is {type(odd).__name__}", [claims(ga4gh_visa_v1=odd)], NONE)
      for odd in (None, [], "{}", 1)),
    ("C9", "a list of visa objects", [claims(ga4gh_visa_v1=[GOOD.parts()[1]["ga4gh_visa_v1"]])],
     NONE),
    # Who it is about.
    ("C11", "another person", [claims(sub=f"{ME}x")], NONE),
    ("C11", "the person in capitals", [claims(sub=ME.upper())], NONE),
    ("C11", "a local name, not linked", [OTHERS], NONE),
    ("C11", "a local name, linked by the broker", [OTHERS, link(LINKED)], A),
    ("C11", "the link comes first", [link(LINKED), OTHERS], A),
    ("C11", "linked from the other side",
     [OTHERS, link(f"{ME},{quote(BROKER, safe='')}", REMS, OTHER)], A),
    ("C11", "one among several links",
     [OTHERS, link(f"a,https%3A%2F%2Fb;{LINKED};c,https%3A%2F%2Fd")], A),
    ("C11", "a third identity links both", [
        OTHERS, link(f"{ME},{quote(BROKER, safe='')};{LINKED}", REMS, "third")], A),
    ("C11", "a chain of two", [
        OTHERS, link(f"mid,{quote(REMS, safe='')}"), link(LINKED, REMS, "mid")], A),
    ("C11", "a chain with a gap", [
        OTHERS, link(f"mid,{quote(REMS, safe='')}"), link(LINKED, REMS, "mid2")], NONE),
    ("C11", "a chain over an issuer that is not trusted", [
        OTHERS, link(f"mid,{quote(EVIL, safe='')}"), link(LINKED, EVIL, "mid")], NONE),
    ("C11", "a link by an issuer that is not trusted",
     [OTHERS, link(f"{LINKED};{ME},{quote(BROKER, safe='')}", EVIL)], NONE),
    ("C11", "a link about another person", [OTHERS, link(LINKED, sub="somebody")], NONE),
    ("C11", "a link to another issuer's name",
     [OTHERS, link(f"{OTHER},{quote(EVIL, safe='')}")], NONE),
    ("C11", "a link to another case", [OTHERS, link(LINKED.replace("local", "Local"))], NONE),
    ("C11", "a link in small hexadecimals", [OTHERS, link(LINKED.replace("%3A", "%3a"))], A),
    ("C11", "a plus is no space",
     [claims(sub="a b"), link(f"a+b,{quote(REMS, safe='')}")], NONE),
    ("C11", "an encoded space", [claims(sub="a b"), link(f"a%20b,{quote(REMS, safe='')}")], A),
    ("C11", "a link encoded twice", [OTHERS, link(LINKED.replace("%", "%25"))], NONE),
    ("C11", "a link without issuer", [OTHERS, link(OTHER)], NONE),
    ("C11", "a link that ended",
     [OTHERS, Visa(BROKER, "broker-1", claims={"exp": NOW - 1},
                   body=link(LINKED).body)], NONE),
    ("C11", "a link on a condition not met", [OTHERS, link(LINKED, conditions=[[FACULTY]])], NONE),
    ("C11", "a link signed by another key",
     [OTHERS, Visa(BROKER, "evil-1", header={"kid": "broker-1"}, body=link(LINKED).body)], NONE),
    ("C11", "the person's name at an issuer not trusted", [Visa(EVIL, "evil-1"), link(LINKED)],
     NONE),
    # What it is for.
    *(("C12", f"value {name}", [cag(value=value)], NONE) for name, value in {
        "cut": VALUE[:-1], "longer": f"{VALUE}1", "elsewhere": "https://evil.test/datasets/A",
        "the id alone": "A", "in small letters": VALUE.lower(), "with a slash": f"{VALUE}/",
        "with a query": f"{VALUE}?", "with a fragment": f"{VALUE}#x", "with a space": f"{VALUE} ",
        "encoded": VALUE.replace("A", "%41"), "over http": VALUE.replace("https", "http"),
        "with a way back": VALUE.replace("/A", "/x/../A"), "a pattern": f"{VALUE[:-1]}*",
        "two": f"{VALUE};{VALUE_B}", "a list": [VALUE], "null": None, "empty": "",
        "with a NUL": f"{VALUE}\0", "missing": DROP, "a look-alike": VALUE.replace("A", "\u0410"),
        "too long": VALUE + "?" + "a" * 255}.items()),
    # On conditions.
    ("C13", "an empty list of conditions", [cag(conditions=[])], A),
    *(("C13", f"conditions {value!r}", [cag(conditions=value), role()], NONE) for value in (
        [[]], None, {}, "x", "", 0, False, True, [None], [FACULTY], [[[FACULTY]]], [["x"]],
        {"a": [FACULTY]}, [[{}]], [[], []])),
    ("C13", "met", [on(FACULTY), role()], A),
    ("C13", "met, the role first", [role(), on(FACULTY)], A),
    ("C13", "met by the value alone", [on(clause(value=FACULTY["value"])), role()], A),
    ("C13", "met by the source", [on(clause(source="const:https://uni.test")), role()], A),
    ("C13", "no such visa", [on(FACULTY)], NONE),
    ("C13", "another value", [on(FACULTY), role("student@uni.test")], NONE),
    ("C13", "another case", [on(FACULTY), role("Faculty@uni.test")], NONE),
    ("C13", "another authority", [on(FACULTY), role(by="self")], NONE),
    ("C13", "no authority said", [on(FACULTY), role(by=DROP)], NONE),
    ("C13", "authority not asked for", [on(clause(value=FACULTY["value"])), role(by=DROP)], A),
    ("C13", "two visas for one clause",
     [on(FACULTY), role(by="peer"), role("student@uni.test")], NONE),
    ("C13", "one visa for two clauses",
     [on(clause(value=FACULTY["value"]), clause(by="const:so")), role()], A),
    ("C13", "AND, both",
     [on(FACULTY, {"type": "ResearcherStatus", "value": f"const:{DOI}"}), role(), status()], A),
    ("C13", "AND, half",
     [on(FACULTY, {"type": "ResearcherStatus", "value": f"const:{DOI}"}), role()], NONE),
    ("C13", "OR, the second", [cag(conditions=[
        [{"type": "ResearcherStatus", "value": f"const:{DOI}"}], [FACULTY]]), role()], A),
    ("C13", "OR, none", [cag(conditions=[
        [{"type": "ResearcherStatus", "value": f"const:{DOI}"}],
        [clause(value="const:student@uni.test")]]), role()], NONE),
    ("C13", "OR, halves of both", [cag(conditions=[
        [FACULTY, {"type": "ResearcherStatus", "value": "const:x"}],
        [clause(value="const:student@x"), {"type": "ResearcherStatus", "value": f"const:{DOI}"}],
    ]), role(), status()], NONE),
    ("C13", "OR, an unknown prefix beside one that is met",
     [cag(conditions=[[clause(value="regex:.*")], [FACULTY]]), role()], A),
    *(("C13", f"{value!r} on {told!r}", [on(clause(value=value)), role(told)], granted)
      for value, told, granted in (
        ("pattern:facult?@uni.test", "faculty@uni.test", A),
        ("pattern:facult?@uni.test", "facult@uni.test", NONE),
        ("pattern:facult?@uni.test", "facultyy@uni.test", NONE),
        ("pattern:*@uni.test", "faculty@uni.test", A),
        ("pattern:faculty*@uni.test", "faculty@uni.test", A),
        ("pattern:*", "faculty@uni.test", A),
        ("pattern:f*y@*.test", "faculty@uni.test", A),
        ("pattern:*a*a*", "faculty@uni.test", NONE),
        ("pattern:faculty", "faculty@uni.test", NONE),
        ("pattern:uni.test", "faculty@uni.test", NONE),
        ("pattern:FACULTY@*", "faculty@uni.test", NONE),
        ("pattern:faculty@uni?test", "faculty@uni.test", A),
        ("pattern:faculty.uni.test", "faculty@uni.test", NONE),
        ("pattern:[f]aculty@uni.test", "faculty@uni.test", NONE),
        ("pattern:.*", "faculty@uni.test", NONE),
        ("pattern:faculty\\@uni.test", "faculty@uni.test", NONE),
        ("pattern:", "faculty@uni.test", NONE),
        ("pattern:faculty@uni.test", "faculty@uni.test\n", NONE),
        ("pattern:*b", "x@a;b", A),
        ("const:*@uni.test", "faculty@uni.test", NONE),
        ("const:facult?@uni.test", "facult?@uni.test", A),
        ("const:b@c", "a@b;b@c", NONE),
        ("split_pattern:b@c", "a@b;b@c", A),
        ("split_pattern:b@?", "a@b;b@c;c@d", A),
        ("split_pattern:faculty@uni.test", "faculty@uni.test", A),
        ("split_pattern:a@b;b@c", "a@b;b@c", NONE),
        ("split_pattern:a*c", "a@b;b@c", NONE),
        ("split_pattern:b", "a@b;b@c", NONE),
        ("regex:.*", "faculty@uni.test", NONE),
        ("CONST:faculty@uni.test", "faculty@uni.test", NONE),
        (" const:faculty@uni.test", "faculty@uni.test", NONE),
        ("const: faculty@uni.test", "faculty@uni.test", NONE),
        ("faculty@uni.test", "faculty@uni.test", NONE),
        (":faculty@uni.test", "faculty@uni.test", NONE),
        ("splitpattern:faculty@uni.test", "faculty@uni.test", NONE),
        (["const:faculty@uni.test"], "faculty@uni.test", NONE),
        ({"const": "faculty@uni.test"}, "faculty@uni.test", NONE),
        (None, "faculty@uni.test", NONE),
        (True, "faculty@uni.test", NONE))),
    ("C13", "a type alone", [on({"type": "AffiliationAndRole"}), role()], NONE),
    ("C13", "no type", [on({"value": FACULTY["value"]}), role()], NONE),
    ("C13", "a type that is null", [on({"type": None, "value": FACULTY["value"]}), role()], NONE),
    ("C13", "a type with a prefix",
     [on({**FACULTY, "type": "const:AffiliationAndRole"}), role()], NONE),
    ("C13", "a type that is a pattern", [on({**FACULTY, "type": "*"}), role()], NONE),
    ("C13", "asserted in a clause",
     [on({**FACULTY, "asserted": f"const:{NOW - 1000}"}), role()], NONE),
    ("C13", "conditions in a clause", [on({**FACULTY, "conditions": "const:"}), role()], NONE),
    ("C13", "exp in a clause", [on({**FACULTY, "exp": f"const:{NOW + 1000}"}), role()], NONE),
    ("C13", "sub in a clause", [on({**FACULTY, "sub": f"const:{ME}"}), role()], NONE),
    ("C13", "a claim that the visa lacks", [on({**FACULTY, "foo": "pattern:*"}), role()], NONE),
    ("C13", "met by one not trusted",
     [on(FACULTY), Visa(EVIL, "evil-1", body=role().body)], NONE),
    ("C13", "met by one that ended", [on(FACULTY), role(claims={"exp": NOW - 1})], NONE),
    ("C13", "met by one not yet made", [on(FACULTY), role(claims={"iat": NOW + 90})], NONE),
    ("C13", "met by one without exp", [on(FACULTY), role(claims={"exp": DROP})], NONE),
    ("C13", "met by one badly signed",
     [on(FACULTY), Visa(BROKER, "evil-1", header={"kid": "broker-1"}, body=role().body)], NONE),
    ("C13", "met by an access token",
     [on(FACULTY), Visa(BROKER, "broker-1", claims={"scope": "openid"}, body=role().body)], NONE),
    ("C13", "met by one without source", [on(FACULTY), role(source=DROP)], NONE),
    ("C13", "met by one without asserted", [on(FACULTY), role(asserted=DROP)], NONE),
    ("C13", "met by one asserted later", [on(FACULTY), role(asserted=NOW + 90)], NONE),
    ("C13", "met by one on a condition that is met",
     [on(FACULTY), role(conditions=[[{"type": "ResearcherStatus", "value": f"const:{DOI}"}]]),
      status()], NONE),
    ("C13", "two that need each other",
     [cag(conditions=[[{"type": "ControlledAccessGrants", "value": f"const:{VALUE_B}"}]]),
      b(conditions=[[{"type": "ControlledAccessGrants", "value": f"const:{VALUE}"}]])], NONE),
    ("C13", "one that needs itself",
     [on({"type": "ControlledAccessGrants", "value": f"const:{VALUE}"})], NONE),
    ("C13", "one that needs a grant of B",
     [on({"type": "ControlledAccessGrants", "value": f"const:{VALUE_B}"}), b()], BOTH),
    ("C13", "met by another person's", [on(FACULTY), role(claims={"sub": "somebody"})], NONE),
    ("C13", "met by a linked person's",
     [on(FACULTY), Visa(REMS, "rems-1", claims={"sub": OTHER}, body=role().body), link(LINKED)], A),
    ("C13", "met by terms that nobody accepted",
     [on({"type": "AcceptedTermsAndPolicies", "value": f"const:{DOI}"}),
      role(DOI, type="AcceptedTermsAndPolicies", by=DROP)], NONE),
    ("C13", "met by terms that were accepted",
     [on({"type": "AcceptedTermsAndPolicies", "value": f"const:{DOI}"}),
      role(DOI, type="AcceptedTermsAndPolicies", by="self")], A),
    ("C13", "met by a link",
     [on({"type": "LinkedIdentities", "value": f"split_pattern:{OTHER},*"}),
      link(f"a,https%3A%2F%2Fb;{LINKED}")], A),
    ("C13", "met by a role without an @", [on(clause(value="pattern:*")), role("faculty")], NONE),
    ("C13", "the plain grant beside the one on conditions", [on(FACULTY), GOOD], A),
    # Who decided.
    *(("C14", f"by {by!r}", [cag(by=by)], NONE) for by in (
        "self", "peer", "system", "so", "DAC", "dac ", "", None, ["dac"], True, DROP)),
    # Since when.
    *(("C15", f"asserted {when!r}", [cag(asserted=when)], NONE) for when in (
        NOW + 60, 4000000000, str(NOW - 1000), None, True, [NOW], DROP)),
    ("C15", "asserted now", [cag(asserted=NOW)], A),
    ("C15", "asserted long ago", [cag(asserted=1_000_000_000)], A),
    *(("C15", f"source {source!r}", [cag(source=source)], NONE) for source in ("", None, 5, DROP)),
    # Limits.
    ("C20", "a visa of 20,000 characters", [Visa(claims={"x": "y" * 15_000})], NONE),
    ("C20", "a large visa before the good", [Visa(claims={"x": "y" * 15_000}), GOOD], A),
    ("C20", "a visa of 15,000 characters", [Visa(claims={"x": "y" * 10_000})], A),
    ("C20", "200 visas", [claims(exp=1)] * 199 + [GOOD], A),
    ("C20", "201 visas", [claims(exp=1)] * 200 + [GOOD], NONE),
    ("C20", "fifty levels", [text('"dac"', '"dac", "x": ' + "[" * 50 + "]" * 50)], A),
    ("C20", "five thousand levels",
     [text('"dac"', '"dac", "x": ' + "[" * 5000 + "]" * 5000)], NONE),
]  # fmt: skip


def run(
    folder: Path, passport: object, told: Any = None, keys: Any = None, at: str = str(NOW)
) -> Any:
    """Ask the command, with everything in files."""
    files = {"passport": passport, "trust": told or trust(), "jwks": keys or key_sets()}
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    words = ["--trust", str(folder / "trust.json"), "--jwks", str(folder / "jwks.json"), "--at", at]
    result = CliRunner().invoke(
        visa, ["check", str(folder / "passport.json"), *words],
        obj=Cli(folder, False), catch_exceptions=False,
    )  # fmt: skip
    assert result.exit_code == 0
    return json.loads(result.output)


def tokens(visas: list[Any]) -> list[Any]:
    return [one.token() if isinstance(one, Visa) else one for one in visas]


@pytest.mark.parametrize(
    ("visas", "granted"),
    [pytest.param(visas, granted, id=f"{row}: {name}") for row, name, visas, granted in VECTORS],
)
def test_a_passport_is_decided_as_the_text_says(
    tmp_path: Path, visas: list[Any], granted: list[str]
) -> None:
    answer = run(tmp_path, tokens(visas))

    assert answer["granted"] == granted
    assert list(answer) == ["granted", "refused"]
    assert all(list(one) == ["visa", "code", "why"] for one in answer["refused"])
    assert granted or not visas or answer["refused"]
    assert all(0 <= one["visa"] < len(visas) for one in answer["refused"])


@pytest.mark.parametrize("name", ["ga4gh_passport_v1", "ga4gh-passport-v1"])
def test_a_userinfo_is_decided_as_its_list_is(tmp_path: Path, name: str) -> None:
    bad = claims(exp=1)

    answer = run(tmp_path, {"sub": ME, "email": "x@y", name: tokens([bad, GOOD, b()])})

    assert answer["granted"] == BOTH
    assert [(one["visa"], one["code"]) for one in answer["refused"]] == [(0, "expired")]


@pytest.mark.parametrize(
    ("at", "granted"), [(NOW, A), (NOW + 499, A), (NOW + 500, NONE), (NOW - 1040, NONE)]
)
@pytest.mark.parametrize("needed", ["condition", "link"])
def test_what_needs_two_visas_ends_with_the_first(
    tmp_path: Path, needed: str, at: int, granted: list[str]
) -> None:
    """C16, Visa Expiry: the minimum over all visas that were accepted."""
    short = {"exp": NOW + 500}
    linked = Visa(BROKER, "broker-1", claims=short, body=link(LINKED).body)
    visas = {"condition": [on(FACULTY), role(claims=short)], "link": [OTHERS, linked]}[needed]

    answer = run(tmp_path, tokens(visas), at=str(at))

    assert answer["granted"] == granted


@pytest.mark.parametrize(
    ("code", "visas"),
    [
        ("subject", [on(FACULTY), role(claims={"sub": "somebody"})]),
        ("subject", [OTHERS, link(LINKED, sub="somebody")]),
        ("visa-type", [GOOD, cag(type="ResearcherStatus", value=VALUE_B)]),
        ("visa-type", [cag(by="self"), cag(type="AcceptedTermsAndPolicies")]),
    ],
)
def test_a_visa_that_is_no_grant_and_does_not_help_says_why(
    tmp_path: Path, code: str, visas: list[Any]
) -> None:
    refused = run(tmp_path, tokens(visas))["refused"]

    assert (1, code) in {(one["visa"], one["code"]) for one in refused}


def test_a_visa_that_helps_or_is_not_needed_is_not_refused(tmp_path: Path) -> None:
    terms = cag(type="AcceptedTermsAndPolicies")  # their address is the dataset's own
    needs = {"type": "AcceptedTermsAndPolicies", "value": f"const:{VALUE}"}

    answer = run(tmp_path, tokens([on(needs), terms, role(), status()]))

    assert answer == {"granted": A, "refused": []}


@pytest.mark.parametrize(
    ("change", "granted"),
    [
        ({"signs_broker_subjects": False}, NONE),
        ({"signs_broker_subjects": True, "links_identities": False}, A),
    ],
)
def test_whom_an_issuer_speaks_for_is_a_switch(
    tmp_path: Path, change: dict[str, bool], granted: list[str]
) -> None:
    """C11, our policy: REMS signs the broker's subjects under its own name."""
    issuers = [{**one, **change} for one in trust()["trusted_issuers"]]

    answer = run(tmp_path, tokens([GOOD]), trust(trusted_issuers=issuers))

    assert answer["granted"] == granted


@pytest.mark.parametrize(
    ("by", "own", "granted"),
    [(["dac"], None, A), (["so"], ["dac"], A), (["dac"], ["so"], NONE), (["dac"], [], NONE)],
)
def test_a_datasets_own_list_of_who_decides_counts(
    tmp_path: Path, by: list[str], own: list[str] | None, granted: list[str]
) -> None:
    dataset = {**trust()["datasets"][0], **({} if own is None else {"by": own})}

    answer = run(tmp_path, tokens([GOOD]), trust(datasets=[dataset], by=by))

    assert answer["granted"] == granted


@pytest.mark.parametrize(
    ("value", "granted"),
    [
        ("EGAD00001006673", A),
        ("urn:nbn:fi:lb-201403262", A),
        ("https://gdi.test/" + "a" * 238, A),
        ("https://gdi.test/" + "a" * 239, NONE),
    ],
)
def test_a_value_need_not_be_an_address_and_has_255_characters_at_most(
    tmp_path: Path, value: str, granted: list[str]
) -> None:
    dataset = {**trust()["datasets"][0], "visa_value": value}

    answer = run(tmp_path, tokens([cag(value=value)]), trust(datasets=[dataset]))

    assert answer["granted"] == granted


def test_both_spellings_of_an_issuer_may_be_listed(tmp_path: Path) -> None:
    second = {"iss": REMS, "jku": f"{REMS}api/jwk"}
    keys = {**key_sets(), second["jku"]: {"keys": [jwk("evil-1")]}}
    told = trust(trusted_issuers=[*trust()["trusted_issuers"], second])
    other = header("evil-1", jku=second["jku"])

    answer = run(tmp_path, tokens([other, cag(value=VALUE_B, source=SOURCE_B)]), told, keys)

    assert answer["granted"] == BOTH


def test_keys_that_cannot_be_had_are_no_grant(tmp_path: Path) -> None:
    keys = {f"{BROKER}jwk": key_sets()[f"{BROKER}jwk"]}

    answer = run(tmp_path, tokens([GOOD]), keys=keys)

    assert [one["code"] for one in answer["refused"]] == ["keys-unavailable"]
