"""Where in a file something stands: the file, the line if it has any, and a JSON pointer."""

from __future__ import annotations


class Place:
    """A place in a source, rendered only when it is told."""

    __slots__ = ("_key", "_parent", "line", "source")

    def __init__(self, source: str, line: int | None = None) -> None:
        self.source, self.line = source, line
        self._parent: Place | None = None
        self._key: str | int = ""

    def under(self, key: str | int) -> Place:
        """Return the place of a part."""
        place = Place(self.source, self.line)
        place._parent, place._key = self, key
        return place

    @property
    def pointer(self) -> str:
        """The JSON pointer (RFC 6901) within the file, or within its line."""
        if self._parent is None:
            return ""
        key = str(self._key).replace("~", "~0").replace("/", "~1")
        return f"{self._parent.pointer}/{key}"

    @property
    def kind(self) -> str:
        """The pointer without numbers: what records of a kind have in common."""
        parts = [part for part in self.pointer.split("/") if part and not part.isdecimal()]
        return "/".join(parts)

    def __str__(self) -> str:
        line = "" if self.line is None else f", line {self.line}"
        pointer = self.pointer
        return f"{self.source}{line}{': ' if pointer else ''}{pointer}"
