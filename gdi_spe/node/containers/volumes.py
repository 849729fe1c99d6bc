"""A workspace's folders on the host, and its work volume: a file system of its own.

The volume is a loop-mounted ext4 image. Its size is the quota, and it outlives the container.
The folder of the Jupyter server's socket is a small memory file system, so that a workspace
cannot fill the host's.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from gdi_spe.boundary.errors import NotFound, Refused, Unavailable
from gdi_spe.node.containers.order import Places

log = logging.getLogger(__name__)

MIB = 1024 * 1024
SOCKET_FOLDER = "size=1m,nr_inodes=64"
BUSY_SECONDS = 5.0


class VolumeFailed(Unavailable):
    """A work volume cannot be made, mounted or unmounted."""

    code = "volume-failed"
    public_message = "The workspace's files cannot be opened now; the operator has been told."


class VolumeQuarantined(Refused):
    """A workspace's files were put aside when its access ended for a cause."""

    code = "work-quarantined"
    public_message = (
        "The files of this workspace were put aside when access to it ended. Write to the node's "
        "operator, who can give them back."
    )


class Volumes(Protocol):
    """What the helper needs of the host's disks."""

    def prepare(self, places: Places, uid: int, work_mib: int) -> None:
        """Make and mount what one workspace needs; again is harmless."""

    def release(self, places: Places) -> None:
        """Unmount it; the work volume's file stays. Again is harmless."""

    def put_aside(self, places: Places) -> None:
        """Give the work volume's file a name that nothing mounts. Again is harmless."""

    def take_back(self, places: Places) -> None:
        """Give it its own name again."""

    def is_aside(self, places: Places) -> bool:
        """Say whether it was put aside."""


class HostVolumes:
    """The disks of this machine."""

    def prepare(self, places: Places, uid: int, work_mib: int) -> None:
        """Make and mount what one workspace needs; again is harmless."""
        self.release(places)
        for parent in (places.run.parent, places.node.parent, places.work.parent):
            _folder(parent, 0o711)
        _folder(places.image.parent, 0o700)
        _folder(places.node, 0o711)
        _mount_socket_folder(places.run, uid)
        if not places.image.exists():
            _make_image(places.image, uid, work_mib)
        elif places.image.stat().st_size < work_mib * MIB:
            _grow_image(places.image, work_mib)
        _mount_work(places, uid)

    def release(self, places: Places) -> None:
        """Unmount it; the work volume's file stays. Again is harmless."""
        for folder in (places.work, places.run):
            while os.path.ismount(folder):
                _unmount(folder)
            if folder.is_dir():
                folder.rmdir()

    def put_aside(self, places: Places) -> None:
        """Give the work volume's file a name that nothing mounts. Again is harmless."""
        if places.image.exists():
            places.image.replace(_aside(places))
        else:  # a workspace that was never mounted is put aside as well
            _folder(places.image.parent, 0o700)
            _aside(places).touch(mode=0o600)

    def take_back(self, places: Places) -> None:
        """Give it its own name again."""
        aside = _aside(places)
        if not aside.exists() or places.image.exists():
            raise NotFound("quarantined work volume", places.image.stem)
        if aside.stat().st_size:
            aside.replace(places.image)
        else:
            aside.unlink()

    def is_aside(self, places: Places) -> bool:
        """Say whether it was put aside."""
        return _aside(places).exists()

    def forget(self, places: Places) -> None:
        """Remove the folder of the node's socket, when the node is taken down."""
        shutil.rmtree(places.node, ignore_errors=True)


def _aside(places: Places) -> Path:
    return places.image.with_suffix(".quarantined")


def _folder(folder: Path, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)


def _mount_socket_folder(folder: Path, uid: int) -> None:
    _folder(folder, 0o700)
    options = f"nosuid,nodev,noexec,{SOCKET_FOLDER},uid={uid},gid={uid},mode=0700"
    _run("mount", "-t", "tmpfs", "-o", options, "gdi-spe", str(folder))


def _make_image(image: Path, uid: int, work_mib: int) -> None:
    """Write a new, sparse file system aside and give it its name when it is whole."""
    aside = image.with_suffix(".new")
    aside.unlink(missing_ok=True)
    _set_size(aside, work_mib)
    owner = f"root_owner={uid}:{uid}"
    _run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", owner, str(aside))
    aside.rename(image)


def _grow_image(image: Path, work_mib: int) -> None:
    _set_size(image, work_mib)
    # Exit code 1 says that errors were corrected.
    _run("e2fsck", "-f", "-p", str(image), allowed=(0, 1))
    _run("resize2fs", str(image))


def _set_size(image: Path, work_mib: int) -> None:
    descriptor = os.open(image, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.ftruncate(descriptor, work_mib * MIB)
    finally:
        os.close(descriptor)


def _mount_work(places: Places, uid: int) -> None:
    _folder(places.work, 0o700)
    options = "loop,nosuid,nodev,noexec"
    _run("mount", "-t", "ext4", "-o", options, str(places.image), str(places.work))
    _drop_lost_and_found(places.work / "lost+found")
    # TRUST: a volume belongs to one uid for ever; another owner means a mix-up of workspaces.
    if (owner := places.work.stat().st_uid) != uid:
        _unmount(places.work)
        raise VolumeFailed(f"{places.image} belongs to uid {owner}, not {uid}")


def _drop_lost_and_found(folder: Path) -> None:
    """Remove the one folder that mkfs made; a researcher's own of that name stays."""
    if folder.is_dir() and folder.lstat().st_uid == 0:
        shutil.rmtree(folder, ignore_errors=True)


def _unmount(folder: Path) -> None:
    """Unmount; a container that is going may hold it for a moment."""
    patiently(lambda: _run("umount", str(folder)), BUSY_SECONDS)


def patiently(act: Callable[[], None], seconds: float) -> None:
    """Try again for some seconds before giving up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except VolumeFailed:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _run(*program: str, allowed: Sequence[int] = (0,)) -> None:
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    if done.returncode not in allowed:
        log.error("%s: %s", " ".join(program), done.stderr.strip())
        raise VolumeFailed(f"{program[0]}: {done.stderr.strip()}")
