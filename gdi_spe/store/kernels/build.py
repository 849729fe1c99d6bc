"""Compile the kernels: as a step of building the wheel, or by hand.

    python gdi_spe/store/kernels/build.py [--sanitize] TARGET

Needs a C compiler and libdeflate (Debian: ``gcc libc6-dev libdeflate-dev``), which is linked in
statically. Where they are not, the wheel is built without kernels and the NumPy twins do the work.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path(__file__).resolve().parent / "source"
LIBRARY = "libspe-kernels.so"
FLAGS = ["-std=gnu11", "-O3", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"]
FLAGS += ["-Wno-psabi"]  # vectors are passed within a file alone
SANITIZE = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def compile_kernels(target: Path, *, sanitize: bool = False) -> None:
    """Compile all sources into one library; it takes its place whole."""
    compiler = os.environ.get("CC", "cc")
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    command = [compiler, *FLAGS, *(SANITIZE if sanitize else []), "-shared", "-o", str(aside)]
    command += sorted(str(path) for path in SOURCE.glob("*.c"))
    subprocess.run([*command, "-l:libdeflate.a"], check=True)
    aside.replace(target)


class CustomBuildHook(BuildHookInterface[Any]):
    """Puts what is made at installing into the wheel, and beside the sources of an editable one.

    That is the compiled library, and what ``hpo3`` brings in a form that is read quickly.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, unless there is no compiler; write terms, unless there is no ``hpo3``."""
        self._write_terms(build_data)
        target = Path(self.root) / "gdi_spe/store/kernels" / LIBRARY
        if shutil.which(os.environ.get("CC", "cc")) is None:
            self.app.display_warning("no C compiler: built without kernels, the NumPy twins work")
            target.unlink(missing_ok=True)
            return
        compile_kernels(target)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"
        build_data["artifacts"].append(f"gdi_spe/store/kernels/{LIBRARY}")

    def _write_terms(self, build_data: dict[str, Any]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "gdi_spe.terms.hpo"], cwd=self.root, capture_output=True
        )
        if done.returncode:
            self.app.display_warning("no hpo3: built without its terms, which are asked of it then")
        else:
            build_data["artifacts"].append("gdi_spe/terms/hpo.json")


def _platform() -> str:
    import sysconfig

    return sysconfig.get_platform().replace("-", "_").replace(".", "_")


if __name__ == "__main__":
    words = sys.argv[1:]
    compile_kernels(Path(words[-1]), sanitize="--sanitize" in words)
