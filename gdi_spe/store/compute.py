"""Arrow's computations, loaded when one is first used: carriers of a gene are counted without."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    import pyarrow.compute

    return getattr(pyarrow.compute, name)
