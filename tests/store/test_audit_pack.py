"""The audit pack: whole, hashed, honest about what is missing; and its proofs find what is planted."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.cases import set_ground
from dialer.actions.stops import stop_contact, suppress_number
from dialer.reports.audit_pack import Cancelled, Subject, proofs, write_pack
from dialer.reports.audit_pack.pack import PARTS
from dialer.reports.audit_pack.registers import consents, disputes
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    AuditRow,
    Case,
    Consent,
    Creditor,
    Entry,
    OptOut,
    Outcome,
    Phone,
)
from tests.factories import MORNING
from tests.report_day import CN, DAY, make_day

pytestmark = pytest.mark.store


@pytest.fixture
def day(sessions, tmp_path):
    return make_day(sessions, tmp_path)


def broken(sessions, creditor, recordings=None):
    with read(sessions) as session:
        rows = proofs(Subject(session, creditor, DAY, CN, recordings))
    return {row["question"]: row["broken"] for row in rows}


def attempts(session):
    return session.scalars(select(Attempt).order_by(Attempt.id)).all()


def test_the_pack_is_whole_and_says_what_is_missing(sessions, day, tmp_path):
    _, creditor, _ = day
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for n in range(4):
        (recordings / f"{n}.wav").write_bytes(b"x" if n != 3 else b"changed")
    target, heard = tmp_path / "pack.zip", []
    with read(sessions) as session:
        about = Subject(session, creditor, DAY, CN, recordings)
        manifest = write_pack(about, target, MORNING, lambda done, of: heard.append((done, of)))
        head = session.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first()
    with zipfile.ZipFile(target) as archive:
        assert json.loads(archive.read("manifest.json")) == manifest
        names = set(archive.namelist()) - {"manifest.json"}
        assert names == {file["name"] for file in manifest["files"]}
        for file in manifest["files"]:
            assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
        table = list(csv.DictReader(io.StringIO(archive.read("00-proofs.csv").decode("utf-8-sig"))))
        ledger = list(
            csv.DictReader(io.StringIO(archive.read("01-attempts.csv").decode("utf-8-sig")))
        )
    assert manifest["audit_head"] == {"id": head.id, "hash": head.hash}
    assert [part["part"] for part in manifest["parts"]] == list(range(1, 18))
    for part in manifest["parts"]:  # kept with files that are there, or a reason why not
        assert set(part["files"]) <= names
        assert part["files"] or part["note"].startswith("not kept by this version")
    assert len([n for n in names if n.startswith("03-sample/")]) == 4
    assert heard[-1][0] == heard[-1][1] == len(heard)
    answers = {row["question"]: int(row["broken"]) for row in table}
    assert answers.pop("talks without a recording") == 1  # the one that was changed
    assert set(answers.values()) == {0}
    assert {row["rule_version"] for row in ledger} == {CN.version}
    assert all("*" in row["number"] for row in ledger)


def test_a_cancelled_pack_leaves_nothing_behind(sessions, day, tmp_path):
    _, creditor, _ = day

    def cancel(done: int, _of: int) -> None:
        if done == 5:
            raise Cancelled

    with read(sessions) as session, pytest.raises(Cancelled):
        write_pack(Subject(session, creditor, DAY, CN), tmp_path / "x.zip", MORNING, cancel)
    assert not (tmp_path / "x.zip").exists()


def plant_hours(session):
    attempts(session)[0].created_at = MORNING + timedelta(hours=13)  # 23:00 in Shanghai


def plant_licence(session):
    attempts(session)[1].licence = {}


def plant_cap(session):
    rows = attempts(session)
    for n, row in enumerate(
        rows[:5]
    ):  # a fourth effective call of one person; the law allows three
        row.debtor_id, row.created_at = rows[0].debtor_id, MORNING + timedelta(minutes=n)
    for row in session.scalars(select(Outcome).order_by(Outcome.attempt_id)).all()[:5]:
        row.code = "RPC_REFUSE"


def plant_third_party(session):
    row = attempts(session)[4]
    session.add(Phone(debtor_id=row.debtor_id, number=row.number[:-1] + "9", role="contact"))
    row.number = row.number[:-1] + "9"


def plant_recall(session):
    case = session.get(Case, attempts(session)[5].case_id)
    case.state, case.closed_at = "recalled", MORNING - timedelta(minutes=1)


def plant_foreign_number(session):
    attempts(session)[2].outbound_number = "10086"


def plant_no_recording(session):
    attempts(session)[0].recording = ""


def plant_silence(session):
    attempts(session)[4].message_ms = 2100


def plant_audit(session):
    row = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()[3]
    row.subject = "campaign:99"


@pytest.mark.parametrize(
    ("plant", "question", "found"),
    [
        (plant_hours, "calls outside hours", 1),
        (plant_licence, "calls without a licence", 1),
        (plant_cap, "contacts above a cap", 2),
        (plant_third_party, "third parties contacted without a ground", 1),
        (plant_recall, "calls after recall or closing", 1),
        (plant_foreign_number, "numbers shown that are not ours", 1),
        (plant_no_recording, "talks without a recording", 1),
        (plant_silence, "abandoned calls without a message in time", 1),
        (plant_audit, "breaks in the audit chain", 1),
    ],
)
def test_a_proof_finds_what_is_planted(sessions, day, plant, question, found):
    _, creditor, _ = day
    assert set(broken(sessions, creditor).values()) == {0}
    with write(sessions) as session:
        plant(session)
    assert {q: n for q, n in broken(sessions, creditor).items() if n} == {question: found}


def test_calls_after_refusal_and_under_a_hold(sessions, day):
    _, creditor, _ = day
    with read(sessions) as session:
        first, second, third = attempts(session)[:3]
    suppress_number(sessions, SETUP, first.number, "DNC", MORNING - timedelta(minutes=1))
    stop_contact(sessions, SETUP, second.debtor_id, "cease", "x", MORNING - timedelta(hours=1))
    answers = broken(sessions, creditor)
    assert (answers["calls after refusal"], answers["calls under a hold"]) == (1, 1)
    with write(sessions) as session:  # two people waived a dispute for this call, not a cease
        for row in (second, third):
            licence = {"version": "x", "overrides": ["DISPUTE_OPEN"]}
            session.get_one(Attempt, row.id).licence = licence
    stop_contact(sessions, SETUP, third.debtor_id, "dispute", "x", MORNING - timedelta(hours=1))
    assert broken(sessions, creditor)["calls under a hold"] == 1
    with write(sessions) as session:  # nobody kept the refusal on the list: the outcome is enough
        for row in attempts(session)[5:7]:
            row.number = "15499009999"
        session.get_one(Attempt, attempts(session)[6].id).created_at = MORNING + timedelta(
            minutes=9
        )
        session.get_one(Outcome, attempts(session)[5].id).code = "TP_REFUSED"
    assert broken(sessions, creditor)["calls after refusal"] == 2


def test_a_ground_must_be_older_than_the_call(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        plant_third_party(session)
        session.flush()
        phone = session.scalars(select(Phone.id).where(Phone.role == "contact")).one()
    question = "third parties contacted without a ground"
    set_ground(sessions, SETUP, phone, "deceased", "x", MORNING + timedelta(minutes=1))
    assert broken(sessions, creditor)[question] == 1
    with write(sessions) as session:
        attempts(session)[4].created_at = MORNING + timedelta(minutes=2)
    assert broken(sessions, creditor)[question] == 0


def test_a_cap_is_a_person_s_whoever_calls(sessions, day):
    """Three effective calls for another creditor use the day up for this one."""
    _, creditor, _ = day
    with write(sessions) as session:
        other = Creditor(name="另一家", created_at=MORNING)
        session.add(other)
        session.flush()
        from dialer.store.tables import Account

        rows = attempts(session)
        for n, row in enumerate(rows[:4]):
            row.debtor_id, row.created_at = rows[0].debtor_id, MORNING + timedelta(minutes=n)
            session.get_one(Outcome, row.id).code = "RPC_REFUSE"
            if n < 3:
                session.get_one(Account, row.account_id).creditor_id = other.id
    assert broken(sessions, creditor)["contacts above a cap"] == 1


def test_another_creditor_s_changes_are_withheld(sessions, day, tmp_path):
    _, creditor, _ = day
    with write(sessions) as session:
        session.add(Creditor(name="另一家", created_at=MORNING))
        session.flush()
        second = session.scalars(select(Creditor.id).order_by(Creditor.id.desc())).first()
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
    stop_contact(sessions, SETUP, entry.debtor_id, "dispute", "x", MORNING)
    from dialer.reports.audit_pack.registers import changes

    with read(sessions) as session:
        mine = {r["action"]: r for r in changes(Subject(session, creditor, DAY, CN))}
        theirs = {r["action"]: r for r in changes(Subject(session, second, DAY, CN))}
    assert mine["hold.set"]["after"] == {"kind": "dispute"}
    assert theirs["hold.set"]["after"] is None
    assert theirs["hold.set"]["subject"] == "debtor"
    assert theirs["hold.set"]["hash"] == mine["hold.set"]["hash"]


def test_consents_opt_outs_and_disputes_of_this_creditor_s_people(sessions, day):
    _, creditor, _ = day
    with write(sessions) as session:
        person = attempts(session)[0].debtor_id
        session.add(Consent(debtor_id=person, kind="calls", evidence="x", given_at=MORNING))
        session.add(OptOut(debtor_id=person, channel="sms", at=MORNING))
    with read(sessions) as session:
        about = Subject(session, creditor, DAY, CN)
        assert [(r["what"], r["kind"]) for r in consents(about)] == [
            ("consent", "calls"), ("opt-out", "sms"),
        ]  # fmt: skip
        assert disputes(about) == []
        assert consents(Subject(session, 99, DAY, CN)) == []


def test_every_part_is_numbered_once():
    assert [part.number for part in PARTS] == list(range(1, 18))
    files = [name for part in PARTS for name, _ in part.files]
    assert len(files) == len(set(files))
