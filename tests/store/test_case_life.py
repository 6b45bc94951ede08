"""Payments, promises, recall, holds, complaints, overrides, plans, offers: what follows from each."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from dialer.actions.agreements import add_agreement, add_placement, set_buckets, set_campaign_rules
from dialer.actions.arrangements import decide_offer, make_plan, propose_offer
from dialer.actions.cases import (
    add_complaint,
    add_note,
    answer_complaint,
    approve_override,
    ask_override,
    recall_case,
    recall_placement,
    release_hold,
    set_ground,
)
from dialer.actions.outcomes import record_outcome
from dialer.actions.payments import as_row, post_payment, post_payment_file
from dialer.actions.refusals import Refused
from dialer.actions.settling import remind, settle_due
from dialer.domain.buckets import Bucket
from dialer.domain.compliance.codes import NOT_OVERRIDABLE, OVERRIDABLE
from dialer.domain.promises import PromiseAsk
from dialer.packs import load_pack
from dialer.store import audit
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    Campaign,
    Case,
    Entry,
    FactRow,
    Hold,
    Note,
    Override,
    Payment,
    Phone,
    Placement,
    Plan,
    Promise,
    Seat,
)
from tests.factories import MORNING, make_campaign, make_ready_agent, make_user

pytestmark = pytest.mark.store
CN = load_pack("cn")
TODAY = date(2026, 11, 23)


@pytest.fixture
def floor(sessions, tmp_path):
    return Desk(sessions, tmp_path)


class Desk:
    """Two entries, an agent, a manager and a supervisor."""

    def __init__(self, sessions, folder) -> None:
        self.sessions, self.folder = sessions, folder
        self.campaign = make_campaign(sessions, folder, 2)
        self.agent, self.seat_id = make_ready_agent(sessions)
        self.manager, self.supervisor = (
            make_user(sessions, "manager"),
            make_user(sessions, "supervisor"),
        )
        with read(sessions) as session:
            entry = session.scalars(select(Entry).order_by(Entry.id)).first()
            self.entry_id, self.case_id, self.debtor_id = entry.id, entry.case_id, entry.debtor_id
            account = session.get_one(Account, entry.account_id)
            self.account_id, self.contract, self.creditor_id = (
                account.id,
                account.contract_no,
                account.creditor_id,
            )
            self.balance = account.balance_minor
            self.placement_id = session.scalars(select(Placement.id)).one()

    def row(self, table, row_id):
        with read(self.sessions) as session:
            return session.get_one(table, row_id)

    def entry(self) -> Entry:
        return self.row(Entry, self.entry_id)

    def promise(self) -> Promise:
        with read(self.sessions) as session:
            return session.scalars(select(Promise).order_by(Promise.id.desc())).first()

    def promised(self, amount: int, days: int = 2) -> None:
        """A call with a promise to pay."""
        with write(self.sessions) as session:
            entry = session.get_one(Entry, self.entry_id)
            session.add(Attempt(
                id="ab" * 16, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number="15400000001",
                outbound_number="95035100", local_day=TODAY, engine_epoch=1, node="n", licence={},
                created_at=MORNING, answered_at=MORNING, ended_at=MORNING, seat_id=self.seat_id,
            ))  # fmt: skip
            entry.state, entry.attempts = "in_flight", 1
            session.get_one(Seat, self.seat_id).attempt_id = "ab" * 16
        record_outcome(
            self.sessions, self.agent, key="k" * 16, attempt_id="ab" * 16, code="PTP",
            identity_confirmed=True, promise=PromiseAsk(amount, TODAY + timedelta(days=days)), now=MORNING,
        )  # fmt: skip

    def pay(self, amount: int, day: date = TODAY, txn: str = "T1", when=MORNING):
        row = as_row(txn, self.contract, amount, day)
        return post_payment(self.sessions, self.manager, self.creditor_id, row, when)

    def facts(self, name: str) -> list[dict]:
        with read(self.sessions) as session:
            return list(session.scalars(select(FactRow.body).where(FactRow.name == name)))


def refusal(action) -> str:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def test_a_payment_in_full_keeps_the_promise_closes_the_case_and_stops_dialing(floor):
    floor.promised(floor.balance)
    answer = floor.pay(floor.balance)
    assert answer["new"]
    assert sum(answer["spread"].values()) == floor.balance
    assert floor.pay(floor.balance)["new"] is False  # the same transaction again
    assert floor.row(Account, floor.account_id).balance_minor == 0
    assert floor.promise().state == "kept"
    case = floor.row(Case, floor.case_id)
    assert (case.state, case.reason) == ("closed", "paid")
    assert floor.entry().state == "done"
    assert floor.facts("CaseClosed")[0]["account_id"] == floor.account_id
    with read(floor.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 1
        assert audit.first_broken(session) is None


def test_a_promise_that_nobody_paid_is_broken_and_goes_to_the_front(floor):
    floor.promised(50_000, days=1)
    assert settle_due(floor.sessions, MORNING + timedelta(days=2)) == 0  # the day of grace
    assert settle_due(floor.sessions, MORNING + timedelta(days=3)) == 1
    assert floor.promise().state == "broken"
    entry = floor.entry()
    assert (entry.state, entry.priority) == ("ready", -10)
    assert floor.facts("PromiseSettled")[0]["state"] == "broken"


def test_a_reversal_opens_the_decision_again(floor):
    floor.promised(50_000, days=1)
    floor.pay(50_000)
    assert floor.promise().state == "kept"
    floor.pay(-50_000, txn="T2")
    assert floor.promise().state == "open"
    assert floor.row(Account, floor.account_id).balance_minor == floor.balance
    settle_due(floor.sessions, MORNING + timedelta(days=3))
    assert floor.promise().state == "broken"


def test_reminders_come_once_a_day_and_do_not_undo_the_promise(floor):
    floor.promised(50_000, days=2)
    assert remind(floor.sessions, MORNING) == 0
    tomorrow = MORNING + timedelta(days=1)
    assert remind(floor.sessions, tomorrow) == 1
    assert remind(floor.sessions, tomorrow) == 0
    entry = floor.entry()
    assert (entry.state, entry.is_reminder, entry.last_outcome) == ("ready", True, "PTP")


def test_money_without_an_account_waits_in_suspense(floor):
    row = as_row("T9", "nobody", 100, TODAY)
    answer = post_payment(floor.sessions, floor.manager, floor.creditor_id, row, MORNING)
    assert (answer["state"], answer["account_id"]) == ("suspense", None)
    assert refusal(lambda: post_payment(
        floor.sessions, floor.manager, floor.creditor_id, as_row("T9", "nobody", 200, TODAY), MORNING
    )) == "payment_differs"  # fmt: skip


def test_a_file_of_payments(floor):
    lines = ["交易号,合同号,金额,入账日期", f"A1,{floor.contract},100.00,2026-11-23", "A2,nobody,5,2026-11-23",
             f"A1,{floor.contract},100.00,2026-11-23", f"A3,{floor.contract},abc,2026-11-23",
             f"A4,{floor.contract},-40,2026/11/23", ",x,1,2026-11-23", f"A5,{floor.contract},1,yesterday"]  # fmt: skip
    path = floor.folder / "pay.csv"
    path.write_text("\n".join(lines), encoding="gb18030")
    answer = post_payment_file(
        floor.sessions, floor.manager, floor.creditor_id, "pay.csv", path, MORNING
    )
    assert answer["counts"] == {"posted": 2, "suspense": 1, "known": 1, "rejected": 3}
    assert [(f["line"], f["column"], f["reason"]) for f in answer["faults"]] == [
        (5, "金额", "amount_form"), (7, "交易号", "txn_missing"), (8, "入账日期", "date_form"),
    ]  # fmt: skip
    assert floor.row(Account, floor.account_id).balance_minor == floor.balance - 6000
    assert refusal(lambda: post_payment_file(
        floor.sessions, floor.manager, floor.creditor_id, "pay.csv", path, MORNING
    )) == "same_file"  # fmt: skip


def test_a_recalled_batch_is_over_at_once(floor):
    floor.promised(50_000)
    assert (
        recall_placement(floor.sessions, floor.manager, floor.placement_id, "creditor", MORNING)
        == 2
    )
    with read(floor.sessions) as session:
        assert set(session.scalars(select(Case.state))) == {"recalled"}
        assert set(session.scalars(select(Entry.state))) == {"done"}
    assert floor.promise().state == "void"
    assert floor.facts("PlacementChanged") == [
        {"type": "PlacementChanged", "placement_id": floor.placement_id, "state": "recalled"}
    ]
    assert (
        refusal(lambda: recall_placement(floor.sessions, floor.manager, 1, "creditor", MORNING))
        == "placement_unknown"
    )
    assert (
        refusal(lambda: recall_case(floor.sessions, floor.manager, floor.case_id, "whim", MORNING))
        == "recall_reason"
    )


def test_a_complaint_holds_and_is_answered_in_time(floor):
    with write(floor.sessions) as session:
        session.get_one(Entry, floor.entry_id).state = "held"
    complaint = add_complaint(
        floor.sessions, floor.supervisor, floor.debtor_id, "12321", "打扰", MORNING
    )
    with read(floor.sessions) as session:
        hold = session.scalars(select(Hold)).one()
    assert hold.kind == "complaint"
    assert (
        refusal(lambda: answer_complaint(floor.sessions, floor.supervisor, complaint, " ", MORNING))
        == "reason_missing"
    )
    answer_complaint(floor.sessions, floor.supervisor, complaint, "已致歉", MORNING)
    assert floor.entry().state == "held"  # the hold is lifted by a step of its own
    release_hold(floor.sessions, floor.supervisor, hold.id, "已答复", MORNING)
    assert floor.entry().state == "ready"
    assert (
        refusal(lambda: release_hold(floor.sessions, floor.supervisor, hold.id, "x", MORNING))
        == "hold_unknown"
    )


def test_a_rule_is_waived_by_two_people_or_not_at_all(floor):
    until = MORNING + timedelta(days=1)

    def wish(code="CAP_NUMBER", **fields):
        return ask_override(
            floor.sessions, fields.get("actor", floor.supervisor), floor.debtor_id, code,
            fields.get("reason", "回电"), fields.get("until", until), MORNING,
        )  # fmt: skip

    for code in (*sorted(NOT_OVERRIDABLE), "NONSENSE", "case", ""):
        assert refusal(lambda code=code: wish(code)) == "not_overridable"
    for code in sorted(OVERRIDABLE):
        assert wish(code)
    assert refusal(lambda: wish(reason=" ")) == "reason_missing"
    assert refusal(lambda: wish(until=MORNING + timedelta(days=30))) == "override_time"
    wished = wish()
    assert (
        refusal(lambda: approve_override(floor.sessions, floor.supervisor, wished, MORNING))
        == "second_person"
    )
    approve_override(floor.sessions, floor.manager, wished, MORNING)
    assert floor.row(Override, wished).approved_by == floor.manager.user_id
    assert (
        refusal(lambda: approve_override(floor.sessions, floor.manager, wished, MORNING))
        == "override_unknown"
    )


def test_somebody_else_is_called_only_on_a_proven_ground(floor):
    with write(floor.sessions) as session:
        phone = Phone(
            debtor_id=floor.debtor_id, number="15400000077", role="contact", relation="兄弟", rank=5
        )
        session.add(phone)
        session.flush()
        phone_id = phone.id

    def ground(kind):
        set_ground(floor.sessions, floor.supervisor, phone_id, kind, "三次未接", MORNING)

    assert refusal(lambda: ground("unreachable")) == "unreachable_unproven"
    assert refusal(lambda: ground("curiosity")) == "ground"
    with write(floor.sessions) as session:
        entry = session.get_one(Entry, floor.entry_id)
        for n, days in enumerate((1, 1, 2)):
            session.add(Attempt(
                id=f"{n:032x}", entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
                account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"1540000000{n}",
                outbound_number="95035100", local_day=TODAY - timedelta(days=days), engine_epoch=1, node="n",
                licence={}, created_at=MORNING - timedelta(days=days), ended_at=MORNING, verdict="no_answer",
            ))  # fmt: skip
    ground("unreachable")
    assert floor.row(Phone, phone_id).ground == "unreachable"


def test_notes_are_corrected_by_newer_ones(floor):
    first = add_note(floor.sessions, floor.agent, floor.debtor_id, "打错了", MORNING)
    second = add_note(
        floor.sessions, floor.agent, floor.debtor_id, "更正", MORNING, supersedes_id=first
    )
    assert floor.row(Note, second).supersedes_id == first
    assert floor.row(Note, first).text == "打错了"
    assert (
        refusal(lambda: add_note(floor.sessions, floor.agent, floor.debtor_id, " ", MORNING))
        == "note_long"
    )


def test_a_plan_replaces_the_promise_and_defaults_after_two(floor):
    floor.promised(50_000)
    plan = make_plan(
        floor.sessions, floor.agent, CN, floor.account_id, periods=3, first_on=TODAY + timedelta(days=5),
        every_days=30, now=MORNING,
    )  # fmt: skip
    with read(floor.sessions) as session:
        parts = session.scalars(select(Promise).where(Promise.plan_id == plan)).all()
        assert sum(p.amount_minor for p in parts) == floor.balance
        assert session.scalars(select(Promise.state).where(Promise.plan_id.is_(None))).all() == [
            "superseded"
        ]
    settle_due(floor.sessions, MORNING + timedelta(days=40))
    assert floor.row(Plan, plan).state == "defaulted"
    assert refusal(lambda: make_plan(
        floor.sessions, floor.agent, CN, floor.account_id, periods=3, first_on=TODAY, every_days=30, now=MORNING
    )) == "plan_first"  # fmt: skip


def agreement(floor, **fields) -> int:
    base = {
        "creditor_id": floor.creditor_id, "name": "2026", "starts_on": TODAY, "ends_on": None,
        "channels": ["voice"], "narrowing": {}, "waive_share_max": 0.1, "now": MORNING,
    }  # fmt: skip
    return add_agreement(floor.sessions, floor.manager, CN, **{**base, **fields})


def test_an_offer_within_the_authority_is_approved_else_by_somebody_else(floor):
    agreement(floor)
    small = propose_offer(
        floor.sessions, floor.agent, floor.account_id, floor.balance * 95 // 100, MORNING
    )
    assert small["state"] == "approved"
    large = propose_offer(
        floor.sessions, floor.agent, floor.account_id, floor.balance // 2, MORNING
    )
    assert large["state"] == "proposed"
    assert (
        refusal(lambda: decide_offer(floor.sessions, floor.agent, large["id"], True, MORNING))
        == "second_person"
    )
    decide_offer(floor.sessions, floor.supervisor, large["id"], True, MORNING)
    assert (
        refusal(
            lambda: propose_offer(
                floor.sessions, floor.agent, floor.account_id, floor.balance, MORNING
            )
        )
        == "offer_amount"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"narrowing": {"caps": {"CAP_DAY_EFFECTIVE": 9}}}, "narrowing_widens"),
     ({"narrowing": {"colour": "red"}}, "narrowing_form"), ({"channels": []}, "agreement_channels"),
     ({"ends_on": date(2020, 1, 1)}, "agreement_dates"), ({"waive_share_max": 1.0}, "waive_share"),
     ({"creditor_id": 99}, "creditor_unknown")],
)  # fmt: skip
def test_an_agreement_that_cannot_be(floor, fields, code):
    assert refusal(lambda: agreement(floor, **fields)) == code


def test_rules_of_a_campaign_are_linted(floor):
    def rules(narrowing, recycle):
        set_campaign_rules(
            floor.sessions,
            floor.manager,
            CN,
            floor.campaign,
            narrowing=narrowing,
            recycle=recycle,
            now=MORNING,
        )

    assert (
        refusal(lambda: rules({"hours": {"every_day": ["23:00", "23:30"]}}, {}))
        == "lint_never_open"
    )
    assert refusal(lambda: rules({}, {"minutes": {"PTP": 5}})) == "lint_never_retried"
    rules({"caps": {"CAP_NUMBER": 1}}, {"attempts_max": 3, "minutes": {"BUSY": 45}})
    assert floor.row(Campaign, floor.campaign).recycle["attempts_max"] == 3


def test_batches_and_buckets(floor):
    def batch(number):
        return add_placement(
            floor.sessions, floor.manager, creditor_id=floor.creditor_id, batch_no=number, placed_on=TODAY,
            recall_on=None, agreement_id=None, region="", target_rate=0.2, now=MORNING,
        )  # fmt: skip

    assert batch("B-1")
    assert refusal(lambda: batch("B-1")) == "batch_taken"
    set_buckets(
        floor.sessions,
        floor.manager,
        floor.creditor_id,
        [Bucket("S", 0, 5), Bucket("L", 6, None)],
        MORNING,
    )
    bad = [Bucket("S", 0, 5), Bucket("L", 7, None)]
    assert (
        refusal(lambda: set_buckets(floor.sessions, floor.manager, floor.creditor_id, bad, MORNING))
        == "buckets_gap"
    )
