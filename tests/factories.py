"""Small functions that make rows for tests; every number and name is invented."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from dialer.actions.actor import SETUP, Actor
from dialer.actions.campaigns import add_campaign, add_creditor, receive_upload, start_campaign
from dialer.actions.intake import read_upload
from dialer.actions.numbers import add_outbound_numbers
from dialer.actions.seats import choose_status, take_seat
from dialer.actions.users import add_user
from dialer.sample.cases import write_csv
from dialer.store.session import Sessions, write
from dialer.store.tables import Attempt, Entry, Outcome

# 10:00 in Shanghai, a time at which the gate is open.
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def make_user(sessions: Sessions, role: str, now: datetime = MORNING, **fields: str) -> Actor:
    """A user of this role; agents get a phone address."""
    name = fields.pop("username", f"{role}{next(_numbers)}")
    hashed = fields.pop("password_hash", "x")
    user_id = add_user(
        sessions, SETUP, username=name, display_name=f"测试{name}", role=role,
        password_hash=hashed, leg_address=fields.pop("leg_address", "sip:6001@127.0.0.1:5090"),
        now=now,
    )  # fmt: skip
    return Actor(user_id, role)


def make_campaign(
    sessions: Sessions, folder: Path, entries: int, now: datetime = MORNING, seed: int = 1
) -> int:
    """A running campaign filled by the real upload path."""
    manager = make_user(sessions, "manager", now)
    creditor = add_creditor(sessions, manager, "示例消费金融", now)
    name = f"任务{next(_numbers)}"
    campaign = add_campaign(
        sessions, manager, name=name, creditor_id=creditor, ring_seconds=15, now=now
    )
    add_outbound_numbers(sessions, SETUP, ["95035100", "95035101"], now)
    path = folder / f"{name}.csv"
    write_csv(path, entries, seed)
    upload = receive_upload(
        sessions, manager, campaign_id=campaign, filename="list.csv", path=str(path),
        sha256=name, size=path.stat().st_size, now=now,
    )  # fmt: skip
    read_upload(sessions, upload, lambda: now)
    start_campaign(sessions, manager, campaign, now)
    return campaign


def make_ready_agent(sessions: Sessions, now: datetime = MORNING) -> tuple[Actor, int]:
    """An agent who sits at the desk and is ready; returns the actor and the seat's id."""
    agent = make_user(sessions, "agent", now)
    seat_id = take_seat(sessions, agent, now)
    choose_status(sessions, agent, "ready", "", now)
    return agent, seat_id


def make_called(
    sessions: Sessions, campaign: int, attempts: int, persons: int, machines: int = 0,
    now: datetime = MORNING,
) -> None:  # fmt: skip
    """Attempts of a campaign that are over: persons answered after 8 s, talked 60 or 120 s and were
    wrapped up in 10 s; machines were told by the agent; the rest was busy or rang out in turn."""
    agent, seat_id = make_ready_agent(sessions, now)
    with write(sessions) as session:
        entry = session.scalars(select(Entry).where(Entry.campaign_id == campaign)).first()
        assert entry is not None
        for n in range(attempts):
            picked, person = n < persons + machines, n < persons
            talk = (60 + 60 * (n % 2)) if person else 5
            answered = now + timedelta(seconds=8) if picked else None
            ended = (answered or now) + timedelta(seconds=talk if picked else 20)
            one = Attempt(
                id=f"{campaign:08x}{n:024x}", entry_id=entry.id, case_id=entry.case_id,
                campaign_id=campaign, account_id=entry.account_id, debtor_id=entry.debtor_id,
                number=f"1549{n:07d}", outbound_number="95035100", local_day=now.date(), licence={},
                engine_epoch=1, node="n", created_at=now, dialed_at=now, answered_at=answered,
                connected_at=answered, ended_at=ended, seat_id=seat_id if picked else None,
                talk_ms=1000 * talk if picked else 0,
                verdict="answered" if picked else ("busy", "no_answer")[n % 2],
            )  # fmt: skip
            session.add(one)
            session.flush()
            if picked:
                session.add(Outcome(
                    attempt_id=one.id, campaign_id=campaign, code="RPC_REFUSE" if person else "AM_AGENT",
                    at=ended + timedelta(seconds=10), user_id=agent.user_id,
                ))  # fmt: skip
