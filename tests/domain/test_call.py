"""The life of a call: whatever happens, in whatever order, twice or never, it closes exactly once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.call import (
    Call,
    CallState,
    Moved,
    OutcomeAwaited,
    OutcomeKnown,
    Progressed,
    SeatLeft,
    SeatTaken,
    WasAbandoned,
    WasConnected,
    WasEnded,
    WasMoved,
    step,
)
from dialer.domain.outcomes import OUTCOMES

pytestmark = pytest.mark.unit

HAPPENINGS = st.one_of(
    st.sampled_from([CallState.DIALED, CallState.RINGING, CallState.ANSWERED]).map(Progressed),
    st.integers(1, 3).map(WasConnected),
    st.integers(1, 3).map(WasMoved),
    st.just(WasAbandoned()),
    st.builds(
        WasEnded,
        verdict=st.sampled_from(
            ["answered", "busy", "no_answer", "rejected", "unreachable", "invalid_number",
             "cancelled", "failed", "not_sent", "unknown"]
        ),
        by=st.sampled_from(["customer", "agent", "engine", "node", "carrier"]),
        no_audio=st.booleans(), lost=st.booleans(), seat_gone=st.booleans(),
        screened=st.sampled_from(["", "machine", "message", "fax", "network"]),
    ),
)  # fmt: skip


def play(happenings):
    call, effects = Call(), []
    for happening in happenings:
        call, more = step(call, happening)
        effects += more
    return call, effects


@given(st.lists(HAPPENINGS, max_size=12))
def test_an_attempt_ends_once_and_gets_one_outcome(happenings):
    call, effects = play([*happenings, WasEnded("unknown", lost=True)])
    assert call.state is CallState.ENDED
    assert effects.count(Moved(CallState.ENDED)) == 1
    closing = [e for e in effects if isinstance(e, OutcomeAwaited | OutcomeKnown)]
    assert len(closing) == 1
    if isinstance(closing[0], OutcomeKnown):
        assert closing[0].code in OUTCOMES
        assert not OUTCOMES[closing[0].code].by_agent


@given(st.lists(HAPPENINGS, max_size=12))
def test_one_seat_at_a_time_and_the_last_owes_the_outcome(happenings):
    _, effects = play([*happenings, WasEnded("answered", "customer")])
    seats = [e.seat_id for e in effects if isinstance(e, SeatTaken)]
    left = [e.seat_id for e in effects if isinstance(e, SeatLeft)]
    owed = [e.seat_id for e in effects if isinstance(e, OutcomeAwaited)]
    assert left == seats[:-1]  # each is left before the next takes over
    assert owed == seats[-1:]


@given(st.lists(HAPPENINGS, max_size=12))
def test_abandoned_stays_abandoned(happenings):
    call = Call()
    seen = False
    for happening in happenings:
        call, _ = step(call, happening)
        assert call.abandoned or not seen
        seen = call.abandoned


@given(st.lists(HAPPENINGS, max_size=12), st.lists(HAPPENINGS, max_size=5))
def test_nothing_leaves_ended(before, after):
    over, _ = play([*before, WasEnded("busy")])
    for happening in after:
        assert step(over, happening) == (over, ())


@pytest.mark.parametrize(
    ("happenings", "code"),
    [
        ([Progressed(CallState.DIALED), WasEnded("busy")], "BUSY"),
        ([Progressed(CallState.RINGING), WasEnded("no_answer")], "NO_ANSWER"),
        ([WasEnded("not_sent", "engine")], "TRUNK_FAIL"),
        ([Progressed(CallState.ANSWERED), WasEnded("answered", "customer")], "CALLEE_QUICK"),
        ([Progressed(CallState.ANSWERED), WasEnded("answered", "node", no_audio=True)], "NO_AUDIO"),
        (
            [Progressed(CallState.ANSWERED), WasAbandoned(), WasEnded("answered", "node")],
            "ABANDONED",
        ),
        ([Progressed(CallState.ANSWERED), WasEnded("unknown", "node", lost=True)], "ABANDONED"),
        ([Progressed(CallState.RINGING), WasEnded("unknown", "node", lost=True)], "UNKNOWN"),
        ([Progressed(CallState.RINGING), WasEnded("suspended")], "SUSPENDED"),
        (
            [Progressed(CallState.ANSWERED), WasEnded("answered", "node", screened="machine")],
            "AM_DIALER",
        ),
        (
            [Progressed(CallState.ANSWERED), WasEnded("answered", "customer", screened="message")],
            "AM_MESSAGE",
        ),
        ([Progressed(CallState.ANSWERED), WasEnded("answered", "node", screened="fax")], "FAX"),
        (
            [Progressed(CallState.ANSWERED), WasEnded("unreachable", "node", screened="network")],
            "POWER_OFF",
        ),
    ],
)
def test_without_an_agent_the_system_knows_the_code(happenings, code):
    _, effects = play(happenings)
    assert OutcomeKnown(code) in effects
