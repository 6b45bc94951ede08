"""What the gate allows may still be put off: to another part of the day, or to the person's best time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.domain.best_time import HOURS_BACK, Tried, best_moment, from_store
from dialer.domain.compliance import Blocked, RulePack, zones_of
from dialer.domain.compliance.pack import calendar_of
from dialer.domain.dayparts import next_part
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.retries import Recycle, recycle_from
from dialer.store.among import among
from dialer.store.asking import Asking
from dialer.store.tables import Attempt, Campaign, Entry, Outcome

RANG = ("answered", "no_answer", "busy", "rejected", "unreachable")  # the phone told us something
PUT_OFF = timedelta(minutes=15)  # less is not worth putting a call off


class Waiting:
    """The campaign's rules of waiting, with what the people of a round were tried before."""

    def __init__(
        self, session: Session, campaign: Campaign, pack: RulePack, debtor_ids: Iterable[int],
        now: datetime,
    ) -> None:  # fmt: skip
        self._campaign, self._pack, self._now = campaign, pack, now
        self._rules: Recycle = recycle_from(campaign.recycle)
        wanted = sorted(set(debtor_ids)) if self._rules.best_time else []
        self._tried = _tried(session, wanted, now - HOURS_BACK)

    def put_off(self, entry: Entry, asking: Asking) -> Blocked | None:
        """Why, and until when; None: dial now. What was agreed or jumped the queue never waits, and
        whoever waited for the best time is not put off again."""
        if entry.is_reminder or entry.priority < 0:
            return None
        zones = zones_of(asking.person.timezone, self._pack.zones)
        if self._rules.per_daypart is not None:
            past = (p.at for p in asking.history if p.own and p.rang)
            until = next_part(self._now, past, zones[0], self._rules.per_daypart)
            if until is not None:
                return Blocked("DAYPART", until)
        if not self._rules.best_time or not entry.attempts or entry.block_reason == "BEST_TIME":
            return None
        lasts = timedelta(seconds=self._campaign.ring_seconds)
        calendar = calendar_of(self._pack, zones, asking.person.inconvenient)
        hours = from_store(self._campaign.answer_hours)
        tried = self._tried.get(entry.debtor_id, [])
        best = best_moment(self._now, calendar, lasts, tried, hours)
        wait = best is not None and best - self._now >= PUT_OFF
        return Blocked("BEST_TIME", best) if wait else None


def _tried(session: Session, debtor_ids: list[int], since: datetime) -> dict[int, list[Tried]]:
    """Calls that rang, person by person."""
    found: dict[int, list[Tried]] = {}
    if not debtor_ids:
        return found
    rows = session.execute(
        select(Attempt.debtor_id, Attempt.created_at, Attempt.answered_at, Outcome.code)
        .outerjoin(Outcome, Outcome.attempt_id == Attempt.id)
        .where(among(session, Attempt.debtor_id, debtor_ids),
               Attempt.local_day >= since.date(), Attempt.ended_at.is_not(None),
               Attempt.verdict.in_(RANG))
    )  # fmt: skip
    for debtor_id, at, answered_at, code in rows:
        outcome = OUTCOMES.get(code or "")
        spoken = bool(outcome and outcome.right_party and outcome.by_agent)
        answered = answered_at is not None and code != "AM_AGENT"
        found.setdefault(debtor_id, []).append(Tried(at, answered, spoken))
    return found
