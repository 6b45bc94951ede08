"""Is a trunk fit for a new call? A circuit breaker for each, fed with what the wire says. Pure: every time
is monotonic seconds, given by the caller.

Rules. Silence (no response to an INVITE within the transaction's time, two OPTIONS unanswered, transport
gone) opens it at once: each further call would cost its customer two seconds. Refusals of the network (500,
502, 503, 504) open it when there are five within ten seconds, one with Retry-After for as long as it asks
(RFC 3261 21.5.4). An open trunk is tried again after 2 s, then 4, 8 ... 60 s, with one call or one OPTIONS.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

FAULTS_TO_OPEN, FAULTS_WITHIN_SECONDS = 5, 10.0
OPTIONS_TO_OPEN = 2
PAUSE_SECONDS, PAUSE_MAX_SECONDS = 2.0, 60.0
RETRY_AFTER_MAX_SECONDS = 600.0
NETWORK_FAULTS = (500, 502, 503, 504)


class TrunkState(StrEnum):
    """What a board says of a trunk."""

    UP = "up"
    TRIAL = "trial"  # one call may try it
    DOWN = "down"
    UNREGISTERED = "unregistered"


class Fault(StrEnum):
    """What was wrong the last time."""

    NONE = ""
    REFUSED = "refused"  # 5xx
    SILENT = "silent"  # no response to an INVITE
    NO_OPTIONS = "no_options"
    TRANSPORT = "transport"  # no connection
    CREDENTIALS = "credentials"  # 401, 403, 407 to our name and password
    NOT_REGISTERED = "not_registered"


@dataclass(slots=True)
class TrunkHealth:
    """Of one trunk. `registers`: it must be registered before a call may use it."""

    registers: bool = False
    registered: bool = False
    fault: Fault = Fault.NONE
    code: int = 0  # SIP status of the last fault, 0: none
    fault_at: float = 0.0
    _faults: deque[float] = field(default_factory=deque)
    _missed: int = 0
    _openings: int = 0
    _closed: bool = True
    _until: float = 0.0  # open until; after it one trial
    _trial: str = ""  # the call that tries

    def state(self, now: float) -> TrunkState:
        """As it is now."""
        if self.registers and not self.registered:
            return TrunkState.UNREGISTERED
        if self._closed:
            return TrunkState.UP
        return TrunkState.TRIAL if now >= self._until else TrunkState.DOWN

    def may_call(self, now: float) -> bool:
        """Whether a new call may leave by it."""
        match self.state(now):
            case TrunkState.UP:
                return True
            case TrunkState.TRIAL:
                return not self._trial
        return False

    def call_leaves(self, call_id: str, now: float) -> None:
        """A call was given to it: in a trial, the only one."""
        if self.state(now) is TrunkState.TRIAL:
            self._trial = call_id

    def answered(self, now: float) -> None:
        """The trunk said something of a call, or yes to OPTIONS: it lives."""
        if not self._closed and now < self._until:
            return  # a late word of before, or within the time it asked for
        self._closed, self._trial = True, ""
        self._faults.clear()
        self._missed = self._openings = 0

    def silent(self, now: float, *, transport: bool = False) -> None:
        """No response at all to an INVITE, or no connection to send it over."""
        self._note(Fault.TRANSPORT if transport else Fault.SILENT, 0, now)
        self._open(now)

    def refused(self, code: int, retry_after: float, now: float) -> None:
        """500, 502, 503, 504 before anything rang. `retry_after`: seconds it asked for, 0: none."""
        self._note(Fault.REFUSED, code, now)
        self._faults.append(now)
        while now - self._faults[0] > FAULTS_WITHIN_SECONDS:
            self._faults.popleft()
        if retry_after > 0:
            self._open(now, min(retry_after, RETRY_AFTER_MAX_SECONDS))
        elif not self._closed or len(self._faults) >= FAULTS_TO_OPEN:
            self._open(now)

    def misconfigured(self, code: int, now: float) -> None:
        """It does not accept our credentials; that is told, and calls go elsewhere for a while."""
        self._note(Fault.CREDENTIALS, code, now)
        self._open(now)

    def options_answered(self, code: int, now: float) -> None:
        """OPTIONS was answered, with whatever code but a network's fault; 408 and 0: it was not."""
        if code in (0, 408) or code in NETWORK_FAULTS:
            self._missed += 1
            if self._missed >= OPTIONS_TO_OPEN or not self._closed:
                self._note(Fault.NO_OPTIONS, code, now)
                self._open(now)
            return
        self._missed = 0
        if not self._trial:
            self.answered(now)

    def registration(self, code: int, now: float) -> None:
        """The registrar's final word; 2xx: registered."""
        self.registered = 200 <= code < 300
        if not self.registered:
            bad = Fault.CREDENTIALS if code in (401, 403, 407) else Fault.NOT_REGISTERED
            self._note(bad, code, now)

    def call_over(self, call_id: str) -> None:
        """The call that tried ended without a word of the trunk (it was cancelled): try again."""
        if self._trial == call_id:
            self._trial = ""

    def _note(self, fault: Fault, code: int, now: float) -> None:
        self.fault, self.code, self.fault_at = fault, code, now

    def _open(self, now: float, seconds: float = 0.0) -> None:
        if not self._closed and now < self._until and not seconds:
            return  # calls that were under way when it opened do not prolong it
        pause = min(PAUSE_SECONDS * 2**self._openings, PAUSE_MAX_SECONDS)
        self._closed, self._trial = False, ""
        self._openings = min(self._openings + 1, 10)
        self._until = now + (seconds or pause)
