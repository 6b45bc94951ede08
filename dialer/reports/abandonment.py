"""Abandonment over exactly the windows of the rule pack: for the engine's budget, the board and reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from dialer.domain.abandon_windows import Span, spans_of
from dialer.domain.abandonment import Rate, budget_left, rate_of, tally_of
from dialer.domain.amd_sample import VALID_FOR, Label, Sample, evaluate
from dialer.domain.compliance import RulePack
from dialer.reports.call_counts import Calls, Recounted
from dialer.store.tables import AmdLabel, Attempt, Campaign

HANGS_UP = ("hang_up", "leave_message")  # policies that may keep an agent from an answered call


@dataclass(frozen=True, slots=True)
class Measured:
    """The rate of one window."""

    span: Span
    rate: Rate

    def as_json(self, hard: float) -> dict[str, Any]:
        """With numerator and denominator, for board and API."""
        return {
            "window": self.span.name, "since": self.span.since.isoformat(), "site": self.span.site,
            "abandoned": self.rate.abandoned, "persons": self.rate.persons, "rate": self.rate.value,
            "formula": self.rate.formula, "budget_left": budget_left(self.rate, hard),
        }  # fmt: skip


def measured(
    session: Session, campaign: Campaign, pack: RulePack, now: datetime, *, ahead: bool = True,
    calls: Calls | None = None,
) -> tuple[Measured, ...]:  # fmt: skip
    """Every window that must hold now; those a minute ahead too unless nobody asks for them. `calls`:
    counts that are kept; else the database is asked."""
    started = campaign.started_at or campaign.created_at
    spans = spans_of(pack.abandon.window, started, now, ZoneInfo(pack.zones[0]))
    return tuple(
        Measured(span, _rate(session, campaign, pack, span, now, calls))
        for span in spans if ahead or not span.ahead
    )  # fmt: skip


def binding(rows: Iterable[Measured], hard: float) -> Measured:
    """The window with the least room now; of those the one with the highest rate."""
    current = [row for row in rows if not row.span.ahead]
    return min(current, key=lambda row: (budget_left(row.rate, hard), -row.rate.value))


def room(session: Session, campaign: Campaign, pack: RulePack, now: datetime) -> int:
    """How many more may be abandoned before the rate passes the limit in any window, those a minute
    ahead included."""
    rows = measured(session, campaign, pack, now)
    return min(budget_left(row.rate, pack.abandon.hard) for row in rows)


def rate_since(
    session: Session, campaign: Campaign, pack: RulePack, since: datetime, now: datetime,
    calls: Calls | None = None,
) -> Rate:  # fmt: skip
    """One campaign's rate by the pack's formula. With AMD hanging up there is no deduction of machines,
    and what it hung up on counts by the tested share."""
    counts = (calls or Recounted(session)).kinds(campaign.id, since)
    return rate_of(
        pack.abandon.formula, tally_of(counts),
        amd_sample(session, campaign.id, now).share, amd_on=campaign.amd_policy in HANGS_UP,
    )  # fmt: skip


def figures(
    session: Session, campaign_id: int, pack: RulePack, now: datetime
) -> dict[str, Any] | None:
    """All windows of one campaign, the limit, and what AMD was tested with; None: no such campaign."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        return None
    sample = amd_sample(session, campaign_id, now)
    waiting = session.execute(
        select(AmdLabel.attempt_id, Attempt.recording)
        .join(Attempt, Attempt.id == AmdLabel.attempt_id)
        .where(AmdLabel.campaign_id == campaign_id, AmdLabel.is_person.is_(None))
        .order_by(AmdLabel.drawn_at, AmdLabel.attempt_id)
    ).all()  # fmt: skip
    return {
        "campaign_id": campaign_id, "hard": pack.abandon.hard, "target": pack.abandon.target,
        "windows": [
            row.as_json(pack.abandon.hard)
            for row in measured(session, campaign, pack, now) if not row.span.ahead
        ],
        "amd": {
            "labelled": sample.labelled, "persons": sample.persons, "share": sample.share,
            "valid": sample.is_valid,
            "to_label": [{"attempt_id": a, "recording": path} for a, path in waiting],
        },
    }  # fmt: skip


def untested_campaigns(session: Session, now: datetime) -> int:
    """How many campaigns had AMD hang up within a month without a valid sample."""
    ids = session.scalars(select(Campaign.id).where(exists().where(
        Attempt.campaign_id == Campaign.id, Attempt.screened != "",
        Attempt.created_at > now - VALID_FOR,
    )))  # fmt: skip
    return sum(not amd_sample(session, each, now).is_valid for each in ids)


def amd_sample(session: Session, campaign_id: int, now: datetime) -> Sample:
    """The tested share of people among the calls that AMD hung up on in this campaign."""
    rows = session.execute(
        select(AmdLabel.is_person, AmdLabel.drawn_at).where(AmdLabel.campaign_id == campaign_id)
    )
    return evaluate((Label(is_person, drawn) for is_person, drawn in rows), now)


def _rate(
    session: Session, campaign: Campaign, pack: RulePack, span: Span, now: datetime,
    calls: Calls | None,
) -> Rate:  # fmt: skip
    """Each campaign by its own sample; a site is the sum of its campaigns."""
    if span.site:
        ids = list(session.scalars(select(Campaign.id).where(
            exists().where(Attempt.campaign_id == Campaign.id, Attempt.answered_at >= span.since)
        )))  # fmt: skip
    else:
        ids = [campaign.id]
    rates = [
        rate_since(session, session.get_one(Campaign, each), pack, span.since, now, calls)
        for each in ids or [campaign.id]
    ]
    return Rate(
        sum(rate.abandoned for rate in rates), sum(rate.persons for rate in rates), rates[0].formula
    )
