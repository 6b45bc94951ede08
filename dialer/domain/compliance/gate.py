"""The verdict: cheap and permanent reasons first, in the order of docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dialer.domain.compliance.ask import Ask, Past
from dialer.domain.compliance.hours import Calendar, zones_of
from dialer.domain.compliance.pack import Cap, Counts, Key, RulePack

HOLD_CODES = {
    "deceased": "DECEASED", "bankrupt": "BANKRUPT", "litigation": "LITIGATION",
    "breathing_space": "BREATHING_SPACE", "cease": "CEASE", "attorney": "ATTORNEY",
    "dispute": "DISPUTE_OPEN", "complaint": "COMPLAINT_HOLD", "hardship": "VULNERABLE_HOLD",
    "vulnerable": "VULNERABLE_HOLD", "manual": "MANUAL_HOLD",
}  # fmt: skip
# No role, reason or second person can waive these: hours, target, do-not-call, death, recall.
NOT_OVERRIDABLE = frozenset(
    {"RECALLED", "CASE_CLOSED", "PLACEMENT_INACTIVE", "CHANNEL_NOT_PERMITTED", "DECEASED", "CEASE",
     "DNC_PERSON", "DNC_NUMBER", "WRONG_NUMBER", "INVALID_NUMBER", "THIRD_PARTY_NO_GROUND",
     "THIRD_PARTY_REFUSED", "THIRD_PARTY_LIMIT", "OUT_OF_HOURS", "HOLIDAY", "IN_FLIGHT",
     "COUNTERS_UNKNOWN", "CAP_DAY_EFFECTIVE", "CLI_UNAVAILABLE", "RECORDER_DOWN", "ABANDON_BUDGET"}
)  # fmt: skip
SOON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Licence:
    """拨打依据: why the contact was allowed; stored with the attempt, shown to agent and auditor."""

    pack: str
    version: str
    at: datetime
    local_times: tuple[str, ...]
    rules: tuple[str, ...]
    counters: dict[str, int]
    overrides: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain types for the store."""
        return {
            "pack": self.pack, "version": self.version, "at": self.at.isoformat(),
            "local_times": list(self.local_times), "rules": list(self.rules),
            "counters": self.counters, "overrides": list(self.overrides),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, with the reasons."""

    licence: Licence


@dataclass(frozen=True, slots=True)
class Blocked:
    """No. `until`: when asking again may help; None: only a person can change it."""

    code: str
    until: datetime | None = None


def may_contact(ask: Ask, pack: RulePack) -> Allowed | Blocked:
    """The verdict for one person, debt, number and moment."""
    zones = zones_of(ask.person.timezone, pack.zones)
    holidays = pack.holidays if pack.closed_on_holidays else frozenset()
    calendar = Calendar(pack.week, zones, holidays, ask.person.inconvenient)
    for check in _CHECKS:
        blocked = check(ask, pack, calendar)
        if blocked is not None and not _waived(blocked.code, ask.overrides):
            return blocked
    times = tuple(f"{ask.now.astimezone(z):%Y-%m-%d %H:%M} {z.key}" for z in zones)
    used = tuple(sorted(code for code in ask.overrides if _waived(code, ask.overrides)))
    return Allowed(
        Licence(pack.name, pack.version, ask.now, times, ORDER, counted(ask, pack, calendar), used)
    )


def _waived(code: str, overrides: frozenset[str]) -> bool:
    return code in overrides and code not in NOT_OVERRIDABLE


# --- the checks, in order --------------------------------------------------------------------------


def _case(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    case = ask.case
    if case.state == "recalled":
        return Blocked("RECALLED")
    if case.state != "active":
        return Blocked("CASE_CLOSED")
    if not case.placement_active:
        return Blocked("PLACEMENT_INACTIVE")
    return None if case.voice_permitted else Blocked("CHANNEL_NOT_PERMITTED")


def _holds(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    codes = [HOLD_CODES.get(hold, "MANUAL_HOLD") for hold in ask.person.holds]
    for code in codes:
        if not _waived(code, ask.overrides):
            return Blocked(code)
    return None


def _suppressions(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    if ask.person.suppressed:
        return Blocked("DNC_PERSON")
    if ask.number.suppressed:
        return Blocked("DNC_NUMBER")
    if ask.number.state == "wrong":
        return Blocked("WRONG_NUMBER")
    return Blocked("INVALID_NUMBER") if ask.number.state == "invalid" else None


def _third_party(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """CN-TARGET, CN-CONTACT, US-3P: others than the debtor only on a recorded ground."""
    number = ask.number
    if number.role == "debtor":
        return None
    if number.refused:
        return Blocked("THIRD_PARTY_REFUSED")
    if pack.third_party == "never" or not number.ground:
        return Blocked("THIRD_PARTY_NO_GROUND")
    if number.role == "guarantor" and number.ground != "contract":
        return Blocked("THIRD_PARTY_NO_GROUND")
    reached = any(p.third_party and p.own and p.effective for p in ask.history or ())
    if pack.third_party == "once" and number.role == "contact" and reached:
        return Blocked("THIRD_PARTY_LIMIT")
    return None


def _hours(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """CN-HOURS, US-HOURS: the whole ringing must fit in."""
    rings = timedelta(seconds=ask.ring_seconds)
    code = calendar.fault(ask.now, rings)
    return Blocked(code, calendar.next_open(ask.now, rings)) if code else None


def _caps(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    if ask.history is None:
        return Blocked("COUNTERS_UNKNOWN", ask.now + SOON)
    if any(past.in_flight for past in ask.history):
        return Blocked("IN_FLIGHT", ask.now + SOON)
    for cap in pack.caps:
        counting = _counting(ask, cap, calendar)
        if len(counting) >= cap.limit and not _waived(cap.code, ask.overrides):
            return Blocked(cap.code, _room_again(cap, counting, calendar))
    lasts = [past.at for past in ask.history if past.number == ask.number.number and past.rang]
    again = max(lasts) + pack.number_interval if lasts else ask.now
    return Blocked("CAP_INTERVAL", again) if again > ask.now else None


def _promise(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    return Blocked("PTP_PENDING") if ask.promise_pending and not ask.is_reminder else None


def _guarantee(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """UK-72H, UK-24H: who met silence or a machine's verdict meets an agent next time."""
    if ask.guaranteed_agent:
        return None
    until = [
        past.at + rest
        for past in ask.history or ()
        for marked, rest in (
            (past.abandoned, pack.after_abandon),
            (past.machine, pack.after_machine),
        )
        if marked and past.at + rest > ask.now
    ]
    return Blocked("AGENT_GUARANTEE_REQUIRED", max(until)) if until else None


def _budget(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    if ask.budget_left or ask.guaranteed_agent:
        return None
    return Blocked("ABANDON_BUDGET", ask.now + SOON)


def _infrastructure(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    there = ask.infrastructure
    for ok, code in (
        (there.cli_available, "CLI_UNAVAILABLE"), (there.recorder_ok, "RECORDER_DOWN"),
        (there.balance_fresh, "BALANCE_STALE"), (there.agent_trained, "AGENT_UNTRAINED"),
    ):  # fmt: skip
        if not ok and not _waived(code, ask.overrides):
            return Blocked(code, ask.now + 10 * SOON)
    return None


_CHECKS: tuple[Callable[[Ask, RulePack, Calendar], Blocked | None], ...] = (
    _case, _holds, _suppressions, _third_party, _hours, _caps, _promise, _guarantee, _budget,
    _infrastructure,
)  # fmt: skip
ORDER = tuple(check.__name__.strip("_") for check in _CHECKS)


# --- counting --------------------------------------------------------------------------------------


def counted(ask: Ask, pack: RulePack, calendar: Calendar) -> dict[str, int]:
    """How far each cap is used, for the licence."""
    return {cap.code: len(_counting(ask, cap, calendar)) for cap in pack.caps}


def _counting(ask: Ask, cap: Cap, calendar: Calendar) -> list[Past]:
    """The contacts that use up this cap now."""
    today = ask.now.astimezone(calendar.zones[0]).date()
    first = today - timedelta(days=cap.days - 1) if cap.days else None
    return [
        past for past in ask.history or ()
        if _concerns(past, cap.key, ask) and _counts(past, cap.counts)
        and (first is None or past.day >= first)
    ]  # fmt: skip


def _concerns(past: Past, key: Key, ask: Ask) -> bool:
    if key is Key.NUMBER:
        return past.number == ask.number.number
    return past.own and (key is Key.PERSON or past.account_id == ask.account_id)


def _counts(past: Past, what: Counts) -> bool:
    if what is Counts.ATTEMPTS:
        return past.rang
    return past.effective if what is Counts.EFFECTIVE else past.conversation


def _room_again(cap: Cap, counting: list[Past], calendar: Calendar) -> datetime | None:
    """When enough contacts have left the window for one more."""
    if not cap.days or not cap.limit:
        return None
    days = sorted(past.day for past in counting)
    leaves = days[-1] if cap.cooling else days[len(days) - cap.limit]
    return calendar.opening_of(leaves + timedelta(days=cap.days))
