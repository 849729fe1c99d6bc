"""Genomic analysis inside a secure processing environment.

Names load when they are first used, so that importing the package loads no room.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# name -> the module that has it; the researcher's whole vocabulary. A name that is None there is
# the module itself.
_LAZY: dict[str, tuple[str, str | None]] = {
    "check": ("gdi_spe.workspace.outputs.exports", "check"),
    "mend": ("gdi_spe.workspace.outputs.exports", "mend"),
    "cohorts": ("gdi_spe.workspace.cohorts", "cohorts"),
    "export": ("gdi_spe.workspace.outputs.exports", "export"),
    "exports": ("gdi_spe.workspace.outputs.exports", "exports"),
    "from_hail": ("gdi_spe.workspace.bridges.hail_names", "from_hail"),
    "isolation_report": ("gdi_spe.workspace.isolation", "isolation_report"),
    "meta_analysis": ("gdi_spe.analysis.combining.meta", "meta_analysis"),
    "open_cohort": ("gdi_spe.workspace.cohorts", "open_cohort"),
    "plot": ("gdi_spe.workspace.plot", None),
    "read_gwas_ssf": ("gdi_spe.analysis.combining.gwas_ssf", "read_gwas_ssf"),
    "request_export": ("gdi_spe.workspace.outputs.exports", "request_export"),
    "write_gwas_ssf": ("gdi_spe.analysis.combining.gwas_ssf", "write_gwas_ssf"),
}

__all__ = sorted(_LAZY)  # computed from the one table above


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        if name.startswith("_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        near = import_module("difflib").get_close_matches(name, __all__, n=2) or __all__
        raise AttributeError(f"spe has no {name!r}. Near it: {', '.join(near)}")
    path, attribute = _LAZY[name]
    module = import_module(path)
    if attribute is None:
        return module
    # What is given to each function is looked at first.
    checked = import_module("gdi_spe.workspace.arguments.functions").checked
    return checked(getattr(module, attribute))


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
