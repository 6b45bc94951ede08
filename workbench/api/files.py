"""Reports and audit packs as files: asked for, scheduled, followed, downloaded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, request, send_file
from pydantic import Field

from dialer.actions import costs, report_files
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports import registers
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.api.registers import after
from workbench.schemas import Day, Id, Message

MANAGER = ("manager",)
Format = Literal["xlsx", "csv", "json"]


class ScheduleIn(Message):
    """Every day, Monday or first of the month, at this hour in this zone, about the days before."""

    creditor_id: Id
    every: Literal["daily", "weekly", "monthly"]
    hour: Annotated[int, Field(ge=0, le=23)]
    timezone: Annotated[str, Field(max_length=60)] = "Asia/Shanghai"
    formats: Annotated[list[Format], Field(min_length=1, max_length=3)]


class FileIn(Message):
    """A creditor's report, or an audit pack (format zip), of whole days, both included."""

    creditor_id: Id
    kind: Literal["progress", "audit_pack"]
    format: Literal["xlsx", "csv", "json", "zip"]
    first: Day
    last: Day


class CostIn(Message):
    """What collecting for a creditor cost from `first` to `last`; negative: a correction."""

    creditor_id: Id
    first: Day
    last: Day
    kind: Literal["labour", "telecom", "sms", "letters", "visits", "legal", "overhead"]
    amount_minor: Annotated[int, Field(ge=-(10**13), le=10**13)]


@endpoint("POST", "/report-schedules", "Send a report by itself", MANAGER, body=ScheduleIn)
def create_schedule(body: ScheduleIn) -> dict[str, Any]:
    """Exactly one report per due time; what was missed while nothing ran is made up for."""
    return {"id": report_files.add_schedule(
        sessions(), actor(), now=utc_now(), **body.model_dump()
    )}  # fmt: skip


@endpoint(
    "GET", "/report-schedules", "Reports that come by themselves", MANAGER,
    optional=("creditor_id", "after"),
)  # fmt: skip
def list_schedules() -> dict[str, Any]:
    """Stopped ones too."""
    return _list("report-schedules")


@endpoint("DELETE", "/report-schedules/<int:schedule_id>", "No more of these", MANAGER)
def stop_schedule(schedule_id: int) -> dict[str, Any]:
    """Files that were made stay."""
    report_files.stop_schedule(sessions(), actor(), schedule_id, utc_now())
    return {}


@endpoint("POST", "/report-files", "Ask for a report or an audit pack", MANAGER, body=FileIn)
def create_file(body: FileIn) -> dict[str, Any]:
    """The engine makes it; the fact ReportFileChanged tells when it is ready."""
    return {"id": report_files.ask_file(
        sessions(), actor(), creditor_id=body.creditor_id, kind=body.kind, format_=body.format,
        first=body.first, last=body.last, now=utc_now(),
    )}  # fmt: skip


@endpoint(
    "GET", "/report-files", "Files made, waiting or running", MANAGER,
    optional=("creditor_id", "schedule_id", "kind", "state", "after"),
)  # fmt: skip
def list_files() -> dict[str, Any]:
    """`part` of `parts` while one is running; with SHA-256 once it is ready."""
    return _list("report-files")


@endpoint("GET", "/report-files/<int:file_id>", "How far a file is", MANAGER)
def show_file(file_id: int) -> dict[str, Any]:
    """waiting, running, ready, cancelled or failed."""
    with read(sessions()) as session:
        row = registers.one(session, "report-files", file_id)
    if row is None:
        raise Refused("file_unknown")
    return row


@endpoint("POST", "/report-files/<int:file_id>/cancel", "Do not make it", MANAGER)
def cancel_file(file_id: int) -> dict[str, Any]:
    """The engine stops between two parts."""
    report_files.cancel_file(sessions(), actor(), file_id, utc_now())
    return {}


@endpoint(
    "GET", "/report-files/<int:file_id>/content", "Download a finished file", MANAGER,
    gives="application/octet-stream",
)  # fmt: skip
def download(file_id: int) -> Response:
    """Who took it is in the audit."""
    path = report_files.note_download(sessions(), actor(), file_id, utc_now())
    return send_file(
        path.resolve(), mimetype="application/octet-stream", as_attachment=True, etag=False,
        download_name=path.name,
    )  # fmt: skip


@endpoint("POST", "/costs", "Enter what collecting cost", MANAGER, body=CostIn)
def add_cost(body: CostIn) -> dict[str, Any]:
    """The numerator of cost to collect."""
    return {"id": costs.add_cost(sessions(), actor(), now=utc_now(), **body.model_dump())}


def _list(name: str) -> dict[str, Any]:
    with read(sessions()) as session:
        try:
            return registers.register(session, name, request.args, after())
        except ValueError:
            raise Refused("page") from None
