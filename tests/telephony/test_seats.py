"""Who takes whom: the longest waiting, nobody twice, nobody past the limit without being told."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from telephony.seats import Match, Matcher

pytestmark = pytest.mark.unit
LIMIT = 1.9


def test_the_seat_that_is_ready_longest_takes_the_customer():
    matcher = Matcher()
    matcher.seat_ready("a", ("1",), 0.0)
    matcher.seat_ready("b", ("1",), 1.0)
    matcher.seat_ready("a", ("1", "2"), 5.0)  # said again: keeps its place
    assert matcher.answered("x", "1", 6.0, LIMIT) == Match("a", "x")
    assert matcher.answered("y", "2", 6.0, LIMIT) is None
    assert matcher.answered("z", "1", 6.0, LIMIT) == Match("b", "z")


def test_a_seat_that_gets_ready_takes_who_waits_longest():
    matcher = Matcher()
    matcher.answered("x", "1", 0.0, LIMIT)
    matcher.answered("y", "1", 0.5, LIMIT)
    assert matcher.seat_ready("a", ("1",), 1.0) == Match("a", "x")
    assert matcher.overdue(2.3) == []
    assert matcher.overdue(2.4) == ["y"]
    assert matcher.overdue(2.5) == []


class Floor(RuleBasedStateMachine):
    """Against a plain model: who is ready, who waits."""

    def __init__(self):
        super().__init__()
        self.matcher, self.now = Matcher(), 0.0
        self.ready, self.waiting, self.served = {}, {}, []
        self.calls = 0

    def note(self, match):
        if match:
            assert match.seat_id in self.ready
            assert match.call_id in self.waiting
            del self.ready[match.seat_id], self.waiting[match.call_id]
            self.served.append(match.call_id)

    @rule(seconds=st.floats(0, 1))
    def time_passes(self, seconds):
        self.now += seconds
        late = self.matcher.overdue(self.now)
        assert set(late) == {
            c for c, (since, _) in self.waiting.items() if since + LIMIT <= self.now
        }
        for call in late:
            del self.waiting[call]

    @rule(seat=st.integers(1, 4).map(str), campaigns=st.sets(st.sampled_from("12"), min_size=1))
    def seat_ready(self, seat, campaigns):
        self.ready[seat] = campaigns
        self.note(self.matcher.seat_ready(seat, tuple(campaigns), self.now))

    @rule(seat=st.integers(1, 4).map(str))
    def seat_gone(self, seat):
        self.ready.pop(seat, None)
        self.matcher.seat_gone(seat)

    @rule(campaign=st.sampled_from("12"))
    def answered(self, campaign):
        self.calls += 1
        call = f"c{self.calls}"
        self.waiting[call] = (self.now, campaign)
        self.note(self.matcher.answered(call, campaign, self.now, LIMIT))

    @rule(data=st.data())
    def hangs_up(self, data):
        if self.waiting:
            call = data.draw(st.sampled_from(sorted(self.waiting)))
            del self.waiting[call]
            self.matcher.call_over(call)

    @invariant()
    def nobody_waits_while_a_fitting_seat_is_ready(self):
        for _, campaign in self.waiting.values():
            assert not any(campaign in campaigns for campaigns in self.ready.values())

    @invariant()
    def nobody_is_served_twice(self):
        assert len(self.served) == len(set(self.served))
        assert self.matcher.ready_count() == len(self.ready)


Floor.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestFloor = Floor.TestCase
