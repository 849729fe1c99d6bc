"""The letters that the bytes of a PDF's words show in its fonts."""

from __future__ import annotations

import re
from typing import Any

from gdi_spe.disclosure.forms.graphics.pdf_objects import File, Name, Stream
from gdi_spe.disclosure.intake.form import Impossible

_GLYPHS = {
    "space": " ", "period": ".", "comma": ",", "hyphen": "-", "minus": "-", "zero": "0", "one": "1",
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "parenleft": "(", "parenright": ")", "colon": ":", "semicolon": ";", "slash": "/",
    "percent": "%", "equal": "=", "plus": "+", "less": "<", "greater": ">", "underscore": "_",
    "bracketleft": "[", "bracketright": "]", "asterisk": "*", "ampersand": "&", "quotesingle": "'",
    "question": "?", "exclam": "!", "numbersign": "#", "at": "@", "bar": "|", "plusminus": "±",
    "endash": "-", "emdash": "-", "asciitilde": "~", "quotedbl": '"', "degree": "°", "mu": "µ",
}  # fmt: skip


def decoded(raw: bytes, font: Any, file: File, limit: int) -> str:
    """Return the letters that bytes show in a font."""
    if not isinstance(font, dict):
        raise Impossible("words of the PDF are in no font")
    if font.get("Subtype") == Name("Type0"):
        return _by_map(raw, font, file, limit)
    encoding = file.get(font.get("Encoding"))
    names: dict[int, str] = {}
    if isinstance(encoding, dict):
        code = 0
        for each in file.get(encoding.get("Differences")) or ():
            if isinstance(each, int):
                code = each
            elif isinstance(each, Name):
                names[code] = each.word
                code += 1
    elif font.get("Subtype") == Name("Type3"):
        raise Impossible("a font of the PDF does not say its letters")
    return "".join(_letter(names[b]) if b in names else chr(b) for b in raw)


def _letter(name: str) -> str:
    if len(name) == 1:
        return name
    if found := re.fullmatch(r"uni([0-9A-Fa-f]{4})", name):
        return chr(int(found.group(1), 16))
    return _GLYPHS.get(name, "?")


def _by_map(raw: bytes, font: dict[str, Any], file: File, limit: int) -> str:
    told = file.get(font.get("ToUnicode"))
    if not isinstance(told, Stream):
        raise Impossible("a font of the PDF does not say its letters")
    cmap = told.data(limit).decode("latin-1")
    letters: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, to in re.findall(r"<([0-9A-Fa-f]+)>\s*<((?:[0-9A-Fa-f]{4})+)>", block):
            letters[int(code, 16)] = bytes.fromhex(to).decode("utf-16-be", errors="replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        pattern = r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]{4})>"
        for first, last, to in re.findall(pattern, block):
            for code in range(int(first, 16), min(int(last, 16), int(first, 16) + 255) + 1):
                letters[code] = chr(int(to, 16) + code - int(first, 16))
        pattern = r"<([0-9A-Fa-f]+)>\s*<[0-9A-Fa-f]+>\s*\[([^\]]*)\]"
        for first, told_each in re.findall(pattern, block):
            for more, to in enumerate(re.findall(r"<((?:[0-9A-Fa-f]{4})+)>", told_each)):
                told_so = bytes.fromhex(to).decode("utf-16-be", errors="replace")
                letters[int(first, 16) + more] = told_so
    codes = [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
    return "".join(letters.get(code, "?") for code in codes)
