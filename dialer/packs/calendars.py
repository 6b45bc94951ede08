"""Days off of the packs, from the `holidays` library: the law of each place, kept by many people.

cn: 国务院 announces a year's days off and make-up working days (调休) in the autumn before; a year that
was not announced when the library was released has the festivals only, and the operator adds the rest
in config.toml. us: federal holidays. uk: England.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from dialer.clock import utc_now

FIRST_YEAR = 2024  # the first calls of this product
YEARS_AHEAD = 2
PLACES = {"cn": ("CN", None), "us": ("US", None), "uk": ("GB", "ENG")}


@dataclass(frozen=True, slots=True)
class ExtraDays:
    """What the operator adds: more days off, and days that are worked whatever the library says."""

    holidays: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


NO_EXTRA = ExtraDays()


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days off and worked weekends; `known_through`: the last year that was announced."""

    holidays: frozenset[date]
    working_weekends: frozenset[date]
    known_through: int


@cache
def days_off(pack: str, extra: ExtraDays = NO_EXTRA) -> DaysOff:
    """For pack cn, us or uk, from 2024 to two years ahead."""
    import holidays  # takes a moment: only who needs the rules waits for it

    country, subdivision = PLACES[pack]
    last = utc_now().year + YEARS_AHEAD
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=range(FIRST_YEAR, last + 1)
    )
    made_up = {day for day in getattr(found, "weekend_workdays", ()) if day.year >= FIRST_YEAR}
    announced = {day.year for day in made_up} if country == "CN" else {last}
    added_years = {day.year for day in extra.holidays | extra.working}
    return DaysOff(
        holidays=(frozenset(found) | extra.holidays) - extra.working - (made_up - extra.holidays),
        working_weekends=frozenset(made_up - extra.holidays) | extra.working,
        known_through=max(announced | (added_years if country == "CN" else set())),
    )
