"""An auditor's questions, answered by query: how many were looked at, how many break the rule, which.

Judged again from times and rows, not from what a licence says of itself. The target is 0 everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from dialer.domain.compliance.codes import HOLD_CODES
from dialer.domain.compliance.counting import was_used_up
from dialer.domain.compliance.hours import zones_of
from dialer.domain.compliance.pack import calendar_of
from dialer.reports.audit_pack.calls import recording_index, third_parties
from dialer.reports.audit_pack.subject import Call, Subject, Table
from dialer.store import audit
from dialer.store.tables import Hold, OutboundNumber, Suppression

SHOWN = 50


class Answer(NamedTuple):
    """How many were looked at, and the ids of those that break the rule."""

    looked_at: int
    broken: list[str]


def proofs(about: Subject) -> Table:
    """All questions with their answers."""
    rows = [(question, ask(about)) for question, ask in QUESTIONS.items()]
    return [
        {
            "question": question,
            "looked_at": answer.looked_at,
            "broken": len(answer.broken),
            "which": " ".join(answer.broken[:SHOWN]),
        }
        for question, answer in rows
    ]


def _of_calls(about: Subject, is_broken: Callable[[Call], bool]) -> Answer:
    return Answer(len(about.calls), [c.attempt.id for c in about.calls if is_broken(c)])


def _outside_hours(about: Subject) -> Answer:
    """At the debtor's place, by the pack's week; an unknown place must be open in every zone."""
    pack = about.pack

    def is_outside(call: Call) -> bool:
        calendar = calendar_of(pack, zones_of(call.debtor.timezone, pack.zones), ())
        return bool(calendar.fault(call.attempt.created_at, timedelta()))

    return _of_calls(about, is_outside)


def _without_licence(about: Subject) -> Answer:
    """Which rule version allowed it is a column of the ledger; here those where nobody can tell."""
    return _of_calls(about, lambda call: not (call.attempt.licence or {}).get("version"))


def _above_cap(about: Subject) -> Answer:
    """Contacts made although a cap was used up, over all creditors. A cap that two people waived for
    this call is no violation; those of law cannot be waived."""
    waived = {c.attempt.created_at: c.attempt.licence.get("overrides", []) for c in about.calls}
    looked, broken = 0, []
    for person, pasts in about.contacts.items():
        for n, contact in enumerate(pasts):
            if not about.period.first <= contact.day <= about.period.last:
                continue
            looked += 1
            broken += [
                f"{person}/{contact.day}/{cap.code}"
                for cap in about.pack.caps
                if contact.rang and cap.code not in waived.get(contact.at, [])
                and was_used_up(cap, contact, pasts[:n])
            ]  # fmt: skip
    return Answer(looked, broken)


def _without_ground(about: Subject) -> Answer:
    rows = third_parties(about)
    return Answer(len(rows), [row["attempt_id"] for row in rows if not row["ground_at_the_time"]])


def _after_recall(about: Subject) -> Answer:
    return _of_calls(
        about, lambda c: c.case.closed_at is not None and c.attempt.created_at > c.case.closed_at
    )


def _after_refusal(about: Subject) -> Answer:
    """To a number after it was put on the do-not-call list, or after somebody else on it refused."""
    since: dict[str, datetime] = {
        number: at
        for number, at in about.session.execute(select(Suppression.number, Suppression.at))
    }
    for call in about.calls:  # a refusal must act even if nobody kept it on the list
        if call.code in ("DNC", "TP_REFUSED") and call.attempt.ended_at is not None:
            at = since.get(call.attempt.number, call.attempt.ended_at)
            since[call.attempt.number] = min(at, call.attempt.ended_at)
    return _of_calls(
        about,
        lambda c: (at := since.get(c.attempt.number)) is not None and c.attempt.created_at > at,
    )


def _under_hold(about: Subject) -> Answer:
    """While a stop flag of the person was in force and not waived for this call."""
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in about.session.scalars(select(Hold).where(Hold.debtor_id.in_(about.people))):
        holds[hold.debtor_id].append(hold)

    def is_held(call: Call) -> bool:
        at, waived = call.attempt.created_at, call.attempt.licence.get("overrides", [])
        return any(
            h.starts_at <= at and (h.ends_at is None or at < h.ends_at)
            and HOLD_CODES.get(h.kind, "MANUAL_HOLD") not in waived
            for h in holds[call.debtor.id]
        )  # fmt: skip

    return _of_calls(about, is_held)


def _foreign_numbers(about: Subject) -> Answer:
    ours = set(about.session.scalars(select(OutboundNumber.number)))
    return _of_calls(about, lambda call: call.attempt.outbound_number not in ours)


def _without_recording(about: Subject) -> Answer:
    index = recording_index(about)
    return Answer(
        len(index), [row["attempt_id"] for row in index if row["state"] not in ("ok", "deleted")]
    )


def _silent(about: Subject) -> Answer:
    """Abandoned, and the person heard no message within the limit either."""
    left = [c for c in about.calls if c.attempt.abandoned]
    limit = about.pack.abandon.threshold.total_seconds() * 1000
    return Answer(len(left), [
        c.attempt.id for c in left
        if c.attempt.message_ms is None or c.attempt.message_ms > limit
    ])  # fmt: skip


def _chain(about: Subject) -> Answer:
    broken = audit.first_broken(about.session)
    return Answer(1, [str(broken)] if broken is not None else [])


QUESTIONS: dict[str, Callable[[Subject], Answer]] = {
    "calls outside hours": _outside_hours,
    "calls without a licence": _without_licence,
    "contacts above a cap": _above_cap,
    "third parties contacted without a ground": _without_ground,
    "calls after recall or closing": _after_recall,
    "calls after refusal": _after_refusal,
    "calls under a hold": _under_hold,
    "numbers shown that are not ours": _foreign_numbers,
    "talks without a recording": _without_recording,
    "abandoned calls without a message in time": _silent,
    "breaks in the audit chain": _chain,
}
