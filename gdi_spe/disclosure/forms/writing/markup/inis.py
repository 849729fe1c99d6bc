"""Sections of names with values, as TOML and INI have them: a tree like any other."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_LINE = re.compile(r"\s*+(\[[\w .:\"'-]{1,80}\]|[\w .\"'-]{1,60}\s*+=\s*+\S.{0,2000}+|[#;].*|)\s*")
_TABLES = re.compile(r"^\[\[[\w.-]{1,80}\]\]$", re.MULTILINE)
_SECTION = re.compile(r"\s*\[([\w .:\"'-]{1,80})\]\s*")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
_LONGEST = 1_000_000


def read_sections(text: str) -> dict[str, Any] | None:
    """Return the tree of a text that is nothing but sections; None where it is words."""
    lines = text.split("\n")
    if len(text) <= _LONGEST and _TABLES.search(text):
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return None
    if len(text) > _LONGEST or not all(map(_LINE.fullmatch, lines)):
        return None
    if not any(map(_SECTION.fullmatch, lines)):
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return _read_plain(lines)


def _read_plain(lines: list[str]) -> dict[str, Any] | None:
    """Read values that are written without quotation marks."""
    tree: dict[str, Any] = {}
    section = tree
    for line in lines:
        found = _SECTION.fullmatch(line)
        if found:
            if found.group(1) in tree:
                return None
            section = tree[found.group(1)] = {}
        elif "=" in line and not line.lstrip().startswith(("#", ";")):
            name, _, value = (part.strip() for part in line.partition("="))
            if name in section:
                return None
            section[name] = _value(value)
    return tree


def _value(word: str) -> int | float | str:
    if not _NUMBER.fullmatch(word):
        return word.strip("\"'")
    return int(word) if word.lstrip("+-").isdigit() else float(word)
