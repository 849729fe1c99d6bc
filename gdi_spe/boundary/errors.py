"""The one family of errors, and the exit code of each kind.

An error carries facts for the log, a stable ``code``, and ``public_message``: the only
text that crosses the trust line. Raise inside, translate once at the edge.
"""

from __future__ import annotations

import linecache
from datetime import date
from enum import IntEnum
from pathlib import Path, PurePath
from reprlib import Repr
from types import NoneType, TracebackType

# Where the files of this library are.
PACKAGE = str(Path(__file__).resolve().parents[1])


class ExitCode(IntEnum):
    """What a command's exit status means; the same for every verb."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    NOT_FOUND = 4
    REFUSED = 5
    TAMPERED = 6
    UNAVAILABLE = 7
    EMPTY = 8
    REVIEW = 10
    BLOCK = 20


class SpeError(Exception):
    """Something this product refuses or cannot do, said for the person concerned."""

    code = "internal"
    exit_code = ExitCode.FAILED
    http_status = 500
    public_message = "Something went wrong in the node; the operator has been told."

    def __str__(self) -> str:
        return super().__str__() or self.public_message

    def _render_traceback_(self) -> list[str]:
        """Say in a notebook what went wrong and on which line of the cell; IPython asks for this.

        The calls within this library say nothing to who reads a message about an argument;
        ``%tb`` and `traceback.print_exc` still show them.
        """
        lines = [f"{type(self).__name__}: {self}"]
        if place := _place_of(self.__traceback__):
            lines.append(place)
        return lines


class BadInput(SpeError):
    """A file or record that cannot be accepted; the message names it, its line and the remedy."""

    code = "bad-input"
    exit_code = ExitCode.BAD_INPUT
    http_status = 400

    def __init__(
        self, why: str, *, source: str = "", line: int | None = None, remedy: str = ""
    ) -> None:
        place = source if line is None else f"{source}, line {line}"
        text = f"{place}: {why}" if place else why
        self.public_message = f"{text}. {remedy}".rstrip(". ") + "."
        super().__init__(self.public_message)
        self.why, self.source, self.line, self.remedy = why, source, line, remedy


class NotFound(SpeError):
    """A thing that is not there, or that the asker may not know of: the reply is the same."""

    code = "not-found"
    exit_code = ExitCode.NOT_FOUND
    http_status = 404
    public_message = "There is no such thing here."

    def __init__(self, what: str, name: str) -> None:
        self.public_message = f"There is no {what} {name!r}."
        super().__init__(self.public_message)


class Refused(SpeError):
    """A rule of the node says no."""

    code = "refused"
    exit_code = ExitCode.REFUSED
    http_status = 403
    public_message = "This is not allowed."


class Tampered(SpeError):
    """Bytes on disk are not the bytes that were written."""

    code = "tampered"
    exit_code = ExitCode.TAMPERED
    http_status = 409
    public_message = "The integrity check failed; the operator has been told."


class Unavailable(SpeError):
    """A part of the node does not answer."""

    code = "unavailable"
    exit_code = ExitCode.UNAVAILABLE
    http_status = 503
    public_message = "The node is not ready for this; try again in a moment."


class _Short(Repr):
    """Writes what is plain as it is typed, in few characters, and the kind of all else."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring, self.maxlist, self.maxtuple, self.maxset = 60, 4, 4, 4

    def repr_instance(self, x: object, level: int) -> str:
        if getattr(x, "ndim", None) == 0 and hasattr(x, "item"):
            return self.repr1(x.item(), level)  # a number of NumPy
        if isinstance(x, bool | float | NoneType | bytes | date | PurePath):
            return repr(x)
        name = x.__name__ if isinstance(x, type) else type(x).__name__
        return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


_SHORT = _Short()


def shown(value: object) -> str:
    """Write a value that was given into a message: a table, say, by its kind alone."""
    return _SHORT.repr(value)


def _place_of(found: TracebackType | None) -> str:
    """Return the last line of the caller's own code that an error passed through."""
    place = ""
    while found is not None:
        file = found.tb_frame.f_code.co_filename
        if not file.startswith(PACKAGE):
            text = linecache.getline(file, found.tb_lineno).strip()
            place = f"  line {found.tb_lineno}: {text}" if text else ""
        found = found.tb_next
    return place
