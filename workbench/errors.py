"""Every no in words: refusals of actions, wrong input, missing pages, and our own faults."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dialer.actions.refusals import Refused
from dialer.domain.lint import Fault
from workbench.auth import language_now
from workbench.translations import catalogue, say

log = logging.getLogger(__name__)


def refusal_text(refusal: Refused, language: str) -> str:
    """The sentence for a refusal."""
    return say(language, f"refusal.{refusal.code}", **refusal.args_)


def as_error(code: str, text: str) -> dict[str, Any]:
    """The shape of every error the browser gets."""
    return {"ok": False, "error": {"code": code, "text": text}}


def refusal_answer(refusal: Refused, language: str) -> dict[str, Any]:
    """A refusal; one of rules names every fault, with the key to change and the way out."""
    answer = as_error(refusal.code, refusal_text(refusal, language))
    found = refusal.args_.get("found")
    if found:
        answer["error"]["faults"] = [fault_in_words(fault, language) for fault in found]
    return answer


def fault_in_words(fault: Fault, language: str) -> dict[str, Any]:
    """One fault of a campaign's rules."""
    names = " ".join((fault.key, *fault.names))
    return {
        "code": fault.code, "key": fault.key, "names": list(fault.names), "hint": fault.hint,
        "text": say(language, f"refusal.lint_{fault.code}", faults=names),
    }  # fmt: skip


def bad_input(fault: ValidationError, language: str) -> dict[str, Any]:
    """Names the first field that is wrong; never repeats what was sent."""
    field = ".".join(str(part) for part in fault.errors()[0]["loc"]) or "-"
    return as_error("input", say(language, "error.input", field=field))


def our_fault(language: str) -> dict[str, Any]:
    """Log the exception under a number that the user can name to us."""
    number = secrets.token_hex(4)
    log.exception("request failed", extra={"action": "web.error", "number": number})
    return as_error("internal", say(language, "error.500", number=number))


def install(app: Flask) -> None:
    """JSON for our own scripts, a page for people."""

    @app.errorhandler(Refused)
    def _refused(refusal: Refused) -> ResponseReturnValue:
        text = refusal_text(refusal, language_now())
        if _wants_json():
            return jsonify(refusal_answer(refusal, language_now())), 409
        return render_template("error.html", code=409, text=text), 409

    @app.errorhandler(ValidationError)
    def _bad(fault: ValidationError) -> ResponseReturnValue:
        return jsonify(bad_input(fault, language_now())), 422

    @app.errorhandler(CSRFError)
    def _csrf(_fault: CSRFError) -> ResponseReturnValue:
        return _answer(400, "error.session")

    @app.errorhandler(HTTPException)
    def _http(fault: HTTPException) -> ResponseReturnValue:
        code = fault.code or 500
        key = f"error.{code}"
        answer = make_response(_answer(code, key if key in catalogue("en") else "error.other"))
        if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(fault.valid_methods))
        return answer

    @app.errorhandler(Exception)
    def _ours(_fault: Exception) -> ResponseReturnValue:
        error = our_fault(language_now())
        if _wants_json():
            return jsonify(error), 500
        return render_template("error.html", code=500, text=error["error"]["text"]), 500


def _answer(code: int, key: str) -> ResponseReturnValue:
    text = say(language_now(), key)
    if _wants_json():
        return jsonify(as_error(str(code), text)), code
    return render_template("error.html", code=code, text=text), code


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.is_json
