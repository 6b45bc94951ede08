"""Search and the case page: who finds what, what is masked, what is in the audit, what may be done."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from dialer.actions.campaigns import add_creditor
from dialer.actions.cases import ask_override
from dialer.clock import utc_now
from dialer.store.name_keys import index_names, keys_of
from dialer.store.session import read, write
from dialer.store.tables import (
    Account,
    Attempt,
    AuditRow,
    Complaint,
    Debtor,
    Entry,
    Hold,
    Override,
    Phone,
    Seat,
    UserCreditor,
)
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.web


@pytest.fixture
def case(office):
    """The account of a list of five, by the newest debtor, who is called 曾晓雯."""
    make_campaign(office.sessions, office.folder, 5)
    with write(office.sessions) as session:
        debtor = session.scalars(select(Debtor).order_by(Debtor.id.desc())).first()
        debtor.name, debtor.id_number_masked = "曾晓雯", "110101********0011"
        assert index_names(session) == 5
        assert index_names(session) == 0
        return session.scalars(select(Account).where(Account.debtor_id == debtor.id)).one()


def number_of(office, account) -> str:
    with read(office.sessions) as session:
        return session.scalars(
            select(Phone.number).where(Phone.debtor_id == account.debtor_id)
        ).one()


def facts_of(answer) -> dict:
    return json.loads(re.search(r'id="page-facts"[^>]*>(.*?)</script>', answer.text).group(1))[
        "facts"
    ]


def found(visitor, text: str) -> list[dict]:
    form = {"csrf_token": visitor.csrf(), "text": text}
    return facts_of(visitor.client.post("/cases", data=form))["answer"]["rows"]


def audited(office, action: str) -> list[AuditRow]:
    with read(office.sessions) as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action)))


def test_a_surname_of_several_readings_has_keys_for_each():
    assert {"曾晓雯", "zengxiaowen", "cengxiaowen", "zxw", "cxw"} <= keys_of("曾晓雯")
    assert keys_of("Ann Lee") == {"annlee", "al"}


@pytest.mark.parametrize("way", ["曾晓", "zengxiao", "zxw", "ZENG XIAOWEN", "110101********0011"])
def test_a_person_is_found_and_shown_masked(office, case, way):
    rows = found(office.visitor("supervisor"), way)
    assert [row["account_id"] for row in rows] == [case.id]
    assert rows[0]["name"] == "曾*雯"
    assert case.contract_no not in json.dumps(rows)


def test_numbers_and_contracts_are_exact(office, case):
    visitor, number = office.visitor("manager"), number_of(office, case)
    assert [row["account_id"] for row in found(visitor, f"+86 {number}")] == [case.id]
    assert [row["account_id"] for row in found(visitor, case.contract_no)] == [case.id]
    assert found(visitor, number[:-1]) == []
    assert found(visitor, case.contract_no[:-1]) == []


def test_what_was_typed_is_nowhere_kept(office, case, caplog):
    number = number_of(office, case)
    found(office.visitor("supervisor"), number)
    row = audited(office, "case.search")[-1]
    assert row.after["found"] == 1
    assert len(row.after["phone"]) == 64
    assert number not in json.dumps(row.after) + caplog.text
    assert office.visitor("supervisor").client.get("/cases?text=x").status_code == 200  # ignored


def test_every_opening_is_in_the_audit(office, case):
    answer = office.visitor("auditor").client.get(f"/cases/{case.id}")
    view = facts_of(answer)["view"]
    assert view["debtor"]["name"] == "曾晓雯"
    assert view["next"]["numbers"][0]["code"] == "" or view["next"]["numbers"][0]["until"]
    row = audited(office, "case.open")[-1]
    assert (row.actor, row.subject) == (office.users["auditor"].name, f"account:{case.id}")


def test_an_agent_opens_only_whom_they_work_for_today(office, case):
    visitor = office.visitor("agent")
    office.socket(visitor).emit("watch", {"view": "desk"}, callback=True)
    assert visitor.client.get(f"/cases/{case.id}").status_code == 404
    assert found(visitor, "zxw") == []
    with write(office.sessions) as session:
        seat, entry = session.scalars(select(Seat)).one(), session.scalars(
            select(Entry).where(Entry.account_id == case.id)).one()  # fmt: skip
        session.add(Attempt(
            id="cd" * 16, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
            account_id=case.id, debtor_id=case.debtor_id, number="15400000009",
            outbound_number="95035100", local_day=MORNING.date(), engine_epoch=1, node="n",
            licence={}, created_at=utc_now() - timedelta(days=2), seat_id=seat.id,
        ))  # fmt: skip
    assert visitor.client.get(f"/cases/{case.id}").status_code == 404  # the day before yesterday
    with write(office.sessions) as session:
        session.get_one(Attempt, "cd" * 16).created_at = utc_now()
    assert visitor.client.get(f"/cases/{case.id}").status_code == 200
    assert [row["account_id"] for row in found(visitor, "zxw")] == [case.id]
    assert visitor.post(f"/cases/{case.id}/note", {"text": "请于下周联系"}).get_json()["ok"]
    assert (
        visitor.post(f"/cases/{case.id}/hold", {"kind": "manual", "reason": "x"}).status_code == 403
    )


def test_users_of_one_creditor_see_no_other(office, case):
    other = add_creditor(office.sessions, office.users["manager"], "另一委托方", MORNING)
    me = office.users["supervisor"].user_id
    visitor = office.visitor("supervisor")
    with write(office.sessions) as session:
        session.add(UserCreditor(user_id=me, creditor_id=other))
    assert visitor.client.get(f"/cases/{case.id}").status_code == 404
    assert found(visitor, "zxw") == []
    assert visitor.post(f"/cases/{case.id}/note", {"text": "x"}).status_code == 404
    with write(office.sessions) as session:
        session.add(UserCreditor(user_id=me, creditor_id=case.creditor_id))
    assert visitor.client.get(f"/cases/{case.id}").status_code == 200


def test_what_a_supervisor_may_do(office, case):
    visitor = office.visitor("supervisor")

    def act(word: str, **body) -> dict:
        return visitor.post(f"/cases/{case.id}/{word}", body).get_json()

    view = act("hold", kind="hardship", reason="住院")["view"]
    assert [hold["kind"] for hold in view["stops"]["holds"]] == ["hardship"]
    assert {n["code"] for n in view["next"]["numbers"]} == {"VULNERABLE_HOLD"}
    hold_id = view["stops"]["holds"][0]["id"]
    view = act("release", id=hold_id, reason="已出院")["view"]
    assert view["stops"]["holds"] == []
    view = act("complaint", channel="regulator", text="称被频繁拨打")["view"]
    assert view["stops"]["complaints"][0]["text"] == "称被频繁拨打"
    act("answer", id=view["stops"]["complaints"][0]["id"], answer="已致歉")
    view = act("override", code="CAP_NUMBER", reason="约定回电", days=2)["view"]
    kinds = [event["kind"] for event in view["events"]]
    for kind in ("hold", "hold_released", "complaint", "override", "upload", "placed"):
        assert kind in kinds
    assert kinds[0] == "override"
    assert (
        act("override", code="DECEASED", reason="x", days=1)["error"]["code"] == "not_overridable"
    )
    assert act("override", code="CAP_NUMBER", reason="x", days=30)["error"]["code"] == "input"
    with read(office.sessions) as session:
        assert session.scalars(select(Hold.ends_at).where(Hold.id == hold_id)).one() is not None
        assert session.scalars(select(Complaint.state)).all() == ["answered"]


def test_a_second_person_approves_and_only_rows_of_this_person(office, case):
    asker, visitor = office.users["supervisor"], office.visitor("manager")
    until = utc_now() + timedelta(days=1)
    mine = ask_override(office.sessions, asker, case.debtor_id, "CAP_NUMBER", "r", until, utc_now())
    with read(office.sessions) as session:
        other = session.scalars(select(Debtor.id).where(Debtor.id != case.debtor_id)).first()
    foreign = ask_override(office.sessions, asker, other, "CAP_NUMBER", "r", until, utc_now())
    refused = visitor.post(f"/cases/{case.id}/approve", {"id": foreign}).get_json()
    assert refused["error"]["code"] == "override_unknown"
    assert (
        office.visitor("supervisor").post(f"/cases/{case.id}/approve", {"id": mine}).status_code
        == 403
    )
    assert visitor.post(f"/cases/{case.id}/approve", {"id": mine}).get_json()["ok"]
    with read(office.sessions) as session:
        assert session.get_one(Override, mine).approved_by == office.users["manager"].user_id
        assert session.get_one(Override, foreign).approved_by is None
