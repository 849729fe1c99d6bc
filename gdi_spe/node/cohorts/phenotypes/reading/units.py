"""Units of measurement as UCUM codes."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from gdi_spe.terms.curies import UnknownTerm, require_known, split

# Codes of other systems that stand for a UCUM unit, so that centimetres are one unit however
# they were written; a code that is not here is kept as it is.
_AS_UCUM = {
    "NCIT:C28252": "kg",
    "NCIT:C28253": "mg",
    "NCIT:C49668": "cm",
    "NCIT:C49670": "mm[Hg]",
    "NCIT:C49671": "kg/m2",
    "NCIT:C67388": "L/min",
    "NCIT:C91060": "cm[H2O]",
    "NCIT:C103452": "/mL",
    "UO:0000008": "m",
    "UO:0000009": "kg",
    "UO:0000015": "cm",
    "UO:0000021": "g",
    "UO:0000022": "mg",
    "UO:0000027": "Cel",
    "UO:0000187": "%",
    "UO:0000272": "mm[Hg]",
}
# What people write for a UCUM code; told as the remedy, never put in silently.
_MEANT = {
    "mmhg": "mm[Hg]",
    "cmh2o": "cm[H2O]",
    "°c": "Cel",
    "c": "Cel",
    "celsius": "Cel",
    "percent": "%",
    "iu": "[IU]",
    "iu/l": "[IU]/L",
    "u/l": "U/L",
    "bpm": "/min",
    "years": "a",
    "kg/m^2": "kg/m2",
    "10^3/ul": "10*3/uL",
    "10^6/ul": "10*6/uL",
    "10^9/l": "10*9/L",
}


class NoUnit(ValueError):
    """A text that is no unit; its words say what may have been meant."""


@lru_cache(maxsize=4096)
def unit_of(text: str) -> str:
    """Return a unit in the one spelling kept: a UCUM code, or a term of another code system.

    Raises
    ------
    NoUnit
        If it is neither.

    Examples
    --------
    >>> unit_of("UCUM:mg"), unit_of("NCIT:C49668"), unit_of("NCIT:C67245")
    ('mg', 'cm', 'NCIT:C67245')
    """
    prefix, code = split(text)
    if prefix == "UCUM":
        return _ucum(code)
    if not prefix:
        return _ucum(text)
    try:
        term = require_known(text)
    except UnknownTerm as error:
        raise NoUnit(f"{error.why}") from None
    return _AS_UCUM.get(term, term)


def _ucum(code: str) -> str:
    if not _is_ucum(code):
        meant = _MEANT.get(code.casefold())
        raise NoUnit(f"{code[:40]!r} is no UCUM unit" + (f", {meant} may be meant" * bool(meant)))
    return code


def _is_ucum(code: str) -> bool:
    # UCUM codes are ASCII without blanks; a limit keeps hostile text from the parser.
    if not code.isascii() or not 0 < len(code) <= 80 or any(c.isspace() for c in code):
        return False
    try:
        _parser().parse(code)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "lark":
            raise
        return False
    return True


@cache
def _parser() -> Any:
    # Only measurements need the grammar, which takes half a second to load.
    from ucumvert import get_ucum_parser

    return get_ucum_parser()
