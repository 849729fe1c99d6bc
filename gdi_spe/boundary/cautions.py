"""What to know before a result is believed: warnings with names, for results that stand."""

from __future__ import annotations

import inspect
import warnings

from gdi_spe.boundary.errors import PACKAGE


class Caution(UserWarning):
    """A result stands, and something about it is worth knowing; subclasses say what."""


def caution(told: Caution) -> None:
    """Warn of something, on the line of the caller's own code that asked for the result."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_code.co_filename.startswith(PACKAGE):
        frame, level = frame.f_back, level + 1
    # In a thread of the library nobody's own code has called it.
    warnings.warn(told, stacklevel=1 if frame is None else level)
