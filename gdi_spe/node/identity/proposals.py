"""Four eyes: what one person proposes another approves, each by their own log-in, within days.

Breaking the glass is proposed and approved alike. It lends one verb to its proposer for a time that
is named beforehand; no data, no release and no policy is ever reached by it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound, Refused
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.identity.people import roles_of
from gdi_spe.node.identity.roles import FOUR_EYES, UNBREAKABLE, RoleRefused, Verb, refusal
from gdi_spe.node.identity.tables import Proposal

STANDS = timedelta(days=7)
LONGEST_HOURS = 12
_MIN_WHY, _MAX_WHY = 10, 2000


class FourEyesMissing(Refused):
    """This takes a proposal that another person has approved."""

    code = "four-eyes"
    public_message = (
        "Two people must want this: one proposes it, another approves it, and it is done within "
        "7 days of the proposal."
    )

    def __init__(self, verb: str, target: str) -> None:
        super().__init__(f"{verb} of {target} has no approved proposal")
        self.public_message = (
            f"{type(self).public_message} It would be proposed as {verb} of {target}."
        )


class OwnProposal(Refused):
    """Nobody approves what they proposed."""

    code = "own-proposal"
    public_message = "You proposed this, so somebody else has to approve it."


def propose(
    session: Session,
    person: str,
    verb: Verb,
    target: str,
    why: str,
    now: datetime,
    hours: float = 0,
) -> Proposal:
    """Propose something that takes four eyes; it is not done by that.

    Raises
    ------
    RoleRefused
        If no role of the person includes it.
    BadInput
        If it does not take four eyes, has no reason, or is a glass beyond its bounds.
    """
    if verb not in FOUR_EYES:
        raise BadInput(f"{verb} does not take a proposal")
    _check_role(session, person, verb)
    if not target or not _MIN_WHY <= len(why.strip()) <= _MAX_WHY:
        raise BadInput(
            f"a proposal names its target and a reason of {_MIN_WHY} characters at least"
        )
    # TRUST: the second pair of eyes must see what it approves: no signs that hide or turn text.
    if not target.isprintable():
        raise BadInput("a target is plain text")
    _check_glass(verb, target, hours)
    row = Proposal(
        verb=verb, target=target, why=why.strip(), hours=hours, proposed_by=person, proposed_at=now
    )
    session.add(row)
    session.flush()
    record(session, Event("proposal.made", person, target, _facts(row)), now)
    return row


def approve(session: Session, number: int, person: str, now: datetime) -> Proposal:
    """Approve what somebody else proposed."""
    row = session.get(Proposal, number)
    if row is None or row.approved_at is not None or now >= row.proposed_at + STANDS:
        raise NotFound("proposal", str(number))
    # TRUST: four eyes are two people, and both may do it.
    if row.proposed_by == person:
        raise OwnProposal
    _check_role(session, person, Verb(row.verb))
    _check_role(session, row.proposed_by, Verb(row.verb))
    row.approved_by, row.approved_at = person, now
    record(session, Event("proposal.approved", person, row.target, _facts(row)), now)
    session.flush()
    return row


def approved(session: Session, verb: Verb, target: str, now: datetime) -> Proposal:
    """Return the approved proposal for this very thing, which was not used yet.

    It counts while both people may still do it.

    Raises
    ------
    FourEyesMissing
        If there is none.
    """
    query = select(Proposal).where(
        Proposal.verb == verb,
        Proposal.target == target,
        Proposal.approved_at.is_not(None),
        Proposal.used_at.is_(None),
    )
    for row in session.scalars(query.order_by(Proposal.id)):
        if now < row.proposed_at + STANDS and _both_may_still(session, row):
            return row
    raise FourEyesMissing(verb, target)


def use(session: Session, number: int, now: datetime) -> None:
    """Note that what was proposed has been done: it is done once."""
    row = session.get_one(Proposal, number)
    if row.used_at is not None:
        raise FourEyesMissing(row.verb, row.target)
    row.used_at = now
    record(session, Event("proposal.used", row.proposed_by, row.target, _facts(row)), now)
    session.flush()


def refusal_now(session: Session, person: str, verb: Verb, now: datetime) -> RoleRefused | None:
    """Say why a person may not do this now, by their roles or by a broken glass; or None."""
    refused = refusal(roles_of(session, person), verb)
    if refused is None or _is_lent(session, person, verb, now):
        return None
    return refused


def pending(session: Session, now: datetime) -> list[Proposal]:
    """Return what waits for another person, or to be done."""
    query = select(Proposal).where(Proposal.used_at.is_(None)).order_by(Proposal.id)
    return [row for row in session.scalars(query) if now < row.proposed_at + STANDS]


def _is_lent(session: Session, person: str, verb: Verb, now: datetime) -> bool:
    """Say whether a broken glass lends this verb to this person now."""
    # TRUST: what no emergency opens is not lent, whatever the table of proposals holds.
    if verb in UNBREAKABLE or not roles_of(session, person):
        return False
    query = select(Proposal).where(
        Proposal.verb == Verb.BREAK_GLASS,
        Proposal.target == verb,
        Proposal.proposed_by == person,
        Proposal.approved_at.is_not(None),
    )
    return any(
        row.approved_at is not None
        and row.approved_at <= now < row.approved_at + timedelta(hours=row.hours)
        and _both_may_still(session, row)
        for row in session.scalars(query)
    )


def _both_may_still(session: Session, row: Proposal) -> bool:
    """Say whether who proposed and who approved could do so today."""
    # TRUST: whom the node has suspended, or who has lost the duty, is no pair of eyes any more.
    two = {row.proposed_by, row.approved_by or ""}
    return len(two) == 2 and not any(refusal(roles_of(session, p), Verb(row.verb)) for p in two)


def _check_role(session: Session, person: str, verb: Verb) -> None:
    if refused := refusal(roles_of(session, person), verb):
        raise refused


def _check_glass(verb: Verb, target: str, hours: float) -> None:
    if verb is not Verb.BREAK_GLASS:
        if hours:
            raise BadInput("only a glass is broken for a time")
        return
    if target not in set(Verb) or target in UNBREAKABLE:
        raise BadInput(f"no glass opens {target}")
    if not 0 < hours <= LONGEST_HOURS:
        raise BadInput(f"a glass is broken for at most {LONGEST_HOURS} hours")


def _facts(row: Proposal) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"proposal": row.id, "verb": row.verb, "why": row.why[:500]}
    if row.hours:
        facts["hours"] = str(row.hours)
    return facts
