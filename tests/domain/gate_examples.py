"""One question for every code of the gate: asked, exactly this code must come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from dialer.domain.compliance import (
    Ask,
    CaseFacts,
    Infrastructure,
    NumberFacts,
    PersonFacts,
    RulePack,
    Window,
)
from dialer.domain.compliance.codes import HOLD_CODES
from dialer.domain.compliance.pack import narrowed
from dialer.packs import narrowing_of
from tests.domain.asks import CN, NUMBER, UK, US, ask, past

NIGHT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 01:00 in Shanghai
NEW_YORK = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # Monday, 11:00
LONDON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
LIFETIME = narrowed(CN, narrowing_of({"caps": {"CAP_LIFETIME": 3}}))
HOLIDAY = narrowed(
    replace(CN, holidays=frozenset({date(2026, 11, 23)})), narrowing_of({"closed_on_holidays": True})
)  # fmt: skip


def us(**fields) -> Ask:
    return ask(now=NEW_YORK, timezone="America/New_York", **fields)


def us_past(hours: float, **fields):
    fields.setdefault("number", f"n{hours}")
    return past(hours, now=NEW_YORK, zone="America/New_York", **fields)


def messages(channel: str, hours: tuple[float, ...]) -> Ask:
    return ask(
        channel=channel, history=tuple(past(h, channel=channel, number=f"n{h}") for h in hours)
    )


def _there(field: str) -> Ask:
    return ask(infrastructure=replace(Infrastructure(), **{field: False}))


EXAMPLES: dict[str, tuple[Ask, RulePack]] = {
    "FACTS_UNKNOWN": (ask(role=None), CN),
    "RECALLED": (ask(case=CaseFacts("recalled")), CN),
    "CASE_CLOSED": (ask(case=CaseFacts("closed")), CN),
    "PLACEMENT_INACTIVE": (ask(case=CaseFacts(placement_active=False)), CN),
    "CHANNEL_NOT_PERMITTED": (ask(case=CaseFacts(channels=frozenset({"sms"}))), CN),
    **{code: (ask(holds=(kind,)), CN) for kind, code in HOLD_CODES.items()},
    "DNC_PERSON": (ask(person=PersonFacts("Asia/Shanghai", suppressed=True)), CN),
    "CHANNEL_OPT_OUT": (ask(channel="sms", opted_out=frozenset({"sms"})), CN),
    "DNC_NUMBER": (ask(number=NumberFacts(NUMBER, suppressed=True)), CN),
    "WRONG_NUMBER": (ask(state="wrong"), CN),
    "INVALID_NUMBER": (ask(state="invalid"), CN),
    "THIRD_PARTY_REFUSED": (ask(role="contact", ground="unreachable", refused=True), CN),
    "THIRD_PARTY_NO_GROUND": (ask(role="contact"), CN),
    "THIRD_PARTY_LIMIT": (
        us(role="contact", ground="location",
           history=(us_past(9 * 24, third_party=True, effective=True),)), US,
    ),
    "OUT_OF_HOURS": (ask(now=NIGHT), CN),
    # 08:30 in Shanghai is 06:30 in Urumqi
    "TZ_UNKNOWN": (ask(now=datetime(2026, 11, 23, 0, 30, tzinfo=UTC), timezone="nowhere"), CN),
    "HOLIDAY": (ask(), HOLIDAY),
    "INCONVENIENT_TIME": (ask(inconvenient=(Window(time(9), time(11)),)), CN),
    "COUNTERS_UNKNOWN": (ask(history=None), CN),
    "IN_FLIGHT": (ask(history=(past(3, in_flight=True),)), CN),
    "CAP_DAY_EFFECTIVE": (
        ask(history=tuple(past(h, effective=True, number=f"n{h}") for h in (1, 1.2, 1.5))), CN,
    ),
    "CAP_DAY_ATTEMPT": (ask(history=tuple(past(h / 10, number=f"n{h}") for h in range(6))), CN),
    "CAP_NUMBER": (ask(history=tuple(past(h, own=False) for h in (1.1, 1.5))), CN),
    "CAP_7IN7": (us(history=tuple(us_past(h) for h in (2, 20, 40, 60, 80, 100, 120))), US),
    "CAP_CONVERSATION": (us(history=(us_past(30, conversation=True, effective=True),)), US),
    "CAP_SMS_DAY": (messages("sms", (0.5, 1)), CN),
    "CAP_SMS_WEEK": (messages("sms", (20, 21, 50, 51, 80, 81)), CN),
    "CAP_EMAIL_DAY": (messages("email", (0.5, 1)), CN),
    "CAP_EMAIL_WEEK": (messages("email", (20, 21, 50, 51, 80, 81)), CN),
    "CAP_LETTER_WEEK": (messages("letter", (100,)), CN),
    "CAP_VISIT_WEEK": (messages("visit", (100,)), CN),
    "CAP_LIFETIME": (ask(history=tuple(past(h * 500, number=f"n{h}") for h in (1, 2, 3))), LIFETIME),
    "CAP_INTERVAL": (ask(history=(past(0.9),)), CN),
    "PTP_PENDING": (ask(promise_pending=True), CN),
    "AGENT_GUARANTEE_REQUIRED": (ask(history=(past(23, abandoned=True),)), CN),
    "ABANDON_BUDGET": (ask(budget_left=False), CN),
    "CLI_UNAVAILABLE": (_there("cli_available"), CN),
    "RECORDER_DOWN": (_there("recorder_ok"), CN),
    "BALANCE_STALE": (_there("balance_fresh"), CN),
    "AGENT_UNTRAINED": (_there("agent_trained"), CN),
}  # fmt: skip

# What breaks a rule of the `cn` pack at 10:00, as fields that can be put together; one for each step.
BREAKS: dict[str, dict[str, object]] = {
    "RECALLED": {"case": CaseFacts("recalled")},
    "DECEASED": {"holds": ("deceased",)},
    "CHANNEL_OPT_OUT": {"opted_out": frozenset({"voice"})},
    "WRONG_NUMBER": {"state": "wrong"},
    "THIRD_PARTY_NO_GROUND": {"role": "contact"},
    "INCONVENIENT_TIME": {"inconvenient": (Window(time(9), time(11)),)},
    "IN_FLIGHT": {"history": (past(3, in_flight=True),)},
    "PTP_PENDING": {"promise_pending": True},
    "AGENT_GUARANTEE_REQUIRED": {"message_allowed": False},
    "ABANDON_BUDGET": {"budget_left": False},
    "CLI_UNAVAILABLE": {"infrastructure": Infrastructure(cli_available=False)},
}
PACKS_AND_PLACES = ((CN, "Asia/Shanghai"), (US, "America/New_York"), (UK, "Europe/London"))
