"""Genomic analysis inside a secure processing environment.

Names load when they are first used, so that importing the package loads no room.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# name -> the module that has it; the researcher's whole vocabulary.
_LAZY = {
    "check": "gdi_spe.workspace.exports",
    "cohorts": "gdi_spe.workspace.cohorts",
    "export": "gdi_spe.workspace.exports",
    "isolation_report": "gdi_spe.workspace.isolation",
    "open_cohort": "gdi_spe.workspace.cohorts",
    "plot": "gdi_spe.workspace.plot",
    "request_export": "gdi_spe.workspace.exports",
    "exports": "gdi_spe.workspace.exports",
}

__all__ = sorted(_LAZY)  # noqa: PLE0604  # computed from the one table above


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_LAZY[name])
    # A name that ends its module's path is the module itself (`spe.plot`).
    return module if _LAZY[name].endswith(f".{name}") and not hasattr(module, name) else getattr(module, name)


def __dir__() -> list[str]:
    return [*globals(), *_LAZY]
