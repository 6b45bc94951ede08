"""A worked example for reports: ten attempts, whose every figure can be counted by hand."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.payments import as_row, post_payment
from dialer.packs import load_pack
from dialer.reports.period import Period
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Attempt, Entry, Outcome, Promise, SeatSpan
from tests.factories import MORNING, make_campaign, make_ready_agent

CN = load_pack("cn")
TODAY = date(2026, 11, 23)
DAY = Period(TODAY, TODAY)

# outcome of each of ten attempts, seconds of talk
TALKS = [("PTP", 60), ("RPC_REFUSE", 30), ("AM_AGENT", 5), ("WRONG_NUMBER", 20), ("ABANDONED", 0),
         ("CALLEE_QUICK", 0), ("NO_ANSWER", 0), ("BUSY", 0), ("NO_ANSWER", 0), ("TRUNK_FAIL", 0)]  # fmt: skip
ANSWERED = ("PTP", "RPC_REFUSE", "AM_AGENT", "WRONG_NUMBER", "ABANDONED", "CALLEE_QUICK")


def make_day(sessions: Sessions, folder: Path) -> tuple[int, int, int]:
    """Twelve entries, ten attempts, one promise of 1,000 yuan, 250 yuan collected. Returns campaign,
    creditor and the amount that was placed."""
    campaign = make_campaign(sessions, folder, 12)
    agent, seat_id = make_ready_agent(sessions)
    with write(sessions) as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        for n, ((code, talk), entry) in enumerate(zip(TALKS, entries, strict=False)):
            connected = talk > 0
            session.add(Attempt(
                id=f"{n:032x}", entry_id=entry.id, case_id=entry.case_id, campaign_id=campaign,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"1549900{n:04d}",
                outbound_number="95035100", local_day=TODAY, engine_epoch=1, node="n",
                licence={"version": CN.version, "counters": {}, "local_times": []}, created_at=MORNING,
                answered_at=MORNING if code in ANSWERED else None, connected_at=MORNING if connected else None,
                ended_at=MORNING, seat_id=seat_id if connected else None, talk_ms=talk * 1000,
                abandoned=code == "ABANDONED", message_ms=1900 if code == "ABANDONED" else None,
                verdict="answered" if code in ANSWERED else "failed" if code == "TRUNK_FAIL" else "no_answer",
                recording=f"{n}.wav" if connected else "", recording_sha256=hashlib.sha256(b"x").hexdigest(),
            ))  # fmt: skip
            session.flush()
            session.add(Outcome(
                attempt_id=f"{n:032x}", campaign_id=campaign, code=code, at=MORNING,
                user_id=agent.user_id if connected else None,
            ))  # fmt: skip
            entry.attempts, entry.state, entry.last_outcome = 1, "ready", code
            entry.next_at = MORNING + timedelta(hours=3)
        session.add(Promise(
            account_id=entries[0].account_id, attempt_id=f"{0:032x}", campaign_id=campaign,
            amount_minor=100_000, currency="CNY", due_on=TODAY + timedelta(days=1), made_on=TODAY,
            user_id=agent.user_id, at=MORNING,
        ))  # fmt: skip
        session.query(SeatSpan).delete()
        for state, seconds in (("talking", 115), ("wrap_up", 25), ("idle", 60), ("paused", 40)):
            session.add(SeatSpan(seat_id=seat_id, state=state, started_at=MORNING,
                                 ended_at=MORNING + timedelta(seconds=seconds)))  # fmt: skip
        account = session.get_one(Account, entries[0].account_id)
        creditor, contract = account.creditor_id, account.contract_no
        placed = sum(session.scalars(select(Account.balance_minor)))
    post_payment(sessions, SETUP, creditor, as_row("T1", contract, 25_000, TODAY), MORNING)
    return campaign, creditor, placed
