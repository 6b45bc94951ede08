"""The windows of each pack over real rows: what the engine's budget and the board are measured by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from dialer.actions.actor import SETUP
from dialer.actions.amd_samples import draw_sample, label_call
from dialer.actions.campaigns import pause_campaign, start_campaign
from dialer.actions.refusals import Refused
from dialer.domain.amd_sample import SAMPLE_MIN, upper_bound
from dialer.packs import load_pack
from dialer.reports.abandonment import (
    amd_sample,
    binding,
    figures,
    measured,
    room,
    untested_campaigns,
)
from dialer.reports.tally import answered_calls
from dialer.store.session import read, write
from dialer.store.tables import Attempt, Campaign, Entry, Outcome
from tests.factories import MORNING, make_campaign, make_ready_agent

pytestmark = pytest.mark.store
CN, US, UK = (load_pack(name) for name in ("cn", "us", "uk"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Ledger:
    """A running campaign and the answered calls that a test writes for it."""

    def __init__(self, sessions, folder) -> None:
        self.sessions, self.folder, self.n = sessions, folder, 0
        self.campaign_id = self.campaign(1)
        _, self.seat_id = make_ready_agent(sessions)

    def campaign(self, seed: int, now=MORNING) -> int:
        return make_campaign(self.sessions, self.folder, 1, now, seed)

    def calls(self, count: int, when, kind: str = "handled", campaign: int = 0) -> list[str]:
        campaign = campaign or self.campaign_id
        code = {"handled": "RPC_REFUSE", "abandoned": "ABANDONED", "amd": "AM_DIALER"}[kind]
        ids = []
        with write(self.sessions) as session:
            entry = session.scalars(select(Entry).where(Entry.campaign_id == campaign)).first()
            for _ in range(count):
                self.n += 1
                ids.append(f"{self.n:032}")
                session.add(Attempt(
                    id=ids[-1], entry_id=entry.id, case_id=entry.case_id, campaign_id=campaign,
                    account_id=entry.account_id, debtor_id=entry.debtor_id, number=f"154{self.n:08}",
                    outbound_number="95035100", local_day=when.date(), licence={}, engine_epoch=1,
                    node="n", created_at=when, answered_at=when, ended_at=when, verdict="answered",
                    seat_id=self.seat_id if kind == "handled" else None,
                    abandoned=kind == "abandoned", screened="machine" if kind == "amd" else "", recording=f"{self.n}.wav",
                ))  # fmt: skip
                session.add(Outcome(attempt_id=ids[-1], campaign_id=campaign, code=code, at=when))
        return ids

    def measured(self, pack, now):
        with read(self.sessions) as session:
            return measured(session, session.get_one(Campaign, self.campaign_id), pack, now)

    def has_room(self, pack, now) -> bool:
        with read(self.sessions) as session:
            return room(session, session.get_one(Campaign, self.campaign_id), pack, now) >= 1


@pytest.fixture
def ledger(sessions, tmp_path):
    return Ledger(sessions, tmp_path)


def numbers(rows) -> list[tuple[str, bool, float, float]]:
    return [
        (r.span.name, r.span.site, r.rate.abandoned, r.rate.persons)
        for r in rows
        if not r.span.ahead
    ]


def test_china_the_last_24_hours_and_the_campaign_to_date(ledger):
    ledger.calls(1, MORNING, "abandoned")
    ledger.calls(40, MORNING)
    later = MORNING + 30 * HOUR
    ledger.calls(50, later - HOUR)
    assert numbers(ledger.measured(CN, later)) == [
        ("PT24H", False, 0, 50),
        ("CAMPAIGN", False, 1, 91),
    ]
    assert ledger.has_room(CN, later)
    ledger.calls(2, MORNING + HOUR, "abandoned")  # old, and still part of the campaign
    assert not ledger.has_room(CN, later)


def test_china_the_window_as_it_will_be_in_a_minute(ledger):
    """33 handled calls make room for one abandoned; in 30 seconds they will be a day old."""
    with write(ledger.sessions) as session:
        session.get_one(Campaign, ledger.campaign_id).started_at = MORNING - 9 * DAY
    ledger.calls(900, MORNING - 8 * DAY)  # the campaign to date has room
    ledger.calls(33, MORNING)
    assert ledger.has_room(CN, MORNING + DAY - timedelta(seconds=61))
    assert not ledger.has_room(CN, MORNING + DAY - timedelta(seconds=30))


def test_the_united_kingdom_by_local_day_for_campaign_and_site(ledger):
    other = ledger.campaign(2)
    midnight = datetime(2026, 7, 1, 23, 0, tzinfo=UTC)  # of 2 July in London
    ledger.calls(1, midnight - timedelta(seconds=1), "abandoned")
    ledger.calls(60, midnight)
    ledger.calls(3, midnight + HOUR, "abandoned", other)
    now = midnight + 10 * HOUR
    assert numbers(ledger.measured(UK, now)) == [("DAY", False, 0, 60), ("DAY", True, 3, 63)]
    assert not ledger.has_room(UK, now)  # the campaign has room, the site has none
    worst = binding(ledger.measured(UK, now), UK.abandon.hard)
    assert worst.span.site
    assert numbers(ledger.measured(UK, now + DAY)) == [("DAY", False, 0, 0), ("DAY", True, 0, 0)]


def test_the_united_states_by_30_days_from_the_first_start(ledger):
    ledger.calls(2, MORNING + 29 * DAY, "abandoned")
    ledger.calls(20, MORNING + 29 * DAY)
    assert numbers(ledger.measured(US, MORNING + 30 * DAY - HOUR)) == [("P30D", False, 2, 22)]
    assert numbers(ledger.measured(US, MORNING + 30 * DAY)) == [("P30D", False, 0, 0)]
    pause_campaign(ledger.sessions, SETUP, ledger.campaign_id, MORNING + 3 * DAY)
    start_campaign(ledger.sessions, SETUP, ledger.campaign_id, MORNING + 4 * DAY)
    with read(ledger.sessions) as session:  # starting again begins no new period
        assert session.get_one(Campaign, ledger.campaign_id).started_at == MORNING


def test_figures_for_the_board_name_window_numerator_and_denominator(ledger):
    ledger.calls(1, MORNING, "abandoned")
    ledger.calls(99, MORNING)
    with read(ledger.sessions) as session:
        view = figures(session, ledger.campaign_id, CN, MORNING + HOUR)
        assert figures(session, 999, CN, MORNING) is None
    assert [w["window"] for w in view["windows"]] == ["PT24H", "CAMPAIGN"]
    first = view["windows"][0]
    assert (first["abandoned"], first["persons"], first["rate"]) == (1, 100, 0.01)
    assert first["budget_left"] == 2
    assert view["amd"] == {
        "labelled": 0,
        "persons": 0,
        "share": 1.0,
        "valid": False,
        "to_label": [],
    }


# --- AMD -----------------------------------------------------------------------------------------


def test_untested_amd_counts_everybody_and_a_sample_at_its_upper_bound(ledger):
    """Ofcom 2016, Annex 3. Fail-closed: until 200 were heard, each hang-up was a person."""
    ledger.calls(2400, MORNING)
    hung_up = ledger.calls(300, MORNING, "amd")
    now = MORNING + HOUR
    assert numbers(ledger.measured(UK, now))[0] == ("DAY", False, 300, 2700)
    assert not ledger.has_room(UK, now)
    with read(ledger.sessions) as session:
        assert untested_campaigns(session, now) == 1
    drawn = draw_sample(ledger.sessions, SETUP, ledger.campaign_id, SAMPLE_MIN, now)
    assert len(set(drawn)) == SAMPLE_MIN
    assert set(drawn) <= set(hung_up)
    for n, attempt in enumerate(drawn):
        assert numbers(ledger.measured(UK, now))[0][2] == 300 if n == 7 else True  # not enough yet
        label_call(ledger.sessions, SETUP, attempt, n < 2, now)
    with read(ledger.sessions) as session:
        sample = amd_sample(session, ledger.campaign_id, now)
        assert untested_campaigns(session, now) == 0
    assert (sample.labelled, sample.persons, sample.is_valid) == (SAMPLE_MIN, 2, True)
    abandoned = numbers(ledger.measured(UK, now))[0][2]
    assert abandoned == pytest.approx(300 * upper_bound(2, SAMPLE_MIN))
    assert ledger.has_room(UK, now)
    assert numbers(ledger.measured(CN, now))[0] == ("PT24H", False, 0, 2400)  # another formula
    with read(ledger.sessions) as session:  # a month later it proves nothing any more
        assert amd_sample(session, ledger.campaign_id, now + 32 * DAY).share == 1.0


def test_a_call_is_drawn_once_and_labelled_once(ledger):
    hung_up = ledger.calls(5, MORNING, "amd")
    ledger.calls(5, MORNING)  # no machine: never drawn
    first = draw_sample(ledger.sessions, SETUP, ledger.campaign_id, 3, MORNING)
    rest = draw_sample(ledger.sessions, SETUP, ledger.campaign_id, 100, MORNING)
    assert sorted(first + rest) == hung_up
    assert draw_sample(ledger.sessions, SETUP, ledger.campaign_id, 1, MORNING) == []
    label_call(ledger.sessions, SETUP, first[0], True, MORNING)
    for attempt, expected in ((first[0], "amd_labelled"), ("0" * 32, "amd_unknown")):
        with pytest.raises(Refused, match=expected):
            label_call(ledger.sessions, SETUP, attempt, False, MORNING)
    with pytest.raises(Refused, match="amd_size"):
        draw_sample(ledger.sessions, SETUP, ledger.campaign_id, 0, MORNING)
    with pytest.raises(Refused, match="campaign_unknown"):
        draw_sample(ledger.sessions, SETUP, 999, 1, MORNING)


def test_counting_in_the_database_is_counting_one_by_one(ledger):
    """The kinds of calls, each from its row, against the totals of the grouped query."""
    ledger.calls(7, MORNING)
    ledger.calls(3, MORNING, "abandoned")
    ledger.calls(2, MORNING, "amd")
    with write(ledger.sessions) as session:
        rows = session.scalars(select(Attempt).where(Attempt.abandoned)).all()
        rows[0].message_ms = 1500.0  # a message in time: abandoned, not silent
        rows[1].message_ms = 2500.0
        open_one = session.scalars(select(Attempt).where(Attempt.seat_id.is_not(None))).first()
        open_one.ended_at = None  # still talking: handled
    with read(ledger.sessions) as session:
        counts = answered_calls(session, [ledger.campaign_id], None)
    assert (counts.handled, counts.abandoned, counts.silent, counts.amd_hangup) == (7, 3, 2, 2)


def test_a_pack_with_an_unknown_window_places_nothing(ledger):
    odd = replace(CN, abandon=replace(CN.abandon, window="P1Y"))
    with pytest.raises(ValueError, match="P1Y"):
        ledger.has_room(odd, MORNING)
