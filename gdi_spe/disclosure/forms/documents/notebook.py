"""Notebooks: code, words, tables and pictures are kept; metadata and other outputs are told."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import replace
from typing import Any

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.contents.programs.statements import read_code
from gdi_spe.disclosure.contents.table import clean_text
from gdi_spe.disclosure.forms.documents.embedded import beside_pixels
from gdi_spe.disclosure.forms.documents.html import taken_apart
from gdi_spe.disclosure.forms.documents.widgets import VIEW, is_view, without_widgets
from gdi_spe.disclosure.forms.writing.written import words_and_tables
from gdi_spe.disclosure.intake.form import Canonical, Encode, Impossible, named

_MOST_METADATA = 600
_SHOWN = {"text/plain", "text/html", "image/png"}
# Formulas and words that are set: read, and written as plain words if nothing else is shown.
_SET = {"text/latex", "text/markdown"}


_COUNT = re.compile(r"\d{1,9}|None")
# The fields of a cell and of an output; those of any value are looked at where they are read.
_CELL: dict[str, Any] = {
    "cell_type": Any, "metadata": Any, "source": Any, "outputs": Any, "attachments": Any,
    "execution_count": _COUNT, "id": re.compile(r"[A-Za-z0-9_-]{1,64}"),
}  # fmt: skip
_OUTPUT: dict[str, Any] = {
    "output_type": re.compile("stream|error|display_data|execute_result"), "metadata": Any,
    "text": Any, "data": Any, "traceback": Any, "execution_count": _COUNT,
    "name": re.compile("stdout|stderr"), "ename": re.compile(r"[A-Za-z_.]{1,80}"),
    "evalue": re.compile(r".{0,2000}", re.DOTALL),
}  # fmt: skip


def encode(text: str, name: str, policy: DisclosurePolicy, inner: Encode) -> Canonical:
    """Write a notebook anew: sources, tables, words and PNG pictures."""
    try:
        book = json.loads(text)
        cells = book["cells"]
        if not isinstance(cells, list) or book.get("nbformat") != 4:
            raise Impossible("it is no notebook of format 4")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Impossible(f"it is no notebook: {error}") from None
    parts: list[Part] = []
    _metadata(without_widgets(book.get("metadata"), "notebook.widgets", parts), "notebook", parts)
    unknown = set(book) - {"cells", "metadata", "nbformat", "nbformat_minor"}
    parts += [Opaque("notebook", f"The notebook has {key!r}") for key in sorted(unknown)]
    written = [
        _cell(cell, f"cell[{place}]", parts, (policy, inner)) for place, cell in enumerate(cells)
    ]
    clean = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    media_type = "application/x-ipynb+json"
    data = (json.dumps(clean, ensure_ascii=False, indent=1) + "\n").encode()
    return Canonical(data, media_type, named(name, media_type), tuple(parts))


def _metadata(metadata: Any, path: str, parts: list[Part]) -> None:
    """Tell of metadata that are more than a few settings."""
    told = json.dumps(metadata or {}, ensure_ascii=False)
    if len(told) > _MOST_METADATA:
        parts.append(Opaque(path, f"{len(told):,} characters of metadata, which nobody sees"))


def _others(thing: dict[str, Any], known: dict[str, Any], path: str, parts: list[Part]) -> None:
    """Tell of fields that a notebook has not, or that hold something else than they should."""
    for name, value in thing.items():
        allowed = known.get(name)
        is_plain = allowed is not None and (allowed is Any or allowed.fullmatch(str(value)))
        if not is_plain:
            size = len(json.dumps(value, ensure_ascii=False))
            told = f"A field {name[:40]!r} of {size:,} characters is none that is shown"
            parts.append(Opaque(path, told))


def _source(value: Any) -> str:
    text = "".join(value) if isinstance(value, list) else value
    if not isinstance(text, str):
        raise Impossible("a cell has no source")
    return clean_text(text)


def _cell(
    cell: Any, path: str, parts: list[Part], how: tuple[DisclosurePolicy, Encode]
) -> dict[str, Any]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise Impossible("it has a cell of unknown kind")
    kind, source = cell["cell_type"], _source(cell.get("source", ""))
    _metadata(cell.get("metadata"), path, parts)
    _others(cell, _CELL, path, parts)
    if cell.get("attachments"):
        parts.append(Opaque(path, "The cell has attachments"))
    if source.strip() and kind == "code":
        parts += _read_code(path, source, how[0])
    elif source.strip():
        parts += _read_words(path, source, how[0])
    written: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source}
    if kind == "code":
        outputs = cell.get("outputs") or []
        made = [
            _output(out, f"{path}.output[{place}]!", parts, how)
            for place, out in enumerate(outputs)
        ]
        parts += _answered(path, source, made)
        written |= {"execution_count": None, "outputs": [each for each in made if each]}
    return written


_ANSWER = re.compile(r"\(?(?P<n>\d{1,2})(, \d{1,4})?,?\)?\s*")


def _answered(path: str, source: str, made: list[dict[str, Any] | None]) -> list[Part]:
    """Return a short answer below what asked for it, where a session would show them together."""
    data = [each.get("data", each) for each in made if each]
    said = [str(each.get("text/plain", each.get("text", ""))) for each in data]
    found = _ANSWER.fullmatch(said[-1]) if said else None
    asked = source.strip().rpartition("\n")[2]
    if found is None or not asked:
        return []
    return [Text(f"{path}answer", f">>> {asked}\n{found['n']}\n", is_alone=False)]


def _read_code(path: str, source: str, policy: DisclosurePolicy) -> list[Part]:
    """Read a cell of code by its grammar, if it has one that is known."""
    if read_code(source) is not None:
        return _read_words(path, source, policy)
    return [Text(path, source, is_alone=False)]


def _read_words(path: str, words: str, policy: DisclosurePolicy) -> list[Part]:
    return [
        replace(part, is_alone=False) if isinstance(part, Text) else part
        for part in words_and_tables(path, words, policy)
    ]


def _output(
    out: Any, path: str, parts: list[Part], how: tuple[DisclosurePolicy, Encode]
) -> dict[str, Any] | None:
    if not isinstance(out, dict):
        raise Impossible("it has an output of unknown kind")
    _metadata(out.get("metadata"), path, parts)
    _others(out, _OUTPUT, path, parts)
    if out.get("output_type") == "stream":
        words = _source(out.get("text", ""))
        parts += _read_words(f"{path}text", words, how[0])
        return {"output_type": "stream", "name": "stdout", "text": words}
    if out.get("output_type") == "error":
        words = _source(out.get("traceback", []))
        parts.append(Text(f"{path}error", words))
        return None
    data = out.get("data")
    if not isinstance(data, dict):
        raise Impossible("it has an output without data")
    for kind in sorted(set(data) - _SHOWN - _SET):
        if kind == VIEW and is_view(data[kind]):
            continue
        size = len(json.dumps(data[kind]))
        parts.append(Opaque(path, f"An output of kind {kind[:60]!r} with {size:,} characters"))
    shown = _shown(data, path, parts, how)
    return {"output_type": "display_data", "metadata": {}, "data": shown} if shown else None


def _shown(
    data: dict[str, Any], path: str, parts: list[Part], how: tuple[DisclosurePolicy, Encode]
) -> dict[str, str]:
    policy, inner = how
    shown: dict[str, str] = {}
    if "image/png" in data:
        try:
            raw = base64.b64decode(_source(data["image/png"]))
        except (binascii.Error, ValueError):
            raise Impossible("a picture in it cannot be read") from None
        form = inner(raw, "picture.png", policy)
        if not isinstance(form, Canonical) or form.media_type != "image/png":
            parts.append(Opaque(path, "A picture in it cannot be decoded"))
            return {}
        parts += [
            *beside_pixels(raw, path),
            *(replace(part, path=f"{path}{part.path}") for part in form.parts),
        ]
        shown["image/png"] = base64.b64encode(form.data).decode()
    if "text/html" in data:
        found, body = taken_apart(_source(data["text/html"]), policy, inner)
        parts += [replace(part, path=f"{path}{part.path}") for part in found]
        shown["text/html"] = body
    # TRUST: set words are dropped where others are shown, and judged all the same.
    for kind in sorted(_SET & set(data)):
        parts += _read_words(f"{path}{kind.rpartition('/')[2]}", _source(data[kind]), policy)
    # TRUST: words beside a table or picture may say something else, so they are dropped.
    said = next((k for k in ("text/plain", *sorted(_SET)) if k in data), None)
    if said is not None and not shown:
        words = _source(data[said])
        parts += _read_words(f"{path}text", words, policy)
        shown["text/plain"] = words
    return shown
