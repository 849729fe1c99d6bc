"""Two versions of a cohort side by side: a difference of few people would single them out."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from gdi_spe.boundary.errors import Refused
from gdi_spe.boundary.policy import CohortPolicy


class CohortWaits(Refused):
    """The next version differs by so few people that it is published at its date only."""

    code = "cohort-waits"

    def __init__(self, cohort_id: str, due_at: datetime) -> None:
        self.public_message = (
            f"The next version of {cohort_id} would differ from the last by few people; it is "
            f"made when more have changed, or from {due_at:%Y-%m-%d} on (policy.toml, cohorts)."
        )
        super().__init__(self.public_message)
        self.due_at = due_at


@dataclass(frozen=True)
class Difference:
    """Who left and who joined, compared with the version before."""

    left: frozenset[str]
    joined: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Say whether both versions have the same people."""
        return not self.left and not self.joined

    def is_small(self, policy: CohortPolicy) -> bool:
        """Say whether somebody who sees both versions learns of fewer people than policy wants."""
        return any(0 < len(each) < policy.least_changed for each in (self.left, self.joined))


def names_path(home: Path, opaque: str, version: int) -> Path:
    """Return where the node keeps who is behind each pseudonym of a version."""
    return home / "pseudonyms" / opaque / f"{version}.parquet"


def difference(path: Path, people: AbstractSet[str]) -> Difference:
    """Compare the pseudonyms of a new version with those kept of the one before."""
    # TRUST: what cannot be compared counts as if everybody had left.
    if not path.is_file():
        return Difference(frozenset({"unknown"}), frozenset(people))
    before = frozenset(pq.read_table(path, columns=["pseudonym"])["pseudonym"].to_pylist())
    return Difference(before - people, frozenset(people) - before)


def due_at(outdated_at: datetime, policy: CohortPolicy) -> datetime:
    """Return when a version is made however few people have changed."""
    return outdated_at + timedelta(days=policy.longest_wait_days)
