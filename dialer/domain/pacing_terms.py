"""The words the pacer and the world speak to each other: settings, events, view, plan.

Times are float seconds of one monotonic clock; ids are strings. Nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Mode(StrEnum):
    """Who dials, and how far ahead."""

    PREDICTIVE = "predictive"  # calls are placed for agents who are about to be free
    PROGRESSIVE = "progressive"  # one call in the air for each idle agent
    PREVIEW = "preview"  # the agent sees the case, then dials
    MANUAL = "manual"  # the agent dials


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before anything was seen; worth 40 attempts and 12 talks, then outweighed."""

    answer_rate: float = 0.3  # answered attempts / attempts
    ring_seconds: float = 10.0  # mean time to an answer
    talk_seconds: float = 90.0
    wrap_seconds: float = 15.0
    machine_share: float = 0.0  # of answered attempts


@dataclass(frozen=True, slots=True)
class Settings:
    """All that may be chosen. There is no dial level to tune: the target and the caps are enough."""

    mode: Mode = Mode.PREDICTIVE
    target: float = 0.03  # aim: abandoned / persons, as a share
    hard: float = 0.03  # above it only agents who wait are dialed for
    formula: Literal["human", "ofcom"] = "human"
    lines: int = 60  # most calls at once, connected ones included
    calls_per_second: float = 10.0
    ring_timeout: float = 30.0  # seconds after which the trunk gives up
    ring_min: float = 15.0  # never given up earlier (16 CFR 310.4(b)(4)(ii))
    amd: bool = False
    amd_false_positives: float = 0.0  # tested share of persons among "machines", upper bound
    amd_seconds: float = 2.0  # from the answer to AMD's verdict
    wait_limit: float = 2.0  # seconds a person may wait for an agent
    prior: Prior = Prior()


@dataclass(frozen=True, slots=True)
class Dialed:
    """A call was placed."""

    at: float
    call_id: str
    list: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """The number was busy."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The network refused the call."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """It rang until the time-out."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """We gave up a ringing call."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody or something picked up."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class MachineFound:
    """AMD said machine and the call was released."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class PersonFound:
    """AMD let the call pass."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class Connected:
    """An agent took the call."""

    at: float
    call_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class WasMachine:
    """The agent says: it was a machine. The call leaves the denominator."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A person met no agent within the limit."""

    at: float
    call_id: str


@dataclass(frozen=True, slots=True)
class QuickHangup:
    """The person hung up before the limit: in neither count."""

    at: float
    call_id: str


class AgentState(StrEnum):
    """What an agent does now."""

    IDLE = "idle"
    TALK = "talk"
    WRAP = "wrap"
    PAUSE = "pause"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class AgentMoved:
    """An agent changed state."""

    at: float
    agent_id: str
    state: AgentState


Event = (
    Dialed | Busy | Failed | NoAnswer | Cancelled | Answered | MachineFound | PersonFound
    | Connected | WasMachine | Abandoned | QuickHangup | AgentMoved
)  # fmt: skip


class Phase(StrEnum):
    """How far a call is that no agent has yet."""

    RING = "ring"
    AMD = "amd"  # answered, AMD listens
    WAIT = "wait"  # a person answered and waits


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent signed in."""

    id: str
    state: AgentState
    since: float
    pause_pending: bool = False  # takes no call after this one
    back_at: float | None = None  # known second at which a pause ends
    lists: frozenset[str] | None = None  # lists the agent may take; None: all

    def takes(self, name: str) -> bool:
        """Whether calls of this list may go to the agent."""
        return self.lists is None or name in self.lists


@dataclass(frozen=True, slots=True)
class AirCall:
    """A call that is not yet with an agent."""

    id: str
    dialed_at: float
    list: str = ""
    phase: Phase = Phase.RING
    since: float = 0.0  # when the phase began


@dataclass(frozen=True, slots=True)
class ListView:
    """A call list that runs now."""

    name: str
    ready: int | None = None  # entries that could be dialed now; None: plenty
    weight: float = 1.0  # its share of the dials among lists that have entries
    amd_false_positives: float | None = None  # as in Settings, where lists were tested one by one
    budget: float | None = None  # how many more the gate lets it abandon; None: nobody tells


@dataclass(frozen=True, slots=True)
class View:
    """All that the pacer sees of the floor at one moment."""

    now: float
    agents: tuple[Agent, ...]
    calls: tuple[AirCall, ...]
    free_lines: int
    dial_allowance: int  # what the trunks' calls per second leave now
    lists: tuple[ListView, ...] = (ListView(""),)


HeldBy = Literal["", "agents", "risk", "budget", "lines", "rate", "list_end", "mode"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now, and the numbers of the sentence that explains it."""

    count: int = 0  # calls to place now
    by_list: tuple[tuple[str, int], ...] = ()  # sums to `count`
    give_up: tuple[str, ...] = ()  # ringing calls to cancel
    expected_arrivals: float = 0.0  # persons within the horizon
    expected_free: float = 0.0  # agents within the horizon, idle ones included
    horizon_seconds: float = 0.0
    risk: float = 0.0  # marginal risk of the next call not placed, or of the last one placed
    threshold: float = 0.0  # the risk up to which calls are placed (theta)
    budget_left: float = 0.0  # persons that may still be abandoned today
    held_by: HeldBy = ""
    idle: int = 0
    in_air: int = 0
    answer_rate: float = 0.0
