"""When a person is tried again: at the hour at which they, or people like them, answer. Pure.

The chance of an hour is a Beta mean in three steps, each the prior of the next: the campaign's answer rate,
the hour on the other days, the hour on this weekday; on top of it the person's own calls at that hour,
with half weight an hour to either side, a conversation counting twice. Every hour of waiting costs one
per cent, so that a little better is not worth a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.domain.compliance.hours import STEP, Calendar

HORIZON = timedelta(hours=24)  # a call is put off by at most so much
PRIOR = 20.0  # calls that the hour before it is worth
PERSON_PRIOR = 4.0  # calls of the person that the campaign's hours are worth
COST_PER_HOUR = 0.99
UNKNOWN_RATE = 0.25  # of a campaign without a call
NEAR = 0.5  # weight of a call an hour earlier or later
HOURS_BACK = timedelta(days=60)

Hours = Mapping[tuple[int, int], tuple[int, int]]  # (weekday, hour) -> (answered, dials)


@dataclass(frozen=True, slots=True)
class Tried:
    """One earlier call of the person."""

    at: datetime
    answered: bool
    spoken: bool = False  # a conversation with the right party


def chance(hours: Hours, weekday: int, hour: int) -> float:
    """How likely somebody of this campaign answers then."""
    answered = sum(a for a, _ in hours.values())
    dials = sum(n for _, n in hours.values())
    rate = (answered + PRIOR * UNKNOWN_RATE) / (dials + PRIOR)
    same = [hours.get((day, hour), (0, 0)) for day in range(7) if day != weekday]
    rate = (sum(a for a, _ in same) + PRIOR * rate) / (sum(n for _, n in same) + PRIOR)
    here = hours.get((weekday, hour), (0, 0))
    return (here[0] + PRIOR * rate) / (here[1] + PRIOR)


def chance_of(tried: Sequence[Tried], hours: Hours, moment: datetime, zone: ZoneInfo) -> float:
    """How likely this person answers at `moment`."""
    local = moment.astimezone(zone)
    good = total = 0.0
    for call in tried:
        apart = abs(call.at.astimezone(zone).hour - local.hour)
        weight = {0: 1.0, 1: NEAR, 23: NEAR}.get(apart, 0.0) * (2.0 if call.spoken else 1.0)
        total += weight
        good += weight if call.answered else 0.0
    prior = chance(hours, local.weekday(), local.hour)
    return (good + PERSON_PRIOR * prior) / (total + PERSON_PRIOR)


def best_moment(
    now: datetime, calendar: Calendar, lasts: timedelta, tried: Sequence[Tried], hours: Hours
) -> datetime | None:
    """The best moment of the next 24 hours within the calendar, `now` included; of equals the earliest.
    None: it is not open before then."""
    zone = calendar.zones[0]

    def worth(moment: datetime) -> float:
        waits = (moment - now).total_seconds() / 3600
        return float(chance_of(tried, hours, moment, zone) * COST_PER_HOUR**waits)

    return max(_candidates(now, calendar, lasts, zone), key=worth, default=None)


def _candidates(
    now: datetime, calendar: Calendar, lasts: timedelta, zone: ZoneInfo
) -> Iterator[datetime]:
    """`now`, and the first open quarter of every local hour that follows."""
    seen = None
    for moment in _quarters(now):
        hour = moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        if hour != seen and not calendar.fault(moment, lasts):
            seen = hour
            yield moment


def _quarters(now: datetime) -> Iterator[datetime]:
    yield now
    past = timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    moment = now - past + STEP
    while moment <= now + HORIZON:
        yield moment
        moment += STEP


def as_stored(hours: Hours) -> dict[str, list[int]]:
    """As it fits a JSON cell."""
    return {f"{day}-{hour}": list(counts) for (day, hour), counts in sorted(hours.items())}


def from_store(cell: Mapping[str, Sequence[int]]) -> Hours:
    """What `as_stored` wrote."""
    return {
        (int(key.split("-")[0]), int(key.split("-")[1])): (int(counts[0]), int(counts[1]))
        for key, counts in cell.items()
    }
