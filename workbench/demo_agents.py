"""`python -m workbench.demo_agents`: simulated agents at real sockets. Their voices are real SIP phones.

Each signs in like a person, gets ready, confirms identities, records outcomes and promises, hangs up.
They see what an agent sees and nothing else.
"""

from __future__ import annotations

import argparse
import logging
import random
import secrets
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import socketio

from dialer.clock import monotonic, utc_now
from dialer.simulation.scenario import Spread
from telephony import log as log_lines
from workbench.demo_client import Visitor

log = logging.getLogger(__name__)

STEP_SECONDS = 0.15
DECIDE_SECONDS = 6.0  # by then a person has said hello, or a machine has talked on
ASK_SECONDS = 8.0
TALKS = (3.0, 9.0)
# What becomes of a talk with the right person, and how often (weights).
ENDS = {
    "PTP": 36, "RPC_CALLBACK": 12, "RPC_REFUSE": 15, "RPC_NO_ABILITY": 14, "PAID_CLAIM": 8,
    "DISPUTE_AMOUNT": 4, "HARDSHIP": 3,
}  # fmt: skip
NOT_THEM = {"WRONG_NUMBER": 5, "TP_MESSAGE": 7}
NOT_THEM_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class Manner:
    """How long an agent talks from the first word and writes afterwards; None: as a demonstration
    likes it, short and without writing."""

    talk: Spread | None = None
    wrap: Spread | None = None


@dataclass(slots=True)
class Talk:
    """What the agent has in mind about the call on the line. Times are monotonic."""

    attempt_id: str
    since: float
    code: str = ""
    ends_at: float = 0.0
    recorded_at: float = 0.0  # not before: the agent still writes
    identified: bool = False
    hung_up: bool = False


NO_PERSON = ("machine", "fax", "announcement", "tone")


def choose_end(chance: random.Random, answer_kind: str) -> str:
    """How this talk will end."""
    if answer_kind in NO_PERSON:
        return "AM_AGENT"
    table = NOT_THEM if chance.random() < NOT_THEM_SHARE else ENDS
    return chance.choices(list(table), list(table.values()))[0]


def outcome_of(
    call: dict[str, Any], code: str, chance: random.Random, now: datetime
) -> dict[str, Any]:
    """The record that goes to the server; falls back when the customer was gone too soon."""
    if code in ENDS and not call["identity_confirmed"]:
        code = "AM_AGENT" if call["answer_kind"] in NO_PERSON else "IDENTITY_NOT_CONFIRMED"
    record: dict[str, Any] = {
        "attempt_id": call["attempt_id"], "key": secrets.token_hex(16), "code": code, "note": "",
    }  # fmt: skip
    if code == "PTP":
        allowed = call["debt"]["promise"]
        days = (
            date.fromisoformat(allowed["due_to"]) - date.fromisoformat(allowed["due_from"])
        ).days
        due = date.fromisoformat(allowed["due_from"]) + timedelta(days=chance.randint(0, days))
        share = chance.choice((1.0, 1.0, 0.5, 0.3))
        amount = max(int(allowed["amount_max_minor"] * share) // 100 * 100, 1)
        record["promise"] = {"amount_minor": amount, "due_on": due.isoformat()}
    if code == "RPC_CALLBACK":
        record["callback_at"] = (now + timedelta(hours=chance.randint(2, 48))).isoformat()
    return record


class Agent:
    """One simulated agent."""

    def __init__(
        self, url: str, username: str, password: str, seed: int, manner: Manner = Manner()
    ) -> None:
        self._manner = manner
        self._visitor = Visitor(url)
        self._visitor.sign_in(username, password)
        self._chance = random.Random(f"{seed}:{username}")
        self._desk: dict[str, Any] = {}
        self._talk: Talk | None = None
        self._socket = socketio.Client(http_session=self._visitor.session, reconnection_delay=0.3)
        self._socket.on("desk", self._see)
        self._socket.on("connect", self._watch)
        self._watched = threading.Event()
        self._socket.connect(url, transports=["websocket"])

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        while not stop.wait(STEP_SECONDS):
            try:
                if self._watched.is_set():
                    self._watched.clear()
                    self._see(self._ask("watch", {"view": "desk"})["view"])
                self._step()
            except (socketio.exceptions.SocketIOError, KeyError):
                stop.wait(1.0)  # the server is away: the socket reconnects by itself
        self._socket.disconnect()

    def _watch(self) -> None:
        self._watched.set()  # asked for in our own thread: a handler may not wait for an answer

    def _see(self, view: dict[str, Any]) -> None:
        if view["last_fact"] >= self._desk.get("last_fact", -1):
            self._desk = view

    def _step(self) -> None:
        desk = self._desk
        if not desk or not desk["seat"]:
            return
        call, seat = desk["call"], desk["seat"]
        if call is None or call["outcome"]:
            self._hang_up_if_talking(seat, call)
            if seat["status"] != "ready":
                self._ask("seat:status", {"status": "ready"})
            return
        if self._talk is None or self._talk.attempt_id != call["attempt_id"]:
            self._talk = Talk(call["attempt_id"], monotonic())
        self._talk_on(self._talk, seat, call)

    def _talk_on(self, talk: Talk, seat: dict[str, Any], call: dict[str, Any]) -> None:
        now = monotonic()
        over = seat["state"] != "talking"
        if not talk.code:
            if not over and not call["answer_kind"] and now - talk.since < DECIDE_SECONDS:
                return
            talk.code = choose_end(self._chance, call["answer_kind"])
            talk.ends_at = self._end_of(talk, now)
        if talk.code in ENDS and not over and not talk.identified:
            talk.identified = True
            self._see(self._ask("call:identity", {"attempt_id": talk.attempt_id})["view"])
        elif over or now >= talk.ends_at:
            if self._still_writes(talk, over, now):
                return
            record = outcome_of(call, talk.code, self._chance, utc_now())
            self._ask("call:outcome", record)
            call["outcome"] = record["code"]

    def _end_of(self, talk: Talk, now: float) -> float:
        if self._manner.talk and talk.code != "AM_AGENT":
            return talk.since + self._manner.talk.at(self._chance.gauss(0.0, 1.0))
        return now + (self._chance.uniform(*TALKS) if talk.code in ENDS else 1.0)

    def _still_writes(self, talk: Talk, over: bool, now: float) -> bool:
        """With a manner of writing: hang up first, then take one's time."""
        if self._manner.wrap is None:
            return False
        if not talk.recorded_at:
            talk.recorded_at = now + self._manner.wrap.at(self._chance.gauss(0.0, 1.0))
            if not over:
                talk.hung_up = True
                self._ask("call:hangup", {"attempt_id": talk.attempt_id})
        return now < talk.recorded_at

    def _hang_up_if_talking(self, seat: dict[str, Any], call: dict[str, Any] | None) -> None:
        talk = self._talk
        if call and talk and seat["state"] == "talking" and not talk.hung_up:
            talk.hung_up = True
            self._ask("call:hangup", {"attempt_id": talk.attempt_id})

    def _ask(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self._socket.call(event, payload, timeout=ASK_SECONDS)
        if not answer.get("ok"):
            log.warning("refused", extra={"action": event, "code": answer["error"]["code"]})
        return answer


def spread(text: str) -> Spread:
    """`20:0.8`. Raises ValueError, which the command line turns into its own words."""
    mean, _, cv = text.partition(":")
    return Spread(float(mean), float(cv or 0.6))


def main(arguments: Sequence[str] | None = None) -> int:
    """All agents of a file of `name password` lines, until SIGTERM."""
    parser = argparse.ArgumentParser(prog="workbench.demo_agents", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--logins", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--talk", type=spread, help="MEAN:CV seconds from the first word")
    parser.add_argument("--wrap", type=spread, help="MEAN:CV seconds of writing afterwards")
    asked = parser.parse_args(arguments)
    log_lines.set_up()
    manner = Manner(asked.talk, asked.wrap)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logins = [line.split() for line in asked.logins.read_text(encoding="utf-8").splitlines()]
    agents = [Agent(asked.url, name, password, asked.seed, manner) for name, password in logins]
    threads = [threading.Thread(target=agent.run, args=(stop,)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
