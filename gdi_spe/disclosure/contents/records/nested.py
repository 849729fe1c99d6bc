"""Records of a tree that hold further records, such as credible sets and frequencies by population.

What each tells of itself is a row of one table, so that rules see a column; lists within stay
apart.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

_DEEPEST = 3
_MOST_COLUMNS = 200


def nested_records(node: Any) -> tuple[dict[str, list[Any]], list[str]] | None:
    """Return the columns of records that are not flat, and the names of their lists; else None.

    Each record has the same names, at every level; the list of each may be as long as it is.
    """
    if not isinstance(node, list) or len(node) < 2 or not all(isinstance(r, dict) for r in node):
        return None
    flat = [_leaves(record, ()) for record in node]
    paths = list(flat[0])
    if not paths or len(paths) > _MOST_COLUMNS or any(list(each) != paths for each in flat):
        return None
    lists = [name for name, value in node[0].items() if isinstance(value, list)]
    if any([n for n, v in record.items() if isinstance(v, list)] != lists for record in node):
        return None
    # Arrays beside each other are columns, as the places and heights of a plot.
    if any(
        not isinstance(each, dict) for record in node for name in lists for each in record[name]
    ):
        return None
    if not lists and all(len(path) == 1 for path in paths):
        return None
    names = _named(paths)
    return {name: [each[path] for each in flat] for name, path in names.items()}, lists


def _leaves(node: dict[str, Any], above: tuple[str, ...]) -> dict[tuple[str, ...], Any]:
    """Return the values of a record by the names that lead to them, without its own lists."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in node.items():
        path = (*above, name)
        if isinstance(value, dict) and len(path) < _DEEPEST:
            found |= _leaves(value, path)
        elif isinstance(value, (dict, list)):
            if above or isinstance(value, dict):
                return {}  # a list or an object too deep: not of this kind
        else:
            found[path] = value
    return found


def _named(paths: list[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return paths by the last name, with the one above where several end alike: "ac_EUR"."""
    times = Counter(path[-1] for path in paths)
    names: dict[str, tuple[str, ...]] = {}
    for path in paths:
        name = path[-1] if times[path[-1]] == 1 else "_".join(reversed(path[-2:]))
        names[name if name not in names else "_".join(reversed(path))] = path
    return names
