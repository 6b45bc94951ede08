"""KPIs as queries over attempts, outcomes, promises and payments. Each names its denominator.

D dials, C answered, H handled live, A abandoned, R right-party conversations, W accounts worked,
L loaded accounts, P promises made (docs/rules.md, figures).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dialer.domain.abandonment import human_rate
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.promises import PromiseState
from dialer.reports.tally import answered_calls
from dialer.store.tables import (
    Attempt,
    Campaign,
    Entry,
    OutboundNumber,
    Outcome,
    Promise,
    Seat,
    SeatSpan,
    User,
)

HOME = ZoneInfo("Asia/Shanghai")
RIGHT_PARTY = tuple(code for code, o in OUTCOMES.items() if o.right_party and o.by_agent)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days at home, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), HOME)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), HOME)


def share(part: float, whole: float) -> float | None:
    """None, not zero, where nothing was measured."""
    return round(part / whole, 6) if whole else None


def campaign_figures(session: Session, campaign_ids: list[int], period: Period) -> dict[str, Any]:
    """The funnel of some campaigns together."""
    mine = (
        Attempt.campaign_id.in_(campaign_ids),
        Attempt.created_at >= period.since,
        Attempt.created_at < period.until,
    )
    dials, answered, worked, talk = session.execute(
        select(func.count(), func.count(Attempt.answered_at),
               func.count(Attempt.account_id.distinct()), func.coalesce(func.sum(Attempt.talk_ms), 0))
        .where(*mine)
    ).one()  # fmt: skip
    right, right_accounts = session.execute(
        select(func.count(), func.count(Attempt.account_id.distinct()))
        .join(Outcome, Outcome.attempt_id == Attempt.id)
        .where(*mine, Outcome.code.in_(RIGHT_PARTY))
    ).one()
    counts = answered_calls(session, campaign_ids, period.since, period.until)
    made, promised = _promises_made(session, campaign_ids, period)
    loaded = session.scalar(
        select(func.count()).select_from(Entry).where(Entry.campaign_id.in_(campaign_ids))
    ) or 0  # fmt: skip
    rate = human_rate(counts)
    return {
        "dials": dials, "answered": answered, "handled": counts.handled,
        "abandoned": counts.abandoned, "silent": counts.silent, "machines": counts.machine_agent,
        "quick_hangups": counts.quick, "right_party": right, "accounts_worked": worked,
        "accounts_loaded": loaded, "promises": made, "promised_minor": promised,
        "answer_rate": share(answered, dials),
        "live_contact_rate": share(counts.handled + counts.abandoned, dials),
        "rpc_per_dial": share(right, dials), "rpc_per_contact": share(right, counts.handled),
        "rpc_per_account": share(right_accounts, worked),
        "ptp_rate": share(made, right), "promised_per_rpc_minor": round(promised / right) if right else None,
        "abandonment": share(rate.abandoned, rate.persons), "abandonment_formula": rate.formula,
        "penetration": share(worked, loaded), "intensity": share(dials, worked),
        "talk_ms": int(talk), **kept_figures(session, campaign_ids, period),
    }  # fmt: skip


def _promises_made(session: Session, campaign_ids: list[int], period: Period) -> tuple[int, int]:
    made, promised = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0)).where(
            Promise.campaign_id.in_(campaign_ids), Promise.plan_id.is_(None),
            Promise.at >= period.since, Promise.at < period.until,
        )
    ).one()  # fmt: skip
    return made, int(promised)


def kept_figures(session: Session, campaign_ids: list[int], period: Period) -> dict[str, Any]:
    """Kept rates over promises DUE in the period: only matured ones say anything."""
    paid_in = case(
        (Promise.paid_minor < Promise.amount_minor, Promise.paid_minor), else_=Promise.amount_minor
    )
    rows = {
        state: (n, int(amount), int(paid))
        for state, n, amount, paid in session.execute(
            select(Promise.state, func.count(), func.sum(Promise.amount_minor), func.sum(paid_in))
            .where(Promise.campaign_id.in_(campaign_ids), Promise.due_on >= period.first,
                   Promise.due_on <= period.last)
            .group_by(Promise.state)
        )
    }  # fmt: skip
    settled = [rows.get(s, (0, 0, 0)) for s in (
        PromiseState.KEPT, PromiseState.PARTIALLY_KEPT, PromiseState.BROKEN
    )]  # fmt: skip
    matured = sum(n for n, _, _ in settled)
    amount = sum(a for _, a, _ in settled)
    return {
        "promises_due": matured, "promises_kept": settled[0][0],
        "promises_partially_kept": settled[1][0], "promises_broken": settled[2][0],
        "kept_rate_count": share(settled[0][0], matured),
        "kept_rate_amount": share(sum(p for _, _, p in settled), amount),
    }  # fmt: skip


def by_campaign(
    session: Session, period: Period, creditor_id: int | None = None
) -> list[dict[str, Any]]:
    """One row per campaign."""
    query = select(Campaign.id, Campaign.name).order_by(Campaign.id)
    if creditor_id is not None:
        query = query.where(Campaign.creditor_id == creditor_id)
    return [
        {"campaign": row.name, **campaign_figures(session, [row.id], period)}
        for row in session.execute(query).all()
    ]


def by_agent(session: Session, period: Period) -> list[dict[str, Any]]:
    """One row per agent: time, occupancy, calls, conversations, promises."""
    times = _seat_times(session, period)
    rows = []
    for seat_id, user_id, name in session.execute(
        select(Seat.id, User.id, User.display_name).join(User, User.id == Seat.user_id)
    ).all():  # fmt: skip
        spent = times.get(seat_id, {})
        work = spent.get("talking", 0.0) + spent.get("wrap_up", 0.0)
        idle = spent.get("idle", 0.0)
        calls, right = session.execute(
            select(func.count(), func.sum(case((Outcome.code.in_(RIGHT_PARTY), 1), else_=0)))
            .where(Outcome.user_id == user_id, Outcome.at >= period.since, Outcome.at < period.until)
        ).one()  # fmt: skip
        made, promised = session.execute(
            select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0))
            .where(Promise.user_id == user_id, Promise.plan_id.is_(None), Promise.at >= period.since,
                   Promise.at < period.until)
        ).one()  # fmt: skip
        signed_in = sum(spent.values())
        rows.append({
            "agent": name, "calls": calls, "right_party": int(right or 0), "promises": made,
            "promised_minor": int(promised), "talk_s": round(spent.get("talking", 0)),
            "wrap_s": round(spent.get("wrap_up", 0)), "waiting_s": round(idle),
            "paused_s": round(spent.get("paused", 0)), "signed_in_s": round(signed_in),
            "occupancy": share(work, work + idle), "aht_s": share(work, calls),
            "calls_per_hour": share(calls * 3600, signed_in),
        })  # fmt: skip
    return rows


def _seat_times(session: Session, period: Period) -> dict[int, dict[str, float]]:
    """Seat -> state -> seconds within the period."""
    times: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in session.execute(
        select(SeatSpan.seat_id, SeatSpan.state, SeatSpan.started_at, SeatSpan.ended_at).where(
            SeatSpan.started_at < period.until, SeatSpan.state != "offline",
            SeatSpan.ended_at.is_not(None), SeatSpan.ended_at > period.since,
        )
    ):  # fmt: skip
        start, end = max(row.started_at, period.since), min(row.ended_at, period.until)
        times[row.seat_id][row.state] += (end - start).total_seconds()
    return times


def by_number(session: Session, period: Period) -> list[dict[str, Any]]:
    """One row per outbound number: use, answer rate and health."""
    used = {
        number: (dials, answers, short)
        for number, dials, answers, short in session.execute(
            select(Attempt.outbound_number, func.count(), func.count(Attempt.answered_at),
                   func.sum(case((Attempt.talk_ms.between(1, 5999), 1), else_=0)))
            .where(Attempt.created_at >= period.since, Attempt.created_at < period.until)
            .group_by(Attempt.outbound_number)
        )
    }  # fmt: skip
    return [
        {"number": row.number, "dials": used.get(row.number, (0, 0, 0))[0],
         "answers": used.get(row.number, (0, 0, 0))[1],
         "answer_rate": share(used.get(row.number, (0, 0, 0))[1], used.get(row.number, (0, 0, 0))[0]),
         "short_calls": int(used.get(row.number, (0, 0, 0))[2] or 0), "suspect": row.suspect,
         "score": round(row.score, 2),
         "resting_until": row.resting_until.isoformat() if row.resting_until else ""}
        for row in session.scalars(select(OutboundNumber).order_by(OutboundNumber.number))
    ]  # fmt: skip


def outcomes(session: Session, campaign_ids: list[int], period: Period) -> dict[str, int]:
    """Outcome code -> how often."""
    return {
        code: n
        for code, n in session.execute(
            select(Outcome.code, func.count()).where(
                Outcome.campaign_id.in_(campaign_ids), Outcome.at >= period.since,
                Outcome.at < period.until,
            ).group_by(Outcome.code).order_by(Outcome.code)
        )
    }  # fmt: skip
