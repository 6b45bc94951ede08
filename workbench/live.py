"""The only place that emits. Browsers get whole views, numbered by the last fact they contain.

A view that arrives late or twice has a number the page has already seen and is dropped; a page that
reconnects asks for its view and has everything. One thread follows the ledger, so that a hundred
watchers cost one projection, not a hundred.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, SocketIO, join_room, leave_room
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dialer.actions import outcomes as outcome_actions
from dialer.actions import seats as seat_actions
from dialer.actions.dialing import ask_dial, cancel_dial
from dialer.actions.previews import answer_preview
from dialer.actions.refusals import Refused
from dialer.clock import monotonic, utc_now
from dialer.domain.compliance import RulePack
from dialer.facts import AnyFact, CampaignChanged, PromiseMade, Pulsed, UploadChanged
from dialer.feed import Reader, last_id
from dialer.reports import campaigns, desk, live_board
from dialer.reports.board_extras import with_extras
from dialer.reports.call_counts import CallCounts
from dialer.reports.from_supervisor import from_supervisor
from dialer.reports.people import ready_users, user_of_seat
from dialer.store.session import Sessions, read
from workbench import desk_events
from workbench.auth import actor, language_now
from workbench.desk_holders import DeskHolders
from workbench.errors import as_error, bad_input, our_fault, refusal_text
from workbench.live_in_call import listen_in_call
from workbench.rules import pack_in_force
from workbench.schemas import (
    DialIn,
    DialRequestIn,
    Draft,
    Message,
    OnCall,
    OutcomeIn,
    PreviewIn,
    SeatStatus,
    Watch,
)
from workbench.translations import say

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 0.04
BOARD_SECONDS = 0.3
BOARD_BEAT_SECONDS = 1.5  # a board is pushed at least so often: one of three seconds ago is stale
CAMPAIGNS_SECONDS = 0.5
PING_SECONDS = 5  # a browser that says nothing for twice as long is gone
DESK_GRACE_SECONDS = 5.0  # a reload takes less; longer, and nobody sits there
RESTART_GRACE_SECONDS = 20.0
VIEWS_OF = {
    "agent": ("desk",), "supervisor": ("board", "desk"), "manager": ("board", "campaigns", "desk"),
    "admin": ("board", "campaigns", "desk"),
}  # fmt: skip

M = TypeVar("M", bound=Message)
Answer = dict[str, Any]

socketio = SocketIO(async_mode="threading", logger=False, engineio_logger=False)


def install(app: Flask, sessions: Sessions, origin: str) -> Follower:
    """Attach Socket.IO; nothing but our own pages may connect."""
    socketio.init_app(
        app, cors_allowed_origins=[origin], manage_session=False, max_http_buffer_size=100_000,
        ping_interval=PING_SECONDS, ping_timeout=PING_SECONDS,
    )  # fmt: skip
    follower = Follower(sessions, app.config["KEPT_PACK"])
    app.extensions["kept_follower"] = follower
    app.extensions["kept_desk_holders"] = DeskHolders()
    _listen_to_pages(sessions, follower)
    _listen_to_calls(sessions)
    _listen_to_dialing(sessions)
    desk_events.listen(socketio, _answering, sessions, lambda: _own_desk(sessions))
    listen_in_call(socketio, _answering, sessions)
    return follower


class Follower:
    """Reads the ledger and pushes the views that changed to the rooms that watch them."""

    def __init__(self, sessions: Sessions, pack: RulePack) -> None:
        self._sessions, self._pack = sessions, pack
        self.counts = CallCounts()
        self._watching: Counter[str] = Counter()
        self._rooms: dict[str, set[str]] = {}  # socket -> its rooms
        self._due: dict[str, float] = {}
        self._empty_desks: dict[int, float] = {}  # user -> when their seat is paused
        self._lock = threading.Lock()  # pages come and go on threads of their own
        self._stop = threading.Event()

    def start(self) -> None:
        """Follow from now on; pages take their first view when they connect."""
        reader = Reader(self._sessions)
        with read(self._sessions) as session:
            for user_id in ready_users(session):  # ready before we started: are they still there?
                self._empty_desks[user_id] = monotonic() + RESTART_GRACE_SECONDS
        threading.Thread(target=self._run, args=(reader,), name="follower", daemon=True).start()

    def stop(self) -> None:
        """End after the current look."""
        self._stop.set()

    def joined(self, sid: str, room: str) -> None:
        """A page watches."""
        with self._lock:
            rooms = self._rooms.setdefault(sid, set())
            self._watching[room] += room not in rooms
            rooms.add(room)
        if room.startswith("desk:"):
            self._empty_desks.pop(int(room.partition(":")[2]), None)

    def left(self, sid: str) -> None:
        """A page is gone."""
        with self._lock:
            rooms = self._rooms.pop(sid, set())
            self._watching.subtract(rooms)
        for room in rooms:
            if room.startswith("desk:") and self._watching[room] <= 0:
                user_id = int(room.partition(":")[2])
                self._empty_desks[user_id] = monotonic() + DESK_GRACE_SECONDS

    def _run(self, reader: Reader) -> None:
        while not self._stop.wait(FOLLOW_SECONDS):
            try:
                with read(self._sessions) as session:
                    self._note(session, [fact for _, _, fact in reader.poll()])
                self._due.setdefault("board", monotonic() + BOARD_BEAT_SECONDS)
                self._push(monotonic())
                self._pause_empty_desks(monotonic())
            except SQLAlchemyError:
                log.exception("ledger not readable", extra={"action": "live.follow"})
                self._stop.wait(1.0)

    def _note(self, session: Session, facts: list[AnyFact]) -> None:
        now = monotonic()
        for fact in facts:
            seat_id = getattr(fact, "seat_id", 0)
            if seat_id:
                self._due.setdefault(f"desk:{user_of_seat(session, seat_id)}", now)
            if not isinstance(fact, UploadChanged):
                soon = now + BOARD_SECONDS
                self._due["board"] = min(self._due.get("board", soon), soon)
            if isinstance(fact, CampaignChanged | UploadChanged | Pulsed | PromiseMade):
                self._due.setdefault("campaigns", now + CAMPAIGNS_SECONDS)

    def _push(self, now: float) -> None:
        for room in [room for room, at in self._due.items() if at <= now]:
            del self._due[room]
            if self._watching[room] > 0:
                name, _, user = room.partition(":")
                with read(self._sessions) as session:
                    view = view_of(session, name, int(user or 0), self._pack, self.counts)
                socketio.emit(name, view, to=room)

    def _pause_empty_desks(self, now: float) -> None:
        for user_id in [user for user, at in list(self._empty_desks.items()) if at <= now]:
            del self._empty_desks[user_id]
            seat_actions.desk_lost(self._sessions, user_id, utc_now())


def view_of(
    session: Session, name: str, user_id: int, pack: RulePack, counts: CallCounts | None = None
) -> Answer:
    """A whole view, numbered by `last_fact`. `counts`: what this process keeps of the board's calls."""
    if name == "desk":
        own = desk.snapshot(session, user_id, pack, utc_now())
        return {**own, "supervisor": from_supervisor(session, user_id)}
    if name == "board":
        now = utc_now()
        return with_extras(session, live_board.snapshot(session, now, pack, counts), now)
    number = last_id(session)
    return {"last_fact": number, **campaigns.overview(session, utc_now())}


def _answering(model: type[M], *roles: str) -> Callable[[Callable[[M], Answer | None]], Any]:
    """Check who asks and what; answer always, so that no page waits for ever."""

    def wrap(handler: Callable[[M], Answer | None]) -> Any:
        @wraps(handler)
        def answer(payload: Any = None) -> Answer:
            language = language_now()
            try:
                if not current_user.is_authenticated or current_user.person.role not in roles:
                    return as_error("403", say(language, "error.403"))
                if model is not Watch and current_user.person.role == "agent":
                    _holders().check(current_user.person.id, _sid())
                return {"ok": True, **(handler(model.model_validate(payload)) or {})}
            except ValidationError as fault:
                return bad_input(fault, language)
            except Refused as refusal:
                return as_error(refusal.code, refusal_text(refusal, language))
            except Exception:
                return our_fault(language)

        return answer

    return wrap


def _own_desk(sessions: Sessions) -> Answer:
    with read(sessions) as session:
        return {"view": view_of(session, "desk", actor().user_id, pack_in_force())}


def _holders() -> DeskHolders:
    holders: DeskHolders = current_app.extensions["kept_desk_holders"]
    return holders


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _take_desk(user_id: int, asked: Watch, follower: Follower) -> None:
    """One page has the desk. The one that had it is told, and hears nothing more."""
    before = _holders().claim(user_id, _sid(), asked.page, asked.take)
    if before:
        leave_room(f"desk:{user_id}", sid=before, namespace="/")
        follower.left(before)
        socketio.emit("desk:taken", to=before)


def _listen_to_pages(sessions: Sessions, follower: Follower) -> None:
    """Pages come, watch a view, choose a seat's status, go."""

    @socketio.on("connect")
    def _connect(_auth: Any = None) -> None:
        if not current_user.is_authenticated:
            raise ConnectionRefusedError("login")

    @socketio.on("disconnect")
    def _disconnect(*_reason: Any) -> None:
        follower.left(_sid())
        _holders().left(_sid())

    @socketio.on("watch")
    @_answering(Watch, *VIEWS_OF)
    def _watch(asked: Watch) -> Answer:
        person = current_user.person
        if asked.view not in VIEWS_OF[person.role]:
            raise Refused("view")
        if asked.view == "desk":
            _take_desk(person.id, asked, follower)
            seat_actions.take_seat(sessions, actor(), utc_now())
        room = f"desk:{person.id}" if asked.view == "desk" else asked.view
        join_room(room)
        follower.joined(_sid(), room)
        with read(sessions) as session:
            view = view_of(session, asked.view, person.id, pack_in_force(), follower.counts)
        return {"view": view}

    @socketio.on("seat:status")
    @_answering(SeatStatus, *VIEWS_OF)
    def _status(asked: SeatStatus) -> None:
        if asked.status == "away":
            seat_actions.go_home(sessions, actor(), utc_now())
        else:
            seat_actions.choose_status(
                sessions, actor(), asked.status, asked.pause_reason, utc_now()
            )


def _listen_to_calls(sessions: Sessions) -> None:
    """What an agent says of the call on the line; each handler is one action."""

    @socketio.on("call:identity")
    @_answering(OnCall, *VIEWS_OF)
    def _identity(asked: OnCall) -> Answer:
        outcome_actions.confirm_identity(sessions, actor(), asked.attempt_id, utc_now())
        return _own_desk(sessions)

    @socketio.on("call:draft")
    @_answering(Draft, *VIEWS_OF)
    def _draft(asked: Draft) -> None:
        outcome_actions.save_draft(
            sessions, actor(), asked.attempt_id, dict(asked.fields), utc_now()
        )

    @socketio.on("call:outcome")
    @_answering(OutcomeIn, *VIEWS_OF)
    def _outcome(asked: OutcomeIn) -> Answer:
        promise = asked.promise
        return outcome_actions.record_outcome(
            sessions, actor(), key=asked.key, attempt_id=asked.attempt_id, code=asked.code,
            note=asked.note, callback_at=asked.callback_at, callback_mine=asked.callback_mine,
            promise=promise.agreed() if promise else None, now=utc_now(), pack=pack_in_force(),
        )  # fmt: skip

    @socketio.on("call:hangup")
    @_answering(OnCall, "agent", "supervisor", "manager", "admin")
    def _hangup(asked: OnCall) -> None:
        outcome_actions.ask_hangup(sessions, actor(), asked.attempt_id, utc_now())


def _listen_to_dialing(sessions: Sessions) -> None:
    """Calls of one's own: ask for one, take it back, answer an offer. The engine does the rest."""

    @socketio.on("dial:ask")
    @_answering(DialIn, "agent")
    def _ask(asked: DialIn) -> Answer:
        answer = ask_dial(
            sessions, actor(), key=asked.key, entry_id=asked.entry_id, phone_id=asked.phone_id,
            now=utc_now(),
        )  # fmt: skip
        return {**answer, **_own_desk(sessions)}

    @socketio.on("dial:cancel")
    @_answering(DialRequestIn, "agent")
    def _cancel(asked: DialRequestIn) -> Answer:
        cancel_dial(sessions, actor(), asked.request_id, utc_now())
        return _own_desk(sessions)

    @socketio.on("preview:answer")
    @_answering(PreviewIn, "agent")
    def _preview(asked: PreviewIn) -> Answer:
        answer_preview(
            sessions, actor(), key=asked.key, preview_id=asked.preview_id, answer=asked.answer,
            reason=asked.reason, minutes=asked.minutes, phone_id=asked.phone_id, now=utc_now(),
        )  # fmt: skip
        return _own_desk(sessions)
