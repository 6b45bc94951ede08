"""Every request passes here: token, role, body, idempotency key, answer. Endpoints only act."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from pydantic import ValidationError

from dialer.actions.access import TOKEN_PREFIX, begin_command, end_command, token_hash
from dialer.actions.actor import Actor
from dialer.actions.idempotency import fingerprint
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.reports.people import person_by_api_token
from dialer.store.session import Sessions, read
from workbench.api.endpoints import ENDPOINTS, PREFIX, Endpoint
from workbench.api.openapi import document
from workbench.auth import language_now, limiter
from workbench.errors import as_error, bad_input, our_fault, refusal_answer
from workbench.translations import say

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
REQUESTS = "600 per minute"
SHOWN_ONCE = ("token", "secret")  # never stored, also not as the answer of a key
ID_MAX = 2**63 - 1  # of a column of ids
UNKNOWN = ("_unknown", "_missing")  # refusals that mean 404


def install(app: Flask, csrf: CSRFProtect) -> None:
    """All endpoints and the document that describes them."""
    pages = Blueprint("api", __name__, url_prefix=PREFIX)
    csrf.exempt(pages)  # no cookies here: a token is sent on purpose
    for each in ENDPOINTS:
        name = f"{each.method.lower()}{re.sub('[^a-z]+', '_', each.path)}"
        view = limiter.limit(REQUESTS, key_func=_who)(_view(each))
        pages.add_url_rule(each.path, endpoint=name, view_func=view, methods=[each.method])

    @pages.get("/openapi.json")
    def _document() -> ResponseReturnValue:
        return jsonify(document())

    app.register_blueprint(pages)


def sessions() -> Sessions:
    """The store of this application."""
    return current_app.extensions["kept_sessions"]


def actor() -> Actor:
    """Who the token acts for."""
    return Actor(g.api_person.id, g.api_person.role)


def _who() -> str:
    return token_hash(request.headers.get("Authorization", ""))


def _view(each: Endpoint) -> Callable[..., ResponseReturnValue]:
    def view(**path: Any) -> ResponseReturnValue:
        language = language_now()
        try:
            denied = _denied(each)
            if denied:
                return denied
            if any(isinstance(value, int) and value > ID_MAX for value in path.values()):
                return jsonify(as_error("404", say(language, "error.404"))), 404
            answer = _run(each, path)
            if isinstance(answer, Response):
                return answer
            return jsonify({"ok": True, **answer}), 201 if each.method == "POST" else 200
        except ValidationError as fault:
            return jsonify(bad_input(fault, language)), 422
        except Refused as refusal:
            code = 404 if refusal.code.endswith(UNKNOWN) else 409
            return jsonify(refusal_answer(refusal, language)), code
        except Exception:
            return jsonify(our_fault(language)), 500

    view.__name__ = each.handler.__name__
    return view


def _denied(each: Endpoint) -> ResponseReturnValue | None:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ").strip()
    person = None
    if header.startswith("Bearer ") and token.startswith(TOKEN_PREFIX):
        with read(sessions()) as session:
            person = person_by_api_token(session, token_hash(token))
    if person is None:
        return jsonify(as_error("401", say(language_now(), "error.401"))), 401
    if person.role not in (*each.roles, "admin"):
        return jsonify(as_error("403", say(language_now(), "error.403"))), 403
    g.api_person = person
    return None


def _run(each: Endpoint, path: dict[str, Any]) -> dict[str, Any] | Response:
    given: Any = None
    if each.body is not None:
        given = request.get_json(silent=True)
        path = {**path, "body": each.body.model_validate(given if given is not None else {})}
    key = request.headers.get("Idempotency-Key")
    if each.method == "GET" or key is None:
        return each.handler(**path)
    if not KEY.fullmatch(key):
        raise Refused("key_form")
    # A file is known by its length here; the same file under another key is refused further in.
    sent = request.content_length if each.is_file else given
    print_ = fingerprint({"path": request.full_path, "body": sent})
    before = begin_command(sessions(), actor(), key, f"api {each.method}", print_, utc_now())
    if before is not None:
        return before
    try:
        answer = each.handler(**path)
    except Exception:
        end_command(sessions(), key, None)
        raise
    kept = answer if isinstance(answer, dict) else {}
    end_command(sessions(), key, {k: v for k, v in kept.items() if k not in SHOWN_ONCE})
    return answer
