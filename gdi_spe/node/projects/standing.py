"""Whether a person may work here at all now, before any project is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from gdi_spe.node.identity.obligations import duties_of
from gdi_spe.node.identity.people import SUSPENDED
from gdi_spe.node.identity.tables import Person
from gdi_spe.node.projects.closures import closure

_NODE_CLOSED = "This node is closed for now. Your files are kept; its operator tells when it opens."
_NOT_MEMBER = (
    "You are not in the group of those who may work here any more. Ask the node's operator to be "
    "added to it, then log in again."
)
_DUE = {
    "terms": "{} must be accepted again on the export pages, under Your duties.",
    "training": "{} is due. When you have taken it, the node's operator records that.",
}
WITHOUT_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Refusal:
    """The person may not open the project now."""

    code: str
    public_message: str


def standing(session: Session, person: str, now: datetime) -> datetime | Refusal:
    """Return until when a person may work here, as far as terms and trainings go, or why not."""
    # TRUST: one switch closes all, and nobody's role or grant is asked for.
    if closure(session) is not None:
        return Refusal("node-closed", _NODE_CLOSED)
    row = session.get(Person, person)
    if row is None:  # nobody's grants are none, which is the answer that they get
        return WITHOUT_END
    # TRUST: the node's own veto stands above every visa.
    if row.suspended_at is not None:
        return Refusal("suspended", SUSPENDED)
    if not row.is_member:
        return Refusal("no-member-of-the-node", _NOT_MEMBER)
    ends = [WITHOUT_END]
    for duty in duties_of(session, person, now):
        if duty.until is None:
            return Refusal(f"{duty.kind}-lapsed", _DUE[duty.kind].format(duty.title))
        ends.append(duty.until)
    return min(ends)
