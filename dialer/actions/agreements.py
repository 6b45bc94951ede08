"""What a creditor agreed to and what a campaign adds: they narrow the rule pack and never widen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete

from dialer.actions.actor import Actor
from dialer.actions.list_rules import refuse_faults, rules_of
from dialer.actions.refusals import Refused
from dialer.domain.buckets import Bucket, fault
from dialer.domain.compliance import Channel
from dialer.domain.compliance.pack import RulePack, Widened, narrowed
from dialer.domain.lint import lint
from dialer.domain.pacing import Mode
from dialer.domain.retries import Recycle, recycle_from
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.packs import narrowing_of
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Agreement, BucketRow, Campaign, Creditor, Placement

CHANNELS = tuple(Channel)
BALANCE_DAYS_LONGEST = 365


def checked_narrowing(pack: RulePack, data: dict[str, Any]) -> RulePack:
    """The narrowed pack. Refused when it would widen a limit, or cannot be read."""
    try:
        return narrowed(pack, narrowing_of(data))
    except Widened as error:
        raise Refused("narrowing_widens", what=error.what) from None
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("narrowing_form", what=str(error)[:80]) from None


def add_agreement(
    sessions: Sessions, actor: Actor, pack: RulePack, *, creditor_id: int, name: str,
    starts_on: date, ends_on: date | None, channels: Sequence[str], narrowing: dict[str, Any],
    waive_share_max: float, waive_share_supervisor: float | None = None,
    balance_days_max: int | None = None, now: datetime,
) -> int:  # fmt: skip
    """协议 with its dates, channels, tighter limits and the authority to waive. `balance_days_max`: a
    balance that no file and no payment confirmed for so many days is not called about."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused("agreement_dates")
    if not channels or set(channels) - set(CHANNELS):
        raise Refused("agreement_channels", channels=", ".join(CHANNELS))
    if not 0 <= waive_share_max < 1 or not 0 <= (waive_share_supervisor or 0) < 1:
        raise Refused("waive_share")
    if balance_days_max is not None and not 1 <= balance_days_max <= BALANCE_DAYS_LONGEST:
        raise Refused("balance_days", longest=BALANCE_DAYS_LONGEST)
    checked_narrowing(pack, narrowing)
    with write(sessions) as session:
        if session.get(Creditor, creditor_id) is None:
            raise Refused("creditor_unknown")
        row = Agreement(
            creditor_id=creditor_id, name=name, starts_on=starts_on, ends_on=ends_on,
            channels=list(channels), narrowing=narrowing, waive_share_max=waive_share_max,
            waive_share_supervisor=waive_share_supervisor, balance_days_max=balance_days_max,
            created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "agreement.add", f"agreement:{row.id}", now,
            after={"channels": list(channels), "narrowing": narrowing,
                   "balance_days_max": balance_days_max},
        )  # fmt: skip
        return row.id


def add_placement(
    sessions: Sessions, actor: Actor, *, creditor_id: int, batch_no: str, placed_on: date,
    recall_on: date | None, agreement_id: int | None, region: str, target_rate: float | None,
    now: datetime,
) -> int:  # fmt: skip
    """委案批次: files are uploaded into it until it is recalled."""
    with write(sessions) as session:
        if session.get(Creditor, creditor_id) is None:
            raise Refused("creditor_unknown")
        taken = session.query(Placement).filter_by(creditor_id=creditor_id, batch_no=batch_no)
        if taken.first() is not None:
            raise Refused("batch_taken", batch_no=batch_no)
        row = Placement(
            creditor_id=creditor_id, batch_no=batch_no, placed_on=placed_on, recall_on=recall_on,
            agreement_id=agreement_id, region=region, target_rate=target_rate, created_at=now,
            state="active",
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(session, actor.name, "placement.add", f"placement:{row.id}", now)
        return row.id


def set_campaign_rules(
    sessions: Sessions, actor: Actor, pack: RulePack, campaign_id: int, *,
    narrowing: dict[str, Any], recycle: dict[str, Any], mode: str | None = None,
    preview_seconds: int | None = None, now: datetime,
) -> None:  # fmt: skip
    """Tighter limits and retry rules of one campaign, who dials, and how long an offer may be looked
    at (None: as it was); refused with every fault that the lint finds."""
    if mode is not None:
        _checked_mode(mode)
    tight = checked_narrowing(pack, narrowing)
    rules = recycle_of(recycle)
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        asked = rules_of(session, campaign, rules)
        if preview_seconds is not None:
            asked = replace(asked, preview_seconds=preview_seconds)
        refuse_faults(lint(asked, tight, now))
        before = _rules_of(campaign)
        campaign.narrowing, campaign.recycle = narrowing, recycle
        campaign.mode = mode or campaign.mode
        campaign.preview_seconds = asked.preview_seconds
        audit.note(
            session, actor.name, "campaign.rules", f"campaign:{campaign_id}", now, before=before,
            after=_rules_of(campaign),
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def choose_mode(
    sessions: Sessions, actor: Actor, campaign_id: int, mode: str, now: datetime
) -> None:
    """Who dials, and how far ahead; takes effect with the engine's next decision.

    Refused("campaign_mode" | "campaign_unknown")."""
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        before, campaign.mode = campaign.mode, _checked_mode(mode)
        audit.note(
            session, actor.name, "campaign.mode", f"campaign:{campaign_id}", now,
            before={"mode": before}, after={"mode": mode},
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def _checked_mode(mode: str) -> str:
    if mode not in tuple(Mode):
        raise Refused("campaign_mode", modes=", ".join(Mode))
    return mode


def _rules_of(campaign: Campaign) -> dict[str, Any]:
    return {
        "narrowing": campaign.narrowing, "recycle": campaign.recycle, "mode": campaign.mode,
        "preview_seconds": campaign.preview_seconds,
    }  # fmt: skip


def recycle_of(data: dict[str, Any]) -> Recycle:
    """What a campaign stores as retry rules; refused when it is not understood."""
    try:
        return recycle_from(data)
    except (ValueError, TypeError, AttributeError) as error:
        raise Refused("narrowing_form", what=str(error)[:80]) from None


def set_buckets(
    sessions: Sessions, actor: Actor, creditor_id: int, buckets: Sequence[Bucket], now: datetime
) -> None:
    """The creditor's own DPD ranges, without gap or overlap."""
    why_not = fault(buckets)
    if why_not:
        raise Refused(why_not)
    with write(sessions) as session:
        session.execute(delete(BucketRow).where(BucketRow.creditor_id == creditor_id))
        session.add_all(
            BucketRow(creditor_id=creditor_id, name=b.name, first=b.first, last=b.last)
            for b in buckets
        )
        audit.note(
            session, actor.name, "creditor.buckets", f"creditor:{creditor_id}", now,
            after={"buckets": [[b.name, b.first, b.last] for b in buckets]},
        )  # fmt: skip
