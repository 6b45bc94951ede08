"""Cases and the people in them: recall, notes, holds, complaints, third parties, waived rules."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.actions.settling import HOME
from dialer.actions.stops import lift_hold
from dialer.domain.compliance.codes import OVERRIDABLE
from dialer.domain.promises import PromiseState
from dialer.domain.third_parties import GROUNDS, unreachable_is_proven
from dialer.facts import CaseClosed, ContactStopped, PlacementChanged
from dialer.feed import publish
from dialer.store import attempts, audit
from dialer.store.session import Sessions, write
from dialer.store.tables import (
    Account,
    Case,
    Complaint,
    Debtor,
    Dispute,
    Entry,
    Hold,
    Note,
    Override,
    Phone,
    Placement,
    Promise,
)

NOTE_MAX = 2000
COMPLAINT_DAYS = 15
OVERRIDE_DAYS_MAX = 7
RECALL_REASONS = ("expiry", "paid", "creditor", "complaint", "dispute", "deceased", "bankruptcy",
                  "fraud", "duplicate", "litigation")  # fmt: skip


def close_case(session: Session, case: Case, reason: str, now: datetime) -> None:
    """Nothing more is collected on it: its entries are done, its open promises void or kept."""
    case.state = "recalled" if reason in RECALL_REASONS and reason != "paid" else "closed"
    case.reason, case.closed_at = reason, now
    session.execute(
        update(Entry).where(Entry.case_id == case.id, Entry.state.in_(("ready", "held")))
        .values(state="done", block_reason="")
    )  # fmt: skip
    if reason != "paid":
        session.execute(
            update(Promise)
            .where(Promise.account_id == case.account_id, Promise.state == PromiseState.OPEN)
            .values(state=PromiseState.VOID, settled_at=now)
        )
    publish(session, CaseClosed(case_id=case.id, account_id=case.account_id, reason=reason), now)


def recall_case(sessions: Sessions, actor: Actor, case_id: int, reason: str, now: datetime) -> None:
    """退案 of one case."""
    if reason not in RECALL_REASONS:
        raise Refused("recall_reason", reason=reason)
    with write(sessions) as session:
        case = session.get(Case, case_id)
        if case is None or case.state != "active":
            raise Refused("case_unknown")
        close_case(session, case, reason, now)
        audit.note(
            session, actor.name, "case.recall", f"case:{case_id}", now, after={"reason": reason}
        )


def recall_placement(
    sessions: Sessions, actor: Actor, placement_id: int, reason: str, now: datetime
) -> int:
    """退案 of a whole batch, in one transaction: the next gate evaluation already says no."""
    if reason not in RECALL_REASONS:
        raise Refused("recall_reason", reason=reason)
    with write(sessions) as session:
        placement = session.get(Placement, placement_id)
        if placement is None or placement.state != "active":
            raise Refused("placement_unknown")
        placement.state, placement.recalled_at, placement.recall_reason = "recalled", now, reason
        mine = select(Case.id).where(Case.placement_id == placement_id, Case.state == "active")
        accounts = select(Case.account_id).where(Case.placement_id == placement_id)
        session.execute(
            update(Entry).where(Entry.case_id.in_(mine), Entry.state.in_(("ready", "held")))
            .values(state="done", block_reason="RECALLED")
        )  # fmt: skip
        session.execute(
            update(Promise)
            .where(Promise.account_id.in_(accounts), Promise.state == PromiseState.OPEN)
            .values(state=PromiseState.VOID, settled_at=now)
        )
        result = session.execute(
            update(Case).where(Case.placement_id == placement_id, Case.state == "active")
            .values(state="recalled", reason=reason, closed_at=now)
        )  # fmt: skip
        cases = int(result.rowcount)  # type: ignore[attr-defined]
        audit.note(
            session, actor.name, "placement.recall", f"placement:{placement_id}", now,
            after={"reason": reason, "cases": cases},
        )  # fmt: skip
        publish(session, PlacementChanged(placement_id=placement_id, state="recalled"), now)
        return cases


def add_note(
    sessions: Sessions, actor: Actor, debtor_id: int, text: str, now: datetime,
    account_id: int | None = None, supersedes_id: int | None = None,
) -> int:  # fmt: skip
    """催记; a correction is a new note that names the old one."""
    if not text.strip() or len(text) > NOTE_MAX:
        raise Refused("note_long", limit=NOTE_MAX)
    with write(sessions) as session:
        if session.get(Debtor, debtor_id) is None:
            raise Refused("debtor_unknown")
        account = session.get(Account, account_id) if account_id else None
        if account_id and (account is None or account.debtor_id != debtor_id):
            raise Refused("account_unknown")
        old = session.get(Note, supersedes_id) if supersedes_id else None
        if supersedes_id and (old is None or old.debtor_id != debtor_id):
            raise Refused("note_unknown")
        note = Note(
            debtor_id=debtor_id, account_id=account_id, text=text.strip(), at=now,
            user_id=actor.user_id or None, supersedes_id=supersedes_id,
        )  # fmt: skip
        session.add(note)
        session.flush()
        return note.id


def release_hold(
    sessions: Sessions, actor: Actor, hold_id: int, reason: str, now: datetime
) -> None:
    """Lift a stop flag; the person's entries wait in the list again when it was the last one."""
    if not reason.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        hold = session.get(Hold, hold_id)
        if hold is None or (hold.ends_at is not None and hold.ends_at <= now):
            raise Refused("hold_unknown")
        disputed = select(Dispute.id).where(Dispute.hold_id == hold_id, Dispute.state != "resolved")
        if session.scalar(disputed):
            raise Refused("dispute_first")
        lift_hold(session, actor, hold, reason, now)


def add_complaint(
    sessions: Sessions, actor: Actor, debtor_id: int, channel: str, text: str, now: datetime
) -> int:
    """投诉: the person is held at once, and an answer is due within fifteen days."""
    with write(sessions) as session:
        if session.get(Debtor, debtor_id) is None:
            raise Refused("debtor_unknown")
        due = (now + timedelta(days=COMPLAINT_DAYS)).astimezone(HOME).date()
        complaint = Complaint(
            debtor_id=debtor_id, channel=channel, text=text[:NOTE_MAX], due_on=due, at=now,
            user_id=actor.user_id or None,
        )  # fmt: skip
        session.add(complaint)
        session.add(Hold(
            debtor_id=debtor_id, kind="complaint", reason="complaint", starts_at=now,
            user_id=actor.user_id or None,
        ))  # fmt: skip
        session.flush()
        audit.note(session, actor.name, "complaint.add", f"complaint:{complaint.id}", now)
        publish(session, ContactStopped(debtor_id=debtor_id, kind="complaint"), now)
        return complaint.id


def answer_complaint(
    sessions: Sessions, actor: Actor, complaint_id: int, answer: str, now: datetime
) -> None:
    """Close it with its answer; lifting the hold is a step of its own."""
    if not answer.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        complaint = session.get(Complaint, complaint_id)
        if complaint is None or complaint.state != "open":
            raise Refused("complaint_unknown")
        complaint.state, complaint.answer, complaint.answered_at = "answered", answer, now
        audit.note(session, actor.name, "complaint.answer", f"complaint:{complaint_id}", now)


def set_ground(
    sessions: Sessions, actor: Actor, phone_id: int, ground: str, reason: str, now: datetime
) -> None:
    """Why somebody else than the debtor may be called. "unreachable" must be proven by the ledger."""
    if ground not in GROUNDS or not reason.strip():
        raise Refused("ground", ground=ground)
    with write(sessions) as session:
        phone = session.get(Phone, phone_id)
        if phone is None or phone.role == "debtor":
            raise Refused("phone_unknown")
        today = now.astimezone(HOME).date()
        since = today - timedelta(days=60)
        history = attempts.history(session, [phone.debtor_id], [], since).of(phone.debtor_id, [])
        if ground == "unreachable" and not unreachable_is_proven(history, today):
            raise Refused("unreachable_unproven")
        before, phone.ground = phone.ground, ground
        audit.note(
            session, actor.name, "phone.ground", f"phone:{phone_id}", now,
            before={"ground": before}, after={"ground": ground, "reason": reason[:200]},
        )  # fmt: skip


def ask_override(
    sessions: Sessions, actor: Actor, debtor_id: int, code: str, reason: str, until: datetime,
    now: datetime,
) -> int:  # fmt: skip
    """Ask to waive one rule for one person; nothing happens before somebody else approves."""
    if code not in OVERRIDABLE:
        raise Refused("not_overridable", code_=code)
    if not reason.strip():
        raise Refused("reason_missing")
    if not now < until <= now + timedelta(days=OVERRIDE_DAYS_MAX):
        raise Refused("override_time", days=OVERRIDE_DAYS_MAX)
    with write(sessions) as session:
        row = Override(
            debtor_id=debtor_id, code=code, reason=reason[:500], until=until,
            asked_by=actor.user_id, at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "override.ask", f"override:{row.id}", now, after={"code": code}
        )
        return row.id


def approve_override(sessions: Sessions, actor: Actor, override_id: int, now: datetime) -> None:
    """A second person says yes."""
    with write(sessions) as session:
        row = session.get(Override, override_id)
        if row is None or row.approved_by is not None or row.until <= now:
            raise Refused("override_unknown")
        if row.asked_by == actor.user_id:
            raise Refused("second_person")
        row.approved_by = actor.user_id
        session.execute(
            update(Entry).where(Entry.debtor_id == row.debtor_id, Entry.state == "held")
            .values(state="ready", next_at=now)
        )  # fmt: skip
        audit.note(
            session, actor.name, "override.approve", f"override:{override_id}", now,
            after={"code": row.code},
        )  # fmt: skip
