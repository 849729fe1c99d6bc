"""Who may do what, as a table: what is not in it is refused.

A role is held by the groups that the log-in service names. It never stands in for a grant: to open
a workspace also takes grants and a project, to review a request also takes distance from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from gdi_spe.boundary.errors import Refused


class Role(StrEnum):
    """A duty, or the right to work here."""

    RESEARCHER = "researcher"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    STEWARD = "data-steward"


class Verb(StrEnum):
    """Something that a person can ask of the node."""

    OPEN_WORKSPACE = "open-workspace"
    READ_COHORT = "read-cohort"
    SUBMIT_EXPORT = "submit-export"
    DOWNLOAD_RELEASE = "download-release"
    REVIEW_EXPORT = "review-export"
    STOP_WORKSPACE = "stop-workspace"
    KILL_SWITCH = "kill-switch"
    MANAGE_PROJECT = "manage-project"
    SUSPEND_PERSON = "suspend-person"
    END_GRANT = "end-grant"
    DEFINE_COHORT = "define-cohort"
    APPLY_CONSENT = "apply-consent"
    CHANGE_POLICY = "change-policy"
    IMPORT_DATASET = "import-dataset"
    DELETE_DATASET = "delete-dataset"
    READ_AUDIT = "read-audit"
    EXPORT_EVIDENCE = "export-evidence"
    BREAK_GLASS = "break-glass"
    WATCH_NODE = "watch-node"


PERMISSIONS: dict[Role, frozenset[Verb]] = {
    Role.RESEARCHER: frozenset(
        {Verb.OPEN_WORKSPACE, Verb.READ_COHORT, Verb.SUBMIT_EXPORT, Verb.DOWNLOAD_RELEASE}
    ),
    Role.REVIEWER: frozenset({Verb.REVIEW_EXPORT}),
    Role.ADMIN: frozenset(
        {
            Verb.STOP_WORKSPACE,
            Verb.KILL_SWITCH,
            Verb.MANAGE_PROJECT,
            Verb.SUSPEND_PERSON,
            Verb.END_GRANT,
            Verb.CHANGE_POLICY,
            Verb.IMPORT_DATASET,
            Verb.DELETE_DATASET,
            Verb.BREAK_GLASS,
            Verb.WATCH_NODE,
        }
    ),
    Role.AUDITOR: frozenset({Verb.READ_AUDIT, Verb.EXPORT_EVIDENCE, Verb.WATCH_NODE}),
    Role.STEWARD: frozenset(
        {
            Verb.DEFINE_COHORT,
            Verb.APPLY_CONSENT,
            Verb.CHANGE_POLICY,
            Verb.IMPORT_DATASET,
            Verb.DELETE_DATASET,
            Verb.BREAK_GLASS,
        }
    ),
}

# What two people must want: one proposes it, another approves it, both by their own log-in.
FOUR_EYES = frozenset(
    {Verb.CHANGE_POLICY, Verb.IMPORT_DATASET, Verb.DELETE_DATASET, Verb.BREAK_GLASS}
)
# What no emergency opens: data, what leaves, what needs four eyes anyway, and the glass itself.
UNBREAKABLE = FOUR_EYES | {
    Verb.OPEN_WORKSPACE,
    Verb.READ_COHORT,
    Verb.SUBMIT_EXPORT,
    Verb.DOWNLOAD_RELEASE,
    Verb.REVIEW_EXPORT,
}


class RoleRefused(Refused):
    """None of a person's roles lets them do this."""

    code = "role-refused"
    public_message = "Your role here does not include this."

    def __init__(self, verb: Verb) -> None:
        super().__init__(f"no role of this person includes {verb}")
        self.verb = verb


def refusal(roles: Iterable[str], verb: Verb) -> RoleRefused | None:
    """Say why somebody with these roles may not do this, or None."""
    known = {str(role): verbs for role, verbs in PERMISSIONS.items()}
    # TRUST: a role that is not in the table allows nothing.
    if any(verb in known.get(role, frozenset()) for role in roles):
        return None
    return RoleRefused(verb)
