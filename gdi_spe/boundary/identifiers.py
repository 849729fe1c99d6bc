"""Identifiers and the characters they may have."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints

# A dataset or cohort id is opaque: GDI, EGA and GoE write them differently, so nothing is parsed
# out of one. The characters are bounded because ids are shown in pages, logs and file names.
ResourceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]

# A project's slug is the name of a JupyterHub named server, which sets the rule.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

# One workspace: 'w' and ten hexadecimal digits, safe in paths, sockets and container names.
WorkspaceId = Annotated[str, StringConstraints(pattern=r"^w[0-9a-f]{10}$")]

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


def slug_of(text: str) -> str:
    """Turn an identifier into a project's slug: lower case, dashes, a letter first."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return (slug if slug[:1].isalpha() else f"p-{slug}")[:30].rstrip("-")
