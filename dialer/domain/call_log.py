"""Each call from dial to its end as the pacer saw it: what it teaches, and what it counts as.

Ids may be unknown (placed before a restart), events may come twice or late: each call is answered once,
ends once and is counted once.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from dialer.domain import pacing_terms as terms
from dialer.domain.call_hazards import REFUSED_WITHIN, CallHazards
from dialer.domain.free_agents import FreeAgents
from dialer.domain.governor import Governor
from dialer.domain.list_levels import ListLevels

REMEMBERED = 5000  # ended calls whose late events are still recognised
LOST_AFTER = (
    120.0  # seconds of ringing, AMD and waiting after which a call's end must have been missed
)


@dataclass(slots=True)
class Track:
    """One call that is not yet with an agent. `risk`: None where an agent waited for it, and the
    budget was used up; such calls say nothing about theta."""

    dialed_at: float
    list: str
    risk: float | None
    stake: float  # risk times the chance of an answer
    answer_age: float | None = None


class CallLog:
    """Takes events; teaches hazards, free agents and governor."""

    def __init__(self, settings: terms.Settings) -> None:
        self.hazards = CallHazards(settings)
        self.levels = ListLevels()
        self.lists: tuple[str, ...] = ()  # that run now
        self.free = FreeAgents(
            settings.prior, [h + settings.wait_limit for h in self.hazards.horizons]
        )
        self.governor = Governor(settings)
        self.at_stake = 0.0  # abandonments to be expected of calls in the air
        self._amd = settings.amd
        self._tracks: dict[str, Track] = {}
        self._ended: OrderedDict[str, bool] = OrderedDict()  # whether it counts as handled
        self._planned: list[float | None] = []
        self._fresh: deque[tuple[float, str]] = deque()  # too young to be known as ringing
        self._refusals: set[str] = set()

    def plan_risk(self, first: float, last: float, count: int) -> None:
        """The next `count` dials carry risks from `first` to `last`."""
        step = (last - first) / max(count - 1, 1)
        self._planned = [first + step * n for n in range(count - 1, -1, -1)]

    def plan_sure(self, count: int) -> None:
        """The next `count` dials are for agents who wait."""
        self._planned = [None] * count

    def take(self, event: terms.Event) -> None:
        """One event."""
        match event:
            case terms.AgentMoved():
                self.free.moved(event.agent_id, event.state, event.at)
            case terms.Dialed():
                self._dialed(event)
            case terms.WasMachine():
                self._was_machine(event.call_id)
            case _ if event.call_id in self._ended:
                pass  # doubled or late
            case terms.Answered() | terms.PersonFound():
                self._picked_up(event)
            case _:
                self._over(event)

    def _dialed(self, event: terms.Dialed) -> None:
        if event.call_id in self._tracks or event.call_id in self._ended:
            return
        risk = self._planned.pop() if self._planned else None
        stake = (risk or 0.0) * self.hazards.answer_rate * self.hazards.level
        self._tracks[event.call_id] = Track(event.at, event.list, risk, stake)
        self._fresh.append((event.at, event.call_id))
        self.at_stake += stake

    def _picked_up(self, event: terms.Answered | terms.PersonFound) -> None:
        track = self._tracks.get(event.call_id)
        if track is None:
            return
        answered = isinstance(event, terms.Answered)
        if answered:
            if track.answer_age is not None:
                return
            track.answer_age = event.at - track.dialed_at
            self._rang(track, event.at, answered=True)
        if answered != self._amd and track.risk is not None:
            self.governor.answered(track.risk)  # a person, as far as anybody knows before an agent

    def _over(self, event: terms.Event) -> None:
        assert not isinstance(event, terms.AgentMoved)
        track = self._tracks.pop(event.call_id, None)
        if track is not None:
            self.at_stake = max(self.at_stake - track.stake, 0.0)
        match event:
            case terms.MachineFound():
                self.governor.count.amd_hangups[track.list if track else ""] += 1
                if track is not None and track.answer_age is not None:
                    self.hazards.saw_machine(track.answer_age)
            case terms.Connected():
                self.governor.count.met(event.at)
            case terms.Abandoned():
                self.governor.let_down(event.at)
            case terms.Failed() if track and track.answer_age is None:
                self._refused(event, track)
            case terms.Busy() | terms.NoAnswer() | terms.Cancelled() if (
                track and track.answer_age is None
            ):
                self._rang(track, event.at, answered=False)
        self._remember(event.call_id, isinstance(event, terms.Connected))

    def _rang(self, track: Track, at: float, answered: bool) -> None:
        age = at - track.dialed_at
        due = self.hazards.met(age) * self.hazards.level
        if answered:
            self.hazards.saw_answer(age, at)
        else:
            self.hazards.saw_end(age, at)
        if len(self.lists) > 1:
            self.levels.rang(track.list, answered, due)

    def _refused(self, event: terms.Failed, track: Track) -> None:
        if event.at - track.dialed_at <= REFUSED_WITHIN:
            self._refusals.add(event.call_id)
        else:
            self._rang(track, event.at, answered=False)

    def judge_fresh(self, now: float) -> None:
        """Of calls old enough: were they refused by the network? Judged at one age, so that quick
        refusals do not come first in the count."""
        while self._fresh and abs(now - self._fresh[0][0]) > REFUSED_WITHIN:
            _, call_id = self._fresh.popleft()
            self.hazards.came_to_ring(refused=call_id in self._refusals)
            self._refusals.discard(call_id)

    def _was_machine(self, call_id: str) -> None:
        if self._ended.get(call_id):
            self._ended[call_id] = False
            self.governor.count.was_machine()

    def _remember(self, call_id: str, handled: bool) -> None:
        self._ended[call_id] = handled
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)

    def forget_lost(self, now: float, ring_timeout: float) -> None:
        """Calls whose end was never told do not stay at stake."""
        oldest, youngest = now - ring_timeout - LOST_AFTER, now + LOST_AFTER
        lost = [
            call_id
            for call_id, track in self._tracks.items()
            if not oldest <= track.dialed_at <= youngest  # the future: dialed by an earlier clock
        ]
        for call_id in lost:
            self.at_stake = max(self.at_stake - self._tracks.pop(call_id).stake, 0.0)

    # --- kept over restarts -------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Plain types."""
        return {
            "hazards": self.hazards.state(), "levels": self.levels.state(), "free": self.free.state(),
            "governor": self.governor.state(), "at_stake": self.at_stake,
            "lists": list(self.lists),
            "tracks": {call_id: list(astuple(track)) for call_id, track in self._tracks.items()},
            "ended": [[call_id, handled] for call_id, handled in self._ended.items()],
            "planned": list(self._planned), "fresh": [list(one) for one in self._fresh],
            "refusals": sorted(self._refusals),
        }  # fmt: skip

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on where `state` was."""
        self.hazards.load(state["hazards"])
        self.levels.load(state["levels"])
        self.free.load(state["free"])
        self.governor.load(state["governor"])
        self.at_stake, self.lists = float(state["at_stake"]), tuple(state["lists"])
        self._tracks = {call_id: Track(*fields) for call_id, fields in state["tracks"].items()}
        self._ended = OrderedDict((call_id, handled) for call_id, handled in state["ended"])
        self._planned = list(state["planned"])
        self._fresh = deque((at, call_id) for at, call_id in state["fresh"])
        self._refusals = set(state["refusals"])
