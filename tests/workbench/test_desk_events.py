"""The desk's own events, and one page at a time."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dialer.actions.arrangements import decide_offer, propose_offer
from dialer.actions.creditor_terms import set_promise_terms
from dialer.actions.desk_choices import set_script
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.store.session import read
from dialer.store.tables import Account, Campaign, Creditor, Offer, Promise, Seat
from tests.factories import MORNING
from tests.workbench.test_live import ask, give_call
from workbench.desk_holders import DeskHolders

pytestmark = pytest.mark.web


@pytest.fixture
def desk(office):
    """An agent's first window."""
    socket = office.socket(office.visitor("agent"))
    assert ask(socket, "watch", {"view": "desk", "page": "one"})["ok"]
    return socket


def test_a_second_page_is_refused_until_it_takes_the_desk(office, desk):
    second = office.socket(office.visitor("agent"))
    refused = ask(second, "watch", {"view": "desk", "page": "two"})
    assert refused["error"]["code"] == "desk_elsewhere"
    assert "{" not in refused["error"]["text"]
    assert ask(second, "seat:status", {"status": "ready"})["error"]["code"] == "desk_elsewhere"
    assert ask(desk, "seat:status", {"status": "ready"})["ok"]
    assert ask(second, "watch", {"view": "desk", "page": "two", "take": True})["ok"]
    assert "desk:taken" in [message["name"] for message in desk.get_received()]
    assert ask(desk, "seat:status", {"status": "ready"})["error"]["code"] == "desk_elsewhere"
    assert ask(second, "seat:help", {"wanted": True})["ok"]


def test_a_page_that_is_gone_leaves_the_desk_free(office, desk):
    desk.disconnect()
    second = office.socket(office.visitor("agent"))
    assert ask(second, "watch", {"view": "desk", "page": "two"})["ok"]


def test_a_reloaded_page_is_the_same_page():
    holders = DeskHolders()
    assert holders.claim(1, "socket-a", "page", take=False) == ""
    assert (
        holders.claim(1, "socket-b", "page", take=False) == "socket-a"
    )  # before the old one closed
    holders.left("socket-a")
    holders.check(1, "socket-b")
    with pytest.raises(Refused):
        holders.claim(1, "socket-c", "", take=False)


def test_help_keys_and_pauses_ahead(office, desk):
    view = ask(desk, "seat:help", {"wanted": True})["view"]
    assert view["seat"]["help_since"]
    choice = {"keys": {"1": "DNC"}, "keys_on": False, "tones_on": False}
    assert ask(desk, "desk:choose", choice)["view"]["choice"] == choice
    wrong = ask(desk, "desk:choose", {**choice, "keys": {"1": "NOTHING"}})
    assert wrong["error"]["code"] == "desk_key_outcome"
    assert (
        ask(desk, "seat:announce", {"reason": "lunch", "minutes": 5})["error"]["code"]
        == "pause_ready"
    )
    ask(desk, "seat:status", {"status": "ready"})
    assert ask(desk, "seat:announce", {"reason": "lunch", "minutes": 5})["view"]["seat"]["pause_at"]
    assert ask(desk, "seat:breather", {})["view"]["seat"]["pause_reason"] == "breather"
    with read(office.sessions) as session:
        assert session.scalars(select(Seat.pause_at)).one() is None


def test_the_grid_follows_the_creditor_and_a_plan_is_taken(office, desk):
    attempt = give_call(office)
    with read(office.sessions) as session:
        creditor = session.scalars(select(Creditor.id)).one()
    set_promise_terms(office.sessions, office.users["manager"], creditor, 200_00, 5, MORNING)
    grid = ask(desk, "call:identity", {"attempt_id": attempt})["view"]["call"]["debt"]["promise"]
    assert grid["days"][0]["on"] == grid["due_from"]
    assert grid["amount_min_minor"] == 200_00
    assert len(grid["days"]) == 5
    plan = next(one for one in grid["amounts"] if one["kind"] == "plan")
    record = {"attempt_id": attempt, "key": "k" * 16, "code": "PTP",
              "promise": {"periods": plan["periods"], "due_on": grid["due_to"]}}  # fmt: skip
    settled = {**record, "key": "s" * 16, "promise": {
        "amount_minor": grid["amount_max_minor"] - 1, "due_on": grid["due_to"], "settles": True}}  # fmt: skip
    assert ask(desk, "call:outcome", settled)["error"]["code"] == "offer_authority"
    saved = ask(desk, "call:outcome", record)
    assert saved["ok"]
    assert ask(desk, "call:outcome", record) == saved
    with read(office.sessions) as session:
        parts = session.scalars(select(Promise)).all()
        assert len(parts) == plan["periods"]
        assert max(part.amount_minor for part in parts) == plan["amount_minor"]
        assert session.scalars(select(Offer)).all() == []


def test_a_campaign_has_its_own_words_and_tells_the_debt_later(office, desk):
    attempt = give_call(office)
    steps = [{"title": "开场", "text": "{name}"}, {"title": "账款", "text": "{balance} {creditor}"}]
    with read(office.sessions) as session:
        campaign = session.scalars(select(Campaign.id)).one()
    set_script(office.sessions, office.users["manager"], campaign, steps, MORNING)
    before = ask(desk, "watch", {"view": "desk", "page": "one"})["view"]["call"]["script"]
    assert before["steps"] == steps[:1]
    assert "balance" not in before["words"]
    after = ask(desk, "call:identity", {"attempt_id": attempt})["view"]["call"]["script"]
    assert after["steps"] == steps
    assert after["words"]["balance"] > 0


def test_an_approved_offer_joins_the_choices_and_is_taken(office, desk):
    attempt = give_call(office)
    with read(office.sessions) as session:
        account = session.scalars(select(Account)).one()
    total = account.balance_minor // 2
    asked = propose_offer(office.sessions, office.users["agent"], account.id, total, utc_now())
    view = ask(desk, "call:identity", {"attempt_id": attempt})["view"]["call"]
    assert "settle" not in [one["kind"] for one in view["debt"]["promise"]["amounts"]]
    decide_offer(
        office.sessions, office.users["supervisor"], int(str(asked["id"])), True, utc_now()
    )
    grid = ask(desk, "watch", {"view": "desk", "page": "one"})["view"]["call"]["debt"]["promise"]
    settle = grid["amounts"][-1]
    assert (settle["kind"], settle["amount_minor"]) == ("settle", total)
    promise = {"amount_minor": total, "due_on": grid["due_to"], "settles": True}
    record = {"attempt_id": attempt, "key": "k" * 16, "code": "PTP", "promise": promise}
    assert ask(desk, "call:outcome", record)["ok"]
    with read(office.sessions) as session:
        assert session.scalars(select(Offer.state)).all() == ["accepted"]
        assert session.scalars(select(Promise.amount_minor)).all() == [total]
