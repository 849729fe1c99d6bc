"""YAML: a tree as JSON is, without anchors, tags, and words that mean something else.

What a scalar means is decided by JSON's rules and not by YAML 1.1, in which ``NO`` is false and
``12:30`` a number. A text that is YAML only in part, or nothing but names with values, stays words.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.records import trees
from gdi_spe.disclosure.contents.records.locks import without_packages

# Each line of a plain document: a name with or without a value, an item, a comment, a mark.
_LINE = re.compile(
    r"\s*(- +)*(\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|[A-Za-z_][\w .()/%-]{0,60}):( .*)?|\s*- .*|\s*#.*"
    r"|---|\.\.\.|\s*"
)
_NAMED = re.compile(r"^\s*(- +)*[\"'A-Za-z_][^:\n]{0,80}:( |$)", re.MULTILINE)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_LONGEST, _DEEPEST, _MOST = 4_000_000, 32, 200_000
_LEAST_NAMES = 2


class _NotPlain(Exception):
    """It has what a plain tree has not."""


def read(text: str, digits: int) -> list[Any] | None:
    """Return the documents of a text that is YAML, numbers rounded; None where it is words."""
    if len(text) > _LONGEST or not _looks_like(text):
        return None
    try:
        # TRUST: looked at as events, of which an alias makes no copy, before anything is built.
        _require_plain(text)
        nodes = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
        documents = [_built(node) for node in nodes if node is not None]
        if not any(map(_is_nested, documents)):
            return None
        return [trees.canonical(each, digits) for each in documents]
    except (_NotPlain, yaml.YAMLError, trees.NotATree, RecursionError):
        return None


def _looks_like(text: str) -> bool:
    lines = text.split("\n")
    return all(map(_LINE.fullmatch, lines)) and len(_NAMED.findall(text)) >= _LEAST_NAMES


def _tag_of(event: yaml.NodeEvent) -> str | None:
    return None if isinstance(event, yaml.AliasEvent) else event.tag


def _is_nested(tree: Any) -> bool:
    """Whether it is more than names with values, which is how words are written as well."""
    inside = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return any(isinstance(each, dict | list) for each in inside)


def _require_plain(text: str) -> None:
    depth = 0
    for n, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.NodeEvent) and (event.anchor or _tag_of(event)):
            raise _NotPlain("it has anchors or tags")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or n > _MOST:
            raise _NotPlain("it is nested too deeply, or too long")


def _built(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in found:
                raise _NotPlain("a name stands twice, or is no word")
            found[key.value] = _built(value)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_built(each) for each in node.value]
    is_quoted = node.style not in (None, "")
    return node.value if is_quoted else _scalar(node.value)


def _scalar(word: str) -> Any:
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    if not _NUMBER.fullmatch(word):
        return word
    return float(word) if re.search(r"[.eE]", word) else int(word)


class _Dumper(yaml.CSafeDumper):  # type: ignore[misc]  # the C library has no types
    """Writes words that would be read as numbers, or as nothing, in quotation marks."""


def _as_word(dumper: yaml.CSafeDumper, word: str) -> yaml.ScalarNode:
    means_other = _NUMBER.fullmatch(word) or word.lower() in _WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", word, "'" if means_other else None)


_Dumper.add_representer(str, _as_word)


def written(documents: list[Any]) -> str:
    """Write documents in the one spelling."""
    text: str = yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000
    )
    return text


def parts_of(text: str, documents: list[Any], digits: int) -> tuple[Part, ...]:
    """Return the parts of the tree, and the words of the file as they were."""
    tree = documents[0] if len(documents) == 1 else documents
    if without_packages(tree)[1]:
        # Each value of a lock file is held to what such files hold; its comments are words.
        text = "\n".join(line for line in text.split("\n") if line.lstrip().startswith("#"))
    return (*trees.parts_of(tree, digits), Text("yaml", text, is_alone=False))
