"""Who is at the browser: passwords, sessions, roles, languages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user, login_user, logout_user
from pydantic import ValidationError

from dialer.actions import second_factor
from dialer.actions.actor import Actor
from dialer.actions.seats import go_home
from dialer.actions.users import choose_language
from dialer.clock import utc_now
from dialer.reports.people import Person, person_by_id, person_by_name, person_by_token
from dialer.store.session import Sessions, read
from workbench.schemas import LoginIn
from workbench.translations import LANGUAGES, say

SESSION_HOURS = 12
HOME_OF = {"agent": "desk.page", "supervisor": "board.page", "manager": "campaigns.page",
           "admin": "campaigns.page", "auditor": "cases.page"}  # fmt: skip
LOGINS_PER_ACCOUNT = "5 per minute"
LOGINS_PER_ADDRESS = "60 per minute"
CODE_SECONDS = 300  # between password and code

pages = Blueprint("auth", __name__)
limiter = Limiter(get_remote_address, storage_uri="memory://")
_hasher = PasswordHasher()
_two_at_once = threading.Semaphore(
    2
)  # argon2 takes 64 MiB and a core: a shift start must not starve calls


def hash_password(password: str) -> str:
    """Argon2id, the library's defaults."""
    return _hasher.hash(password)


_NOBODY = hash_password("nobody")  # checked for unknown names, so that they take as long


def password_fits(hashed: str, password: str) -> bool:
    """Whether this is the password."""
    with _two_at_once:
        try:
            return _hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


class SignedIn:
    """flask-login's user: a person of the store, known by a token that can be taken away."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """What the session cookie holds."""
        return self.person.session_token


def install(app: Flask, sessions: Sessions) -> None:
    """Sessions, rate limits and the language of every request."""
    app.permanent_session_lifetime = timedelta(hours=SESSION_HOURS)
    login = LoginManager(app)
    login.login_view = "auth.login"
    login.login_message = None
    limiter.init_app(app)

    @login.user_loader
    def _load(token: str) -> SignedIn | None:
        with read(sessions) as store:
            person = person_by_token(store, token)
        return SignedIn(person) if person else None

    @app.before_request
    def _choose_language() -> None:
        g.language = language_now()

    app.jinja_env.globals["t"] = lambda key, **words: say(language_now(), key, **words)


def language_now() -> str:
    """The user's choice, else the cookie's, else what the browser asks for."""
    chosen = session.get("language", "")
    if not chosen and current_user.is_authenticated:
        chosen = current_user.person.language
    if chosen in LANGUAGES:
        return str(chosen)
    wanted = request.accept_languages.best_match(["zh-CN", "zh", "en"], "zh-CN")
    return "en" if wanted == "en" else "zh-CN"


def actor() -> Actor:
    """The signed-in person, as actions know it."""
    return Actor(current_user.person.id, current_user.person.role)


def needs(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Only for these roles; an admin may do everything a manager may."""
    allowed = {*roles, "admin"} if "manager" in roles else set(roles)

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if current_user.person.role not in allowed:
                abort(403)
            return view(*args, **kwargs)

        checked.roles = allowed  # type: ignore[attr-defined] # the role matrix test reads it
        return checked

    return wrap


@pages.get("/")
def home() -> ResponseReturnValue:
    """To the page of one's role."""
    if not current_user.is_authenticated:
        return redirect(url_for("auth.login"))
    return redirect(url_for(HOME_OF[current_user.person.role]))


@pages.get("/login")
def login() -> ResponseReturnValue:
    """The login page."""
    if current_user.is_authenticated:
        return redirect(url_for("auth.home"))
    return render_template("login.html", fault="", username="")


@pages.post("/login")
@limiter.limit(LOGINS_PER_ADDRESS)
@limiter.limit(
    LOGINS_PER_ACCOUNT, key_func=lambda: f"login:{request.form.get('username', '')[:60]}"
)
def sign_in() -> ResponseReturnValue:
    """Check the password; the same words whether the name or the password is wrong."""
    try:
        asked = LoginIn.model_validate(
            {"username": request.form.get("username"), "password": request.form.get("password")}
        )
    except ValidationError:
        return _wrong("")
    with read(current_app.extensions["kept_sessions"]) as store:
        person = person_by_name(store, asked.username)
    fits = password_fits(person.password_hash if person else _NOBODY, asked.password)
    if person is None or not fits:
        return _wrong(asked.username)
    if person.totp_on:  # the password alone opens nothing
        session["half_in"] = [person.id, utc_now().timestamp()]
        return redirect(url_for("auth.code"))
    return _let_in(person)


def _let_in(person: Person) -> ResponseReturnValue:
    language = language_now() if "language" in session else ""
    session.clear()  # a session id planted before the login is worth nothing after it
    session.permanent = True
    if language:
        session["language"] = language
    login_user(SignedIn(person))
    return redirect(url_for("auth.home"))


def _half_in() -> int:
    """Who gave the right password within the last minutes and owes the code; 0: nobody."""
    user_id, at = session.get("half_in", (0, 0.0))
    return int(user_id) if utc_now().timestamp() - at < CODE_SECONDS else 0


@pages.get("/login/code")
def code() -> ResponseReturnValue:
    """Asks for the code of the second factor."""
    if not _half_in():
        return redirect(url_for("auth.login"))
    return render_template("login_code.html", fault="")


@pages.post("/login/code")
@limiter.limit(LOGINS_PER_ACCOUNT, key_func=lambda: f"code:{_half_in()}")
def check_code() -> ResponseReturnValue:
    """The code of now, once; a wrong one says nothing more than that."""
    user_id = _half_in()
    if not user_id:
        return redirect(url_for("auth.login"))
    sessions = current_app.extensions["kept_sessions"]
    if not second_factor.accept(
        sessions, user_id, request.form.get("code", "")[:10].strip(), utc_now()
    ):
        return render_template("login_code.html", fault="login.code_wrong"), 401
    with read(sessions) as store:
        person = person_by_id(store, user_id)
    if person is None:
        return redirect(url_for("auth.login"))
    return _let_in(person)


def _wrong(username: str) -> ResponseReturnValue:
    return render_template("login.html", fault="login.wrong", username=username), 401


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    """Go home and forget the session; refused while a call waits for its outcome."""
    language = language_now()
    if current_user.is_authenticated:
        go_home(current_app.extensions["kept_sessions"], actor(), utc_now())
    logout_user()
    session.clear()
    session["language"] = language
    return redirect(url_for("auth.login"))


@pages.post("/language")
def language() -> ResponseReturnValue:
    """Switch the language of all screens, and keep it with the user."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen
    if current_user.is_authenticated:
        sessions = current_app.extensions["kept_sessions"]
        choose_language(sessions, actor(), chosen, utc_now())
    back = request.form.get("back", "/")
    return redirect(back if back.startswith("/") and not back.startswith("//") else "/")
