"""The checks of the gate, one for each group of codes, cheap and permanent reasons first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from dialer.domain.compliance.ask import Ask, Channel
from dialer.domain.compliance.codes import HOLD_CODES, HOLDS, is_waived
from dialer.domain.compliance.counting import used_up
from dialer.domain.compliance.hours import Calendar
from dialer.domain.compliance.pack import RulePack
from dialer.domain.compliance.verdicts import Blocked

SOON = timedelta(minutes=1)


def _case(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    case = ask.case
    if case.state == "recalled":
        return Blocked("RECALLED")
    if case.state != "active":
        return Blocked("CASE_CLOSED")
    if not case.placement_active:
        return Blocked("PLACEMENT_INACTIVE")
    known = ask.channel in tuple(Channel)
    return None if known and ask.channel in case.channels else Blocked("CHANNEL_NOT_PERMITTED")


def _holds(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    codes = {HOLD_CODES.get(hold, "MANUAL_HOLD") for hold in ask.person.holds}
    for code in HOLDS:
        if code in codes and not is_waived(code, ask.overrides):
            return Blocked(code)
    return None


def _suppressions(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    if ask.person.suppressed:
        return Blocked("DNC_PERSON")
    if ask.channel in ask.person.opted_out:
        return Blocked("CHANNEL_OPT_OUT")
    if ask.number.suppressed:
        return Blocked("DNC_NUMBER")
    if ask.number.state == "wrong":
        return Blocked("WRONG_NUMBER")
    return None if ask.number.state in ("unverified", "valid") else Blocked("INVALID_NUMBER")


def _third_party(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """CN-TARGET, CN-CONTACT, US-3P: others than the debtor only on a recorded ground."""
    number = ask.number
    if number.role == "debtor":
        return None
    if number.refused:
        return Blocked("THIRD_PARTY_REFUSED")
    if pack.third_party == "never" or not number.ground:
        return Blocked("THIRD_PARTY_NO_GROUND")
    if number.role != "contact" and (number.role, number.ground) != ("guarantor", "contract"):
        return Blocked("THIRD_PARTY_NO_GROUND")
    reached = any(p.third_party and p.own and p.effective for p in ask.history or ())
    if pack.third_party == "once" and number.role == "contact" and reached:
        return Blocked("THIRD_PARTY_LIMIT")
    return None


def _hours(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """CN-HOURS, US-HOURS: the whole ringing must fit in; a message is sent in a moment."""
    lasts = timedelta(seconds=ask.ring_seconds if ask.channel == Channel.VOICE else 0)
    code = calendar.fault(ask.now, lasts)
    return Blocked(code, calendar.next_open(ask.now, lasts)) if code else None


def _caps(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    if ask.history is None:
        return Blocked("COUNTERS_UNKNOWN", ask.now + SOON)
    if any(past.in_flight and past.channel == ask.channel for past in ask.history):
        return Blocked("IN_FLIGHT", ask.now + SOON)
    for code, until in used_up(ask, pack, calendar):
        if not is_waived(code, ask.overrides):
            return Blocked(code, until)
    lasts = [
        past.at for past in ask.history
        if past.number == ask.number.number and past.channel == ask.channel and past.rang
    ]  # fmt: skip
    again = max(lasts) + pack.number_interval if lasts else ask.now
    return Blocked("CAP_INTERVAL", again) if again > ask.now else None


def _promise(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    return Blocked("PTP_PENDING") if ask.promise_pending and not ask.is_reminder else None


def _guarantee(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """UK-72H, UK-24H: who met silence or a machine's verdict meets an agent next time. US-FCC: whom
    no recorded message may be played to is called only while an agent waits."""
    if ask.channel != Channel.VOICE or ask.guaranteed_agent:
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
    if until:
        return Blocked("AGENT_GUARANTEE_REQUIRED", max(until))
    if ask.message_allowed or ask.infrastructure.agent_waits:
        return None
    return Blocked("AGENT_GUARANTEE_REQUIRED", ask.now + SOON)


def _budget(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    if ask.budget_left or ask.guaranteed_agent or ask.infrastructure.agent_waits:
        return None
    return None if ask.channel != Channel.VOICE else Blocked("ABANDON_BUDGET", ask.now + SOON)


def _infrastructure(ask: Ask, pack: RulePack, calendar: Calendar) -> Blocked | None:
    """A message shows no number, is not recorded and needs no agent; a stale balance is wrong on
    every channel."""
    there, spoken = ask.infrastructure, ask.channel == Channel.VOICE
    for ok, code, wait in (
        (there.cli_available or not spoken, "CLI_UNAVAILABLE", 10),
        (there.recorder_ok or not spoken, "RECORDER_DOWN", 10),
        (there.balance_fresh, "BALANCE_STALE", 60),
        (there.agent_trained or not spoken, "AGENT_UNTRAINED", 10),
    ):
        if not ok and not is_waived(code, ask.overrides):
            return Blocked(code, ask.now + wait * SOON)
    return None


CHECKS: tuple[Callable[[Ask, RulePack, Calendar], Blocked | None], ...] = (
    _case, _holds, _suppressions, _third_party, _hours, _caps, _promise, _guarantee,
    _budget, _infrastructure,
)  # fmt: skip
ORDER = tuple(check.__name__.strip("_") for check in CHECKS)
