"""Amino acid changes in one spelling: ``V600E`` and ``NP_004324.2:p.(Val600Glu)`` are the same."""

from __future__ import annotations

import re

_THREE = {
    "Ala": "A", "Arg": "R", "Asn": "N", "Asp": "D", "Cys": "C", "Gln": "Q", "Glu": "E",
    "Gly": "G", "His": "H", "Ile": "I", "Leu": "L", "Lys": "K", "Met": "M", "Phe": "F",
    "Pro": "P", "Ser": "S", "Thr": "T", "Trp": "W", "Tyr": "Y", "Val": "V", "Ter": "*",
    "Sec": "U", "Pyl": "O", "Xaa": "X",
}  # fmt: skip
_NAMES = re.compile("|".join(_THREE))


def short_change(text: str) -> str:
    """Return a protein change without its reference and in one-letter code.

    >>> short_change("NP_004324.2:p.(Val600Glu)")
    'V600E'
    """
    change = text.strip().rpartition(":")[2].replace("%3D", "=")
    change = change.removeprefix("p.").strip("()")
    return _NAMES.sub(lambda found: _THREE[found[0]], change)
