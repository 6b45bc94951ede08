"""Creditors, campaigns and the files that fill them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.caller_numbers import ANYWHERE, Use, Wanted, why_not
from dialer.facts import CampaignChanged, UploadChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.number_pools import numbers_and_pools
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign, Creditor, Entry, Upload


def add_creditor(
    sessions: Sessions, actor: Actor, name: str, now: datetime, promise_days_max: int = 7
) -> int:
    """The creditor of this name; created when there is none yet."""
    with write(sessions) as session:
        known = session.scalar(select(Creditor.id).where(Creditor.name == name))
        if known:
            return known
        creditor = Creditor(name=name, promise_days_max=promise_days_max, created_at=now)
        session.add(creditor)
        session.flush()
        audit.note(session, actor.name, "creditor.add", f"creditor:{creditor.id}", now)
        return creditor.id


def add_campaign(
    sessions: Sessions, actor: Actor, *, name: str, creditor_id: int, ring_seconds: int = 30,
    message: str = "sorry-zh", now: datetime,
) -> int:  # fmt: skip
    """A campaign in draft. Ringing stops no earlier than 15 s (docs/rules.md, ring time)."""
    if not 15 <= ring_seconds <= 45:
        raise Refused("ring_seconds", low=15, high=45)
    with write(sessions) as session:
        if session.scalar(select(Campaign.id).where(Campaign.name == name)):
            raise Refused("campaign_name_taken", name=name)
        campaign = Campaign(
            name=name, creditor_id=creditor_id, ring_seconds=ring_seconds, message=message,
            created_by=actor.user_id, created_at=now,
        )  # fmt: skip
        session.add(campaign)
        session.flush()
        _tell(session, actor, campaign, "campaign.add", None, now)
        return campaign.id


def start_campaign(sessions: Sessions, actor: Actor, campaign_id: int, now: datetime) -> None:
    """Let the engine dial it. Refused without entries or without a number to show."""
    with write(sessions) as session:
        campaign = _campaign(session, campaign_id)
        if session.scalar(_first_entry(campaign_id)) is None:
            raise Refused("campaign_empty", name=campaign.name)
        _refuse_without_numbers(session, campaign, now)
        before, campaign.state = campaign.state, "running"
        campaign.rounds, campaign.end_reason = 0, ""
        _tell(session, actor, campaign, "campaign.start", before, now)


def _refuse_without_numbers(session: Session, campaign: Campaign, now: datetime) -> None:
    """Somebody must be able to call back what they see: an owned number under a licence in force."""
    shown = numbers_and_pools(session, lambda number, zone: Use())
    wanted = Wanted(campaign.creditor_id, ANYWHERE, "", now, campaign.number_pool_id)
    why = {why_not(n, wanted, shown.pool_of(n)) for n in shown.numbers}
    if "licence_expired" in why and not why & {"", "resting", "suspect"}:
        raise Refused("licence_expired")
    if not why & {"", "resting", "suspect"}:
        raise Refused("no_outbound_number")


def pause_campaign(sessions: Sessions, actor: Actor, campaign_id: int, now: datetime) -> None:
    """No further INVITE; what rings is cancelled, who talks goes on talking."""
    with write(sessions) as session:
        campaign = _campaign(session, campaign_id)
        before, campaign.state = campaign.state, "paused"
        _tell(session, actor, campaign, "campaign.pause", before, now)


def receive_upload(
    sessions: Sessions, actor: Actor, *, campaign_id: int, filename: str, path: str, sha256: str,
    size: int, now: datetime, dry_run: bool = False, placement_id: int | None = None,
) -> int:  # fmt: skip
    """A file lies on disk and waits to be read. The same file twice is refused."""
    with write(sessions) as session:
        campaign = _campaign(session, campaign_id)
        same = session.scalar(
            select(Upload.id).where(
                Upload.campaign_id == campaign.id, Upload.sha256 == sha256,
                Upload.state.not_in(("refused", "undone")),
            )
        )  # fmt: skip
        if same:
            raise Refused("same_file", filename=filename)
        upload = Upload(
            campaign_id=campaign.id, filename=filename, path=path, sha256=sha256, size=size,
            state="received", created_by=actor.user_id, created_at=now, counts={}, dry_run=dry_run,
            placement_id=placement_id,
        )  # fmt: skip
        session.add(upload)
        session.flush()
        audit.note(
            session, actor.name, "upload.receive", f"upload:{upload.id}", now,
            after={"sha256": sha256, "size": size},
        )  # fmt: skip
        publish(session, UploadChanged(
            upload_id=upload.id, campaign_id=campaign.id, state="received"
        ), now)  # fmt: skip
        return upload.id


def _campaign(session: Session, campaign_id: int) -> Campaign:
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise Refused("campaign_unknown")
    return campaign


def _first_entry(campaign_id: int):  # type: ignore[no-untyped-def] # a Select of one column
    return select(Entry.id).where(
        Entry.campaign_id == campaign_id, Entry.state.not_in(("loading", "done"))
    ).limit(1)  # fmt: skip


def _tell(
    session: Session, actor: Actor, campaign: Campaign, action: str, before: str | None,
    now: datetime,
) -> None:  # fmt: skip
    audit.note(
        session, actor.name, action, f"campaign:{campaign.id}", now,
        before={"state": before}, after={"state": campaign.state},
    )  # fmt: skip
    publish(session, CampaignChanged(campaign_id=campaign.id, state=campaign.state), now)
