"""Training records, and what somebody must look at before it stops the calls."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from dialer.actions.training import record_training
from dialer.clock import utc_now
from dialer.reports import warnings as report
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.rules import pack_in_force
from workbench.schemas import Message, Name

BOARD = ("supervisor", "manager")
MANAGER = ("manager",)


class TrainingIn(Message):
    """Somebody passed a training: entry, business or security."""

    username: Name
    kind: Name
    passed_on: date
    valid_until: date
    note: Annotated[str, Field(max_length=200)] = ""


@endpoint("POST", "/trainings", "Record a training that somebody passed", MANAGER, body=TrainingIn)
def add_training(body: TrainingIn) -> dict[str, Any]:
    """After its last day the agent cannot be ready."""
    until = record_training(sessions(), actor(), now=utc_now(), **body.model_dump())
    return {"trained_until": until.isoformat() if until else None}


@endpoint("GET", "/trainings", "Who is trained until when", BOARD)
def list_trainings() -> dict[str, Any]:
    """`soon`: it ends within thirty days, or has ended."""
    with read(sessions()) as session:
        return {"rows": report.training(session, utc_now())}


@endpoint("GET", "/warnings", "What to look at before it stops the calls", BOARD)
def list_warnings() -> dict[str, Any]:
    """Codes: pack_stale, calendar_old, training_ends, training_ended."""
    with read(sessions()) as session:
        return {"rows": report.warnings(session, pack_in_force(), utc_now())}
