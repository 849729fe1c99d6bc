"""Compact identifiers such as ``HP:0000508``: read, checked, and in one spelling."""

from __future__ import annotations

import re
from difflib import get_close_matches

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms.codes import BY_SPELLING, CodeSystem


class UnknownTerm(BadInput):
    """A term that is no compact identifier of a code system known here."""

    code = "unknown-term"


def split(curie: str) -> tuple[str, str]:
    """Split ``HP:0000508`` into prefix and code; ``("", text)`` where there is no colon."""
    prefix, colon, code = curie.partition(":")
    return (prefix, code) if colon else ("", curie)


def looks_like_curie(text: str) -> bool:
    """Say whether a text's prefix is that of a known code system."""
    return split(text)[0] in BY_SPELLING


def require_known(curie: str, source: str = "", line: int | None = None) -> str:
    """Return a term in its one spelling, or refuse it.

    Parameters
    ----------
    curie
        A compact identifier, prefix and code with a colon between them.
    source, line
        The file and line it was read from, for the refusal's text.

    Returns
    -------
    The same identifier with the prefix that this product writes: ``Orphanet:590``
    becomes ``ORPHA:590``.

    Raises
    ------
    UnknownTerm
        If there is no colon, the code system is not known, or the code is not
        written as that system writes its codes.

    Examples
    --------
    >>> require_known("Orphanet:590")
    'ORPHA:590'
    """
    prefix, code = split(curie)
    if not prefix or not code:
        raise UnknownTerm(
            f"{curie!r} is not a term",
            source=source,
            line=line,
            remedy="Write prefix and code with a colon between them, as in HP:0000508",
        )
    system = BY_SPELLING.get(prefix)
    if system is None:
        raise UnknownTerm(
            f"{curie!r} is of an unknown code system {prefix!r}",
            source=source,
            line=line,
            remedy=_nearest(prefix, code),
        )
    if not system.has_shape(code):
        raise UnknownTerm(
            f"{curie!r} is not written as {system.title} writes its codes",
            source=source,
            line=line,
            remedy=_as_written(system, code),
        )
    return f"{system.prefix}:{code}"


def spelled(text: str) -> str:
    """Return the identifier behind its other spellings, and any other text as it is.

    >>> spelled("http://purl.obolibrary.org/obo/MONDO_0100096"), spelled("hp_0000508")
    ('MONDO:0100096', 'HP:0000508')
    """
    found = _OTHERWISE.fullmatch(text.strip())
    if found is None:
        return text
    system = _BY_LOWER.get(found["prefix"].lower())
    if system is None or not system.has_shape(found["code"]):
        return text
    return f"{system.prefix}:{found['code']}"


_OTHERWISE = re.compile(r"(https?://\S*[/#])?(?P<prefix>[A-Za-z0-9]+)[_:](?P<code>[^\s/#]+)")
_BY_LOWER = {spelling.lower(): system for spelling, system in BY_SPELLING.items()}


def _nearest(prefix: str, code: str) -> str:
    if code.startswith("//"):
        return "Write what the address ends in, as in HP:0000508"
    near = get_close_matches(prefix.lower(), _BY_LOWER, n=1, cutoff=0.6)
    if not near:
        return "Use a code system that is known here"
    return f"Write {_BY_LOWER[near[0]].prefix}:{code}, if that is meant"


def _as_written(system: CodeSystem, code: str) -> str:
    padded = code.zfill(7)
    if code.isdigit() and system.has_shape(padded):
        return f"Write {system.prefix}:{padded}, if that is meant"
    return "Compare with the release of the code system that you use"
