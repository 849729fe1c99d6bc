"""A fuzzer over everything that is read of a passport: no crash, and no grant that nobody signed.

``GDI_SPE_FUZZ_ROUNDS`` makes it longer; every round is made from its number, so that a failure is
found again by it.
"""

from __future__ import annotations

import base64
import json
import os
import random
from datetime import UTC, datetime
from typing import Any

from gdi_spe.node.identity.clearinghouse import decide
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.visas import WHY
from tests.node.identity.conftest import NOW, REMS, World
from tests.node.identity.test_clearinghouse import GRANTS, REFUSED

ROUNDS = int(os.environ.get("GDI_SPE_FUZZ_ROUNDS", "3000"))
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2**63, 10**400, -(10**400), 0.5, float("nan"), float("inf"),
    float("-inf"), 1e308, "", " ", "\0", "\n", "\ud800", "é", "x" * 300, "const:", "pattern:*",
    "split_pattern:;", "*" * 200, [], [[]], [[[]]], {}, {"": ""}, [None], [{}], "RS256", "ES256",
    "none", "HS256", NOW, NOW + 1, str(NOW), "dac", ["dac"], "ControlledAccessGrants", "%ff,%ff",
    ",", ";", "a,b;c,d", "a,b;;", REMS, f"{REMS}jwk", [REMS], {"iss": REMS},
]  # fmt: skip
NAMES = [
    "typ", "alg", "jku", "kid", "crit", "b64", "jwk", "x5u", "iss", "sub", "iat", "exp", "nbf",
    "aud", "scope", "jti", "ga4gh_visa_v1", "type", "asserted", "value", "source", "by",
    "conditions", "",
]  # fmt: skip


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """Flip, drop, repeat or insert bytes."""
    body = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(body) + 1)
        match chance.randrange(5):
            case 0 if at < len(body):
                body[at] ^= 1 << chance.randrange(8)
            case 1:
                body[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 9)))
            case 2:
                del body[at : at + chance.randint(1, 30)]
            case 3:
                body[at:at] = body[at : at + chance.randint(1, 60)]
            case _:
                body[at:at] = chance.choice([b"[" * 2000, b'{"a":', b"\\ud800", b'"', b"1e999"])
    return bytes(body)


def changed(value: Any, chance: random.Random) -> Any:
    """Change one place of a JSON value."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        name = chance.choice([*value, *NAMES])
        kept = {k: v for k, v in value.items() if k != name or chance.random() < 0.8}
        inner = value.get(name)
        kept[name] = changed(inner, chance) if chance.random() < 0.6 else chance.choice(ODD)
        return kept
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        return [*value[:at], changed(value[at], chance), *value[at:]]
    return chance.choice(ODD)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def part_damaged(jws: str, chance: random.Random) -> str:
    """Damage one of the three parts behind its encoding."""
    parts = jws.split(".")
    at = chance.randrange(len(parts))
    try:
        raw = base64.urlsafe_b64decode(parts[at] + "=" * (-len(parts[at]) % 4))
    except ValueError:
        return jws
    parts[at] = b64(damaged(raw, chance))
    return ".".join(parts)


def signed_anew(jws: str, world: World, chance: random.Random) -> str:
    """Change claims or header and let the issuer sign what came of it."""
    try:
        header, claims = (
            json.loads(base64.urlsafe_b64decode(part + "==")) for part in jws.split(".")[:2]
        )
        header, claims = changed(header, chance), changed(claims, chance)
        issuer = world.issuers.get(claims.get("iss"), world.issuers[REMS])
        return issuer.sign(header, claims)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return jws


def twisted(jws: object, world: World, chance: random.Random) -> tuple[object, bool]:
    """Return a visa made worse, and whether an issuer has signed what it says."""
    if not isinstance(jws, str) or not jws:
        return chance.choice(ODD), False
    match chance.randrange(4):
        case 0:
            text = damaged(jws.encode("utf-8", "replace"), chance)
            return text.decode("utf-8", "replace"), False
        case 1:
            return part_damaged(jws, chance), False
        case 2:
            return signed_anew(jws, world, chance), True
        case _:
            return changed(jws, chance), False


def test_no_passport_however_odd_crashes_or_grants_by_itself(world: World) -> None:
    made = [make(world) for make in GRANTS.values()]
    made += [make(world) for _, make in REFUSED.values()]
    targets = {target.id for target in world.trust.targets}
    keys = world.keys().sets
    now = datetime.fromtimestamp(NOW, UTC)

    for number in range(ROUNDS):
        chance = random.Random(number)
        passport = list(chance.choice(made))
        at = chance.randrange(len(passport)) if passport else 0
        before = passport[at] if passport else None
        visa, is_signed = twisted(before, world, chance)
        alone: Any = [visa]
        asked = keys if chance.random() < 0.9 else changed(keys, chance)
        source = FixedKeys(asked if isinstance(asked, dict) else {})

        whole = decide(
            [*passport[:at], visa, *passport[at + 1 :]], world.user, world.trust, source, now
        )
        itself = decide(alone, world.user, world.trust, FixedKeys(keys), now)

        assert set(whole.granted) <= targets, number
        assert all(refusal.code in WHY for refusal in (*whole.refusals, *itself.refusals)), number
        assert json.dumps([one.as_json() for one in whole.refusals]), number
        if not is_signed and visa != before:
            assert not itself.granted, number
