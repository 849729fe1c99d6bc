"""The story of the demo, a test for each step: real log-ins, containers, a real browser."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdi_spe.demo.browser import CHROMIUM, browser
from gdi_spe.demo.making import IMAGE, PROXY, make
from gdi_spe.demo.stack import REPOSITORY, Stack
from gdi_spe.demo.story import Story
from gdi_spe.demo.telling import Step

pytestmark = [pytest.mark.engine, pytest.mark.browser]

PICTURES = REPOSITORY / "docs" / "pictures"
SHOWN = ("projects", "lab", "notebook", "carriers-one-row-a-person", "review")
N_STEPS = 11


def missing() -> str:
    """Say what of the real parts is not there."""
    if not IMAGE.exists():
        return "there is no workspace image: make images"
    if not PROXY.exists() or not Path(CHROMIUM).exists():
        return "the proxy or Chromium is missing: make test installs both"
    engine = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return "" if engine.returncode == 0 else "no container engine answers"


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    if why := missing():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="gdi-spe-story-"))
    made = make(folder)
    with browser() as browsers:
        try:
            yield Story(made.stack, made.operator, made.synthetic, browsers, folder / "pictures")
        finally:
            made.stack.stop()
            assert left_behind(made.stack) == []
            shutil.rmtree(folder)


def left_behind(stack: Stack) -> list[str]:
    """Return the mounts, folders and containers that a stopped node still has."""
    run_dir = stack.run_dir
    mounts = [
        line for line in Path("/proc/mounts").read_text().splitlines() if str(run_dir) in line
    ]
    listed = subprocess.run(
        ["docker", "ps", "-aq", "--filter", f"label=gdi-spe.node={run_dir.name}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [*mounts, *listed.stdout.split(), *([str(run_dir)] if run_dir.exists() else [])]


@pytest.mark.parametrize("number", range(N_STEPS))
def test_the_story_is_told_step_by_step(story: Story, number: int) -> None:
    steps: list[Step] = story.steps()

    steps[number].show()  # raises where something promised is not seen

    assert len(steps) == N_STEPS


def test_the_pictures_of_the_documentation_are_of_today(story: Story) -> None:
    taken = {name: story.pictures / f"{name}.png" for name in SHOWN}

    for name, picture in taken.items():
        assert picture.read_bytes().startswith(b"\x89PNG"), name
        # Kept with the project; a run makes them anew without changing the clone's own.
        assert (PICTURES / f"{name}.png").exists(), f"copy {picture} to docs/pictures"
