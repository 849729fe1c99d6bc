"""What re-encoding a file gives: canonical bytes with their parts, or why there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Part
from gdi_spe.disclosure.intake.sniff import Kind


@dataclass(frozen=True)
class Canonical:
    """Canonical bytes, and the parts that they were written from."""

    data: bytes
    media_type: str
    name: str
    parts: tuple[Part, ...]
    # What the original held and these bytes do not: "2 comment lines".
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoCanonicalForm:
    """Why a file cannot be re-encoded."""

    why: str
    # Whether the file was made to harm whoever opens it, or to hide what it holds.
    is_hostile: bool = False
    # What it is, where that is known to have none.
    kind: Kind | None = None


# The media type of each form, and the endings a name may have: an ending decides what a
# researcher's or reviewer's computer does with a file.
_FORMS = {
    "text/csv": (".csv", ".txt"),
    "text/tab-separated-values": (".tsv", ".tab", ".txt"),
    "application/vnd.apache.parquet": (".parquet",),
    "application/json": (".json",),
    "text/plain": (
        ".txt",
        ".md",
        ".log",
        ".tex",
        ".py",
        ".r",
        ".sh",
        ".sql",
        ".yaml",
        ".yml",
        ".toml",
        ".ini",
        ".rmd",
        ".qmd",
        ".jl",
        ".do",
        ".sas",
        ".bib",
        ".rst",
        ".cfg",
    ),
    "image/png": (".png",),
    "image/svg+xml": (".svg",),
    "text/html": (".html", ".htm"),
    "application/x-ipynb+json": (".ipynb",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.apache.arrow.file": (".arrow", ".feather"),
    "application/x-npy": (".npy",),
    "application/zip": (".zip",),
    "application/pdf": (".pdf",),
}


_MAX_NAME = 80


class Hostile(Exception):
    """Raised inside where a file was made to harm, or to hide what it holds."""


class Impossible(Exception):
    """Raised inside where a file turns out to have no canonical form."""


def named(name: str, media_type: str) -> str:
    """Return a name whose ending is that of the form."""
    endings = _FORMS[media_type]
    if name.lower().endswith(endings):
        return name
    return f"{name[: _MAX_NAME - len(endings[0])]}{endings[0]}"


# How a form re-encodes what lies inside it.
Encode = Callable[[bytes, str, DisclosurePolicy], Canonical | NoCanonicalForm]
