"""What a query found: DuckDB's relation, whose late errors are told as early ones are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

Told = Callable[[Exception], Exception]


class Answer:
    """A DuckDB relation: ``df()``, ``arrow()``, ``fetchall()`` and all else that it has.

    A query runs when its rows are asked for, so that what is wrong with a row (a text that is
    no number, say) comes late; it is told in the words of this library all the same.
    """

    def __init__(self, relation: duckdb.DuckDBPyRelation, told: Told) -> None:
        self._relation = relation
        self._told = told

    def __getattr__(self, name: str) -> Any:
        if name in ("_relation", "_told"):
            raise AttributeError(name)  # asked before there are any, by copy() say
        found = self._tried(getattr)(self._relation, name)
        return self._tried(found) if callable(found) else found

    def __dir__(self) -> list[str]:
        return dir(self._relation)

    def __repr__(self) -> str:
        return str(self._tried(repr)(self._relation))

    def __len__(self) -> int:
        return int(self._tried(len)(self._relation))

    def __getitem__(self, name: str) -> Any:
        return self._tried(type(self._relation).__getitem__)(self._relation, name)

    def _tried(self, function: Callable[..., Any]) -> Callable[..., Any]:
        import duckdb

        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            plain = [each._relation if isinstance(each, Answer) else each for each in given]
            try:
                found = function(*plain, **named)
            except duckdb.Error as error:
                raise self._told(error) from None
            is_relation = isinstance(found, duckdb.DuckDBPyRelation)
            return Answer(found, self._told) if is_relation else found

        return call
