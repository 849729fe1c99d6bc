"""What to know before a result is believed: warnings with names, for results that stand."""

from __future__ import annotations


class Caution(UserWarning):
    """A result stands, and something about it is worth knowing; subclasses say what."""
