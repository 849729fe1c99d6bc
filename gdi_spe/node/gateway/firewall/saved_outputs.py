"""Notebooks: outputs that the browser itself saved come back, others come by running only.

What a browser sent in a save it has seen, and has paid for when it was shown: so its cells are
remembered by hash, and given back as they were. Any other output in a file is the container's
word, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall.bodies import NotInShape, entry
from gdi_spe.node.gateway.firewall.budget import digest_of
from gdi_spe.node.gateway.firewall.messages import n_bytes, one_of
from gdi_spe.node.gateway.firewall.wire import Json, to_json

_MAX_CELLS = 5_000
_MAX_SOURCE_CHARACTERS = 1 << 20
# Which of the remembered cells stands here: what it says beyond its content.
_WHICH_BYTES = 2
_LINES = ("source", "text")
_METADATA: Json = {
    "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
    "language_info": {"name": "python"},
}


class Remembered(Protocol):
    """The hashes of what a workspace's browser has saved."""

    def has_seen(self, digest: bytes) -> bool:
        """Say whether it was saved by the browser."""

    def remember(self, digests: Iterable[bytes]) -> None:
        """Keep the hashes, durably."""


@dataclass(frozen=True)
class Rebuilt:
    """A notebook for the browser, and how many bytes of it are the container's word."""

    body: Json
    cost: int


def remember(notebook: Any, memory: Remembered) -> None:
    """Keep the hashes of the cells, outputs and metadata of a notebook that the browser saves."""
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise NotInShape("notebook")
    digests = [_digest(_canonical_metadata(notebook.get("metadata")))]
    for raw in notebook["cells"][:_MAX_CELLS]:
        cell = _canonical_cell(raw)
        digests.append(_digest(cell))
        digests += [_digest(output) for output in cell.get("outputs", ())]
    memory.remember(digests)


def rebuild(body: Any, memory: Remembered) -> Rebuilt:
    """Rebuild a notebook's contents model from what is remembered and what is charged."""
    notebook = body.get("content") if isinstance(body, dict) else None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise NotInShape("notebook")
    cells, cost = [], 0
    for position, raw in enumerate(notebook["cells"][:_MAX_CELLS]):
        cell, cell_cost = _cell(_canonical_cell(raw), position, memory)
        cells.append(cell)
        cost += cell_cost
    metadata = _canonical_metadata(notebook.get("metadata"))
    if not memory.has_seen(_digest(metadata)):
        metadata = _METADATA
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    model = {**entry(body), "type": "notebook", "format": "json", "content": content}
    return Rebuilt(model, cost + _WHICH_BYTES)


def _cell(cell: Json, position: int, memory: Remembered) -> tuple[Json, int]:
    # TRUST: only what the browser itself has sent is given back as it was.
    if memory.has_seen(_digest(cell)):
        return cell, _WHICH_BYTES
    kind = one_of(cell.get("cell_type"), "code", "markdown", "raw")
    source = cell.get("source")
    if not isinstance(source, str) or len(source) > _MAX_SOURCE_CHARACTERS:
        raise NotInShape("source")
    rebuilt: Json = {"id": f"c{position}", "cell_type": kind, "metadata": {}, "source": source}
    cost = n_bytes(source) + _WHICH_BYTES
    if kind == "code":
        outputs = [output for output in _outputs(cell) if memory.has_seen(_digest(output))]
        rebuilt |= {"execution_count": None, "outputs": outputs}
        cost += _WHICH_BYTES * len(outputs)
    return rebuilt, cost


def _outputs(cell: Json) -> list[Any]:
    outputs = cell.get("outputs")
    return outputs if isinstance(outputs, list) else []


def _canonical_cell(raw: Any) -> Json:
    """Write a cell in one way: lines joined, no mark of trust, its outputs alike."""
    if not isinstance(raw, dict):
        raise NotInShape("cell")
    cell = _joined(raw)
    metadata = raw.get("metadata")
    if isinstance(metadata, dict):
        cell["metadata"] = {key: value for key, value in metadata.items() if key != "trusted"}
    if isinstance(raw.get("attachments"), dict):
        cell["attachments"] = {n: _bundle(item) for n, item in raw["attachments"].items()}
    if isinstance(raw.get("outputs"), list):
        cell["outputs"] = [_canonical_output(output) for output in raw["outputs"]]
    return cell


def _canonical_output(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise NotInShape("output")
    output = _joined(raw)
    output.pop("transient", None)
    if "data" in raw:
        output["data"] = _bundle(raw["data"])
    return output


def _bundle(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    return {kind: value if "json" in kind else _lines(value) for kind, value in raw.items()}


def _canonical_metadata(raw: Any) -> Json:
    return raw if isinstance(raw, dict) else {}


def _joined(raw: Json) -> Json:
    return {key: _lines(value) if key in _LINES else value for key, value in raw.items()}


def _lines(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value


def _digest(value: Json) -> bytes:
    try:
        return digest_of(to_json(_sorted(value)))
    except (ValueError, RecursionError):
        raise Refused("notebook") from None


def _sorted(value: Any) -> Any:
    """Order keys at every level, so that two writings of one value have one hash."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value
