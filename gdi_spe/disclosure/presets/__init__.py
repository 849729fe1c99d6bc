"""Policies that ship with the product, and the way to name one."""

from __future__ import annotations

from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.policy import DisclosurePolicy, load_policy

_HERE = Path(__file__).parent


def preset_names() -> list[str]:
    """Return the names of the presets."""
    return sorted(path.stem for path in _HERE.glob("*.toml"))


def policy_named(name_or_path: str) -> DisclosurePolicy:
    """Read a preset by its name, or a policy file by its path.

    Raises
    ------
    BadInput
        If there is neither; no policy is ever assumed.
    """
    if name_or_path in preset_names():
        return load_policy(_HERE / f"{name_or_path}.toml")
    path = Path(name_or_path)
    if not path.exists():
        known = ", ".join(preset_names())
        raise BadInput("no such policy", source=name_or_path, remedy=f"Name a file, or: {known}")
    return load_policy(path)
