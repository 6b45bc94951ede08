"""The manager's page: campaigns, their files, start and pause, the pool of shown numbers.

A file is streamed to disk and hashed here; reading it is the engine's job.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from dialer.actions import campaigns as actions
from dialer.actions.numbers import add_outbound_numbers
from dialer.actions.refusals import Refused
from dialer.actions.table_file import SIZE_MAX
from dialer.clock import utc_now
from dialer.domain.case_rows import template_header
from dialer.reports import campaigns as report
from dialer.reports.exports import rejected_csv
from dialer.store.session import Sessions, read
from workbench.auth import actor, language_now, needs
from workbench.schemas import CampaignIn, NumbersIn
from workbench.translations import say

pages = Blueprint("campaigns", __name__)
CHUNK = 256 * 1024
NAME_MAX = 120


def _sessions() -> Sessions:
    return current_app.extensions["kept_sessions"]


@pages.get("/campaigns")
@needs("manager")
def page() -> ResponseReturnValue:
    """The page; its view comes through `live`."""
    return render_template("page.html", view="campaigns", facts={"size_max": SIZE_MAX})


@pages.post("/campaigns")
@needs("manager")
def add() -> ResponseReturnValue:
    """A campaign in draft; its creditor is created when new."""
    asked = CampaignIn.model_validate(request.get_json())
    creditor = actions.add_creditor(_sessions(), actor(), asked.creditor, utc_now())
    campaign = actions.add_campaign(
        _sessions(), actor(), name=asked.name, creditor_id=creditor,
        ring_seconds=asked.ring_seconds, now=utc_now(),
    )  # fmt: skip
    return jsonify(ok=True, id=campaign), 201


@pages.post("/campaigns/<int:campaign_id>/start")
@needs("manager")
def start(campaign_id: int) -> ResponseReturnValue:
    """Let the engine dial it."""
    actions.start_campaign(_sessions(), actor(), campaign_id, utc_now())
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/pause")
@needs("supervisor", "manager")
def pause(campaign_id: int) -> ResponseReturnValue:
    """No further INVITE."""
    actions.pause_campaign(_sessions(), actor(), campaign_id, utc_now())
    return jsonify(ok=True)


@pages.post("/campaigns/<int:campaign_id>/uploads")
@needs("manager")
def upload(campaign_id: int) -> ResponseReturnValue:
    """The body is the file; its name travels in a header, never in the address."""
    filename = Path(unquote(request.headers.get("X-File-Name", ""))).name[:NAME_MAX]
    folder = Path(current_app.config["KEPT_UPLOADS"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / secrets.token_hex(16)
    try:
        size, digest = _store(path)
        upload_id = actions.receive_upload(
            _sessions(), actor(), campaign_id=campaign_id, filename=filename or "-",
            path=str(path), sha256=digest, size=size, now=utc_now(),
        )  # fmt: skip
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return jsonify(ok=True, id=upload_id), 202


def _store(path: Path) -> tuple[int, str]:
    """Write the body to disk, piece by piece; (bytes, SHA-256)."""
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as out:
        path.chmod(0o600)
        while piece := request.stream.read(CHUNK):
            size += len(piece)
            if size > SIZE_MAX:
                raise Refused("file_large", limit_mb=SIZE_MAX // 2**20)
            digest.update(piece)
            out.write(piece)
    if not size:
        raise Refused("file_empty")
    return size, digest.hexdigest()


@pages.get("/uploads/<int:upload_id>")
@needs("manager")
def upload_detail(upload_id: int) -> ResponseReturnValue:
    """How far it is, and the first rows that were left out, with reasons in words."""
    with read(_sessions()) as session:
        detail = report.upload_detail(session, upload_id)
    if detail is None:
        abort(404)
    for row in detail["rows"]:
        row["text"] = say(language_now(), f"row.{row['reason']}")
    return jsonify(detail)


@pages.get("/uploads/<int:upload_id>/rejected.csv")
@needs("manager")
def rejected(upload_id: int) -> ResponseReturnValue:
    """The rows that were left out, to be mended and sent again."""
    language, sessions = language_now(), _sessions()

    def lines() -> Iterator[bytes]:
        with read(sessions) as session:
            yield from rejected_csv(session, upload_id, lambda key: say(language, key))

    headers = {"Content-Disposition": f"attachment; filename=rejected-{upload_id}.csv"}
    return Response(lines(), mimetype="text/csv", headers=headers)


@pages.get("/template.csv")
@needs("manager")
def template() -> ResponseReturnValue:
    """The columns Kept understands, as an empty file."""
    text = "\ufeff" + ",".join(template_header()) + "\r\n"
    headers = {"Content-Disposition": "attachment; filename=kept-template.csv"}
    return Response(text.encode(), mimetype="text/csv", headers=headers)


@pages.post("/numbers")
@needs("manager")
def numbers() -> ResponseReturnValue:
    """Add outbound numbers to the pool."""
    asked = NumbersIn.model_validate(request.get_json())
    new = add_outbound_numbers(_sessions(), actor(), asked.numbers, utc_now())
    return jsonify(ok=True, new=new), 201
