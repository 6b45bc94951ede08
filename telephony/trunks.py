"""The trunks of a node as its calls see them: which one takes the next call, what it said, how it does.

No SIP in here: `sip_trunks` speaks, this decides. Times are monotonic seconds of the caller.
"""

from __future__ import annotations

import logging
import re

from telephony.fences import Fences
from telephony.protocol import Originate, TrunkStanding
from telephony.sip_codes import is_trunk_fault, q850_cause
from telephony.trunk import Trunk
from telephony.trunk_choice import TrunkChoice
from telephony.trunk_health import NETWORK_FAULTS, TrunkHealth, TrunkState

log = logging.getLogger(__name__)

_RETRY_AFTER = re.compile(r"^Retry-After\s*:\s*(\d{1,6})", re.I | re.M)


class Trunks:
    """Choice, fences and health of all trunks."""

    def __init__(self, trunks: tuple[Trunk, ...]) -> None:
        self.all = trunks
        self.health = {t.name: TrunkHealth(registers=t.register_there) for t in trunks}
        self._fences, self._choice = Fences(trunks), TrunkChoice()
        self._told: dict[str, TrunkState] = {}

    def take(self, order: Originate, tried: frozenset[str], now: float) -> Trunk | str:
        """The trunk this call leaves by, counted as in use; or why none takes it."""
        why = self._fences.why_no_number(order)
        named = [t for t in self.all if order.trunk in ("", t.name)]
        owning = [t for t in named if t.owns(order.outbound_number)]
        if why or not named or not owning:
            return why or ("no such trunk" if not named else "not our number")
        up = [t for t in owning if t.name not in tried and self.health[t.name].may_call(now)]
        taken = self._choice.choose(t for t in up if not self._fences.why_full(t, now))
        if taken is None:
            return self._fences.why_full(up[0], now) if up else "no trunk is up"
        self._fences.leaves(taken, now)
        self.health[taken.name].call_leaves(order.call_id, now)
        return taken

    def heard(self, trunk: Trunk, now: float) -> None:
        """A call of this trunk rings or was answered."""
        self.health[trunk.name].answered(now)

    def ended(
        self, trunk: Trunk, call_id: str, code: int, response: str, heard: bool, now: float
    ) -> bool:
        """A call that never rang came to its end, or to that of its way through this trunk. `response`:
        the final response as it came, empty when none did; `heard`: anything came at all, were it only
        a 100. True: the trunk is at fault and no phone can have rung."""
        health = self.health[trunk.name]
        if not response:
            if heard or code not in (408, 502, 503):
                return False  # it had the call: somebody may be ringing
            health.silent(now, transport=code != 408)
            return True
        if code in (401, 407):
            health.misconfigured(code, now)
            return True
        at_fault = is_trunk_fault(code, q850_cause(response))
        if at_fault and code in NETWORK_FAULTS:
            found = _RETRY_AFTER.search(response)
            health.refused(code, float(found.group(1)) if found else 0.0, now)
        else:
            health.answered(now)
        return at_fault

    def not_sent(self, trunk: Trunk, now: float) -> None:
        """The library could not send the INVITE at all: there is no connection."""
        self.health[trunk.name].silent(now, transport=True)

    def freed(self, trunk: Trunk, call_id: str) -> None:
        """The call is over here, whatever came of it."""
        self._fences.freed(trunk)
        self.health[trunk.name].call_over(call_id)

    def of_address(self, address: str) -> Trunk | None:
        """The trunk whose carrier speaks from this IP address."""
        return next((t for t in self.all if address in t.addresses), None)

    def standing(self, now: float) -> tuple[TrunkStanding, ...]:
        """All trunks for the engine; what changed is logged."""
        rows = tuple(self._standing(trunk, now) for trunk in self.all)
        for row in rows:
            state = TrunkState(row.state)
            if self._told.get(row.name, TrunkState.UP) is not state:
                log.warning(
                    "trunk",
                    extra={"action": "trunk.state", "trunk": row.name, "state": row.state,
                           "why": row.fault, "code": row.code},
                )  # fmt: skip
            self._told[row.name] = state
        return rows

    def _standing(self, trunk: Trunk, now: float) -> TrunkStanding:
        health = self.health[trunk.name]
        return TrunkStanding(
            name=trunk.name, state=health.state(now), in_use=self._fences.in_use(trunk),
            channels=trunk.channels, dialed=self._fences.dialed_last_second(trunk, now),
            calls_per_second=trunk.calls_per_second, fault=health.fault, code=health.code,
            fault_age_ms=int((now - health.fault_at) * 1000) if health.fault else 0,
        )  # fmt: skip
