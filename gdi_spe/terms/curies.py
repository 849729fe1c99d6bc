"""Compact identifiers such as ``HP:0000508``: read, checked, and in one spelling."""

from __future__ import annotations

from difflib import get_close_matches

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms.codes import BY_SPELLING


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
            remedy=_nearest(prefix),
        )
    if not system.has_shape(code):
        raise UnknownTerm(
            f"{curie!r} is not written as {system.title} writes its codes",
            source=source,
            line=line,
            remedy="Compare with the release of the code system that you use",
        )
    return f"{system.prefix}:{code}"


def _nearest(prefix: str) -> str:
    spellings = {spelling.lower(): system.prefix for spelling, system in BY_SPELLING.items()}
    near = get_close_matches(prefix.lower(), spellings, n=1, cutoff=0.6)
    return f"Did you mean {spellings[near[0]]}" if near else "Use a code system that is known here"
