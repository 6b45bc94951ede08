"""An engine on a fake node, driven turn by turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from dialer.actions.actor import Actor
from dialer.actions.outcomes import record_outcome
from dialer.clock import monotonic, utc_now
from dialer.engine import loop
from dialer.settings import DialerSettings
from dialer.store.session import Sessions, read
from dialer.store.tables import Seat
from telephony.fake import Behaviour, FakeNodes
from telephony.settings import TelephonySettings, Trunk
from tests.factories import MORNING, make_ready_agent

SETTINGS = TelephonySettings(
    trunks=(Trunk(name="simulated", proxy="sip:127.0.0.1:5080", calls_per_second=200),)
)


_OFFSET = MORNING - utc_now()


def now() -> datetime:
    """The clock of these tests: it started at 10:00 in Shanghai, when the gate is open."""
    return utc_now() + _OFFSET


@pytest.fixture(autouse=True)
def daytime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engine and fake node read the same shifted clock."""
    for module in (
        "dialer.engine.loop", "dialer.engine.budgets", "dialer.engine.list_counts",
        "dialer.engine.pacing", "telephony.fake",
    ):  # fmt: skip
        monkeypatch.setattr(f"{module}.utc_now", now)


@dataclass
class Floor:
    """An engine, its fake node and agents who record an outcome as soon as a call is over."""

    sessions: Sessions
    nodes: FakeNodes
    engine: loop.Engine
    agents: dict[int, Actor]
    outcome: str = "RPC_REFUSE"

    def turn(self) -> None:
        """One turn of the engine, and of every agent in wrap-up."""
        self.engine.turn()
        with read(self.sessions) as session:
            waiting = [
                (seat.id, seat.attempt_id)
                for seat in session.query(Seat).filter_by(state="wrap_up")
            ]
        for seat_id, attempt_id in waiting:
            record_outcome(
                self.sessions, self.agents[seat_id], key=f"k-{attempt_id}",
                attempt_id=attempt_id or "", code=self.outcome, identity_confirmed=True,
                now=now(),
            )  # fmt: skip

    def run(self, until: Callable[[], bool], seconds: float = 20) -> None:
        """Turns until `until()`; fails after `seconds`."""
        end = monotonic() + seconds
        while not until():
            assert monotonic() < end, "the floor did not get there in time"
            self.turn()


@pytest.fixture
def open_floor(sessions: Sessions, tmp_path: Path) -> Callable[..., Floor]:
    """open_floor(script, agents) -> Floor, with agents ready and the engine started."""

    def make(script: Callable[[str], Behaviour], agents: int) -> Floor:
        actors = {}
        for _ in range(agents):
            actor, seat_id = make_ready_agent(sessions, now())
            actors[seat_id] = actor
        nodes = FakeNodes(script)
        engine = loop.Engine(DialerSettings(), SETTINGS, sessions, owner="test")
        engine.start(nodes)  # type: ignore[arg-type] # a fake NodeClient
        return Floor(sessions, nodes, engine, actors)

    return make
