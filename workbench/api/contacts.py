"""The gate for every channel: ask it, reserve a message under it; opt-outs and consents."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from dialer.actions import contacts, wishes
from dialer.clock import utc_now
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.auth import language_now
from workbench.rules import pack_in_force
from workbench.schemas import Message, Name
from workbench.translations import say

DESK = ("agent", "supervisor", "manager")
SUPERVISOR = ("supervisor", "manager")
Text = Annotated[str, Field(min_length=1, max_length=500)]


class ContactIn(Message):
    """Which debt, which channel (voice, sms, email, letter, visit), where: `phone_id` for voice and SMS,
    else `address`. `is_reminder`: of an open promise."""

    account_id: int
    channel: Name
    phone_id: int | None = None
    address: Annotated[str, Field(max_length=300)] = ""
    is_reminder: bool = False


class ContactEndIn(Message):
    """`sent`, or `not_sent` when it certainly never left."""

    state: Name


class OptOutIn(Message):
    """A channel a person does not want."""

    debtor_id: int
    channel: Name
    reason: Text


class WithdrawIn(Message):
    """Why."""

    reason: Text


class ConsentIn(Message):
    """`calls` (until: within seven days) or `recording` (a recorded voice, on `number`)."""

    debtor_id: int
    kind: Name
    evidence: Text
    given_at: AwareDatetime
    until: AwareDatetime | None = None
    number: Annotated[str, Field(max_length=20)] = ""


@endpoint("POST", "/contacts/check", "May this contact be made now?", DESK, body=ContactIn)
def check_contact(body: ContactIn) -> dict[str, Any]:
    """The verdict with its licence, or the code and when to ask again. Nothing is reserved."""
    contact = contacts.Contact(**body.model_dump())
    return _in_words(contacts.check_contact(sessions(), contact, pack_in_force(), utc_now()))


@endpoint("POST", "/contacts", "Reserve a message under the gate", SUPERVISOR, body=ContactIn)
def reserve_contact(body: ContactIn) -> dict[str, Any]:
    """On a yes it is stored with its licence and counts; then send it and say what became of it."""
    contact = contacts.Contact(**body.model_dump())
    return _in_words(
        contacts.reserve_message(sessions(), actor(), contact, pack_in_force(), utc_now())
    )


@endpoint("POST", "/contacts/<contact_id>/close", "What became of a message", SUPERVISOR,
          body=ContactEndIn)  # fmt: skip
def close_contact(contact_id: str, body: ContactEndIn) -> dict[str, Any]:
    """Only what was not sent counts no more."""
    contacts.close_message(sessions(), actor(), contact_id, body.state, utc_now())
    return {}


@endpoint("POST", "/opt-outs", "A person does not want a channel", DESK, body=OptOutIn)
def create_opt_out(body: OptOutIn) -> dict[str, Any]:
    """From now on; nobody can waive it."""
    return {"id": wishes.opt_out(sessions(), actor(), now=utc_now(), **body.model_dump())}


@endpoint("POST", "/opt-outs/<int:opt_out_id>/withdraw", "The person wants it again", SUPERVISOR,
          body=WithdrawIn)  # fmt: skip
def withdraw_opt_out(opt_out_id: int, body: WithdrawIn) -> dict[str, Any]:
    """On their word."""
    wishes.withdraw_opt_out(sessions(), actor(), opt_out_id, body.reason, utc_now())
    return {}


@endpoint("POST", "/consents", "Consent that a person gave to us", SUPERVISOR, body=ConsentIn)
def create_consent(body: ConsentIn) -> dict[str, Any]:
    """With its proof and its end."""
    return {"id": wishes.record_consent(sessions(), actor(), now=utc_now(), **body.model_dump())}


@endpoint("POST", "/consents/<int:consent_id>/revoke", "Consent is taken back", DESK)
def revoke_consent(consent_id: int) -> dict[str, Any]:
    """From now on."""
    wishes.revoke_consent(sessions(), actor(), consent_id, utc_now())
    return {}


def _in_words(said: dict[str, Any]) -> dict[str, Any]:
    """The code of a no in the reader's language."""
    return (
        said if said["allowed"] else {**said, "text": say(language_now(), f"block.{said['code']}")}
    )
