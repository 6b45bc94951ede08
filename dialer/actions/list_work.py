"""What the engine does with lists beside dialing: end them by their rule, keep the order within them, and
learn at which hours people answer."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from dialer.actions.list_rules import end_rule_of
from dialer.domain.best_time import HOURS_BACK, as_stored
from dialer.domain.compliance.hours import zones_of
from dialer.domain.list_end import UNCONTACTED, EndRule, Left, Then, ending
from dialer.domain.list_order import Order, level
from dialer.domain.previews import LIVE
from dialer.facts import CampaignChanged
from dialer.feed import publish
from dialer.store import audit
from dialer.store.entries import LISTED, READY
from dialer.store.session import Sessions, read, write
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    Case,
    Debtor,
    Entry,
    Preview,
    Promise,
    Seat,
    Upload,
)

STEP = 5_000
CALLS_LEARNED = 20_000  # the latest calls of a campaign, from which its hours are known
IMPORTING = ("received", "reading", "checked", "committing")


def end_lists(sessions: Sessions, now: datetime) -> list[tuple[int, str]]:
    """Campaigns that came to the end of their lists: (campaign, what was done)."""
    done = []
    with read(sessions) as session:
        running = session.scalars(select(Campaign.id).where(Campaign.state == "running")).all()
        over = [c for c in running if _ending(session, session.get_one(Campaign, c), now)[0]]
    for campaign_id in over:
        with write(sessions) as session:  # looked at again: somebody may have been faster
            campaign = session.get_one(Campaign, campaign_id)
            action, reason = _ending(session, campaign, now)
            if campaign.state != "running" or not action:
                continue
            _act(session, campaign, action, reason, now)
        if action == "again":
            start_over(sessions, campaign_id, now)
        done.append((campaign_id, reason))
    return done


def _ending(session: Session, campaign: Campaign, now: datetime) -> tuple[str, str]:
    rule = end_rule_of(campaign.end_rule)
    found = ending(what_is_left(session, campaign, rule, now), rule, campaign.rounds)
    return found.action, found.reason


def _act(session: Session, campaign: Campaign, action: str, reason: str, now: datetime) -> None:
    if action == "finish":
        campaign.state, campaign.end_reason = "finished", reason
    else:
        campaign.rounds += 1
    audit.note(
        session, "engine", f"campaign.{action}", f"campaign:{campaign.id}", now,
        after={"reason": reason, "rounds": campaign.rounds},
    )  # fmt: skip
    publish(session, CampaignChanged(campaign_id=campaign.id, state=campaign.state), now)


def what_is_left(session: Session, campaign: Campaign, rule: EndRule, now: datetime) -> Left:
    """Looked up from the cheapest to the dearest; what no longer matters is not looked up."""
    uploads = session.execute(
        select(Upload.id, Upload.state).where(Upload.campaign_id == campaign.id)
    ).all()
    lists = [list_id for list_id, state in uploads if state in LISTED]
    ready = Entry.upload_id.in_(lists) & (Entry.state == READY)
    busy = any(state in IMPORTING for _, state in uploads) or _is_busy(session, campaign.id)
    if busy:
        return Left(True, False, False, False, False, False, False)
    due = _any(session, Entry.id, ready, Entry.next_at <= now)
    if due:
        return Left(False, True, False, False, False, False, False)
    waiting = _any(session, Entry.id, ready)
    asked = waiting and rule.then is Then.FINISH
    agreed = (Entry.last_outcome == "RPC_CALLBACK") | (Entry.priority < 0)
    return Left(
        busy=False, due=False, waiting=waiting,
        untried=asked and _any(session, Entry.id, ready, Entry.attempts == 0),
        callbacks=asked and _any(session, Entry.id, ready, agreed),
        promises=_any(session, Promise.id, Promise.campaign_id == campaign.id, Promise.state == "open"),
        uncontacted=not waiting and rule.then is Then.AGAIN
        and _any(session, Entry.id, *_unreached(campaign.id)),
    )  # fmt: skip


def _is_busy(session: Session, campaign_id: int) -> bool:
    """A call is in the air, an agent still owes its outcome, or has an entry before them."""
    mine = Attempt.campaign_id == campaign_id
    owed = select(Attempt.id).join(Seat, Seat.attempt_id == Attempt.id).where(mine).limit(1)
    in_air = _any(session, Attempt.id, mine, Attempt.ended_at.is_(None))
    shown = _any(session, Preview.id, Preview.campaign_id == campaign_id, Preview.state.in_(LIVE))
    return in_air or shown or session.scalar(owed) is not None


def _any(session: Session, column: object, *conditions: ColumnElement[bool]) -> bool:
    return session.scalar(select(column).where(*conditions).limit(1)) is not None  # type: ignore[call-overload]


def _unreached(campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    """Done, nobody was reached, and the case goes on."""
    active = select(Case.id).where(Case.id == Entry.case_id, Case.state == "active").exists()
    return (
        Entry.campaign_id == campaign_id, Entry.state == "done",
        Entry.last_outcome.in_(UNCONTACTED), active,
    )  # fmt: skip


def start_over(sessions: Sessions, campaign_id: int, now: datetime) -> int:
    """Those nobody reached are tried again after the rule's hours, with their attempts counted anew; caps
    and rests hold as ever. In steps, so that dialing goes on. Returns how many."""
    count = 0
    while True:
        with write(sessions) as session:
            campaign = session.get_one(Campaign, campaign_id)
            ids = session.scalars(
                select(Entry.id).where(*_unreached(campaign_id)).limit(STEP)
            ).all()  # fmt: skip
            if not ids:
                return count
            later = now + timedelta(hours=end_rule_of(campaign.end_rule).hours)
            session.execute(
                update(Entry).where(Entry.id.in_(ids))
                .values(state="ready", next_at=later, attempts=0, block_reason="")
            )  # fmt: skip
            if campaign.list_order == Order.ATTEMPTS:
                session.execute(update(Entry).where(Entry.id.in_(ids)).values(priority=0))
            count += len(ids)


def order_lists(sessions: Sessions) -> int:
    """Bring the stored levels of every list into its campaign's order. Returns how many entries."""
    count = 0
    with read(sessions) as session:
        lists = session.execute(
            select(Upload.id, Campaign.list_order).join(Campaign, Campaign.id == Upload.campaign_id)
            .where(Upload.state.in_(LISTED), Upload.ordered_by != Campaign.list_order)
        ).all()  # fmt: skip
    for list_id, order in lists:
        last = 0
        while True:
            with write(sessions) as session:
                rows = _some_levels(session, list_id, Order(order), last)
                upload = session.get_one(Upload, list_id)
                if not rows:
                    if upload.state == "committed":  # while it is committed more entries come
                        upload.ordered_by = order
                    break
                session.execute(update(Entry), rows)
                last, count = int(rows[-1]["id"]), count + len(rows)
    return count


def _some_levels(session: Session, list_id: int, order: Order, after: int) -> list[dict[str, int]]:
    """Levels of the next entries; what jumped the queue keeps its place."""
    rows = session.execute(
        select(Entry.id, Entry.attempts, Account.balance_minor, Account.overdue_days)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.upload_id == list_id, Entry.id > after, Entry.priority >= 0)
        .order_by(Entry.id).limit(STEP)
    )  # fmt: skip
    return [
        {"id": entry_id, "priority": level(
            order, balance_minor=balance, overdue_days=days, attempts=attempts
        )}
        for entry_id, attempts, balance, days in rows
    ]  # fmt: skip


def level_of(campaign: Campaign, entry: Entry, account: Account) -> int:
    """The level of one entry after a call."""
    return level(
        Order(campaign.list_order), balance_minor=account.balance_minor,
        overdue_days=account.overdue_days, attempts=entry.attempts,
    )  # fmt: skip


def learn_hours(sessions: Sessions, zone: str, now: datetime) -> int:
    """At which hours, at the person's place, calls of each running campaign are answered; for campaigns
    that choose the best time. Returns how many campaigns learned."""
    learned = 0
    with read(sessions) as session:
        wanted = [
            c.id for c in session.scalars(select(Campaign).where(Campaign.state == "running"))
            if c.recycle.get("best_time")
        ]  # fmt: skip
    for campaign_id in wanted:
        with read(sessions) as session:
            cell = as_stored(_hours(session, campaign_id, zone, now))
        with write(sessions) as session:
            session.get_one(Campaign, campaign_id).answer_hours = cell
        learned += 1
    return learned


def _hours(
    session: Session, campaign_id: int, home: str, now: datetime
) -> dict[tuple[int, int], tuple[int, int]]:
    answered: Counter[tuple[int, int]] = Counter()
    dials: Counter[tuple[int, int]] = Counter()
    for at, answer, zone in session.execute(
        select(Attempt.created_at, Attempt.answered_at, Debtor.timezone)
        .join(Debtor, Debtor.id == Attempt.debtor_id)
        .where(Attempt.campaign_id == campaign_id, Attempt.created_at > now - HOURS_BACK,
               Attempt.verdict.in_(("answered", "no_answer", "busy", "rejected", "unreachable")))
        .order_by(Attempt.created_at.desc()).limit(CALLS_LEARNED)
    ):  # fmt: skip
        local = at.astimezone(zones_of(zone, (home,))[0])
        dials[local.weekday(), local.hour] += 1
        answered[local.weekday(), local.hour] += answer is not None
    return {block: (answered[block], count) for block, count in dials.items()}
