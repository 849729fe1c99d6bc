"""Which policy is in force: on a production node another one takes two people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.identity.proposals import approved, use
from gdi_spe.node.identity.roles import Verb

_ADOPTED = "policy.adopted"


def adopt(
    session: Session, policy: DisclosurePolicy, now: datetime, *, needs_four_eyes: bool
) -> None:
    """Take a policy into force, or refuse it.

    Raises
    ------
    FourEyesMissing
        If it is another one than before, and no two people wanted it.
    """
    before = _in_force(session)
    if before == policy.sha256:
        return
    # TRUST: thresholds decide what leaves; who can write a file still is one person. The first
    # policy comes with the node itself, before anybody can log in to approve it.
    if before is not None and needs_four_eyes:
        use(session, approved(session, Verb.CHANGE_POLICY, policy.sha256, now).id, now)
    record(session, Event(_ADOPTED, "node", policy.sha256, {"before": before}), now)


def _in_force(session: Session) -> str | None:
    query = select(AuditEvent.resource).where(AuditEvent.kind == _ADOPTED)
    return session.scalar(query.order_by(AuditEvent.seq.desc()).limit(1))
