"""What the node's policy says about cohorts."""

from __future__ import annotations

from pathlib import Path

from gdi_spe.boundary.errors import ExitCode, SpeError
from gdi_spe.boundary.policy import CohortPolicy, load_policy

NOT_CHECKED = "the smallest size was not checked: there is no policy.toml here"


class CohortTooSmall(SpeError):
    """Fewer individuals are left than the node's policy asks of a cohort."""

    code = "cohort-too-small"
    exit_code = ExitCode.REFUSED
    http_status = 409
    # How many are left is known to nobody but the node: it would tell of who is not in.
    public_message = (
        "The cohort selects fewer individuals than cohorts.smallest of policy.toml allows. "
        "Ask more widely, or add a dataset."
    )


def cohort_policy(home: Path) -> CohortPolicy | None:
    """Return the rules for cohorts; None only in a folder that is no node's.

    Raises
    ------
    BadInput
        If a node has no policy, or one that says nothing about cohorts.
    """
    path = home / "policy.toml"
    # TRUST: a node decides by its policy or not at all; only a bare folder has none.
    if not path.exists() and not (home / "node.toml").exists():
        return None
    return load_policy(path).cohorts


def too_few(n_individuals: int, policy: CohortPolicy | None) -> CohortTooSmall | None:
    """Say whether a cohort of this size may not be made."""
    if policy is not None and n_individuals < policy.smallest:
        return CohortTooSmall()
    return None
