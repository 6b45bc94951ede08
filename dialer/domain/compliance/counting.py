"""Caps: which contacts use one up, and when there is room again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from dialer.domain.compliance.ask import Ask, Past
from dialer.domain.compliance.hours import Calendar
from dialer.domain.compliance.pack import Cap, Counts, Key, RulePack


def counted(ask: Ask, pack: RulePack, calendar: Calendar) -> dict[str, int]:
    """How far each cap of the channel is used, for the licence."""
    return {
        cap.code: len(counting(ask, cap, calendar))
        for cap in pack.caps
        if cap.channel == ask.channel
    }


def used_up(ask: Ask, pack: RulePack, calendar: Calendar) -> Iterator[tuple[str, datetime | None]]:
    """Each cap without room, with the time of the next room (None: never)."""
    for cap in pack.caps:
        if cap.channel != ask.channel or (cap.not_with_consent and ask.consent):
            continue
        these = counting(ask, cap, calendar)
        if len(these) >= cap.limit:
            yield cap.code, room_again(cap, these, calendar)


def counting(ask: Ask, cap: Cap, calendar: Calendar) -> list[Past]:
    """The contacts that use up this cap now; one "from the future" (a clock was set back) counts."""
    if not ask.history:
        return []
    today = ask.now.astimezone(calendar.zones[0]).date()
    first = today - timedelta(days=cap.days - 1) if cap.days else None
    return [
        past for past in ask.history
        if past.channel == cap.channel and _concerns(past, cap.key, ask) and _counts(past, cap)
        and (first is None or past.day >= first)
    ]  # fmt: skip


def was_used_up(cap: Cap, contact: Past, before: Iterable[Past]) -> bool:
    """Whether a contact that was made had no room under the cap: judged afterwards from what was done
    before it, for the audit."""
    if contact.channel != cap.channel or (cap.not_with_consent and contact.with_consent):
        return False
    first = contact.day - timedelta(days=cap.days - 1) if cap.days else None
    used = sum(
        past.channel == cap.channel and _counts(past, cap) and (first is None or past.day >= first)
        and (cap.key is Key.PERSON
             or (cap.key is Key.NUMBER and past.number == contact.number)
             or (cap.key is Key.PERSON_DEBT and past.account_id == contact.account_id))
        for past in before
    )  # fmt: skip
    return used >= cap.limit


def _concerns(past: Past, key: Key, ask: Ask) -> bool:
    if key is Key.NUMBER:
        return past.number == ask.number.number
    return past.own and (key is Key.PERSON or past.account_id == ask.account_id)


def _counts(past: Past, cap: Cap) -> bool:
    if cap.not_with_consent and past.with_consent:
        return False
    match cap.counts:
        case Counts.ATTEMPTS:
            return past.rang
        case Counts.CONNECTED:
            return past.rang and past.connected
        case Counts.EFFECTIVE:
            return past.effective
        case Counts.CONVERSATIONS:
            return past.conversation


def room_again(cap: Cap, these: list[Past], calendar: Calendar) -> datetime | None:
    """When enough contacts have left the window for one more."""
    if not cap.days or not cap.limit:
        return None
    days = sorted(past.day for past in these)
    leaves = days[-1] if cap.cooling else days[len(days) - cap.limit]
    return calendar.opening_of(leaves + timedelta(days=cap.days))
