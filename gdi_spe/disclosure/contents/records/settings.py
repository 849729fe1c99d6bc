"""Trees of settings: of pipelines, projects and definitions, by the names that stand in them."""

# words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# The path of single numbers among settings; what they are is known by this and by themselves.
SETTINGS = "json settings"
# Names in the trees of pipelines and projects, of which records of people have none.
_OF_SETTINGS = re.compile(
    r"settings?|conf(ig\w*)?|params?|parameters?|options?|rules?|includes?|excludes?|excluded?_\w+|filters?|thresholds?|inputs?|outputs?|in_?file|out_?(dir|file|prefix)?|work_?dir|tmp_?dir|container|docker|image|executor|queue|profiles?"
    r"|genome(_build)?|assembly|build|reference|ref_?\w*|covariates?|covars?|models?|family|transform|version|requires\S*|dependencies|tool|line[-_]length|project|pipeline|workflow|process|resources?|threads|seed|schema|required|plugins?|env|channels"
    r"|repository|licen[cs]e|panels?|chunk\w*|firth|bsize|memory|cpus?|\w*_?file|\w*_?path|mode|steps?|test_type|binary",
    re.IGNORECASE,
)
_LEAST = 2
_DEEPEST = 32


def says_settings(tree: Any) -> bool:
    """Whether the names of a tree are of settings, several of them."""
    told = {name.rpartition(".")[2].lower() for name in _names(tree, 0)}
    return sum(bool(_OF_SETTINGS.fullmatch(name)) for name in told) >= _LEAST


def _names(node: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        for name, value in node.items():
            yield str(name)
            yield from _names(value, depth + 1)
    elif isinstance(node, list):
        for each in node:
            yield from _names(each, depth + 1)
