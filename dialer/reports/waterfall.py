"""Why not: from all entries of a campaign to those dialable now, in numbers that add up; and for one
case its past attempts and its next one. Decided by the code that decides when dialing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.caller_numbers import Shown, Wanted, block_code, choose, shortage
from dialer.domain.compliance import Allowed, Blocked, Infrastructure, RulePack, may_contact
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.phone_numbers import masked
from dialer.reports.period import share
from dialer.store.asking import gather_many, pack_of
from dialer.store.number_pools import numbers_and_pools, stored_use
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    Case,
    Entry,
    Outcome,
    Promise,
    Upload,
)
from dialer.store.verdicts import Verdicts
from dialer.store.waiting import Waiting

PART = 1_000
ATTEMPTS_SHOWN = 50


def waterfall(session: Session, campaign_id: int, pack: RulePack, now: datetime) -> dict[str, Any]:
    """Every entry in one step; the steps add up to `total`. `opens`: when the next one may be called."""
    campaign = session.get_one(Campaign, campaign_id)
    tight = pack_of(session, campaign, pack)
    steps: Counter[str] = Counter()
    opens: list[datetime] = []
    numbers = Numbers(session, campaign, now)
    off = set(session.scalars(
        select(Upload.id).where(Upload.campaign_id == campaign_id, ~Upload.active)
    ))  # fmt: skip
    for entries in _entries(session, campaign_id):
        due = []
        for entry in entries:
            step = _step_of(entry, off, now)
            if step:
                steps[step] += 1
                opens += [entry.next_at] if step.startswith("later") else []
            else:
                due.append(entry)
        if tight is None:
            steps["rules_broken"] += len(due)
            continue
        for verdict in _verdicts(session, due, campaign, tight, numbers, now):
            if isinstance(verdict, Allowed):
                steps["dialable"] += 1
                continue
            steps[f"blocked.{verdict.code}"] += 1
            opens += [] if verdict.until is None else [verdict.until]
        opens = [min(opens)] if opens else []

    def ranked(step: str) -> tuple[int, int]:
        return _ORDER.index(step.split(".")[0]), -steps[step]

    return {
        "campaign_id": campaign_id, "as_of": now.isoformat(), "total": sum(steps.values()),
        "dialable": steps["dialable"], "opens": opens[0].isoformat() if opens else None,
        "steps": [
            {"step": step, "count": steps[step]} for step in sorted(steps, key=ranked)
            if steps[step]
        ],
        "saturation": _saturation(steps),
    }  # fmt: skip


def _verdicts(
    session: Session, due: Sequence[Entry], campaign: Campaign, pack: RulePack, numbers: Numbers,
    now: datetime,
) -> Iterator[Allowed | Blocked]:  # fmt: skip
    """In the order of dialing: the gate, the number that would be shown, what may be put off."""
    waiting = Waiting(session, campaign, pack, [e.debtor_id for e in due], now)
    verdicts = Verdicts(campaign, pack, now)
    for entry, asking in zip(due, gather_many(session, due, pack, now), strict=True):
        verdict = verdicts.of(asking)
        if isinstance(verdict, Allowed):
            lack = numbers.blocked(asking.debtor.region)
            verdict = lack or waiting.put_off(entry, asking) or verdict
        yield verdict


def _saturation(steps: Counter[str]) -> list[dict[str, Any]]:
    """Per reason of the gate: entries it keeps back (now, held, or until later) ÷ all entries."""
    total, kept = sum(steps.values()), Counter[str]()
    for step, n in steps.items():
        kind, _, code = step.partition(".")
        if kind in ("blocked", "held", "later") and code.isupper() and code not in OUTCOMES:
            kept[code] += n
    return [
        {"reason": code, "entries": n, "share": share(n, total)} for code, n in kept.most_common()
    ]


def _entries(session: Session, campaign_id: int) -> Iterator[Sequence[Entry]]:
    last, entry = 0, Entry.__table__  # rows, not objects: a million entries are looked at, not kept
    while True:
        rows = session.execute(
            select(entry).where(entry.c.campaign_id == campaign_id, entry.c.id > last)
            .order_by(entry.c.id).limit(PART)
        ).all()  # fmt: skip
        if not rows:
            return
        last = rows[-1].id
        yield cast(Sequence[Entry], rows)


def _step_of(entry: Entry, off: set[int], now: datetime) -> str:
    """Where an entry stands that nothing need be asked about; empty when its time has come."""
    if entry.state == "held":
        return f"held.{entry.block_reason or 'hold'}"
    if entry.state != "ready":
        return entry.state
    if entry.upload_id in off:
        return "list_off"
    if entry.next_at > now:
        return f"later.{entry.block_reason or entry.last_outcome or 'scheduled'}"
    return ""


_ORDER = (
    "loading",
    "done",
    "held",
    "list_off",
    "in_flight",
    "offered",
    "later",
    "rules_broken",
    "blocked",
    "dialable",
)


class Numbers:
    """Whether an outbound number could be shown, by the rules that choose one when dialing."""

    def __init__(self, session: Session, campaign: Campaign, now: datetime) -> None:
        self._shown: Shown = numbers_and_pools(session, stored_use(session, now))
        self._campaign, self._now = campaign, now
        self._by_region: dict[str, Blocked | None] = {}

    def blocked(self, region: str) -> Blocked | None:
        """Why none may be shown to a debtor of this region; None when there is one."""
        if region not in self._by_region:
            campaign = self._campaign
            wanted = Wanted(campaign.creditor_id, region, "", self._now, campaign.number_pool_id)
            lack = None if choose(self._shown, wanted) else shortage(self._shown, wanted)
            self._by_region[region] = Blocked(block_code(lack.why), lack.until) if lack else None
        return self._by_region[region]


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
        lack = Numbers(session, campaign, now).blocked(asking.debtor.region)
        for phone in asking.phones:
            verdict = may_contact(asking.ask(phone, campaign, now, Infrastructure()), tight)
            if isinstance(verdict, Allowed):
                verdict = lack or verdict
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
