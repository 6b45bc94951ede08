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


def test_who_is_taken_by_hand_is_ready_no_longer():
    matcher = Matcher()
    matcher.seat_ready("a", ("1",), 0.0)
    matcher.seat_ready("b", ("1", "2"), 1.0)
    assert matcher.take_ready("2") == "b"
    assert matcher.take_ready("1") == "a"
    assert matcher.take_ready("1") == ""
    assert matcher.ready_count() == 0


def test_a_reserved_seat_takes_its_own_customer_and_nobody_else():
    matcher = Matcher()
    matcher.seat_ready("a", ("1",), 0.0)
    matcher.answered("w", "2", 0.0, LIMIT)
    assert matcher.reserve("a", "x")
    assert matcher.reserve("a", "x")  # said again
    assert not matcher.reserve("a", "y")  # promised to another call
    assert not matcher.is_ready("a")
    assert matcher.seat_ready("a", ("1", "2"), 0.5) is None
    matcher.seat_not_ready("a")  # a pause takes effect after the call
    assert matcher.answered("z", "1", 1.0, LIMIT) is None
    assert matcher.answered("x", "9", 1.0, LIMIT) == Match("a", "x")  # whatever it is ready for
    assert matcher.reserved_for("a") == ""


def test_a_reservation_ends_with_its_call():
    matcher = Matcher()
    matcher.reserve("a", "x")
    matcher.call_over("x")
    assert matcher.reserve("a", "y")


def test_who_was_called_for_a_seat_that_is_gone_meets_any_ready_seat():
    matcher = Matcher()
    matcher.reserve("a", "x")
    matcher.seat_gone("a")
    matcher.seat_ready("b", ("1",), 0.0)
    assert matcher.answered("x", "1", 1.0, LIMIT) == Match("b", "x")
    matcher.reserve("a", "y")
    matcher.seat_gone("a")
    assert matcher.answered("y", "1", 2.0, LIMIT) is None
    assert matcher.overdue(2.0 + LIMIT) == ["y"]  # the rule of two seconds holds


class Floor(RuleBasedStateMachine):
    """Against a plain model: who is ready, who waits, which seat is promised to which call."""

    def __init__(self):
        super().__init__()
        self.matcher, self.now = Matcher(), 0.0
        self.ready, self.waiting, self.served = {}, {}, []
        self.promised, self.ringing = {}, set()  # seat -> call; calls placed for a seat
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
        if seat not in self.promised:
            self.ready[seat] = campaigns
        self.note(self.matcher.seat_ready(seat, tuple(campaigns), self.now))

    @rule(seat=st.integers(1, 4).map(str))
    def seat_gone(self, seat):
        self.ready.pop(seat, None)
        self.promised.pop(seat, None)
        self.matcher.seat_gone(seat)

    @rule(seat=st.integers(1, 4).map(str))
    def seat_not_ready(self, seat):
        self.ready.pop(seat, None)
        self.matcher.seat_not_ready(seat)

    @rule(seat=st.integers(1, 4).map(str))
    def reserve(self, seat):
        self.calls += 1
        call = f"c{self.calls}"
        taken = self.matcher.reserve(seat, call)
        assert taken == (seat not in self.promised)
        if taken:
            self.ready.pop(seat, None)
            self.promised[seat] = call
            self.ringing.add(call)

    @rule(data=st.data(), campaign=st.sampled_from("12"))
    def a_directed_call_is_answered(self, data, campaign):
        if not self.ringing:
            return
        call = data.draw(st.sampled_from(sorted(self.ringing)))
        self.ringing.discard(call)
        seats = [seat for seat, promised in self.promised.items() if promised == call]
        match = self.matcher.answered(call, campaign, self.now, LIMIT)
        if seats:
            assert match == Match(seats[0], call)
            del self.promised[seats[0]]
            self.served.append(call)
        else:
            self.waiting[call] = (self.now, campaign)
            self.note(match)

    @rule(data=st.data())
    def a_directed_call_ends_unanswered(self, data):
        if self.ringing:
            call = data.draw(st.sampled_from(sorted(self.ringing)))
            self.ringing.discard(call)
            self.promised = {s: c for s, c in self.promised.items() if c != call}
            self.matcher.call_over(call)

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
    def a_promised_seat_is_kept_for_its_call(self):
        for seat in "1234":
            assert self.matcher.reserved_for(seat) == self.promised.get(seat, "")
            assert self.matcher.is_ready(seat) == (seat in self.ready)
            assert not (seat in self.ready and seat in self.promised)

    @invariant()
    def nobody_is_served_twice(self):
        assert len(self.served) == len(set(self.served))
        assert self.matcher.ready_count() == len(self.ready)


Floor.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestFloor = Floor.TestCase
