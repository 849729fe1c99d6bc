"""Write a demo node's home: ``python -m gdi_spe.demo.stand_ins.node_toml --home DIR ...``.

What differs from a production node is in ``node.toml`` alone: the mode, and whom it trusts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import SpeError
from gdi_spe.demo.stack import REPOSITORY, Ports
from gdi_spe.demo.stand_ins import providers
from gdi_spe.demo.stand_ins.cast import ADMINS, MEMBERS, REVIEWERS
from gdi_spe.demo.stand_ins.committee import Committee, grant_to_cast
from gdi_spe.demo.stand_ins.providers import SOURCE, Client, Providers, visa_value
from gdi_spe.demo.synthetic.people import DATASETS
from gdi_spe.demo.synthetic.truth import COHORTS
from gdi_spe.node.settings import Settings, load_settings

HUB_CLIENT, WEB_CLIENT = "gdi-spe-hub", "gdi-spe-web"
WEB_CALLBACK = "/login/callback"
_KEY_FILES = ("hub-client-secret", "web-client-secret", "committee-api-key")


def write(
    home: Path,
    state: Path,
    ports: Ports,
    image: str,
    *,
    now: datetime,
    proxy_command: Sequence[str] = ("configurable-http-proxy",),
) -> Settings:
    """Write a node's home and what its development providers need to know of it.

    Parameters
    ----------
    home
        The node's home; ``node.toml``, ``policy.toml`` and three secrets are (over)written.
    state
        The folder of the two providers; their keys and grants are kept where they exist.
    ports
        Where everything listens on this machine.
    image
        The workspace image's id, ``sha256:...``.
    now
        The time from which the cast's grants hold.
    proxy_command
        How the Hub starts its proxy.

    Returns
    -------
    The settings, read back from the file.
    """
    # The Hub and the pages have hosts of their own: a browser shares cookies between ports.
    hub, web = f"http://127.0.0.1:{ports.hub}", f"http://localhost:{ports.web}"
    known = Providers(
        ports.identity_provider,
        ports.access_committee,
        (
            Client(HUB_CLIENT, (f"{hub}/hub/oauth_callback",)),
            Client(WEB_CLIENT, (f"{web}{WEB_CALLBACK}",)),
        ),
    )
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    known.write(state)
    grant_to_cast(Committee(state, known.committee), now)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    secrets = (*(client.secret for client in known.clients), known.api_key)
    for name, secret in zip(_KEY_FILES, secrets, strict=True):
        providers.write_aside(home / "keys" / name, secret + "\n")
    shutil.copyfile(REPOSITORY / "hub_config" / "policy.toml", home / "policy.toml")
    table = _settings(known, ports, hub, web, image, proxy_command)
    providers.write_aside(home / "node.toml", _toml(table))
    return load_settings(home)


def _settings(
    known: Providers, ports: Ports, hub: str, web: str, image: str, proxy_command: Sequence[str]
) -> dict[str, Any]:
    return {
        "node_id": "GDI-XX",
        "title": "GDI node of XX (synthetic)",
        "mode": "development",
        "identity": _identity(known),
        "hub": {
            "public_url": hub,
            "bind_url": hub,
            "proxy_api_port": ports.proxy_api,
            "proxy_command": list(proxy_command),
        },
        "web": {"public_url": web, "bind_port": ports.web},
        "workspace": {"image": image},
    }


def _identity(known: Providers) -> dict[str, Any]:
    controlled = (*DATASETS, *(cohort.id for cohort in COHORTS))
    return {
        "issuer": known.issuer,
        "hub_client_id": HUB_CLIENT,
        "web_client_id": WEB_CLIENT,
        "member_group": MEMBERS,
        "reviewer_group": REVIEWERS,
        "admin_group": ADMINS,
        "visa_issuers": [{"iss": known.committee, "jku": known.jku}],
        "datasets": [
            {"id": each, "visa_value": visa_value(each), "sources": [SOURCE]} for each in controlled
        ],
        "entitlements": [
            {
                "url": known.committee,
                "source": SOURCE,
                "api_key_file": "committee-api-key",
                "poll_seconds": 5,
            }
        ],
    }


def _toml(table: Mapping[str, Any], path: str = "") -> str:
    """Write a table of strings, numbers, lists of them, tables, and lists of tables as TOML."""
    plain, nested = [], []
    for name, value in table.items():
        place = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            nested.append(f"\n[{place}]\n{_toml(value, place)}")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            nested += [f"\n[[{place}]]\n{_toml(each, place)}" for each in value]
        else:  # JSON's strings, numbers and lists of them are TOML's
            plain.append(f"{name} = {json.dumps(value)}\n")
    return "".join((*plain, *nested))


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m gdi_spe.demo.stand_ins.node_toml")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--image", required=True, metavar="sha256:...")
    names = tuple(Ports.__dataclass_fields__)
    for name in names:
        parser.add_argument(f"--{name.replace('_', '-')}-port", type=int, required=True, dest=name)
    chosen = parser.parse_args(arguments)
    ports = Ports(**{name: getattr(chosen, name) for name in names})
    try:
        write(chosen.home, chosen.state, ports, chosen.image, now=datetime.now(UTC))
    except SpeError as error:
        print(f"node_toml: {error.public_message}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
