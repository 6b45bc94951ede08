"""Cases and people: outlook, recall, holds, suppressions, complaints, waived rules, notes."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime

from dialer.actions import cases, stops
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.domain.phone_numbers import BadNumber, normalise
from dialer.reports.close_out import close_out
from dialer.reports.people import find_account
from dialer.reports.timeline import timeline
from dialer.reports.waterfall import outlook
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.rules import pack_in_force
from workbench.schemas import Id, Message, Text, Word

SUPERVISOR = ("supervisor", "manager")
MANAGER = ("manager",)


class FindIn(Message):
    """A contract of a creditor; in the body, because addresses are logged."""

    creditor_id: Id
    contract_no: Word


class ReasonIn(Message):
    """Why."""

    reason: Text


class HoldIn(Message):
    """A stop flag on a person."""

    debtor_id: Id
    kind: Word
    reason: Text


class NumberIn(Message):
    """A number nobody may call any more."""

    number: Word
    reason: Word = "DNC"


class ComplaintIn(Message):
    """投诉."""

    debtor_id: Id
    channel: Word
    text: Text


class AnswerIn(Message):
    """Answer to a complaint."""

    answer: Text


class GroundIn(Message):
    """Why somebody else may be contacted."""

    ground: Word
    reason: Text


class OverrideIn(Message):
    """Ask to waive a rule for one person; somebody else approves."""

    debtor_id: Id
    code: Word
    reason: Text
    until: AwareDatetime


class NoteIn(Message):
    """催记."""

    debtor_id: Id
    text: Text
    account_id: Id | None = None
    supersedes_id: Id | None = None


@endpoint("POST", "/accounts/find", "An account by its contract number", SUPERVISOR, body=FindIn)
def find(body: FindIn) -> dict[str, Any]:
    """Its ids."""
    with read(sessions()) as session:
        found = find_account(session, body.creditor_id, body.contract_no)
    if found is None:
        raise Refused("account_unknown")
    return found


@endpoint(
    "GET",
    "/accounts/<int:account_id>/outlook",
    "Past attempts, promises and the next call",
    SUPERVISOR,
)
def show_outlook(account_id: int) -> dict[str, Any]:
    """By the code that decides when dialing."""
    with read(sessions()) as session:
        view = outlook(session, account_id, pack_in_force(), utc_now())
    if view is None:
        raise Refused("account_unknown")
    return view


@endpoint("GET", "/debtors/<int:debtor_id>/timeline", "All contacts with a person", SUPERVISOR)
def show_timeline(debtor_id: int) -> dict[str, Any]:
    """Calls, notes, promises, payments, holds, complaints; newest first, the last 200."""
    with read(sessions()) as session:
        view = timeline(session, debtor_id)
    if view is None:
        raise Refused("debtor_unknown")
    return view


@endpoint("POST", "/cases/<int:case_id>/recall", "Recall one case", MANAGER, body=ReasonIn)
def recall(case_id: int, body: ReasonIn) -> dict[str, Any]:
    """A ringing call is cancelled within a second."""
    cases.recall_case(sessions(), actor(), case_id, body.reason, utc_now())
    return {}


@endpoint("POST", "/placements/<int:placement_id>/recall", "Recall a batch", MANAGER, body=ReasonIn)
def recall_batch(placement_id: int, body: ReasonIn) -> dict[str, Any]:
    """All its cases."""
    return {
        "cases": cases.recall_placement(sessions(), actor(), placement_id, body.reason, utc_now())
    }


@endpoint("GET", "/placements/<int:placement_id>/close-out", "The end of a batch", MANAGER)
def show_close_out(placement_id: int) -> dict[str, Any]:
    """Inventory, collected, unresolved by reason."""
    with read(sessions()) as session:
        view = close_out(session, placement_id)
    if view is None:
        raise Refused("placement_unknown")
    return view


@endpoint("POST", "/holds", "Stop all contact with a person", SUPERVISOR, body=HoldIn)
def hold(body: HoldIn) -> dict[str, Any]:
    """Acts everywhere at once. A dispute has a ticket that the creditor must answer: `POST /disputes`."""
    if body.kind == "dispute":
        raise Refused("hold_dispute")
    stops.stop_contact(sessions(), actor(), body.debtor_id, body.kind, body.reason, utc_now())
    return {}


@endpoint("POST", "/holds/<int:hold_id>/release", "Lift a hold", SUPERVISOR, body=ReasonIn)
def release(hold_id: int, body: ReasonIn) -> dict[str, Any]:
    """With a reason."""
    cases.release_hold(sessions(), actor(), hold_id, body.reason, utc_now())
    return {}


@endpoint("POST", "/suppressions", "Never call a number again", SUPERVISOR, body=NumberIn)
def suppress(body: NumberIn) -> dict[str, Any]:
    """For every campaign."""
    try:
        number = normalise(body.number)
    except BadNumber:
        raise Refused("outbound_number_form", number="…") from None
    stops.suppress_number(sessions(), actor(), number, body.reason, utc_now())
    return {}


@endpoint("POST", "/complaints", "Record a complaint", SUPERVISOR, body=ComplaintIn)
def complain(body: ComplaintIn) -> dict[str, Any]:
    """The person is held; an answer is due within fifteen days."""
    return {"id": cases.add_complaint(
        sessions(), actor(), body.debtor_id, body.channel, body.text, utc_now()
    )}  # fmt: skip


@endpoint(
    "POST", "/complaints/<int:complaint_id>/answer", "Answer a complaint", SUPERVISOR, body=AnswerIn
)
def answer(complaint_id: int, body: AnswerIn) -> dict[str, Any]:
    """Closes it."""
    cases.answer_complaint(sessions(), actor(), complaint_id, body.answer, utc_now())
    return {}


@endpoint(
    "POST",
    "/phones/<int:phone_id>/ground",
    "Why somebody else may be contacted",
    SUPERVISOR,
    body=GroundIn,
)
def ground(phone_id: int, body: GroundIn) -> dict[str, Any]:
    """ "unreachable" must be proven by the ledger."""
    cases.set_ground(sessions(), actor(), phone_id, body.ground, body.reason, utc_now())
    return {}


@endpoint("POST", "/overrides", "Ask to waive a rule", SUPERVISOR, body=OverrideIn)
def override(body: OverrideIn) -> dict[str, Any]:
    """Nothing happens before somebody else approves."""
    return {"id": cases.ask_override(
        sessions(), actor(), body.debtor_id, body.code, body.reason, body.until, utc_now()
    )}  # fmt: skip


@endpoint("POST", "/overrides/<int:override_id>/approve", "Approve a waived rule", MANAGER)
def approve(override_id: int) -> dict[str, Any]:
    """By somebody else than who asked."""
    cases.approve_override(sessions(), actor(), override_id, utc_now())
    return {}


@endpoint("POST", "/notes", "Write a note", ("agent", *SUPERVISOR), body=NoteIn)
def note(body: NoteIn) -> dict[str, Any]:
    """A correction names the note it supersedes."""
    return {"id": cases.add_note(
        sessions(), actor(), body.debtor_id, body.text, utc_now(), body.account_id, body.supersedes_id
    )}  # fmt: skip
