"""Read a folder's manifest: whole, or refused by name; or only what reading its files needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gdi_spe.boundary.errors import BadInput

if TYPE_CHECKING:
    from pydantic import BaseModel

    ManifestT = TypeVar("ManifestT", bound=BaseModel)

MANIFEST = "manifest.json"
_SCHEMA = "gdi-spe/cohort-manifest/1"
_ASSEMBLIES = ("GRCh37", "GRCh38")


@dataclass(frozen=True)
class Glance:
    """What a manifest says at the first look: whose files these are, and which there are."""

    cohort_id: str
    assembly: str
    files: frozenset[str]


def manifest_of(path: Path, kind: type[ManifestT]) -> ManifestT:
    """Read the manifest of a folder whole.

    Raises
    ------
    BadInput
        If there is none, or something in it is wrong.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate_json((path / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput("there is no manifest.json here", source=path.name) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{field}: {first['msg']}", source=f"{path.name}/{MANIFEST}") from None


def glance(path: Path) -> Glance | None:
    """Take what reading a cohort needs from its manifest; nothing where that is not all right.

    The models of `gdi_spe.boundary.manifest` take as long to load as a first answer does.
    """
    try:
        told = json.loads((path / MANIFEST).read_bytes())
        found = Glance(told["cohort_id"], told["assembly"], frozenset(told["members"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_known = told.get("schema") == _SCHEMA and found.assembly in _ASSEMBLIES
    return found if is_known and isinstance(found.cohort_id, str) else None
