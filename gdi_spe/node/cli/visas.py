"""``gdi-spe visa``: look at a passport as the node would, offline."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.identity.clearinghouse import decide
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.trust import read_json, read_trust

_CLAIMS = ("ga4gh_passport_v1", "ga4gh-passport-v1")


@click.group()
def visa() -> None:
    """Check passports."""


@visa.command()
@click.argument("passport", type=click.Path(path_type=Path))
@click.option("--trust", required=True, type=click.Path(path_type=Path), help="Whom to believe.")
@click.option("--jwks", required=True, type=click.Path(path_type=Path), help="Their keys.")
@click.option("--at", required=True, type=float, help="The instant, in seconds since 1970.")
def check(passport: Path, trust: Path, jwks: Path, at: float) -> None:
    """Say what a passport grants, and why each other visa does not count; always JSON.

    PASSPORT is a JSON array of visas, or a userinfo object with `ga4gh_passport_v1`.
    """
    believed, user = read_trust(trust)
    decision = decide(_visas(passport), user, believed, FixedKeys(_key_sets(jwks)), _instant(at))
    found = {
        "granted": list(decision.granted),
        "refused": [refusal.as_json() for refusal in decision.refusals],
    }
    click.echo(json.dumps(found, indent=1))


def _visas(path: Path) -> object:
    value = read_json(path)
    if isinstance(value, dict):
        return next((value[name] for name in _CLAIMS if name in value), [])
    return value


def _key_sets(path: Path) -> dict[str, Any]:
    value = read_json(path)
    if not isinstance(value, dict):
        raise BadInput("not an object from address to key set", source=str(path))
    return value


def _instant(at: float) -> datetime:
    try:
        return datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadInput(f"not an instant: {at}", remedy="Give --at as seconds since 1970") from None
