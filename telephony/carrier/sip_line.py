"""One call as the called side sees it: rings, answers, speaks, hangs up. For customers and phones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pjsua2 as pj

from telephony.carrier.behaviours import Plan
from telephony.carrier.ledger import Ledger
from telephony.clock import monotonic, utc_now
from telephony.sip_leg import Leg, call_options

if TYPE_CHECKING:
    from collections.abc import Callable

_USER = re.compile(r"^INVITE sips?:([^@;>\s]+)@")
_FROM = re.compile(r"^(?:From|f)\s*:.*?sips?:([^@;>\s]+)@", re.I | re.M)
_CALL_ID = re.compile(r"^(?:Call-ID|i)\s*:\s*(\S+)", re.I | re.M)
_VIA = re.compile(r"^(?:Via|v)\s*:\s*SIP/2.0/([A-Z]+)", re.I | re.M)
_ATTEMPT = re.compile(r"^X-Kept-Attempt\s*:\s*(\S+)", re.I | re.M)


def called_user(invite: str) -> str:
    """User part of the request URI: the number that was dialed."""
    found = _USER.search(invite)
    return found.group(1) if found else ""


class Line:
    """Follows one plan. `voice` finds a sound's file by its name."""

    def __init__(
        self, leg: Leg, invite: str, plan: Plan, ledger: Ledger, voice: Callable[[str], Path],
        record_to: Path | None = None,
    ) -> None:  # fmt: skip
        self._leg, self._plan, self._ledger, self._voice = leg, plan, ledger, voice
        self._record_to = record_to
        self._recorder: pj.AudioMediaRecorder | None = None
        self._began = monotonic()
        self._answered_at = 0.0
        self._rung = self._decided = self._gone = False
        self._keys = plan.keys
        leg.on_digit = self._pressed
        self._player: pj.AudioMediaPlayer | None = None
        self._playing = ""
        self._packets = 0
        self.over = False
        found = _CALL_ID.search(invite)
        self._call = found.group(1) if found else ""
        shown, attempt, via = _FROM.search(invite), _ATTEMPT.search(invite), _VIA.search(invite)
        ledger.write(
            "invite", self._call, utc_now(), number=called_user(invite), kind=plan.kind,
            shown=shown.group(1) if shown else "", attempt=attempt.group(1) if attempt else "",
            encrypted="RTP/SAVP" in invite, via=via.group(1) if via else "",
        )  # fmt: skip

    def tend(self, now: float) -> None:
        """Do what is due."""
        plan, since = self._plan, now - self._began
        if self.over:
            return
        if not self._rung:
            self._rung = True
            if plan.rings or plan.announcement:
                self._leg.answer(call_options(183 if plan.announcement else 180))
        if plan.answers and not self._decided and since >= plan.decides:
            self._decided = True
            if plan.answers == 200:
                self._leg.pick_up()
            else:
                self._leg.refuse(plan.answers, plan.cause)
        if self._answered_at and now - self._answered_at >= plan.talks and not self._gone:
            self._gone = True
            self._packets = self._leg.packets_received()
            self._leg.hang_up()
        elif self._answered_at:
            self._packets = self._leg.packets_received() or self._packets
            self._press(now)

    def _press(self, now: float) -> None:
        """The keys of this customer, a second after the answer."""
        if self._keys and now - self._answered_at >= 1.0:
            self._leg.send_digits(self._keys)
            self._keys = ""

    def _pressed(self, digit: str) -> None:
        self._ledger.write("digit", self._call, utc_now(), digit=digit)

    def _new_recorder(self, folder: Path) -> pj.AudioMediaRecorder:
        """What this side hears, as a WAV file named by the SIP Call-ID."""
        folder.mkdir(parents=True, exist_ok=True)
        recorder = pj.AudioMediaRecorder()
        recorder.createRecorder(str(folder / f"{re.sub('[^A-Za-z0-9]', '', self._call)}.wav"))
        return recorder

    # --- Listener ---------------------------------------------------------------------------------

    def leg_dialed(self, leg: Leg, invite: str) -> None:
        """Listener."""

    def leg_ringing(self, leg: Leg, early_media: bool) -> None:
        """Listener."""

    def leg_answered(self, leg: Leg, message: str) -> None:
        """Our 200 OK left."""
        if not self._answered_at:
            self._answered_at = monotonic()
            self._ledger.write("answer", self._call, utc_now(), kind=self._plan.kind)

    def leg_media(self, leg: Leg) -> None:
        """Sound can flow: the announcement while it rings, the voice after the answer."""
        answering = self._answered_at > 0 or self._decided
        name = self._plan.sound if answering else self._plan.announcement
        if self._record_to is not None and answering and leg.media is not None:
            self._recorder = self._recorder or self._new_recorder(self._record_to)
            leg.media.startTransmit(self._recorder)
        if not name or name == self._playing or leg.media is None:
            return
        self._playing = name
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(str(self._voice(name)), 0)
        self._player.startTransmit(leg.media)

    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None:
        """Whoever ended it."""
        self.over = True
        self._player = self._recorder = None
        status = 200 if self._answered_at else code
        if self._answered_at:
            by = "caller" if by_peer else "callee"
        else:
            by = "cancel" if code == 487 else "carrier"
        talked = monotonic() - self._answered_at if self._answered_at else 0.0
        self._ledger.write(
            "end", self._call, utc_now(), by=by, status=status, talked_s=round(talked, 2),
            rtp_packets_heard=self._packets,
        )  # fmt: skip
