"""The verdict: cheap and permanent reasons first, in the order of docs/rules.md."""

from __future__ import annotations

from dialer.domain.compliance.ask import Ask, has_unknown
from dialer.domain.compliance.checks import CHECKS, ORDER
from dialer.domain.compliance.codes import is_waived
from dialer.domain.compliance.counting import counted
from dialer.domain.compliance.hours import zones_of
from dialer.domain.compliance.pack import RulePack, calendar_of
from dialer.domain.compliance.verdicts import Allowed, Blocked, Licence


def may_contact(ask: Ask, pack: RulePack) -> Allowed | Blocked:
    """The verdict for one person, debt, channel, number and moment."""
    if has_unknown(ask):
        return Blocked("FACTS_UNKNOWN")
    zones = zones_of(ask.person.timezone, pack.zones)
    calendar = calendar_of(pack, zones, ask.person.inconvenient)
    for check in CHECKS:
        blocked = check(ask, pack, calendar)
        if blocked is not None and not is_waived(blocked.code, ask.overrides):
            return blocked
    times = tuple(f"{ask.now.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}" for zone in zones)
    waived = tuple(sorted(code for code in ask.overrides if is_waived(code, ask.overrides)))
    counters = counted(ask, pack, calendar)
    return Allowed(Licence(
        pack.name, pack.version, ask.now, times, ORDER, counters, waived, ask.channel, ask.consent,
    ))  # fmt: skip
