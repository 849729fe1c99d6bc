"""JSON: one spelling of a tree, and the tables and texts in it."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pyarrow as pa

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.records.locks import without_packages
from gdi_spe.disclosure.contents.records.nested import nested_records
from gdi_spe.disclosure.contents.records.settings import SETTINGS, says_settings
from gdi_spe.disclosure.contents.records.single import people_in
from gdi_spe.disclosure.contents.table import Table, canonical_number, clean_text, column_of
from gdi_spe.disclosure.contents.words.fitting import is_chosen
from gdi_spe.disclosure.contents.words.of_curves import are_of_one_curve
from gdi_spe.disclosure.contents.words.vocabulary import counts_things

_MAX_DEPTH = 32
# The part that tells which objects of a tree are one person each.
PEOPLE_FOUND = "json people"


class NotATree(Exception):
    """The text is not JSON of the accepted kind."""


class NotJson(NotATree):
    """The text is no JSON at all."""


def read_tree(text: str, digits: int) -> Any:
    """Read JSON, clean its texts and round its numbers; refuse what has two meanings."""
    try:
        tree = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
        return _canonical(tree, digits, 0)
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON: {error.msg} in line {error.lineno}") from None
    except (RecursionError, ValueError, OverflowError) as error:
        raise NotATree(f"not JSON that can be re-encoded: {error}") from None


def canonical(tree: Any, digits: int) -> Any:
    """Clean the texts of a tree that was read, and round its numbers."""
    try:
        return _canonical(tree, digits, 0)
    except (RecursionError, ValueError, OverflowError) as error:
        raise NotATree(f"not a tree that can be re-encoded: {error}") from None


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _canonical(node: Any, digits: int, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    if isinstance(node, dict):
        return {clean_text(k): _canonical(v, digits, depth + 1) for k, v in node.items()}
    if isinstance(node, list):
        return [_canonical(value, digits, depth + 1) for value in node]
    if isinstance(node, str):
        return clean_text(node)
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        return json.loads(canonical_number(repr(node), digits))
    return node


def parts_of(tree: Any, digits: int) -> tuple[Part, ...]:
    """Return the tables of a tree, and all else as text with its place."""
    parts: list[Part] = []
    rest: list[tuple[Steps, Any]] = []
    tree, packages = without_packages(tree)
    if packages:
        versions = {each["name"]: each["version"] for each in packages}
        told = {"name": list(versions), "version": list(versions.values())}
        parts.append(_table_of(told, "json.packages", digits))
    _walk(tree, ("json",), parts, rest, digits)
    numbers = [
        (path, v) for path, v in rest
        if isinstance(v, (int, float)) and not isinstance(v, bool)
    ]  # fmt: skip
    said = [(path, v) for path, v in rest if isinstance(v, str)]
    places = [v for path, v in said if _is_place(path, v)]
    words = [f"{_written(path)}: {v}" for path, v in said if not _is_place(path, v)]
    if places:
        parts.append(_table_of({"variant": places}, "json places", digits))
    if words or not (parts or numbers):
        parts.append(Text("json words", "\n".join(words) or "nothing"))
    if numbers:
        at = SETTINGS if says_settings(tree) else "json numbers"
        parts.append(_scalars(numbers, at, digits))
    named = [f"{place}: {', '.join(names)}" for place, names in people_in(tree)]
    if named:
        parts.append(Text(PEOPLE_FOUND, "\n".join(named), is_alone=False))
    return tuple(parts)


# TRUST: one variant beside words may be what somebody has; a region and a lead of a locus are not.
_PLACES = (
    (re.compile(r"(\w+_)?(region|locus|interval|window)", re.IGNORECASE),
     re.compile(r"(chr)?([0-9]{1,2}|X|Y):[\d,]{1,12}-[\d,]{1,12}", re.IGNORECASE)),
    (re.compile(r"(lead|top|sentinel|index)_(snp|variant|rs_?id)(_id)?|sentinel", re.IGNORECASE),
     re.compile(r"rs\d{1,12}|(chr)?([0-9]{1,2}|X|Y):\d{1,9}([:_][ACGT]{1,50}){0,2}",
                re.IGNORECASE)),
)  # fmt: skip


def _is_place(path: Steps, value: str) -> bool:
    """Whether a word is a variant or region under a name for such: rules look at it as one."""
    name = str(path[-1])
    return any(names.fullmatch(name) and cells.fullmatch(value) for names, cells in _PLACES)


# Names of objects whose members are of one sort: coef.age is a coefficient.
_SORT = re.compile(
    r"(coef\w*|params?|parameters|betas?|estimates?|weights?|odds_?ratios?|hazard_?ratios?|p_?values?|se|std_?err\w*"
    r"|means?|sds?|n|counts?|cases|controls|h2|rg|auc|metrics?)",
    re.IGNORECASE,
)


_TALLY = re.compile(
    r"(\w+_)?by_\w+|(\w+_)?counts?(_\w+)?|carriers?(_\w+)?|cases|controls|diagnos[ei]s|distribution|frequencies|n_per_\w+|per_\w+|participants|individuals|patients",
    re.IGNORECASE,
)
# Fewer numbers in a list are bounds, sizes or the like.
_LEAST_NUMBERS = 3
_LAST_CHROMOSOME = 26
# The names and places that lead to a value.
Steps = tuple[str | int, ...]


def _written(path: Steps) -> str:
    """Return a path as people write it."""
    first, *more = path
    return str(first) + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in more)


def _scalars(numbers: list[tuple[Steps, Any]], at: str, digits: int) -> Table:
    """Put single numbers into a table of one row, each under its own name."""
    columns, seen = [], set[str]()
    for path, value in numbers:
        *above, last = map(str, path)
        if isinstance(path[-1], int) and above:
            last = f"{above[-1]}_{last}"
        sort = next((name for name in reversed(above) if _SORT.fullmatch(name)), "")
        name = f"{sort.rstrip('s') if len(sort) > 2 else sort}_{last}" if sort else last
        name = name if name not in seen else f"{name}_{len(seen)}"
        seen.add(name)
        columns.append(column_of(name, pa.array([_cell(value)]), digits))
    return Table(at, tuple(columns))


def _walk(
    node: Any, path: Steps, parts: list[Part], rest: list[tuple[Steps, Any]], digits: int
) -> None:
    table = _table(node, _written(path), digits)
    if table is not None:
        parts.append(table)
    elif isinstance(node, dict):
        beside, taken = _beside(node)
        limits = _said_of_schema(node)
        rest += (((*path, name), _told(node[name])) for name in limits)
        if beside:
            parts.append(_table_of(beside, _written(path), digits))
        for name, value in node.items():
            if name not in taken and name not in limits:
                _walk(value, (*path, name), parts, rest, digits)
    elif (nested := nested_records(node)) is not None:
        columns, lists = nested
        parts.append(_table_of(columns, _written(path), digits))
        for place, record in enumerate(node):
            for name in lists:
                _walk(record[name], (*path, place, name), parts, rest, digits)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            _walk(value, (*path, place), parts, rest, digits)
    else:
        rest.append((path, node))


def _table(node: Any, path: str, digits: int) -> Table | None:
    rows: dict[str, list[Any]] | None = _tally(node, path)
    if rows is not None:
        return _table_of(rows, path, digits)
    if isinstance(node, list) and len(node) > 1:
        rows = _records(node) or _arrays(node) or _numbers(node, path)
    elif isinstance(node, dict) and len(node) > 1:
        rows = _split(node) or _columns(node)
    return None if rows is None else _table_of(rows, path, digits)


# What JSON Schema says of values that may be, which nobody need have.
_KEYWORDS = {
    "$id", "$schema", "$ref", "title", "description", "type", "properties", "required", "items",
    "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength", "minItems", "maxItems", "multipleOf", "pattern", "format", "additionalProperties",
    "uniqueItems", "anyOf", "oneOf", "allOf", "definitions", "$defs", "nullable", "unit", "units",
}  # fmt: skip
_TYPES = {"number", "integer", "string", "array", "object", "boolean", "null"}
_MOST_VALUES = 20
_LONGEST_VALUE = 40


def _said_of_schema(node: dict[str, Any]) -> list[str]:
    """Return the names of an object's limits and codes, if it says what a value may be."""
    told = node.get("type")
    if not isinstance(told, str) or told not in _TYPES or not set(node) <= _KEYWORDS:
        return []
    return [name for name, value in node.items() if _is_limit(name, value)]


def _is_limit(name: str, value: Any) -> bool:
    if name == "enum" and isinstance(value, list) and len(value) <= _MOST_VALUES:
        return _flat(value) and all(len(str(each)) <= _LONGEST_VALUE for each in value)
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _told(value: Any) -> str:
    """Return a limit in words."""
    return " or ".join(map(str, value)) if isinstance(value, list) else f"{value} as a limit"


def _beside(node: dict[str, Any]) -> tuple[dict[str, list[Any]], set[str]]:
    """Return the arrays of an object that stand beside each other as a table, and their names.

    They say row by row what is known of each name in one of them: a plot has places beside heights,
    a model coefficients beside the names of its features.
    """
    arrays = {
        name: value for name, value in node.items()
        if isinstance(value, list) and len(value) > 1 and _flat(value)
    }  # fmt: skip
    for name, labels in arrays.items():
        if not all(isinstance(each, str) for each in labels) or len(set(labels)) < len(labels):
            continue
        same = {
            other: v for other, v in arrays.items()
            if len(v) == len(labels) and other != name and not _is_set(other, v)
        }  # fmt: skip
        if any(_are_numbers(v) for v in same.values()):
            return {name: labels, **same}, {name, *same}
    x, y = arrays.get("x", []), arrays.get("y", [])
    if x and len(x) == len(y):
        same = {name: each for name, each in arrays.items() if len(each) == len(x)}
        return same, set(same)
    return _curve(arrays) or _bins(arrays)


def _curve(arrays: dict[str, list[Any]]) -> tuple[dict[str, list[Any]], set[str]] | None:
    """Return the two sides of a curve, and all that stands beside them point by point."""
    for name, along in arrays.items():
        same = {n: v for n, v in arrays.items() if len(v) == len(along) and _are_numbers(v)}
        if name in same and len(along) >= _LEAST_NUMBERS and are_of_one_curve(list(same)):
            return same, set(same)
    return None


_CHROMOSOMES = re.compile(r"(\w+_)?(chr(om(osome)?)?s?|contigs|autosomes)", re.IGNORECASE)


def _is_set(name: str, values: list[Any]) -> bool:
    """Whether a list of numbers was chosen, and tells nothing of the names in another list."""
    last = name.rpartition(".")[2]
    places = all(isinstance(each, int) and 0 < each <= _LAST_CHROMOSOME for each in values)
    return is_chosen(last) or bool(places and _CHROMOSOMES.fullmatch(last))


# What programs call the edges of a histogram, and how many lie between them.
_EDGES = re.compile(r"bins?|edges|breaks|bin_?edges", re.IGNORECASE)
_HEIGHTS = re.compile(r"counts?|n|hist(ogram)?|freq(uency|uencies)?|heights?", re.IGNORECASE)


def _bins(arrays: dict[str, list[Any]]) -> tuple[dict[str, list[Any]], set[str]]:
    """Return the heights of a histogram, which are one fewer than the edges between them."""
    for name, edges in arrays.items():
        for other, heights in arrays.items():
            named = _EDGES.fullmatch(name) and _HEIGHTS.fullmatch(other)
            if named and len(edges) == len(heights) + 1 and _are_numbers(edges):
                rows = {"bin_start": edges[:-1], "bin_end": edges[1:], "count": heights}
                return rows, {name, other}
    return {}, set()


def _are_numbers(values: list[Any]) -> bool:
    return all(type(each) in (int, float) for each in values)


def _tally(node: Any, path: str) -> dict[str, list[Any]] | None:
    """Return groups with their counts, where an object's name says that it counts by something."""
    if not isinstance(node, dict) or len(node) < 2 or not _TALLY.fullmatch(path.rpartition(".")[2]):
        return None
    whole = [isinstance(v, int) and not isinstance(v, bool) and v >= 0 for v in node.values()]
    if not all(whole) or any(map(counts_things, path.replace(".", " ").split())):
        return None
    # Names that count by themselves are told one by one.
    if any(re.fullmatch(r"n_.*|.*_(n|count)|total", str(name)) for name in node):
        return None
    return {"group": list(node), "count": list(node.values())}


def _table_of(rows: dict[str, list[Any]], path: str, digits: int) -> Table:
    arrays = {name: pa.array([_cell(v) for v in values]) for name, values in rows.items()}
    return Table(path, tuple(column_of(n, values, digits) for n, values in arrays.items()))


def _records(node: list[Any]) -> dict[str, list[Any]] | None:
    """Rows as objects with the same names."""
    if not all(isinstance(row, dict) and row and _flat(row.values()) for row in node):
        return None
    names = list(node[0])
    if any(list(row) != names for row in node):
        return None
    return {name: [row[name] for row in node] for name in names}


def _arrays(node: list[Any]) -> dict[str, list[Any]] | None:
    """Rows as arrays of one length, or one long array of values."""
    if all(isinstance(row, list) and row and _flat(row) for row in node):
        if len({len(row) for row in node}) != 1:
            return None
        return {f"column_{i + 1}": [row[i] for row in node] for i in range(len(node[0]))}
    return {"values": node} if len(node) >= 20 and _flat(node) else None


def _numbers(node: list[Any], path: str) -> dict[str, list[Any]] | None:
    """A list of numbers under one name: they may be of people, as a column of a table may be."""
    if len(node) < _LEAST_NUMBERS or any(type(value) not in (int, float) for value in node):
        return None
    if len({round(after - before, 9) for before, after in itertools.pairwise(node)}) == 1:
        return None  # a range, as settings have them
    return {re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]: node}


def _split(node: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Names of columns, and rows as arrays, as pandas splits a table."""
    names, data = node.get("columns"), node.get("data")
    if set(node) - {"columns", "index", "data", "name"} or not isinstance(names, list):
        return None
    if not isinstance(data, list) or not data or not _flat(node.get("index") or []):
        return None
    if any(not isinstance(row, list) or len(row) != len(names) or not _flat(row) for row in data):
        return None
    columns = {_joined(name): [row[i] for row in data] for i, name in enumerate(names)}
    index = node.get("index")
    named = isinstance(index, list) and len(index) == len(data) and "index" not in columns
    return ({"index": index} if named and index is not None else {}) | columns


def _joined(name: Any) -> str:
    """Return a column's name; of several levels, all of them."""
    return " ".join(map(str, name)) if isinstance(name, list) else str(name)


def _columns(node: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Columns as arrays, or as objects keyed by row as pandas writes them."""
    values = list(node.values())
    if all(isinstance(v, dict) and v and _flat(v.values()) for v in values):
        index = list(values[0])
        if any(list(v) != index for v in values):
            return None
        if len(values) > len(index) or all(map(_MEASURE.fullmatch, index)):
            # Keyed by row: there are more of them than of what is known of each, or that is known.
            return {"index": list(node), **{name: [v[name] for v in values] for name in index}}
        return {"index": index, **{name: list(v.values()) for name, v in node.items()}}
    if not all(isinstance(v, list) and len(v) > 1 and _flat(v) for v in values):
        return None
    return dict(node) if len({len(v) for v in values}) == 1 else None


# What is known of each row, where names of rows are the keys above it.
_MEASURE = re.compile(
    r"estimates?|beta|se|std_?err\w*|p|p_?val(ue)?|z|t|or|hr|h2|rg|r2|auc|n|mean|sd|median"
    r"|ci(95)?(_\w{1,8})?|lower|upper|n_\w{1,20}|lambda\w*|intercept"
)


def _flat(values: Any) -> bool:
    return not any(isinstance(value, (dict, list)) for value in values)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else json.dumps(value)
