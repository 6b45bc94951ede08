"""Who hears whom in one conversation. Pure: a state gives the directed edges of sound, all of them.

The recording is the evidence of what was said between the customer and us: its left side takes the
customer while anybody of us hears them, its right side whatever of us the customer hears. So a consultation,
a whisper and what is said behind the hold music are in no recording. `SILENCE` runs into both sides
always: a file that nobody speaks into would stand still, and the two sides would drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Party(StrEnum):
    """A source or sink of sound."""

    CUSTOMER = "customer"
    AGENT = "agent"  # whose call it is
    SECOND = "second"  # who is asked, or joins, before a transfer
    SUPERVISOR = "supervisor"
    MUSIC = "music"
    SILENCE = "silence"
    CUSTOMER_TRACK = "customer_track"  # of the recording
    AGENT_TRACK = "agent_track"


class Second(StrEnum):
    """What the second agent does in the conversation."""

    NONE = ""
    CONSULTED = "consulted"  # speaks with the agent while the customer waits
    JOINED = "joined"  # three-way


class Monitor(StrEnum):
    """What the supervisor does."""

    OFF = "off"
    LISTEN = "listen"
    WHISPER = "whisper"  # the agent hears them too
    BARGE = "barge"  # everybody hears them


class Recording(StrEnum):
    """Whether the conversation is being recorded."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"  # card data: silence in both sides, so that times stay right


Edge = tuple[Party, Party]  # from, to
_PEOPLE = (Party.AGENT, Party.SECOND, Party.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state that the buttons change."""

    held: bool = False
    muted: bool = False
    recording: Recording = Recording.OFF
    second: Second = Second.NONE
    monitor: Monitor = Monitor.OFF
    agent_lost: bool = False  # the agent's leg is down; the customer waits for them

    @property
    def customer_waits(self) -> bool:
        """Nobody of us hears the customer, nor they us."""
        return self.held or self.second is Second.CONSULTED or self.agent_lost

    def with_second(self, second: Second) -> Conversation:
        """Ask somebody, let them join, or let them go; joining or going ends the hold."""
        return replace(self, second=second, held=self.held and second is Second.CONSULTED)

    def for_next_agent(self) -> Conversation:
        """As the agent finds it who takes the call over: no hold, no mute, nobody else in it."""
        return Conversation(recording=self.recording)


def edges(state: Conversation) -> frozenset[Edge]:
    """Every edge of sound, and none that may not be."""
    wanted = _to_customer(state) | _among_us(state) | _to_supervisor(state)
    return frozenset(wanted | _to_tracks(state, wanted))


def _to_customer(state: Conversation) -> set[Edge]:
    to = Party.CUSTOMER
    if state.customer_waits:
        return {(Party.MUSIC, to)}
    heard = set()
    if not state.muted:
        heard.add((Party.AGENT, to))
    if state.second is Second.JOINED:
        heard.add((Party.SECOND, to))
    if state.monitor is Monitor.BARGE:
        heard.add((Party.SUPERVISOR, to))
    return heard


def _among_us(state: Conversation) -> set[Edge]:
    """What agent and second agent hear. Mute is against the customer: it does not cut a consultation."""
    heard = set()
    if not state.customer_waits:
        heard.add((Party.CUSTOMER, Party.AGENT))
    if state.second is not Second.NONE:
        heard.add((Party.SECOND, Party.AGENT))
        if state.second is Second.CONSULTED or not state.muted:
            heard.add((Party.AGENT, Party.SECOND))
    if state.second is Second.JOINED and not state.customer_waits:
        heard.add((Party.CUSTOMER, Party.SECOND))
    if state.monitor in (Monitor.WHISPER, Monitor.BARGE):
        heard.add((Party.SUPERVISOR, Party.AGENT))
    if state.monitor is Monitor.BARGE and state.second is Second.JOINED:
        heard.add((Party.SUPERVISOR, Party.SECOND))
    return heard


def _to_supervisor(state: Conversation) -> set[Edge]:
    """All that the agent hears, and the agent; a muted agent may answer a whisper."""
    if state.monitor is Monitor.OFF:
        return set()
    heard = {(Party.AGENT, Party.SUPERVISOR)}
    if not state.customer_waits:
        heard.add((Party.CUSTOMER, Party.SUPERVISOR))
    if state.second is not Second.NONE:
        heard.add((Party.SECOND, Party.SUPERVISOR))
    return heard


def _to_tracks(state: Conversation, wanted: set[Edge]) -> set[Edge]:
    if state.recording is Recording.OFF:
        return set()
    tracks = {(Party.SILENCE, Party.CUSTOMER_TRACK), (Party.SILENCE, Party.AGENT_TRACK)}
    if state.recording is Recording.PAUSED:
        return tracks
    if any((Party.CUSTOMER, one) in wanted for one in _PEOPLE):
        tracks.add((Party.CUSTOMER, Party.CUSTOMER_TRACK))
    return tracks | {(one, Party.AGENT_TRACK) for one in _PEOPLE if (one, Party.CUSTOMER) in wanted}
