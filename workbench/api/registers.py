"""Registers to read, page by page; users, seats, tokens; what people did and what programs are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from dialer.actions import access
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports import people, registers
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.schemas import Message, Name

BOARD = ("supervisor", "manager")
MANAGER = ("manager",)
ADMIN = ("admin",)
ID_MAX = 2**63 - 1

# register -> who may read it, and what it is
READABLE = {
    "creditors": (BOARD, "Creditors"),
    "agreements": (MANAGER, "What creditors agreed to"),
    "placements": (BOARD, "Placement batches"),
    "buckets": (BOARD, "Creditors' own DPD ranges"),
    "holds": (BOARD, "Stop flags on people"),
    "suppressions": (BOARD, "Numbers nobody may call; masked"),
    "overrides": (BOARD, "Rules waived or asked to be waived"),
    "complaints": (BOARD, "The complaint register"),
    "notes": (BOARD, "Notes on people"),
    "phones": (BOARD, "Numbers of people with role and ground; masked"),
    "promises": (BOARD, "Promises to pay"),
    "plans": (BOARD, "Instalment plans"),
    "offers": (BOARD, "Offers below the balance"),
    "payments": (MANAGER, "Payments and reversals"),
    "payment-files": (MANAGER, "Files of payments with their faults"),
    "costs": (MANAGER, "What collecting cost"),
    "webhooks": (MANAGER, "Who is told of facts"),
    "numbers": (BOARD, "Outbound numbers"),
}


class TokenIn(Message):
    """A token that acts as this user."""

    username: Name
    name: Name


def after() -> int:
    """`?after=`: the last id of the page before."""
    text = request.args.get("after", "0")
    if not text.isascii() or not text.isdigit() or int(text) > ID_MAX:
        raise Refused("page")
    return int(text)


def _or_refuse(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return ask()
    except ValueError:
        raise Refused("page") from None


def _reader(name: str) -> Any:
    def handler() -> dict[str, Any]:
        with read(sessions()) as session:
            return _or_refuse(lambda: registers.register(session, name, request.args, after()))

    handler.__name__ = f"list_{name.replace('-', '_')}"
    return handler


for _name, (_roles, _summary) in READABLE.items():
    _columns = registers.REGISTERS[_name][1]
    endpoint("GET", f"/{_name}", _summary, _roles, optional=("after", *_columns))(_reader(_name))


@endpoint(
    "GET",
    "/suspense",
    "Payments that belong to no account yet",
    MANAGER,
    optional=("creditor_id", "after"),
)
def list_suspense() -> dict[str, Any]:
    """Assign each to an account, or leave it."""
    with read(sessions()) as session:
        return _or_refuse(lambda: registers.suspense(session, request.args, after()))


@endpoint(
    "GET",
    "/webhooks/<int:webhook_id>/deliveries",
    "What a webhook answered",
    MANAGER,
    optional=("after",),
)
def list_deliveries(webhook_id: int) -> dict[str, Any]:
    """Status 0: no answer."""
    with read(sessions()) as session:
        if registers.one(session, "webhooks", webhook_id) is None:
            raise Refused("webhook_unknown")
        return registers.register(session, "deliveries", {"webhook_id": str(webhook_id)}, after())


@endpoint("GET", "/users", "Who may sign in", MANAGER)
def list_users() -> dict[str, Any]:
    """Passwords and sessions are nobody's to read."""
    with read(sessions()) as session:
        return {"rows": people.users(session)}


@endpoint("GET", "/seats", "Seats now", BOARD)
def list_seats() -> dict[str, Any]:
    """Status: what the agent chose; state: what the system does."""
    with read(sessions()) as session:
        return {"rows": people.seats(session)}


@endpoint("GET", "/tokens", "Tokens of the API", ADMIN)
def list_tokens() -> dict[str, Any]:
    """Only hashes are kept; a token is shown once, when it is made."""
    with read(sessions()) as session:
        return {"rows": people.api_tokens(session)}


@endpoint("POST", "/tokens", "Make a token; it is shown once", ADMIN, body=TokenIn)
def create_token(body: TokenIn) -> dict[str, Any]:
    """It may do what its user may. With an Idempotency-Key a repeated request answers without it."""
    return {"token": access.add_token(sessions(), actor(), body.username, body.name, utc_now())}


@endpoint("DELETE", "/tokens/<int:token_id>", "Revoke a token", ADMIN)
def revoke(token_id: int) -> dict[str, Any]:
    """From the next request on it is refused."""
    access.revoke_token(sessions(), actor(), token_id, utc_now())
    return {}
