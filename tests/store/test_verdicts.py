"""People who are alike share a verdict; nobody gets another one than when asked alone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from dialer.domain.compliance import Infrastructure
from dialer.packs import load_pack
from dialer.store.among import rows_of
from dialer.store.asking import best_phone, gather_many
from dialer.store.session import read, write
from dialer.store.tables import (
    Attempt,
    Campaign,
    Case,
    Consent,
    Debtor,
    Entry,
    Hold,
    OptOut,
    Override,
    Phone,
    Promise,
    Suppression,
)
from dialer.store.verdicts import Verdicts, alike
from tests.factories import MORNING, make_campaign

pytestmark = pytest.mark.store
PACKS = [load_pack(name) for name in ("cn", "us", "uk")]


def test_who_is_alike_gets_the_verdict_they_would_get_alone(sessions, tmp_path):
    campaign_id = make_campaign(sessions, tmp_path, 40, MORNING)
    with write(sessions) as session:
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        _make_different(session, entries)
    with read(sessions) as session:
        campaign = session.get_one(Campaign, campaign_id)
        entries = session.scalars(select(Entry).order_by(Entry.id)).all()
        codes = set()
        for pack in PACKS:
            for now in (MORNING, MORNING + timedelta(hours=14), MORNING + timedelta(hours=20)):
                verdicts, keys = Verdicts(campaign, pack, now), set()
                for asking in gather_many(session, entries, pack, now):
                    alone = best_phone(asking, campaign, pack, now, Infrastructure())[1]
                    assert verdicts.of(asking) == alone
                    keys.add(alike(asking))
                    codes.add(getattr(alone, "code", ""))
                assert len(keys) < len(entries)  # many are alike, or this test says nothing
    assert {
        "", "LITIGATION", "DNC_PERSON", "DNC_NUMBER", "CHANNEL_OPT_OUT", "WRONG_NUMBER", "RECALLED",
        "OUT_OF_HOURS", "TZ_UNKNOWN", "PTP_PENDING", "THIRD_PARTY_NO_GROUND", "INCONVENIENT_TIME",
        "CAP_INTERVAL", "NO_NUMBER", "AGENT_GUARANTEE_REQUIRED",
    } <= codes  # fmt: skip


def _make_different(session, entries) -> None:
    """Each of the first people differs from the rest in one thing the gate looks at."""
    people = {row.id: row for row in session.scalars(select(Debtor))}
    phones = {
        row.debtor_id: row for row in session.scalars(select(Phone).order_by(Phone.id.desc()))
    }
    them = [(entry, people[entry.debtor_id], phones[entry.debtor_id]) for entry in entries]
    hold = {"kind": "litigation", "starts_at": MORNING - timedelta(days=1)}
    session.add(Hold(debtor_id=them[0][1].id, **hold))
    session.add(Hold(debtor_id=them[1][1].id, **hold))
    session.add(Override(
        debtor_id=them[1][1].id, code="LITIGATION", reason="r", asked_by=1, approved_by=1,
        at=MORNING, until=MORNING + timedelta(days=3),
    ))  # fmt: skip
    them[2][1].suppressed = True
    session.add(Suppression(number=them[3][2].number, reason="r", at=MORNING))
    session.add(OptOut(debtor_id=them[4][1].id, channel="voice", at=MORNING))
    them[5][2].state = "wrong"
    session.get_one(Case, them[6][0].case_id).state = "recalled"
    them[7][1].timezone = "Asia/Urumqi"
    them[8][1].timezone = ""
    for n in (9, 10):
        session.add(Promise(
            account_id=them[n][0].account_id, campaign_id=them[n][0].campaign_id, amount_minor=100,
            due_on=date(2026, 11, 30), state="open", at=MORNING, currency="CNY", made_on=MORNING.date(),
        ))  # fmt: skip
    them[10][0].is_reminder = True
    them[11][2].role = "contact"
    them[12][2].role, them[12][2].ground = "contact", "unreachable"
    them[13][1].inconvenient = [{"from": "09:00", "to": "12:00"}]
    session.add(Consent(
        debtor_id=them[14][1].id, kind="recording", number=them[14][2].number, evidence="e",
        given_at=MORNING - timedelta(days=1),
    ))  # fmt: skip
    entry, person, phone = them[15]
    session.add(Attempt(
        id="a" * 32, entry_id=entry.id, case_id=entry.case_id, campaign_id=entry.campaign_id,
        account_id=entry.account_id, debtor_id=person.id, number=phone.number,
        outbound_number="95035100", local_day=MORNING.date(), licence={}, engine_epoch=1, node="n",
        created_at=MORNING - timedelta(minutes=9), ended_at=MORNING, verdict="no_answer",
    ))  # fmt: skip
    for row in session.scalars(select(Phone).where(Phone.debtor_id == them[16][1].id)):
        session.delete(row)


@pytest.mark.parametrize("many", [0, 1, 3000])
def test_rows_for_any_number_of_keys(sessions, tmp_path, many):
    """Numbers and words, among them what would end a string in SQL or JSON."""
    make_campaign(sessions, tmp_path, 3, MORNING)
    strange = ['"', "'", "\\", "],[", "电话", "%"]
    with write(sessions) as session:
        session.add_all(Suppression(number=word, reason="r", at=MORNING) for word in strange)
    with read(sessions) as session:
        ids = list(session.scalars(select(Debtor.id).order_by(Debtor.id)))
        wanted = [*ids, *range(10_000, 10_000 + many)][:many]
        assert sorted(row.id for row in rows_of(session, Debtor, Debtor.id, wanted)) == ids[:many]
        found = rows_of(session, Suppression, Suppression.number, [*strange, "nobody"])
        assert sorted(row.number for row in found) == sorted(strange)
        row = rows_of(session, Debtor, Debtor.id, ids[:1])[0]
        person = session.get_one(Debtor, ids[0])
        assert (row.name, row.created_at, row.inconvenient) == (
            person.name, person.created_at, person.inconvenient,
        )  # fmt: skip
