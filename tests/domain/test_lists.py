"""Shares of lists in the long run, without starvation or hoarding; levels of the order within a list."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.list_order import LEVEL_MAX, Order, level
from dialer.domain.mix import STRIDE, WEIGHT_MAX, Share, after_a_call, rank

pytestmark = pytest.mark.unit


class Campaign:
    """Lists and their clock, served call by call."""

    def __init__(self, weights: list[int], priorities: list[int] | None = None) -> None:
        ranks = priorities or [0] * len(weights)
        self.lists = [Share(n, p, w) for n, (w, p) in enumerate(zip(weights, ranks, strict=True))]
        self.clock = 0

    def call(self, ready: set[int]) -> int:
        """Whose entry is dialed when only these lists have one."""
        share = min(
            (s for s in self.lists if s.list_id in ready), key=lambda s: rank(s, self.clock)
        )
        turn, self.clock = after_a_call(share, self.clock)
        self.lists[share.list_id] = Share(share.list_id, share.priority, share.weight, turn)
        return share.list_id


weights = st.lists(st.integers(1, WEIGHT_MAX), min_size=1, max_size=6)


@given(weights, st.integers(1, 400))
def test_weights_are_kept_in_the_long_run_and_nobody_starves(weights, calls):
    campaign = Campaign(weights)
    served = Counter(campaign.call(set(range(len(weights)))) for _ in range(calls))
    for one in range(len(weights)):
        for other in range(len(weights)):
            # Start-time fair queueing: never further apart than one call of either list.
            apart = served[one] / weights[one] - served[other] / weights[other]
            assert abs(apart) <= 1.01 * (1 / weights[one] + 1 / weights[other])


def test_new_three_to_old_one():
    campaign = Campaign([3, 1])
    assert [campaign.call({0, 1}) for _ in range(8)].count(0) == 6
    assert Counter(campaign.call({0, 1}) for _ in range(400)) == {0: 300, 1: 100}


def test_who_had_nothing_does_not_make_up_for_it():
    campaign = Campaign([1, 1])
    assert {campaign.call({0}) for _ in range(100)} == {0}
    served = Counter(campaign.call({0, 1}) for _ in range(10))
    assert abs(served[0] - served[1]) <= 1


def test_a_lower_priority_waits_until_the_higher_has_nothing():
    campaign = Campaign([1, 100, 1], [0, 5, 0])
    assert 1 not in {campaign.call({0, 1, 2}) for _ in range(50)}
    assert campaign.call({1}) == 1
    assert Counter(campaign.call({0, 1, 2}) for _ in range(10)) == {0: 5, 2: 5}


@given(weights, st.lists(st.sets(st.integers(0, 5), min_size=1), max_size=60))
def test_whatever_has_entries_is_served_and_the_clock_never_goes_back(weights, ready_sets):
    campaign = Campaign(weights)
    for ready in ready_sets:
        here = {n for n in ready if n < len(weights)}
        if not here:
            continue
        before = campaign.clock
        assert campaign.call(here) in here
        assert campaign.clock >= before
    assert all(s.turn <= campaign.clock + STRIDE for s in campaign.lists)


@pytest.mark.parametrize(
    ("order", "first", "second"),
    [(Order.BALANCE, {"balance_minor": 900_000_00}, {"balance_minor": 400_000_00}),
     (Order.BALANCE, {"balance_minor": 20_000}, {"balance_minor": 9_999}),
     (Order.ATTEMPTS, {"attempts": 0}, {"attempts": 3}),
     (Order.DELAY, {"overdue_days": 30}, {"overdue_days": 31}),
     (Order.DELAY, {"overdue_days": -5}, {"overdue_days": 1})],
)  # fmt: skip
def test_what_goes_first(order, first, second):
    usual = {"balance_minor": 0, "overdue_days": 0, "attempts": 0}
    assert level(order, **(usual | first)) < level(order, **(usual | second))


@given(
    st.sampled_from(Order),
    st.integers(-(10**9), 10**15),
    st.integers(-400, 10**5),
    st.integers(0, 500),
)
def test_levels_are_few_and_never_jump_the_queue(order, balance, days, attempts):
    found = level(order, balance_minor=balance, overdue_days=days, attempts=attempts)
    assert 0 <= found <= LEVEL_MAX
    if order is Order.OLDEST:
        assert found == 0
