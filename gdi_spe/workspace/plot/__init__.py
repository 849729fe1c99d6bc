"""Pictures: matplotlib axes in, axes out, and never one mark a person.

Names load when they are first used, so that a command does not load matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# picture -> the module that draws it
_LAZY: dict[str, str] = {
    "COLOURS": "axes",
    "GENOME_WIDE": "axes",
    "frequency_spectrum": "spectra",
    "manhattan": "genome",
}

__all__ = sorted(_LAZY)  # computed from the one table above


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
