"""Reports on worked examples: every figure is counted by hand here, and the steps add up."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.cases import recall_placement
from dialer.actions.payments import as_row, post_payment
from dialer.actions.stops import stop_contact
from dialer.packs import load_pack
from dialer.reports.audit_pack import proofs, write_pack
from dialer.reports.creditor import close_out, creditor_report
from dialer.reports.exports import table_csv, table_xlsx
from dialer.reports.kpis import Period, by_agent, by_campaign, by_number, campaign_figures
from dialer.reports.waterfall import outlook, waterfall
from dialer.store.session import read, write
from dialer.store.tables import Account, Attempt, Entry, Outcome, Placement, Promise, SeatSpan
from tests.factories import MORNING, make_campaign, make_ready_agent

pytestmark = pytest.mark.store
CN = load_pack("cn")
TODAY = date(2026, 11, 23)
DAY = Period(TODAY, TODAY)

# outcome of each of ten attempts, seconds of talk
TALKS = [("PTP", 60), ("RPC_REFUSE", 30), ("AM_AGENT", 5), ("WRONG_NUMBER", 20), ("ABANDONED", 0),
         ("CALLEE_QUICK", 0), ("NO_ANSWER", 0), ("BUSY", 0), ("NO_ANSWER", 0), ("TRUNK_FAIL", 0)]  # fmt: skip
ANSWERED = ("PTP", "RPC_REFUSE", "AM_AGENT", "WRONG_NUMBER", "ABANDONED", "CALLEE_QUICK")


@pytest.fixture
def day(sessions, tmp_path):
    """Twelve entries, ten attempts, one promise of 1,000 yuan, 250 yuan collected."""
    campaign = make_campaign(sessions, tmp_path, 12)
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


def test_the_funnel_by_hand(sessions, day):
    campaign, _, _ = day
    with read(sessions) as session:
        f = campaign_figures(session, [campaign], DAY)
        tomorrow = Period(TODAY + timedelta(days=1), TODAY + timedelta(days=1))
        assert campaign_figures(session, [campaign], tomorrow)["dials"] == 0
    expected = {
        "dials": 10, "answered": 6, "handled": 3, "abandoned": 1, "silent": 0, "machines": 1, "quick_hangups": 1,
        "right_party": 2, "accounts_worked": 10, "accounts_loaded": 12, "promises": 1, "promised_minor": 100_000,
        "answer_rate": 0.6, "live_contact_rate": 0.4, "rpc_per_dial": 0.2, "rpc_per_contact": 0.666667,
        "rpc_per_account": 0.2, "ptp_rate": 0.5, "promised_per_rpc_minor": 50_000, "abandonment": 0.25,
        "penetration": 0.833333, "intensity": 1.0, "talk_ms": 115_000, "promises_due": 0, "kept_rate_count": None,
    }  # fmt: skip
    assert {name: f[name] for name in expected} == expected


def test_kept_rates_look_at_matured_promises_only(sessions, day):
    campaign, _, _ = day
    with write(sessions) as session:
        account = session.scalars(select(Promise.account_id)).one()
        for state, amount, paid in (
            ("kept", 1000, 1200),
            ("partially_kept", 1000, 400),
            ("broken", 2000, 0),
        ):
            session.add(Promise(
                account_id=account, campaign_id=campaign, amount_minor=amount, paid_minor=paid, currency="CNY",
                due_on=TODAY, made_on=TODAY - timedelta(days=3), state=state, at=MORNING - timedelta(days=3),
            ))  # fmt: skip
    with read(sessions) as session:
        f = campaign_figures(session, [campaign], DAY)
    assert (f["promises_due"], f["kept_rate_count"], f["kept_rate_amount"]) == (3, 0.333333, 0.35)


def test_agents_and_numbers(sessions, day):
    with read(sessions) as session:
        agent = by_agent(session, DAY)[0]
        number = by_number(session, DAY)[0]
        assert by_campaign(session, DAY)[0]["dials"] == 10
    assert (agent["calls"], agent["right_party"], agent["promises"]) == (4, 2, 1)
    assert (agent["occupancy"], agent["aht_s"]) == (0.7, 35.0)
    assert (number["number"], number["dials"], number["answers"], number["short_calls"]) == (
        "95035100",
        10,
        6,
        1,
    )


def test_the_creditor_s_report(sessions, day):
    _, creditor, placed = day
    with read(sessions) as session:
        report = creditor_report(session, creditor, DAY)
        assert creditor_report(session, 99, DAY) is None
    batch = report["batches"][0]
    assert (batch["cases"], batch["placed_minor"], batch["collected_minor"]) == (12, placed, 25_000)
    assert batch["recovery_rate"] == round(25_000 / placed, 6)
    assert report["figures"]["collected_minor"] == 25_000
    assert sum(b["accounts"] for b in report["buckets"]) == 12
    assert sum(b["balance_minor"] for b in report["buckets"]) == placed - 25_000
    assert report["outcomes"]["NO_ANSWER"] == 2


def test_the_close_out_of_a_batch(sessions, day):
    with read(sessions) as session:
        placement = session.scalars(select(Placement.id)).one()
    recall_placement(sessions, SETUP, placement, "expiry", MORNING)
    with read(sessions) as session:
        end = close_out(session, placement)
    assert (end["recalled"], end["active"], end["recall_reason"]) == (12, 0, "expiry")
    assert end["by_reason"][0]["cases"] == 12


def test_the_waterfall_adds_up_and_names_every_reason(sessions, day):
    campaign, _, _ = day
    with read(sessions) as session:
        people = session.scalars(select(Entry.debtor_id).order_by(Entry.id)).all()
    stop_contact(sessions, SETUP, people[10], "dispute", "x", MORNING)
    with read(sessions) as session:
        now = waterfall(session, campaign, CN, MORNING)
    with read(sessions) as session:
        later = waterfall(session, campaign, CN, MORNING + timedelta(hours=4))
    with read(sessions) as session:
        night = waterfall(session, campaign, CN, MORNING + timedelta(hours=14))
    for view in (now, later, night):
        assert sum(step["count"] for step in view["steps"]) == view["total"] == 12
    steps = {step["step"]: step["count"] for step in now["steps"]}
    assert steps["dialable"] == 1
    assert steps["blocked.DISPUTE_OPEN"] == 1
    assert steps["later.NO_ANSWER"] == 2
    assert {s["step"]: s["count"] for s in later["steps"]}["blocked.PTP_PENDING"] == 1
    assert night["dialable"] == 0
    assert night["opens"] == "2026-11-24T00:00:00+00:00"  # 08:00 in Shanghai


def test_the_outlook_of_one_case(sessions, day):
    with read(sessions) as session:
        account = session.scalars(select(Entry.account_id).order_by(Entry.id)).first()
        view = outlook(session, account, CN, MORNING + timedelta(hours=4))
        assert outlook(session, 10**6, CN, MORNING) is None
    assert view["attempts"][0]["outcome"] == "PTP"
    assert view["promises"][0]["state"] == "open"
    assert view["next"]["numbers"][0]["code"] == "PTP_PENDING"
    assert "*" in view["next"]["numbers"][0]["number"]


def test_the_audit_pack_proves_itself(sessions, day, tmp_path):
    _, creditor, _ = day
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for n in range(4):
        (recordings / f"{n}.wav").write_bytes(b"x" if n != 3 else b"changed")
    target = tmp_path / "pack.zip"
    with read(sessions) as session:
        manifest = write_pack(session, target, creditor, DAY, CN, recordings, MORNING)
    with zipfile.ZipFile(target) as archive:
        inside = json.loads(archive.read("manifest.json"))
        assert inside == manifest
        for file in manifest["files"]:
            assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
        table = list(csv.DictReader(io.StringIO(archive.read("02-proofs.csv").decode("utf-8-sig"))))
    broken = {row["question"]: int(row["broken"]) for row in table}
    assert broken.pop("talks without a recording") == 1  # the one that was changed
    assert set(broken.values()) == {0}
    assert all(
        int(row["looked_at"])
        for row in table
        if row["question"] != "third parties contacted without a ground"
    )


def test_the_proofs_find_what_is_planted(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        rows = session.scalars(select(Attempt).order_by(Attempt.id)).all()
        rows[0].created_at = MORNING + timedelta(hours=13)  # 23:00 in Shanghai
        rows[1].licence = {}
        rows[2].outbound_number = "10086"
        for row in rows[3:7]:
            row.debtor_id = rows[3].debtor_id
    stop_contact(sessions, SETUP, rows[5].debtor_id, "cease", "x", MORNING - timedelta(hours=1))
    with read(sessions) as session:
        broken = {
            row["question"]: row["broken"] for row in proofs(session, creditor, DAY, CN, None)
        }
    assert broken["calls outside hours"] == 1
    assert broken["attempts without a licence"] == 1
    assert broken["numbers shown that are not ours"] == 1
    assert broken["calls under a hold"] == 4


def test_exports_hold_no_formula():
    rows = [{"name": "=1+1", "n": 5, "x": None, "d": {"a": "中"}}]
    text = table_csv(rows).decode("utf-8-sig")
    assert text.splitlines() == ["name,n,x,d", '\'=1+1,5,,"{""a"": ""中""}"']
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(table_xlsx({"表": rows})))
    assert book.get_sheet_by_index(0).to_python()[1][:2] == ["=1+1", 5.0]
    assert table_csv([]) == b"\xef\xbb\xbf\r\n"
