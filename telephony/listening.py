"""The node's side of listening: it lends ears to calls, tells the listener, and reads verdicts.

The listener is a process of its own (`telephony.hearing.worker`). Without it, or without a free ear, calls
are simply not judged.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from telephony.answer_kind import Heard
from telephony.clock import monotonic
from telephony.hearing.memory import RING_BYTES, Memory
from telephony.hearing.sound import Samples
from telephony.hearing.worker import KINDS, MEANS, REASONS
from telephony.screening import Voice
from telephony.settings import TelephonySettings
from telephony.sip_ears import Ear, Ears
from telephony.sip_leg import Leg

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "announcements"
RESTART_SECONDS = 5.0


@dataclass(slots=True)
class Listened:
    """One call's ear and what was heard with it. `answered_at`: monotonic seconds, 0: not yet."""

    ear: Ear
    answered_at: float = 0.0
    early: Heard | None = None
    heard: Heard | None = None
    voice: Voice = field(default_factory=Voice)
    may_speak: bool = False
    is_over: bool = False


class Listening:
    """All ears of a node and the process behind them."""

    def __init__(self, settings: TelephonySettings) -> None:
        self._memory = Memory(settings.ears_max)
        self._ears = Ears(self._memory)
        self._folders = (SHIPPED, settings.folder / "announcements")
        self._started_at = monotonic()
        self._listener = self._start()

    def begin(self, leg: Leg) -> Listened | None:
        """Hear this leg from now on; None without a free ear or a listener."""
        if not self.is_alive():
            return None
        ear = self._ears.lend(leg)
        return Listened(ear) if ear is not None else None

    def answered(self, listened: Listened, now: float) -> None:
        """The 200 OK: what is heard from here on is the called side."""
        self._ears.look(listened.ear)
        row = self._memory.rows[listened.ear.place]
        row["answered_at"] = listened.ear.written
        row["answered"] = listened.ear.call
        listened.answered_at = now

    def look(self, listened: Listened) -> None:
        """Pass the sound on and take verdicts, a few microseconds; each turn of the node."""
        if listened.is_over:
            return
        ear = listened.ear
        self._ears.look(ear)
        row = self._memory.rows[ear.place]
        if listened.early is None and row["early"] == ear.call:
            listened.early = Heard(
                KINDS[row["early_kind"]], REASONS[row["early_reason"]], 0, MEANS[row["early_means"]]
            )
        if not listened.answered_at:
            return
        if int(row["voice_from_ms"]) >= 0:
            began = listened.answered_at + int(row["voice_from_ms"]) / 1000
            listened.voice = Voice(began, listened.answered_at + int(row["voice_to_ms"]) / 1000)
        if listened.heard is None and row["heard"] == ear.call:
            listened.heard = Heard(
                KINDS[row["kind"]], REASONS[row["reason"]], int(row["at_ms"]), MEANS[row["means"]]
            )
        listened.may_speak = int(row["may_speak_at_ms"]) >= 0

    def sound(self, listened: Listened) -> Samples:
        """What was heard so far, the last eight seconds of it."""
        ear = listened.ear
        began = int(self._memory.rows[ear.place]["began"])
        return self._memory.samples(
            ear.place, max(began, ear.written - RING_BYTES + 8000), ear.written
        )

    def end(self, listened: Listened, leg: Leg | None) -> None:
        """Give the ear back; harmless twice."""
        if not listened.is_over:
            listened.is_over = True
            self._ears.give_back(listened.ear, leg)

    def is_alive(self) -> bool:
        """Whether somebody listens; a dead listener is started again."""
        if self._listener.poll() is None:
            return True
        if monotonic() - self._started_at > RESTART_SECONDS:
            log.error("listener died", extra={"action": "hearing.restart"})
            self._started_at = monotonic()
            self._listener = self._start()
        return False

    def close(self) -> None:
        """End the listener."""
        self._listener.terminate()
        self._listener.wait(2)

    def _start(self) -> subprocess.Popen[bytes]:
        arguments = [str(self._memory.fd), str(len(self._memory.rows)), *map(str, self._folders)]
        return subprocess.Popen(
            [sys.executable, "-m", "telephony.hearing.worker", *arguments],
            pass_fds=[self._memory.fd], stdin=subprocess.DEVNULL,
        )  # fmt: skip
