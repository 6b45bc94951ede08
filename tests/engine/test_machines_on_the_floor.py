"""A campaign's policy for machines, from the setting to the count of abandonment."""

import pytest
from sqlalchemy import func, select

from dialer.actions.actor import SETUP
from dialer.actions.refusals import Refused
from dialer.actions.screening import set_screening
from dialer.domain.abandonment import Tally
from dialer.reports.tally import answered_calls
from dialer.store.session import read, write
from dialer.store.tables import Attempt, AuditRow, Campaign, Outcome
from telephony.fake import Behaviour
from telephony.protocol import ClockStart, Screen, Screened, ScreenPolicy, Verdict
from tests.engine.conftest import now
from tests.factories import make_campaign

pytestmark = pytest.mark.engine
MACHINE = Behaviour(screened=Screened.MACHINE, talks=0.02)


def policy(sessions, campaign, name, **more):
    fields = {"limit_ms": 4000, "message": "", "now": now(), **more}
    set_screening(sessions, SETUP, campaign, policy=name, **fields)


def test_nobody_is_hung_up_on_unless_somebody_says_so(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: MACHINE, 1)
    floor.run(lambda: len(floor.nodes.originated) == 1)
    assert floor.nodes.originated[0].screen == Screen(policy=ScreenPolicy.CLASSIFY)
    floor.run(lambda: _codes(sessions) == [floor.outcome])


def test_a_machine_that_was_hung_up_on_is_counted_as_such(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 4, now())
    policy(sessions, campaign, "hang_up", limit_ms=3000)
    floor = open_floor(lambda _: MACHINE, 2)
    floor.run(lambda: len(_codes(sessions)) == 4)
    assert _codes(sessions) == ["AM_DIALER"] * 4
    order = floor.nodes.originated[0]
    assert order.screen == Screen(
        policy=ScreenPolicy.HANG_UP, limit_ms=3000, starts=ClockStart.CONNECTED_TO_SYSTEM
    )
    with read(sessions) as session:
        assert answered_calls(session, [campaign], None) == Tally(amd_hangup=4)
        attempt = session.scalars(select(Attempt).limit(1)).one()
        assert (attempt.answer_kind, attempt.answer_reason) == ("machine", "long_speech")
        assert (attempt.screened, attempt.seat_id, attempt.abandoned) == ("machine", None, False)


def test_a_message_is_left_only_where_messages_are_allowed(open_floor, sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1, now())
    policy(sessions, campaign, "leave_message", message="sorry-zh")
    floor = open_floor(lambda _: Behaviour(screened=Screened.MESSAGE), 1)
    floor.run(lambda: _codes(sessions) == ["AM_MESSAGE"])
    assert floor.nodes.originated[0].screen.message == "sorry-zh"


def test_a_suspended_number_is_tried_again_days_later(open_floor, sessions, tmp_path):
    make_campaign(sessions, tmp_path, 1, now())
    floor = open_floor(lambda _: Behaviour(Verdict.SUSPENDED), 1)
    floor.run(lambda: _codes(sessions) == ["SUSPENDED"])
    with read(sessions) as session:
        outcome = session.scalars(select(Outcome)).one()
        assert (outcome.retry_at - outcome.at).days == 3


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"policy": "hang_up", "limit_ms": 500}, "amd_limit"), ({"policy": "leave_message"}, "amd_message"),
     ({"campaign_id": 999}, "campaign_unknown")],
)  # fmt: skip
def test_what_cannot_be_set_is_refused(sessions, tmp_path, fields, code):
    campaign = make_campaign(sessions, tmp_path, 1, now())
    asked = {
        "campaign_id": campaign,
        "policy": "classify",
        "limit_ms": 4000,
        "message": "",
        **fields,
    }
    with pytest.raises(Refused) as refused:
        set_screening(sessions, SETUP, asked.pop("campaign_id"), now=now(), **asked)
    assert refused.value.code == code


def test_the_change_is_in_the_audit(sessions, tmp_path):
    campaign = make_campaign(sessions, tmp_path, 1, now())
    policy(sessions, campaign, "off")
    with write(sessions) as session:
        assert session.get_one(Campaign, campaign).amd_policy == "off"
        assert session.scalar(
            select(func.count())
            .select_from(AuditRow)
            .where(AuditRow.action == "campaign.screening")
        )


def _codes(sessions) -> list[str]:
    with read(sessions) as session:
        return list(session.scalars(select(Outcome.code)))
