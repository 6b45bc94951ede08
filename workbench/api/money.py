"""Payments, plans and offers."""

from __future__ import annotations

from typing import Annotated, Any

from flask import request
from pydantic import Field

from dialer.actions import arrangements, payments, promises
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.rules import pack_in_force
from workbench.schemas import SAYS, Day, Id, Message, Text
from workbench.uploads import received_file

MANAGER = ("manager",)
Minor = Annotated[int, Field(ge=-(10**13), le=10**13)]


class PaymentIn(Message):
    """One payment; negative: a reversal. The transaction number makes it count once."""

    creditor_id: Id
    txn_no: Annotated[str, Field(min_length=1, max_length=64, pattern=SAYS)]
    contract_no: Annotated[str, Field(min_length=1, max_length=80, pattern=SAYS)]
    amount_minor: Minor
    value_on: Day


class PlanIn(Message):
    """分期."""

    account_id: Id
    periods: Annotated[int, Field(ge=1, le=60)]
    first_on: Day
    every_days: Annotated[int, Field(ge=1, le=92)] = 30


class OfferIn(Message):
    """减免: pay less than the balance."""

    account_id: Id
    total_minor: Minor


class DecisionIn(Message):
    """Yes or no."""

    approve: bool


@endpoint("POST", "/payments", "Post a payment", MANAGER, body=PaymentIn)
def post_payment(body: PaymentIn) -> dict[str, Any]:
    """Settles promises; a case paid in full is closed and its ringing call cancelled."""
    row = payments.as_row(body.txn_no, body.contract_no, body.amount_minor, body.value_on)
    return payments.post_payment(sessions(), actor(), body.creditor_id, row, utc_now())


@endpoint(
    "POST",
    "/payment-files",
    "Post a file of payments",
    MANAGER,
    query=("creditor_id",),
    is_file=True,
)
def post_payment_file() -> dict[str, Any]:
    """The same file or transaction again posts nothing."""
    creditor = request.args.get("creditor_id", type=int)
    if creditor is None or not 0 < creditor < 2**63:
        raise Refused("creditor_unknown")
    with received_file() as file:
        return payments.post_payment_file(
            sessions(), actor(), creditor, file.filename, file.path, utc_now()
        )


class AssignIn(Message):
    """The account that a payment in suspense belongs to."""

    account_id: Id


class CancelIn(Message):
    """Why."""

    reason: Text


class RenegotiateIn(Message):
    """Another amount or day."""

    amount_minor: Annotated[int, Field(ge=1, le=10**13)]
    due_on: Day


@endpoint(
    "POST",
    "/suspense/<int:payment_id>/assign",
    "A payment in suspense belongs to this account",
    MANAGER,
    body=AssignIn,
)
def assign(payment_id: int, body: AssignIn) -> dict[str, Any]:
    """Posted as if it had named the account; settles promises."""
    return payments.assign_suspense(sessions(), actor(), payment_id, body.account_id, utc_now())


@endpoint(
    "POST",
    "/promises/<int:promise_id>/cancel",
    "It was made by mistake",
    ("supervisor", "manager"),
    body=CancelIn,
)
def cancel_promise(promise_id: int, body: CancelIn) -> dict[str, Any]:
    """Neither kept nor broken."""
    promises.cancel_promise(sessions(), actor(), promise_id, body.reason, utc_now())
    return {}


@endpoint(
    "POST",
    "/promises/<int:promise_id>/renegotiate",
    "Another amount or day",
    ("agent", "supervisor", "manager"),
    body=RenegotiateIn,
)
def renegotiate(promise_id: int, body: RenegotiateIn) -> dict[str, Any]:
    """Within the limits of any promise; the old one is `renegotiated`."""
    return {"id": promises.renegotiate_promise(
        sessions(), actor(), promise_id, body.amount_minor, body.due_on, utc_now()
    )}  # fmt: skip


@endpoint("POST", "/plans", "Agree on instalments", ("agent", "supervisor", "manager"), body=PlanIn)
def make_plan(body: PlanIn) -> dict[str, Any]:
    """Replaces an open promise."""
    return {"id": arrangements.make_plan(
        sessions(), actor(), pack_in_force(), body.account_id, periods=body.periods, first_on=body.first_on,
        every_days=body.every_days, now=utc_now(),
    )}  # fmt: skip


@endpoint(
    "POST",
    "/offers",
    "Propose less than the balance",
    ("agent", "supervisor", "manager"),
    body=OfferIn,
)
def propose(body: OfferIn) -> dict[str, Any]:
    """Within the agreement's authority it is approved at once."""
    return dict(arrangements.propose_offer(
        sessions(), actor(), body.account_id, body.total_minor, utc_now()
    ))  # fmt: skip


@endpoint(
    "POST",
    "/offers/<int:offer_id>/decide",
    "Approve or refuse an offer",
    ("supervisor", "manager"),
    body=DecisionIn,
)
def decide(offer_id: int, body: DecisionIn) -> dict[str, Any]:
    """By somebody else than who asked."""
    arrangements.decide_offer(sessions(), actor(), offer_id, body.approve, utc_now())
    return {}
