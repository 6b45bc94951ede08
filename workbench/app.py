"""The web's spine: one Flask application, put together from top to bottom."""

from __future__ import annotations

import os
import secrets
from importlib import metadata
from pathlib import Path

from flask import Flask, Response, g, jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, generate_csrf

from dialer.actions.prompts import SHIPPED_ONLY, PromptFolders
from dialer.clock import utc_now
from dialer.reports.warnings import warnings
from dialer.settings import DialerSettings
from dialer.store.recording_files import open_sounds
from dialer.store.session import Sessions, open_store, read
from workbench import (
    admin_desk,
    agent_audio,
    agent_desk,
    api,
    auth,
    campaign_desk,
    case_desk,
    compare_desk,
    errors,
    live,
    plan_desk,
    prompt_desk,
    recording_desk,
    report_desk,
    review_desk,
    script_desk,
    settings_desk,
    supervisor_desk,
)
from workbench.settings import WorkbenchSettings
from workbench.translations import LANGUAGES, NAMES, catalogue

STATIC = Path(__file__).parent.parent / "static"
DESKS = (
    auth, agent_desk, supervisor_desk, campaign_desk, report_desk, plan_desk, settings_desk,
    prompt_desk, recording_desk, case_desk, admin_desk, review_desk,
    script_desk, compare_desk,
)  # fmt: skip


def create_app(
    settings: WorkbenchSettings,
    dialer: DialerSettings,
    sessions: Sessions | None = None,
    recordings: Path | None = None,
    prompts: PromptFolders = SHIPPED_ONLY,
) -> Flask:
    """The workbench, ready to serve; `live.Follower.start` begins the pushing."""
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    sessions = sessions or open_store(dialer.database)
    app.extensions["kept_sessions"] = sessions
    app.config.update(
        SECRET_KEY=_secret(settings.secret_file),
        SESSION_COOKIE_NAME="__Host-kept" if settings.secure_cookies else "kept",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        KEPT_UPLOADS=dialer.uploads,
        KEPT_PACK=dialer.pack(),
        KEPT_RECORDINGS=recordings,
        KEPT_AUDIO=settings.audio,
        KEPT_SOUNDS=open_sounds(dialer.recordings, recordings or Path("var/recordings")),
        KEPT_PROMPTS=prompts,
        KEPT_AGENCY=settings.agency,
        KEPT_TRUNKS=(),
        SEND_FILE_MAX_AGE_DEFAULT=0,  # asked for again with an ETag: a new version is seen at once
    )
    csrf = CSRFProtect(app)
    auth.install(app, sessions)
    errors.install(app)
    live.install(app, sessions, settings.public_url.rstrip("/"))
    agent_audio.listen(sessions)
    for desk in DESKS:
        app.register_blueprint(desk.pages)
    api.install(app, csrf)
    _pages(app)
    _health(app, sessions)
    return app


def _pages(app: Flask) -> None:
    """What every page has: a nonce, the words of its language, the headers that keep others out."""

    @app.before_request
    def _nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)

    @app.context_processor
    def _words() -> dict[str, object]:
        language = auth.language_now()
        return {
            "language": language, "languages": [(code, NAMES[code]) for code in LANGUAGES],
            "words": catalogue(language), "csrf": generate_csrf, "nonce": g.get("nonce", ""),
            "version": metadata.version("kept"),
        }  # fmt: skip

    @app.after_request
    def _headers(response: Response) -> Response:
        policy = (
            f"default-src 'self'; script-src 'self' 'nonce-{g.get('nonce', '')}'; "
            "style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        )
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Permissions-Policy"] = "microphone=(self), camera=()"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if response.mimetype in ("text/html", "application/json", "text/csv"):
            response.headers["Cache-Control"] = "no-store"  # debtors' data stays in no cache
        return response


def _health(app: Flask, sessions: Sessions) -> None:
    @app.get("/health")
    def health() -> ResponseReturnValue:
        """For load balancers: the store answers. `warnings`: what somebody must look at."""
        with read(sessions) as session:
            found = [row["code"] for row in warnings(session, app.config["KEPT_PACK"], utc_now())]
        return jsonify(ok=True, at=utc_now().isoformat(), warnings=found)


def _secret(path: Path) -> bytes:
    """The key that signs sessions; made once, readable by the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(32)
        file.write(key)
    return key
