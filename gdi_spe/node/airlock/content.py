"""The content of exports on disk: each file under the SHA-256 of its bytes, written once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from gdi_spe.boundary.errors import BadInput, Tampered, Unavailable

# What uploads leave free of the disk: the audit log and the database are on it as well.
_RESERVE_BYTES = 1 << 30
_SHA256 = re.compile(r"[0-9a-f]{64}")


class TooLarge(BadInput):
    """More bytes than the policy allows."""

    code = "too-large"
    http_status = 413


class NoRoom(Unavailable):
    """The disk has no room for more exports."""

    code = "export-no-room"
    public_message = "The node has no room for another file now; write to its operator."


class ContentChanged(Tampered):
    """The bytes on disk are not those of their name."""

    code = "export-content-changed"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"the content {sha256} is missing or was changed")
        self.sha256 = sha256


class ContentStore:
    """``$GDI_SPE_HOME/exports``, where a file's name is the hash of what it holds."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "exports"
        self.incoming_folder = self.folder / "incoming"
        self.scratch = self.folder / "scratch"
        for folder in (self.folder, self.incoming_folder, self.scratch):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def incoming(self, max_bytes: int) -> Incoming:
        """Open a place for bytes whose hash is not known yet.

        Raises
        ------
        NoRoom
            If the disk would be full of exports.
        """
        # TRUST: a workspace can send files without end; the log of what happens needs room too.
        if shutil.disk_usage(self.folder).free < _RESERVE_BYTES + max_bytes:
            raise NoRoom(str(self.folder))
        return Incoming(self, max_bytes)

    def put(self, data: bytes) -> str:
        """Keep bytes and return their hash."""
        with self.incoming(len(data)) as incoming:
            incoming.write(data)
            return incoming.keep()

    def path(self, sha256: str) -> Path:
        """Return where the bytes of a hash are."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return self.folder / sha256

    def read(self, sha256: str) -> bytes:
        """Return bytes that were compared with their hash as they were read.

        Raises
        ------
        ContentChanged
            If the file is gone, is a link, or holds other bytes.
        """
        try:
            descriptor = os.open(self.path(sha256), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read()
        except OSError:
            raise ContentChanged(sha256) from None
        # TRUST: what is handed on is the very bytes that were hashed, never read a second time.
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ContentChanged(sha256)
        return data


class Incoming:
    """Bytes on their way in; kept under their hash, or gone."""

    def __init__(self, store: ContentStore, max_bytes: int) -> None:
        self._store, self._max_bytes = store, max_bytes
        self._path = store.incoming_folder / secrets.token_hex(16)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.fdopen(os.open(self._path, flags, 0o400), "wb")
        self._hash = hashlib.sha256()
        self.n_bytes = 0

    def write(self, chunk: bytes) -> None:
        """Take more bytes.

        Raises
        ------
        TooLarge
            As soon as there are more than allowed.
        """
        self.n_bytes += len(chunk)
        if self.n_bytes > self._max_bytes:
            raise TooLarge(f"the file has more than the {self._max_bytes:,} bytes allowed")
        self._hash.update(chunk)
        self._file.write(chunk)

    def keep(self) -> str:
        """Make the bytes durable under their hash; what is there already stays as it is."""
        self._file.flush()
        os.fsync(self._file.fileno())
        sha256 = self._hash.hexdigest()
        final = self._store.path(sha256)
        try:
            os.link(self._path, final)
        except FileExistsError:
            # TRUST: the same name must mean the same bytes, or something wrote here beside us.
            self._store.read(sha256)
        _sync_folder(self._store.folder)
        return sha256

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
