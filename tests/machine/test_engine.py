"""An engine is started when none answers, and only what was started is stopped."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = str(ROOT / "deploy/engine")
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.engine


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A socket's path has 108 bytes at most.
    return tmp_path_factory.mktemp("e")


@pytest.fixture
def run(folder: Path) -> Run:
    """Run a shell command beside the machine's engine: own folders, own socket, own network."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("only root can start dockerd, and it has to be here: apt-get install docker.io")
    host = f"unix://{folder}/d.sock"
    arguments = (
        f"--data-root={folder}/data --exec-root={folder}/exec --host={host} "
        f"--pidfile={folder}/d.pid --bridge=none"
    )
    own = {
        "GDI_SPE_ENGINE_DIR": f"{folder}/state",
        "GDI_SPE_DOCKERD_ARGUMENTS": arguments,
        "DOCKER_HOST": host,
        "ENGINE": ENGINE,
    }

    def shell(script: str) -> subprocess.CompletedProcess[str]:
        # In a network of its own: dockerd removes the bridge of another engine when it has none.
        return subprocess.run(
            ["unshare", "--net", "bash", "-c", script],
            env={**os.environ, **own}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    return shell


def leftovers(folder: Path) -> list[str]:
    """Return the processes and mounts that an engine in this folder has left."""
    processes = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{folder}/" in command and "unshare" not in command:
            processes.append(command)
    mounts = [m for m in Path("/proc/mounts").read_text().splitlines() if f"{folder}/" in m]
    return processes + mounts


def test_what_was_started_ends_with_the_command_whose_exit_code_it_returns(
    run: Run, folder: Path
) -> None:
    done = run('"$ENGINE" with sh -c "docker info >/dev/null && echo it answers; exit 3"')

    assert done.stdout == "it answers\n", done.stderr
    assert done.returncode == 3
    assert leftovers(folder) == []


def test_the_last_of_two_commands_stops_it(run: Run, folder: Path) -> None:
    until_two = f"touch {folder}/up; while [ ! -e {folder}/two ]; do sleep 0.1; done"
    still_there = f"touch {folder}/two; sleep 1.5; docker info >/dev/null && echo still"
    done = run(f"""
        "$ENGINE" with sh -c '{until_two}' &
        while [ ! -e {folder}/up ]; do sleep 0.1; done
        "$ENGINE" with sh -c '{still_there}'
        wait
    """)

    assert done.stdout == "still\n", done.stderr
    assert leftovers(folder) == []


def test_an_engine_that_is_kept_outlives_commands_until_it_is_put_down(
    run: Run, folder: Path
) -> None:
    done = run('"$ENGINE" up && "$ENGINE" with true && docker info >/dev/null && echo kept\n'
               '"$ENGINE" down')  # fmt: skip

    assert done.stdout == "kept\n", done.stderr
    assert leftovers(folder) == []


def test_an_engine_whose_command_was_killed_is_stopped_by_the_next(run: Run, folder: Path) -> None:
    done = run(f"""
        "$ENGINE" with sh -c 'touch {folder}/up; exec sleep 1' & starter=$!
        while [ ! -e {folder}/up ]; do sleep 0.1; done
        kill -KILL $starter; sleep 1.2
        docker info >/dev/null && "$ENGINE" with echo next
    """)

    assert done.stdout == "next\n", done.stderr
    assert leftovers(folder) == []


def test_an_engine_that_crashed_leaves_nothing_after_the_next_call(run: Run, folder: Path) -> None:
    crash = f"kill -KILL $(cat {folder}/d.pid) && sleep 0.5"
    done = run(f'"$ENGINE" up && {crash}; "$ENGINE" down')

    assert done.returncode == 0, done.stderr
    assert leftovers(folder) == []


def test_a_disk_for_images_stays_mounted(run: Run, folder: Path) -> None:
    done = run(f"""
        unshare --mount sh -c '
            mkdir -p {folder}/data/kept && mount --bind {folder}/data {folder}/data &&
            mount -t tmpfs tmpfs {folder}/data/kept && "$ENGINE" with true &&
            grep -c " {folder}/data" /proc/mounts'
    """)

    assert done.stdout == "2\n", done.stderr


def test_an_engine_that_does_not_start_says_why(run: Run, folder: Path) -> None:
    (folder / "data").write_text("no folder")

    done = run(f'"$ENGINE" with touch {folder}/ran')

    assert done.returncode == 1
    assert "dockerd does not start" in done.stderr
    assert not (folder / "ran").exists()
    assert leftovers(folder) == []


def test_an_engine_that_was_there_is_left_alone(tmp_path: Path) -> None:
    before = subprocess.run(["docker", "info", "--format", "{{json .ID}}"], capture_output=True)
    if before.returncode:
        pytest.skip("no engine answers: make test starts one")

    environment = {**os.environ, "GDI_SPE_ENGINE_DIR": str(tmp_path)}
    done = subprocess.run(
        [ENGINE, "with", "docker", "info", "--format", "{{json .ID}}"],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip

    assert json.loads(done.stdout) == json.loads(before.stdout)
    assert not (tmp_path / "started.json").exists()
    assert subprocess.run(["docker", "info"], capture_output=True).returncode == 0
