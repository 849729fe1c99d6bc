"""``gdi-spe demo``: tell the story, or keep a demo node up.

gdi-spe demo            the story; on a terminal the node then keeps serving
gdi-spe demo up         make a demo node and serve it in the background
gdi-spe demo down       end it
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from gdi_spe.boundary.errors import ExitCode, SpeError
from gdi_spe.demo.browser import browser
from gdi_spe.demo.making import Made, make
from gdi_spe.demo.stack import REPOSITORY
from gdi_spe.demo.stand_ins.cast import CAST
from gdi_spe.demo.story import Story
from gdi_spe.demo.telling import evidence, tell

FOLDER = REPOSITORY / ".cache" / "demo"
PICTURES = REPOSITORY / "docs" / "pictures"
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> int:
    """Run one of the three."""
    parser = argparse.ArgumentParser(prog="gdi-spe demo", description=__doc__.split("\n")[0])
    parser.add_argument("what", nargs="?", choices=("story", "up", "down", "keep"), default="story")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the node lives")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the same clean end as Ctrl-C
    try:
        return {"story": _story, "up": _up, "down": _down, "keep": _keep}[arguments.what](
            arguments.folder.resolve()
        )
    except SpeError as error:
        print(f"\ngdi-spe demo: {error.public_message}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 130


def _story(folder: Path) -> int:
    with _made(folder) as made:
        with browser() as browsers:
            story = Story(made.stack, made.operator, made.synthetic, browsers, folder / "pictures")
            tell(story.steps())
        print("\nThe whole story was told.")
        if sys.stdin.isatty() and sys.stdout.isatty():
            _invite(made)
            threading.Event().wait()
    return ExitCode.OK


def _keep(folder: Path) -> int:
    """Serve a demo node until told to stop."""
    with _made(folder) as made:
        made.operator.make_cohorts(made.synthetic)
        made.stack.start_providers()
        made.stack.start_node()
        _invite(made)
        (folder / "ready").touch()
        threading.Event().wait()
    return ExitCode.OK


def _up(folder: Path) -> int:
    """Start `keep` in the background and wait until it serves."""
    if _running(folder):
        print("The demo node is up already; `make down` ends it.")
        return ExitCode.OK
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ready").unlink(missing_ok=True)
    log = folder / "keep.log"
    with log.open("wb") as sink:
        command = [sys.executable, "-m", "gdi_spe.demo", "keep", "--folder", str(folder)]
        keeper = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
        )
    (folder / "pid").write_text(str(keeper.pid))
    while not (folder / "ready").exists():
        if keeper.poll() is not None:
            print(log.read_text(), file=sys.stderr)
            return int(ExitCode.FAILED)
        time.sleep(0.2)
    print(log.read_text()[-1600:])
    return ExitCode.OK


def _down(folder: Path) -> int:
    """End what `up` started."""
    pid = _running(folder)
    if not pid:
        print("No demo node is up.")
        return ExitCode.OK
    os.kill(pid, signal.SIGTERM)
    while _running(folder):
        time.sleep(0.2)
    print("The demo node is down.")
    return ExitCode.OK


def _running(folder: Path) -> int:
    """Return the keeper's process id, or 0; a number that another process got is not it."""
    try:
        pid = int((folder / "pid").read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return 0
    return pid if b"gdi_spe.demo" in words and str(folder).encode() in words else 0


@contextmanager
def _made(folder: Path) -> Iterator[Made]:
    """Make a node, and end everything of it afterwards."""
    made = make(folder)
    try:
        yield made
    finally:
        made.stack.stop()


def _invite(made: Made) -> None:
    settings = made.stack.settings
    print("\nThe node keeps serving. Log in as one of these (type the name, there is no password):")
    for member in CAST:
        evidence(f"{member.sub:<28} {member.about}")
    evidence(f"workspaces: {settings.hub.public_url}")
    evidence(f"exports and reviews: {settings.web.public_url}")
    print("Ctrl-C, or `make down`, ends it.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
