"""Run something inside the workspace's image, as a workspace runs: no network, nothing to write."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = "/opt/venv/lib/python3.11/site-packages"
UID = 200_123


@dataclass(frozen=True)
class Workspace:
    """A container to be: its image, the cohort it mounts, and a folder that both sides see."""

    image: str
    cohort: Path
    shared: Path

    def run(self, *command: str, seconds: int = 500) -> str:
        """Run a command in a fresh container; return what it printed."""
        names = self.shared / "passwd"  # Java asks for the user's name
        names.write_text(f"researcher:x:{UID}:{UID}::/home/spe:/bin/sh\n")
        mounts = [
            f"{ROOT}/gdi_spe:{SITE}/gdi_spe:ro",
            f"{ROOT}/notebooks:/opt/notebooks:ro",
            f"{ROOT}/tests/workspace:/opt/tests:ro",
            f"{self.cohort.resolve()}:/cohorts/{self.cohort.name}:ro",
            f"{self.shared}:/run/node",
            f"{names}:/etc/passwd:ro",
        ]
        done = subprocess.run(
            ["docker", "run", "--rm", "--network", "none", "--cap-drop", "ALL", "--read-only",
             "--security-opt", "no-new-privileges", "--user", f"{UID}:{UID}", "--memory", "4g",
             "--env", "HOME=/home/spe", "--tmpfs", "/tmp:exec,mode=1777",
             "--tmpfs", f"/home/spe:uid={UID},mode=700", "--workdir", "/home/spe",
             *(word for mount in mounts for word in ("--volume", mount)),
             self.image, "sh", "-c", 'mkdir work && cd work && exec "$@"', "sh", *command],
            capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout


def image_or_skip() -> str:
    """Return the image that `make images` built."""
    try:
        image = (ROOT / ".cache/workspace-image").read_text().strip()
        seen = subprocess.run(["docker", "image", "inspect", image], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no image, or no container engine: make images")
    if seen.returncode:
        pytest.skip("the image of .cache/workspace-image is gone: make images")
    return image
