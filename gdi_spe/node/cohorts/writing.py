"""One writer of a dataset or cohort at a time, and the name of what lies beside the tables."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gdi_spe.boundary.errors import Refused

CONSENT_FILE = "consent.csv"


class AlreadyWriting(Refused):
    """Another process is writing a version of the same dataset or cohort."""

    code = "already-writing"
    public_message = "Another command is writing this dataset or cohort; wait until it has ended."


@contextmanager
def writing(home: Path, resource: str) -> Iterator[None]:
    """Keep others from writing the same dataset or cohort meanwhile."""
    locks = home.resolve() / "locks"
    for folder in (locks, home.resolve() / "datasets", home.resolve() / "cohorts"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (locks / resource).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyWriting from None
        yield
