"""Cells of two numbers: an interval from one to another, or people among those they are of."""

from __future__ import annotations

import re

import pyarrow as pa

from gdi_spe.disclosure.contents.table import Column, column_of, plain_name

_DIGITS = 15
_VALUE = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_INTERVAL = re.compile(rf"[(\[]?\s*({_VALUE})\s*(?:–|—|-|to|,|;)\s*({_VALUE})\s*[)\]]?")
_OF_INTERVALS = re.compile(
    r"(\w*_)?(ci|cri|hdi|conf\w*|confidence_interval|intervals?)(_\w{1,12})?"
)
_COUNT = r"(\d{1,3}(?:,\d{3})+|\d{1,9})"
_AMONG = re.compile(rf"{_COUNT}\s*/\s*{_COUNT}")
# Alleles, repeats among them, stand on either side of a stroke too: their numbers are small.
_LEAST_PEOPLE = 100
_NOTHING = ("", "-", "–", "—", "NA", ".", "ref", "reference", "(ref)", "1 (ref)")


def in_two(name: str, texts: list[str]) -> list[Column]:
    """Return the two columns that cells of two numbers make; none where they are something else."""
    filled = [text for text in texts if text.strip().lower() not in _NOTHING]
    if not filled:
        return []
    if _OF_INTERVALS.fullmatch(plain_name(name)) and all(map(_INTERVAL.fullmatch, filled)):
        return _both(_INTERVAL, (f"{name} lower", f"{name} upper"), texts)
    people = [_AMONG.fullmatch(text) for text in filled]
    if all(_is_part(each) for each in people):
        stem = re.sub(r"\W+", "_", name).strip("_")[:24]
        return _both(_AMONG, (f"n_individuals_{stem}", f"n_total_{stem}"), texts)
    return []


def _is_part(found: re.Match[str] | None) -> bool:
    """Whether people are counted among many of whom they are a part."""
    if found is None:
        return False
    part, whole = _number(found[1]), _number(found[2])
    return part <= whole and whole >= _LEAST_PEOPLE


def _both(pattern: re.Pattern[str], names: tuple[str, str], texts: list[str]) -> list[Column]:
    told = [pattern.fullmatch(text.strip()) for text in texts]
    return [
        column_of(name, pa.array([_plain(each[i]) if each else "" for each in told]), _DIGITS)
        for i, name in enumerate(names, start=1)
    ]


def _plain(number: str) -> str:
    return number.replace(",", "").replace("−", "-")


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
