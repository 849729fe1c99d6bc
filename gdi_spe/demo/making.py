"""Make the home of a demo node from nothing, in a folder that may hold an earlier one."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.operator import Operator
from gdi_spe.demo.processes import free_ports
from gdi_spe.demo.stack import REPOSITORY, Ports, Stack
from gdi_spe.demo.stand_ins import node_toml
from gdi_spe.demo.synthetic import generate

IMAGE = REPOSITORY / ".cache" / "workspace-image"
PROXY = REPOSITORY / "deploy" / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
SEED = 1


@dataclass(frozen=True)
class Made:
    """A node that can be started, and the synthetic data for it."""

    stack: Stack
    operator: Operator
    synthetic: Path


def make(folder: Path, n_individuals: int = generate.INDIVIDUALS) -> Made:
    """Write a new home; what an earlier run left of the same folder is removed first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    home, state = folder / "node", folder / "providers"
    if (home / "node.toml").exists():
        Stack.of(home, state, Ports(0, 0, 0, 0, 0)).remove_leftovers()
    for old in (home, state):
        shutil.rmtree(old, ignore_errors=True)
    ports = Ports(*free_ports(5))
    node_toml.write(home, state, ports, _image(), now=datetime.now(UTC), proxy_command=[str(PROXY)])
    return Made(Stack.of(home, state, ports), Operator(home), synthetic(folder, n_individuals))


def synthetic(folder: Path, n_individuals: int) -> Path:
    """Return the synthetic files; made once for each version of the generator."""
    sources = sorted(Path(generate.__file__).parent.rglob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    digest.update(f"{SEED} {n_individuals}".encode())
    kept = folder / f"synthetic-{digest.hexdigest()[:12]}"
    if not kept.exists():
        aside = kept.with_suffix(".new")
        shutil.rmtree(aside, ignore_errors=True)
        generate.generate(aside, SEED, n_individuals)
        aside.rename(kept)
    return kept


def _image() -> str:
    if not IMAGE.exists():
        raise BadInput("no workspace image", source=str(IMAGE), remedy="Run `make images`")
    return IMAGE.read_text().strip()
