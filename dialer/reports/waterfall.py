"""Why not: from all entries of a campaign to those dialable now, in numbers that add up; and for one
case its past attempts and its next one. Decided by the code that decides when dialing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.compliance import Allowed, Blocked, Infrastructure, RulePack, may_contact
from dialer.domain.phone_numbers import masked
from dialer.store.asking import best_phone, gather_many, pack_of
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    Case,
    Entry,
    OutboundNumber,
    Outcome,
    Promise,
)

PART = 1_000
ATTEMPTS_SHOWN = 50


def waterfall(session: Session, campaign_id: int, pack: RulePack, now: datetime) -> dict[str, Any]:
    """Every entry in one step; the steps add up to `total`. `opens`: when the next one may be called."""
    campaign = session.get_one(Campaign, campaign_id)
    tight = pack_of(session, campaign, pack)
    steps: Counter[str] = Counter()
    opens: datetime | None = None
    there = Infrastructure(cli_available=_has_number(session, campaign))
    for entries in _entries(session, campaign_id):
        ready = []
        for entry in entries:
            if entry.state == "ready" and entry.next_at <= now:
                ready.append(entry)
                continue
            steps[_step_of(entry)] += 1
            if entry.state == "ready":
                opens = min(opens or entry.next_at, entry.next_at)
        if tight is None:
            steps["rules_broken"] += len(ready)
            continue
        for asking in gather_many(session, ready, tight, now):
            _, verdict = best_phone(asking, campaign, tight, now, there)
            if isinstance(verdict, Allowed):
                steps["dialable"] += 1
                continue
            steps[f"blocked.{verdict.code}"] += 1
            if verdict.until is not None:
                opens = min(opens or verdict.until, verdict.until)
    return {
        "campaign_id": campaign_id, "as_of": now.isoformat(), "total": sum(steps.values()),
        "dialable": steps["dialable"], "opens": opens.isoformat() if opens else None,
        "steps": [
            {"step": step, "count": steps[step]} for step in sorted(steps, key=_rank)
            if steps[step]
        ],
    }  # fmt: skip


def _entries(session: Session, campaign_id: int) -> Iterator[Sequence[Entry]]:
    last = 0
    while True:
        rows = session.scalars(
            select(Entry).where(Entry.campaign_id == campaign_id, Entry.id > last)
            .order_by(Entry.id).limit(PART)
        ).all()  # fmt: skip
        if not rows:
            return
        last = rows[-1].id
        yield rows
        session.expunge_all()  # a million entries are looked at, not kept


def _step_of(entry: Entry) -> str:
    if entry.state == "held":
        return f"held.{entry.block_reason or 'hold'}"
    if entry.state == "ready":
        return f"later.{entry.block_reason or entry.last_outcome or 'scheduled'}"
    return entry.state


_ORDER = ("loading", "done", "held", "in_flight", "later", "rules_broken", "blocked", "dialable")


def _rank(step: str) -> tuple[int, str]:
    return _ORDER.index(step.split(".")[0]), step


def _has_number(session: Session, campaign: Campaign) -> bool:
    return session.scalar(
        select(OutboundNumber.id).where(
            OutboundNumber.active, ~OutboundNumber.suspect,
            OutboundNumber.creditor_id.is_(None)
            | (OutboundNumber.creditor_id == campaign.creditor_id),
        ).limit(1)
    ) is not None  # fmt: skip


def outlook(
    session: Session, account_id: int, pack: RulePack, now: datetime
) -> dict[str, Any] | None:
    """One account: what was tried, what was promised, and for each number whether it may be called
    now, else why not and until when."""
    account = session.get(Account, account_id)
    if account is None:
        return None
    entry = session.scalar(
        select(Entry).where(Entry.account_id == account_id).order_by(Entry.id.desc()).limit(1)
    )
    return {
        "account_id": account_id, "contract_no": account.contract_no,
        "balance_minor": account.balance_minor, "currency": account.currency,
        "cases": [
            {"id": c.id, "placement_id": c.placement_id, "state": c.state, "reason": c.reason}
            for c in session.scalars(select(Case).where(Case.account_id == account_id))
        ],
        "attempts": _attempts(session, account_id),
        "promises": [
            {"id": p.id, "amount_minor": p.amount_minor, "due_on": p.due_on.isoformat(),
             "state": p.state, "paid_minor": p.paid_minor, "plan_id": p.plan_id}
            for p in session.scalars(
                select(Promise).where(Promise.account_id == account_id).order_by(Promise.due_on)
            )
        ],
        "next": _next(session, entry, pack, now) if entry else None,
    }  # fmt: skip


def _attempts(session: Session, account_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Attempt, Outcome.code).outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(Attempt.account_id == account_id)
        .order_by(Attempt.created_at.desc()).limit(ATTEMPTS_SHOWN)
    ).all()  # fmt: skip
    return [
        {"id": a.id, "at": a.created_at.isoformat(), "number": masked(a.number),
         "shown": a.outbound_number, "verdict": a.verdict, "outcome": code, "talk_ms": a.talk_ms,
         "licence": a.licence}
        for a, code in rows
    ]  # fmt: skip


def _next(session: Session, entry: Entry, pack: RulePack, now: datetime) -> dict[str, Any]:
    campaign = session.get_one(Campaign, entry.campaign_id)
    tight = pack_of(session, campaign, pack)
    numbers = []
    if tight is not None:
        asking = next(gather_many(session, [entry], tight, now))
        there = Infrastructure(cli_available=_has_number(session, campaign))
        for phone in asking.phones:
            verdict = may_contact(asking.ask(phone, campaign, now, there), tight)
            numbers.append({"number": masked(phone.number), "role": phone.role, **_said(verdict)})
    return {
        "entry_id": entry.id, "campaign": campaign.name, "campaign_state": campaign.state,
        "state": entry.state, "not_before": entry.next_at.isoformat(),
        "attempts": entry.attempts, "last_outcome": entry.last_outcome, "numbers": numbers,
    }  # fmt: skip


def _said(verdict: Allowed | Blocked) -> dict[str, Any]:
    if isinstance(verdict, Allowed):
        return {"allowed": True, "code": "", "until": None}
    until = verdict.until.isoformat() if verdict.until else None
    return {"allowed": False, "code": verdict.code, "until": until}
