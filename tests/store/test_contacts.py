"""Every channel through the gate with real rows: texts under licence, opt-outs, consents, disputes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.agreements import add_agreement
from dialer.actions.cases import recall_case, release_hold
from dialer.actions.contacts import Contact, check_contact, close_message, reserve_message
from dialer.actions.disputes import add_dispute, answer_dispute, resolve_dispute
from dialer.actions.outcomes import record_outcome
from dialer.actions.refusals import Refused
from dialer.actions.stops import suppress_number
from dialer.actions.wishes import opt_out, record_consent, revoke_consent, withdraw_opt_out
from dialer.domain.compliance import Blocked, Infrastructure
from dialer.packs import load_pack
from dialer.reports.disputes import disputes, late_disputes
from dialer.store import attempts as attempt_store
from dialer.store import audit
from dialer.store.asking import best_phone, gather
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    AuditRow,
    Campaign,
    Debtor,
    Dispute,
    Entry,
    FactRow,
    Hold,
    MessageContact,
    Phone,
)
from tests.factories import MORNING, make_campaign, make_ready_agent, make_user

pytestmark = pytest.mark.store
CN, US = load_pack("cn"), load_pack("us")
NEW_YORK = MORNING + timedelta(hours=14)  # 11:00 there
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Desk:
    """One debtor on one list."""

    def __init__(self, sessions, folder) -> None:
        self.sessions = sessions
        self.campaign = make_campaign(sessions, folder, 1)
        self.supervisor = make_user(sessions, "supervisor")
        with read(sessions) as session:
            entry = session.scalars(select(Entry)).one()
            self.entry_id, self.case_id, self.debtor_id = entry.id, entry.case_id, entry.debtor_id
            self.account_id = entry.account_id
            phone = session.scalars(select(Phone).order_by(Phone.rank, Phone.id)).first()
            self.phone_id, self.number = phone.id, phone.number
            self.creditor_id = session.get_one(Campaign, self.campaign).creditor_id

    def text(self, **fields) -> Contact:
        return Contact(self.account_id, "sms", self.phone_id, **fields)

    def reserve(self, now=MORNING, contact=None):
        return reserve_message(self.sessions, self.supervisor, contact or self.text(), CN, now)

    def check(self, contact, now=MORNING, pack=CN):
        return check_contact(self.sessions, contact, pack, now)

    def attempt(self, n: int, when, **fields) -> str:
        with write(self.sessions) as session:
            entry = session.get_one(Entry, self.entry_id)
            base = {
                "id": f"{n:032}", "entry_id": entry.id, "case_id": entry.case_id,
                "campaign_id": entry.campaign_id, "account_id": entry.account_id,
                "debtor_id": entry.debtor_id, "number": f"154000010{n:02}",
                "outbound_number": "95035100", "local_day": when.date(), "licence": {},
                "engine_epoch": 1, "node": "n", "created_at": when, "ended_at": when,
                "verdict": "no_answer",
            }  # fmt: skip
            session.add(Attempt(**{**base, **fields}))
        return f"{n:032}"


@pytest.fixture
def desk(sessions, tmp_path):
    return Desk(sessions, tmp_path)


def refusal(action) -> str:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


# --- messages ------------------------------------------------------------------------------------


def test_a_text_is_counted_from_its_reservation_and_keeps_its_licence(desk):
    first = desk.reserve()
    assert first["allowed"]
    with read(desk.sessions) as session:
        row = session.get_one(MessageContact, first["id"])
        assert row.licence == first["licence"]
        assert row.licence["counters"] == {"CAP_SMS_DAY": 0, "CAP_SMS_WEEK": 0}
        assert (row.licence["channel"], row.endpoint, row.state) == ("sms", desk.number, "reserved")
        assert row.local_day == MORNING.date()
    assert desk.check(desk.text(), MORNING + timedelta(minutes=30))["code"] == "CAP_INTERVAL"
    second = desk.reserve(MORNING + 2 * HOUR)
    assert second["licence"]["counters"]["CAP_SMS_DAY"] == 1
    third = desk.reserve(MORNING + 4 * HOUR)
    assert (third["allowed"], third["code"]) == (False, "CAP_SMS_DAY")
    assert third["until"] == "2026-11-24T00:00:00+00:00"  # 08:00 the next day in Shanghai
    close_message(desk.sessions, desk.supervisor, second["id"], "not_sent", MORNING + 4 * HOUR)
    assert desk.reserve(MORNING + 4 * HOUR)["allowed"]
    assert desk.check(Contact(desk.account_id, "voice", desk.phone_id))["allowed"]  # its own caps


def test_what_a_check_says_it_does_not_reserve(desk):
    for _ in range(5):
        assert desk.check(desk.text())["allowed"]
    with read(desk.sessions) as session:
        assert session.scalars(select(MessageContact)).all() == []


def test_six_texts_in_seven_days(desk):
    for day in range(3):
        for hour in (0, 3):
            assert desk.reserve(MORNING + day * DAY + hour * HOUR)["allowed"]
    said = desk.reserve(MORNING + 3 * DAY)
    assert (said["code"], said["until"]) == ("CAP_SMS_WEEK", "2026-11-30T00:00:00+00:00")
    assert desk.reserve(MORNING + 7 * DAY)["allowed"]


def test_two_workers_who_race_for_the_last_text_send_one(desk):
    assert desk.reserve(MORNING - 90 * timedelta(minutes=1))["allowed"]
    said, faults, start = [], [], threading.Barrier(3)

    def work() -> None:
        start.wait()
        try:
            said.append(desk.reserve())
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(one["allowed"] for one in said) == [False, False, True]
    with read(desk.sessions) as session:
        assert len(session.scalars(select(MessageContact)).all()) == 2


def test_each_channel_of_the_agreement_and_no_other(desk):
    mail = Contact(desk.account_id, "email", address="someone@example.invalid")
    assert desk.check(mail)["allowed"]
    add_agreement(
        desk.sessions, SETUP, CN, creditor_id=desk.creditor_id, name="x", starts_on=MORNING.date(),
        ends_on=None, channels=["voice", "email"], narrowing={"caps": {"CAP_EMAIL_DAY": 1}},
        waive_share_max=0.0, now=MORNING,
    )  # fmt: skip
    assert desk.check(desk.text())["code"] == "CHANNEL_NOT_PERMITTED"
    assert desk.reserve(contact=mail)["allowed"]
    assert desk.reserve(MORNING + 2 * HOUR, mail)["code"] == "CAP_EMAIL_DAY"  # as narrowed
    suppress_number(desk.sessions, SETUP, "someone@example.invalid", "DNC", MORNING)
    assert desk.check(mail, MORNING + DAY)["code"] == "DNC_NUMBER"
    recall_case(desk.sessions, SETUP, desk.case_id, "creditor", MORNING)
    assert desk.check(mail)["code"] == "RECALLED"


def test_an_opt_out_is_for_its_channel_until_the_person_takes_it_back(desk):
    number = opt_out(
        desk.sessions,
        desk.supervisor,
        debtor_id=desk.debtor_id,
        channel="sms",
        reason="TD",
        now=MORNING,
    )
    assert number == opt_out(
        desk.sessions,
        desk.supervisor,
        debtor_id=desk.debtor_id,
        channel="sms",
        reason="T",
        now=MORNING,
    )
    assert desk.reserve()["code"] == "CHANNEL_OPT_OUT"
    assert desk.check(Contact(desk.account_id, "voice", desk.phone_id))["allowed"]
    withdraw_opt_out(desk.sessions, desk.supervisor, number, "来电要求", MORNING)
    assert desk.reserve()["allowed"]
    assert refusal(
        lambda: withdraw_opt_out(desk.sessions, desk.supervisor, number, "x", MORNING)
    ) == "opt_out_unknown"  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({"channel": "voice"}, "contact_voice"), ({"channel": "fax"}, "channel"),
     ({"phone_id": None}, "contact_endpoint"), ({"phone_id": 999}, "contact_endpoint"),
     ({"channel": "email"}, "contact_endpoint"), ({"account_id": 999}, "account_unknown"),
     ({"channel": "letter", "phone_id": None, "address": "  "}, "contact_endpoint")],
)  # fmt: skip
def test_what_cannot_be_reserved(desk, fields, expected):
    base = {"account_id": desk.account_id, "channel": "sms", "phone_id": desk.phone_id}
    assert refusal(lambda: desk.reserve(contact=Contact(**{**base, **fields}))) == expected


def test_a_number_of_somebody_else_is_no_endpoint_of_this_debt(desk):
    with write(desk.sessions) as session:
        session.get_one(Phone, desk.phone_id).debtor_id = _stranger(session)
    assert refusal(desk.reserve) == "contact_endpoint"


def _stranger(session) -> int:
    row = Debtor(person_key="stranger", name="某人", created_at=MORNING)
    session.add(row)
    session.flush()
    return row.id


def test_a_message_ends_once(desk):
    one = desk.reserve()["id"]
    assert refusal(
        lambda: close_message(desk.sessions, SETUP, one, "lost", MORNING)
    ) == "contact_state"  # fmt: skip
    close_message(desk.sessions, SETUP, one, "sent", MORNING)
    assert refusal(
        lambda: close_message(desk.sessions, SETUP, one, "not_sent", MORNING)
    ) == "contact_closed"  # fmt: skip
    assert refusal(
        lambda: close_message(desk.sessions, SETUP, "0" * 32, "sent", MORNING)
    ) == "contact_unknown"  # fmt: skip


# --- consent (US-EXCL, US-FCC) -------------------------------------------------------------------


def call_in_new_york(desk, now=NEW_YORK, waits=False):
    with write(desk.sessions) as session:
        session.get_one(Debtor, desk.debtor_id).timezone = "America/New_York"
        entry = session.get_one(Entry, desk.entry_id)
        campaign = session.get_one(Campaign, desk.campaign)
        there = Infrastructure(agent_waits=waits)
        return best_phone(gather(session, entry, US, now), campaign, US, now, there)[1]


def code(verdict) -> str:
    return verdict.code if isinstance(verdict, Blocked) else ""


def test_busy_does_not_count_in_seven_calls_and_ringing_out_does(desk):
    """12 CFR 1006.14(b)(3)(ii)."""
    for n in range(7):
        verdict = "busy" if n == 0 else "no_answer"
        desk.attempt(n, NEW_YORK - (n + 1) * 20 * HOUR, verdict=verdict)
    assert code(call_in_new_york(desk, waits=True)) == ""
    desk.attempt(8, NEW_YORK - 22 * HOUR, verdict="rejected")
    assert code(call_in_new_york(desk, waits=True)) == "CAP_7IN7"


def test_consent_to_calls_holds_seven_days_and_its_calls_do_not_count(desk):
    for n in range(7):
        desk.attempt(n, NEW_YORK - (n + 1) * 20 * HOUR)
    assert code(call_in_new_york(desk, waits=True)) == "CAP_7IN7"

    def consent(until, **fields):
        base = {"debtor_id": desk.debtor_id, "kind": "calls", "evidence": "recording 12",
                "given_at": NEW_YORK - HOUR, "until": until, "now": NEW_YORK}  # fmt: skip
        return record_consent(desk.sessions, desk.supervisor, **{**base, **fields})

    for until in (None, NEW_YORK + 7 * DAY, NEW_YORK - 2 * HOUR):
        assert refusal(lambda until=until: consent(until)) == "consent_time"
    assert refusal(lambda: consent(NEW_YORK + DAY, evidence=" ")) == "consent_evidence"
    given = consent(NEW_YORK + DAY)
    allowed = call_in_new_york(desk, waits=True)
    assert allowed.licence.consent
    desk.attempt(20, NEW_YORK - timedelta(minutes=30))  # under the consent: not the eighth
    revoke_consent(desk.sessions, desk.supervisor, given, NEW_YORK)
    blocked = call_in_new_york(desk, waits=True)
    assert code(blocked) == "CAP_7IN7"
    with read(desk.sessions) as session:
        entry = session.get_one(Entry, desk.entry_id)
        history = gather(session, entry, US, NEW_YORK).history
        assert sum(p.with_consent for p in history) == 1


def test_a_recorded_voice_needs_consent_for_that_number(desk):
    """47 CFR 64.1200(a)(1): without it an agent must wait and no message is played."""
    assert code(call_in_new_york(desk)) == "AGENT_GUARANTEE_REQUIRED"
    assert code(call_in_new_york(desk, waits=True)) == ""

    def consent(number):
        return record_consent(
            desk.sessions, desk.supervisor, debtor_id=desk.debtor_id, kind="recording",
            evidence="form 7", given_at=NEW_YORK, until=None, number=number, now=NEW_YORK,
        )  # fmt: skip

    assert refusal(lambda: consent("15499999999")) == "consent_number"
    consent(desk.number)
    assert code(call_in_new_york(desk)) == ""


# --- disputes ------------------------------------------------------------------------------------


def talk(desk, outcome: str) -> None:
    agent, seat_id = make_ready_agent(desk.sessions)
    attempt = desk.attempt(1, MORNING, answered_at=MORNING, seat_id=seat_id, verdict="answered")
    with write(desk.sessions) as session:
        session.get_one(Entry, desk.entry_id).state = "in_flight"
    record_outcome(
        desk.sessions, agent, key="k" * 16, attempt_id=attempt, code=outcome, note="金额不对",
        identity_confirmed=True, now=MORNING,
    )  # fmt: skip


def test_a_dispute_heard_on_the_phone_is_a_ticket_that_holds_until_it_is_resolved(desk):
    talk(desk, "DISPUTE_AMOUNT")
    with read(desk.sessions) as session:
        row = disputes(session, "", MORNING.date())[0]
        facts = session.scalars(select(FactRow.body).where(FactRow.name == "ContactStopped")).all()
        hold = session.scalars(select(Hold)).one()
    assert (row["kind"], row["text"], row["due_on"]) == ("amount", "金额不对", "2026-12-08")
    assert facts[0]["debtor_id"] == desk.debtor_id  # what rings is cancelled
    assert desk.check(desk.text())["code"] == "DISPUTE_OPEN"
    boss = desk.supervisor
    assert refusal(
        lambda: release_hold(desk.sessions, boss, hold.id, "x", MORNING)
    ) == "dispute_first"  # fmt: skip
    assert refusal(
        lambda: resolve_dispute(desk.sessions, boss, row["id"], "rejected", "x", MORNING)
    ) == "dispute_unanswered"  # fmt: skip
    answer_dispute(desk.sessions, boss, row["id"], "账单附上", MORNING + DAY)
    assert desk.check(desk.text(), MORNING + DAY)["code"] == "DISPUTE_OPEN"
    resolve_dispute(desk.sessions, boss, row["id"], "rejected", "账单无误", MORNING + DAY)
    assert desk.check(desk.text(), MORNING + DAY)["allowed"]
    with read(desk.sessions) as session:
        assert session.get_one(Entry, desk.entry_id).state == "ready"
        assert session.get_one(Hold, hold.id).ends_at == MORNING + DAY
        assert {"dispute.open", "dispute.answer", "dispute.resolve", "hold.release"} <= set(
            session.scalars(select(AuditRow.action))
        )
        assert audit.first_broken(session) is None
        assert disputes(session, "", MORNING.date()) == []
        assert disputes(session, "resolved", MORNING.date())[0]["resolution"] == "rejected"
    assert refusal(
        lambda: resolve_dispute(desk.sessions, boss, row["id"], "rejected", "x", MORNING)
    ) == "dispute_unknown"  # fmt: skip


def test_two_disputes_hold_until_both_are_resolved(desk):
    boss = desk.supervisor
    first, second = (
        add_dispute(
            desk.sessions, boss, account_id=desk.account_id, kind=kind, text="信", now=MORNING
        )
        for kind in ("paid", "fraud")
    )
    resolve_dispute(desk.sessions, boss, first, "withdrawn", "本人撤回", MORNING)
    assert desk.check(desk.text())["code"] == "DISPUTE_OPEN"
    answer_dispute(desk.sessions, boss, second, "已核实", MORNING)
    resolve_dispute(desk.sessions, boss, second, "upheld", "冒用", MORNING)
    assert desk.check(desk.text())["allowed"]
    assert refusal(lambda: add_dispute(
        desk.sessions, boss, account_id=desk.account_id, kind="mood", text="x", now=MORNING
    )) == "dispute_kind"  # fmt: skip


def test_an_answer_that_is_late_is_told(desk):
    add_dispute(
        desk.sessions,
        desk.supervisor,
        account_id=desk.account_id,
        kind="paid",
        text="x",
        now=MORNING,
    )
    with read(desk.sessions) as session:
        due = session.scalars(select(Dispute.due_on)).one()
        assert late_disputes(session, due) == 0
        assert late_disputes(session, due + DAY) == 1
        assert disputes(session, "open", due + DAY)[0]["late"]


@pytest.mark.parametrize("verdict", sorted(attempt_store.NOT_CONNECTED))
def test_what_did_not_connect_is_marked(desk, verdict):
    desk.attempt(1, MORNING, verdict=verdict)
    with read(desk.sessions) as session:
        past = attempt_store.history(session, [desk.debtor_id], [], MORNING.date()).of(
            desk.debtor_id, []
        )
    assert [p.connected for p in past] == [False]
