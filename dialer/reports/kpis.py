"""KPIs as queries over attempts, outcomes, promises and payments. Each names its denominator.

D dials, C answered, H handled live, A abandoned, R right-party conversations, W accounts worked,
L loaded accounts, P promises made (docs/reports.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dialer.domain.abandonment import Tally, rates_of
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.promises import LIVE, PromiseState
from dialer.reports.abandonment import amd_sample
from dialer.reports.period import Period, share
from dialer.reports.tally import answered_calls
from dialer.store.tables import (
    Attempt,
    Campaign,
    Entry,
    OutboundNumber,
    Outcome,
    Promise,
)

RIGHT_PARTY = tuple(code for code, o in OUTCOMES.items() if o.right_party and o.by_agent)


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
        **abandonment_figures(counts, tested_share(session, campaign_ids, period.until)),
        "penetration": share(worked, loaded), "intensity": share(dials, worked),
        "talk_ms": int(talk), **kept_figures(session, campaign_ids, period),
    }  # fmt: skip


def tested_share(session: Session, campaign_ids: list[int], at: datetime) -> float:
    """How many of AMD's hang-ups count as people: of several campaigns the worst sample."""
    return max((amd_sample(session, each, at).share for each in campaign_ids), default=1.0)


def abandonment_figures(counts: Tally, false_positives: float = 1.0) -> dict[str, Any]:
    """The three forms (docs/rules.md, abandonment) and the silent share of what was abandoned. The form
    with AMD on adds the tested share of AMD's hang-ups (`tested_share`)."""
    human, ofcom_off, ofcom_on = rates_of(counts, false_positives)
    return {
        "abandonment": share(human.abandoned, human.persons),
        "abandonment_formula": human.formula,
        "abandonment_ofcom_amd_off": share(ofcom_off.abandoned, ofcom_off.persons),
        "abandonment_ofcom_amd_on": share(ofcom_on.abandoned, ofcom_on.persons),
        "silent_share": share(counts.silent, counts.abandoned),
    }


def _promises_made(session: Session, campaign_ids: list[int], period: Period) -> tuple[int, int]:
    made, promised = session.execute(
        select(func.count(), func.coalesce(func.sum(Promise.amount_minor), 0)).where(
            Promise.campaign_id.in_(campaign_ids), Promise.plan_id.is_(None),
            Promise.at >= period.since, Promise.at < period.until,
        )
    ).one()  # fmt: skip
    return made, int(promised)


def kept_figures(session: Session, campaign_ids: list[int], period: Period) -> dict[str, Any]:
    """Kept rates over promises DUE in the period that are decided. While some are undecided, those paid
    early stand alone and the rate flatters: their number is beside it."""
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
    undecided = sum(rows.get(s, (0, 0, 0))[0] for s in LIVE)
    return {
        "promises_undecided": undecided, "promises_due": matured, "promises_kept": settled[0][0],
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
    rows = []
    for row in session.scalars(select(OutboundNumber).order_by(OutboundNumber.number)):
        dials, answers, short = used.get(row.number, (0, 0, 0))
        rows.append({
            "number": row.number, "dials": dials, "answers": answers,
            "answer_rate": share(answers, dials), "short_calls": int(short or 0),
            "short_share": share(short or 0, answers), "suspect": row.suspect,
            "score": round(row.score, 2),
            "resting_until": row.resting_until.isoformat() if row.resting_until else "",
        })  # fmt: skip
    return rows


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
