"""Disputes (异议): opened by an outcome or a letter, answered by the creditor, resolved by somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.actions.stops import lift_hold
from dialer.clock import HOME
from dialer.domain.disputes import ANSWER_DAYS, KINDS, RESOLUTIONS
from dialer.facts import ContactStopped
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Dispute, Hold

TEXT_MAX = 2000


def open_dispute(
    session: Session, *, debtor_id: int, account_id: int, kind: str, text: str,
    user_id: int | None, attempt_id: str | None, now: datetime,
) -> Dispute:  # fmt: skip
    """The person is held at once, whatever is in the air for them is cancelled, and the creditor's
    answer is due within fifteen days."""
    hold = Hold(debtor_id=debtor_id, kind="dispute", reason=kind, user_id=user_id, starts_at=now)
    session.add(hold)
    session.flush()
    dispute = Dispute(
        debtor_id=debtor_id, account_id=account_id, attempt_id=attempt_id, hold_id=hold.id,
        kind=kind, text=text[:TEXT_MAX], user_id=user_id, at=now,
        due_on=(now + timedelta(days=ANSWER_DAYS)).astimezone(HOME).date(),
    )  # fmt: skip
    session.add(dispute)
    session.flush()
    actor = f"user:{user_id}" if user_id else "system"
    audit.note(
        session, actor, "dispute.open", f"dispute:{dispute.id}", now,
        after={"kind": kind, "account": account_id, "hold": hold.id},
    )  # fmt: skip
    publish(session, ContactStopped(debtor_id=debtor_id, kind="dispute"), now)
    return dispute


def add_dispute(
    sessions: Sessions, actor: Actor, *, account_id: int, kind: str, text: str, now: datetime
) -> int:
    """One that came by letter, by mail or from the creditor."""
    if kind not in KINDS:
        raise Refused("dispute_kind", kinds=", ".join(KINDS))
    with write(sessions) as session:
        account = session.get(Account, account_id)
        if account is None:
            raise Refused("account_unknown")
        return open_dispute(
            session, debtor_id=account.debtor_id, account_id=account_id, kind=kind, text=text,
            user_id=actor.user_id or None, attempt_id=None, now=now,
        ).id  # fmt: skip


def answer_dispute(
    sessions: Sessions, actor: Actor, dispute_id: int, answer: str, now: datetime
) -> None:
    """What the creditor says. The hold stays until somebody decides what follows."""
    if not answer.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        dispute = _dispute(session, dispute_id)
        dispute.state, dispute.answer, dispute.answered_at = "answered", answer[:TEXT_MAX], now
        audit.note(session, actor.name, "dispute.answer", f"dispute:{dispute_id}", now)


def resolve_dispute(
    sessions: Sessions, actor: Actor, dispute_id: int, resolution: str, reason: str, now: datetime
) -> None:
    """Decide it: upheld, rejected or withdrawn. Its hold is lifted, and the entries wait in the list
    again when it was the last one. An upheld one changes no balance: the creditor's next file does.
    Refused while the creditor owes an answer, unless the debtor takes it back."""
    if resolution not in RESOLUTIONS:
        raise Refused("dispute_resolution", resolutions=", ".join(RESOLUTIONS))
    if not reason.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        dispute = _dispute(session, dispute_id)
        if dispute.state != "answered" and resolution != "withdrawn":
            raise Refused("dispute_unanswered")
        before, dispute.state, dispute.resolution = dispute.state, "resolved", resolution
        dispute.resolved_at, dispute.resolved_by = now, actor.user_id or None
        audit.note(
            session, actor.name, "dispute.resolve", f"dispute:{dispute_id}", now,
            before={"state": before}, after={"resolution": resolution, "reason": reason[:200]},
        )  # fmt: skip
        lift_hold(session, actor, session.get_one(Hold, dispute.hold_id), reason, now)


def _dispute(session: Session, dispute_id: int) -> Dispute:
    dispute = session.get(Dispute, dispute_id)
    if dispute is None or dispute.state == "resolved":
        raise Refused("dispute_unknown")
    return dispute
