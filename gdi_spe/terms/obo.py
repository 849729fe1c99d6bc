"""Read an ontology from an OBO or OBO Graphs (JSON) file.

Sources: the OBO Flat File Format 1.4 specification; the OBO Graphs JSON schema 0.3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms.codes import BY_SPELLING
from gdi_spe.terms.curies import split
from gdi_spe.terms.hierarchy import Hierarchy

_IRI = re.compile(r"^https?://(?:purl\.obolibrary\.org/obo/|www\.orpha\.net/ORDO/)(\w+?)_(\w+)$")
_DATED = re.compile(r"(?:^|/)releases/(\d{4}-\d{2}-\d{2})(?:/|$)")
# How OBO Graphs names what an OBO file writes as alt_id.
_ALTERNATIVE = "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId"
_EXACT = ("skos:exactMatch", "http://www.w3.org/2004/02/skos/core#exactMatch")


@dataclass
class _Found:
    """What the reader has seen of a file so far."""

    labels: dict[str, str] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    equivalents: dict[str, tuple[str, ...]] = field(default_factory=dict)


def load(path: Path, prefix: str = "") -> Hierarchy:
    """Read one ontology.

    Parameters
    ----------
    path
        A ``.obo`` file, or OBO Graphs in a ``.json`` file.
    prefix
        The code system it is the hierarchy of; the file's stem where left out.

    Raises
    ------
    BadInput
        If the file is neither, has a line that cannot be read, or holds no term
        of that code system.
    """
    prefix = prefix or path.stem
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", source=str(path)) from None
    found = _Found()
    reader = _read_json if path.suffix == ".json" else _read_obo
    version = _release(reader(text, str(path), found))
    if not any(split(term)[0] == prefix for term in found.labels):
        raise BadInput(f"holds no {prefix} term", source=str(path))
    return Hierarchy(
        prefix, version, found.labels, found.parents, found.replaced, found.equivalents
    )


def _release(version: str) -> str:
    """Return the release's date where a version (``releases/2024-03-04``, an IRI) has one."""
    dated = _DATED.search(version)
    return dated[1] if dated else version


def _canonical(text: str) -> str:
    """Return an IRI or a CURIE with an alias as this product's CURIE; others as they are."""
    matched = _IRI.match(text)
    prefix, code = matched.groups() if matched else split(text)
    system = BY_SPELLING.get(prefix)
    return f"{system.prefix}:{code}" if system else text


def _read_obo(text: str, source: str, found: _Found) -> str:
    version = "unknown"
    for kind, tags, line in _stanzas(text, source):
        if kind == "header":
            version = next(iter(tags.get("data-version", ())), version)
        elif kind == "Term":
            _add_term(tags, source, line, found)
    return version


def _stanzas(text: str, source: str) -> Iterator[tuple[str, dict[str, list[str]], int]]:
    kind, start = "header", 1
    tags: dict[str, list[str]] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("!"):
            continue
        if line.startswith("[") and line.endswith("]"):
            yield kind, tags, start
            kind, tags, start = line[1:-1], {}, number
            continue
        tag, colon, value = line.partition(":")
        if not colon:
            raise BadInput("not an OBO line (tag: value)", source=source, line=number)
        tags.setdefault(tag.strip(), []).append(value.strip())
    yield kind, tags, start


def _bare(value: str) -> str:
    """A tag's value without its trailing comment and qualifiers."""
    return value.split(" ! ")[0].split(" {")[0].strip()


def _add_term(tags: dict[str, list[str]], source: str, line: int, found: _Found) -> None:
    if len(tags.get("id", ())) != 1:
        raise BadInput("a [Term] without exactly one id", source=source, line=line)
    term = _canonical(_bare(tags["id"][0]))
    if tags.get("is_obsolete", ["false"])[0] == "true":
        if tags.get("replaced_by"):
            found.replaced[term] = _canonical(_bare(tags["replaced_by"][0]))
        return
    found.labels[term] = _bare(tags.get("name", [term])[0])
    found.parents[term] = tuple(_canonical(_bare(value)) for value in tags.get("is_a", ()))
    found.replaced |= {_canonical(_bare(other)): term for other in tags.get("alt_id", ())}
    same = [value for value in tags.get("xref", ()) if "MONDO:equivalentTo" in value]
    same += [
        parts[1]
        for parts in (value.split() for value in tags.get("property_value", ()))
        if len(parts) > 1 and parts[0] in _EXACT
    ]
    found.equivalents[term] = tuple(dict.fromkeys(_canonical(_bare(value)) for value in same))


def _read_json(text: str, source: str, found: _Found) -> str:
    try:
        graphs = json.loads(text)["graphs"]
        for graph in graphs:
            for node in graph["nodes"]:
                _add_node(node, found)
            _add_edges(graph.get("edges", ()), found)
        return str(graphs[0].get("meta", {}).get("version", "unknown"))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise BadInput(f"not OBO Graphs JSON: {error!r}", source=source) from None


def _add_node(node: dict[str, Any], found: _Found) -> None:
    term, meta = _canonical(node["id"]), node.get("meta", {})
    if node.get("type", "CLASS") != "CLASS" or "lbl" not in node:
        return
    properties = [(each["pred"], each["val"]) for each in meta.get("basicPropertyValues", ())]
    if meta.get("deprecated"):
        for predicate, value in properties:
            if predicate.endswith("IAO_0100001"):
                found.replaced[term] = _canonical(value)
        return
    found.labels[term] = node["lbl"]
    found.parents.setdefault(term, ())
    found.replaced |= {
        _canonical(value): term for predicate, value in properties if predicate == _ALTERNATIVE
    }
    same = [_canonical(value) for predicate, value in properties if predicate in _EXACT]
    found.equivalents[term] = tuple(dict.fromkeys(same))


def _add_edges(edges: Iterable[dict[str, Any]], found: _Found) -> None:
    for edge in edges:
        if edge["pred"] == "is_a":
            child, parent = _canonical(edge["sub"]), _canonical(edge["obj"])
            found.parents[child] = (*found.parents.get(child, ()), parent)
