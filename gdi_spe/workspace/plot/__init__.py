"""Pictures: matplotlib axes in, axes out, and one mark a person only where it is asked for.

Names load when they are first used, so that a command does not load matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# name -> the module that has it
_LAZY: dict[str, str] = {
    "COLOURS": "axes",
    "GENOME_WIDE": "axes",
    "data": "drawn",
    "forest": "effects",
    "frequency_spectrum": "spread.spectra",
    "manhattan": "along.manhattan",
    "miami": "along.manhattan",
    "pca": "spread.density",
    "phewas": "effects",
    "qq": "spread.quantiles",
    "regional": "along.regional",
    "survival": "curves",
}

__all__ = sorted(_LAZY)  # computed from the one table above


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        near = import_module("difflib").get_close_matches(name, __all__, n=2) or __all__
        raise AttributeError(f"spe.plot has no {name!r}. Near it: {', '.join(near)}")
    found = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    return import_module(f"{__name__}.arguments").checked(found) if callable(found) else found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
