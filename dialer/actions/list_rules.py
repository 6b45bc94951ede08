"""Which list goes first, in which order, and what happens at the end; and what of it cannot work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.compliance.pack import RulePack
from dialer.domain.lint import Fault, Rules, lint
from dialer.domain.list_end import EndRule, Then
from dialer.domain.list_order import Order
from dialer.domain.mix import WEIGHT_MAX, Share
from dialer.domain.retries import Recycle, recycle_from
from dialer.facts import CampaignChanged, UploadChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.asking import pack_of
from dialer.store.entries import LISTED
from dialer.store.session import Sessions, read, write
from dialer.store.tables import Campaign, Upload

PRIORITY_MAX = 1_000


def set_list(
    sessions: Sessions, actor: Actor, upload_id: int, changes: Mapping[str, Any], now: datetime
) -> None:
    """`active`: off, its entries wait; `priority`: lower goes first; `weight`: share among the lists of
    one priority."""
    with write(sessions) as session:
        upload = session.get(Upload, upload_id)
        if upload is None:
            raise Refused("upload_unknown")
        if not 0 <= changes.get("priority", 0) <= PRIORITY_MAX:
            raise Refused("list_priority", high=PRIORITY_MAX)
        if not 1 <= changes.get("weight", 1) <= WEIGHT_MAX:
            raise Refused("list_weight", high=WEIGHT_MAX)
        before = {name: getattr(upload, name) for name in ("active", "priority", "weight")}
        for name in before:
            setattr(upload, name, changes.get(name, before[name]))
        audit.note(
            session, actor.name, "list.change", f"upload:{upload_id}", now, before=before,
            after={name: getattr(upload, name) for name in before},
        )  # fmt: skip
        publish(session, UploadChanged(
            upload_id=upload_id, campaign_id=upload.campaign_id, state=upload.state,
            rows_read=upload.rows_read,
        ), now)  # fmt: skip
        campaign = session.get_one(Campaign, upload.campaign_id)
        publish(session, CampaignChanged(campaign_id=campaign.id, state=campaign.state), now)


def set_list_rules(
    sessions: Sessions, actor: Actor, pack: RulePack, campaign_id: int, *, order: str,
    end: Mapping[str, Any], now: datetime,
) -> None:  # fmt: skip
    """The order within lists and the rule for their end. The engine brings stored entries into a new
    order within seconds, step by step."""
    if order not in set(Order):
        raise Refused("list_order", orders=", ".join(Order))
    rule = end_rule_of(end)
    with write(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        rules = rules_of(session, campaign, recycle_from(campaign.recycle), rule)
        refuse_faults(lint(rules, pack_of(session, campaign, pack) or pack, now))
        before = {"order": campaign.list_order, "end": campaign.end_rule}
        campaign.list_order, campaign.end_rule, campaign.rounds = order, dict(end), 0
        audit.note(
            session, actor.name, "campaign.lists", f"campaign:{campaign_id}", now, before=before,
            after={"order": order, "end": dict(end)},
        )  # fmt: skip
        publish(session, CampaignChanged(campaign_id=campaign_id, state=campaign.state), now)


def end_rule_of(data: Mapping[str, Any]) -> EndRule:
    """{"then": "wait" | "finish" | "again", "hours": 24, "times": 1}; refused when not understood."""
    try:
        unknown = sorted(set(data) - set(EndRule.__dataclass_fields__))
        if unknown:
            raise ValueError(", ".join(unknown))
        return EndRule(
            Then(data.get("then", "wait")), int(data.get("hours", 24)), int(data.get("times", 1))
        )
    except (ValueError, TypeError) as error:
        raise Refused("end_form", what=str(error)[:60]) from None


def rules_of(
    session: Session, campaign: Campaign, recycle: Recycle, end: EndRule | None = None
) -> Rules:
    """What the campaign says now, with these retry rules."""
    rows = session.scalars(
        select(Upload).where(Upload.campaign_id == campaign.id, Upload.state == LISTED)
    ).all()
    shares = tuple(Share(u.id, u.priority, u.weight, u.turn) for u in rows if u.active)
    return Rules(
        recycle, campaign.ring_seconds, end or end_rule_of(campaign.end_rule),
        shares if rows else None, campaign.preview_seconds,
    )  # fmt: skip


def check_rules(
    sessions: Sessions, pack: RulePack, campaign_id: int, now: datetime
) -> tuple[Fault, ...]:
    """Every fault and hint of the rules as they are stored; nothing is changed."""
    with read(sessions) as session:
        campaign = session.get(Campaign, campaign_id)
        if campaign is None:
            raise Refused("campaign_unknown")
        tight = pack_of(session, campaign, pack)
        rules = rules_of(session, campaign, recycle_from(campaign.recycle))
        broken = (Fault("rules_broken", "narrowing"),) if tight is None else ()
        return (*broken, *lint(rules, tight or pack, now))


def refuse_faults(faults: Sequence[Fault]) -> None:
    """Hints are let pass; of faults the first gives the sentence, and all are named."""
    serious = [fault for fault in faults if not fault.hint]
    if serious:
        named = "; ".join(" ".join((f.key, *f.names)) for f in serious)
        raise Refused(f"lint_{serious[0].code}", faults=named, found=tuple(serious))
