"""Load the compiled kernels, or say that the NumPy twins do their work.

``GDI_SPE_KERNELS`` chooses: ``native`` (the default where the library is there), ``plain`` (the
same without wide instructions) or ``numpy``.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import SpeError

ABI = 5
CHOICES = ("native", "plain", "numpy")
_HERE = Path(__file__).resolve().parent / "libspe-kernels.so"


class KernelsUnusable(SpeError):
    """The compiled kernels were asked for and are not there, or are of another build."""

    code = "kernels-unusable"


@cache
def library() -> ctypes.CDLL | None:
    """Return the kernels of this build, or None where the NumPy twins work."""
    choice = os.environ.get("GDI_SPE_KERNELS", "")
    if choice not in ("", *CHOICES):
        raise KernelsUnusable(f"GDI_SPE_KERNELS is {choice!r}, not one of {', '.join(CHOICES)}")
    if choice == "numpy" or (not choice and not _HERE.is_file()):
        return None
    try:
        found = ctypes.CDLL(str(_HERE))
    except OSError as error:
        raise KernelsUnusable(f"the kernels cannot be loaded ({error})") from None
    if found.spe_abi() != ABI:
        raise KernelsUnusable("the kernels are of another build: install the project again")
    found.spe_choose(int(choice != "plain"))
    return found


def pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    """Return where an array's bytes are; it must be contiguous and outlive the call."""
    if not array.flags.c_contiguous:
        raise ValueError("kernels take contiguous arrays")
    return ctypes.c_void_p(array.ctypes.data)


def kernel_name() -> str:
    """Say which implementation works here, for reports and benchmarks."""
    found = library()
    if found is None:
        return f"NumPy {np.__version__}"
    return "compiled" + (" (AVX2)" if ctypes.c_int.in_dll(found, "spe_has_avx2").value else "")
