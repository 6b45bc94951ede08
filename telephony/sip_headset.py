"""The SIP side of the headset program: one leg that dials in, and the port between it and the queues.

The only port that Python serves: it costs the global lock on every frame, which a program with one call
can pay and a node cannot. It is made once and lives as long as the process: pjsua2 may still call into a
port that Python is about to free.
"""

from __future__ import annotations

import pjsua2 as pj

from telephony.sip_endpoint import Endpoint
from telephony.sip_leg import Leg
from telephony.sound_queue import FRAME_SAMPLES, RATE, SoundQueue


class HeadsetPort(pj.AudioMediaPort):
    """Gives the bridge what the microphone said, takes what the ear shall hear."""

    def __init__(self, microphone: SoundQueue, ear: SoundQueue) -> None:
        super().__init__()
        self._microphone, self._ear = microphone, ear
        self._buffer = bytearray(2 * FRAME_SAMPLES)
        shape = pj.MediaFormatAudio()
        shape.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, 20_000, 16)
        self.createPort("headset", shape)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        """pjsua2 callback, on its clock thread."""
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(self._microphone.pull())

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        """pjsua2 callback, on its clock thread."""
        if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO and frame.buf.size() == len(self._buffer):
            frame.buf.copy_to_bytearray(self._buffer)
            self._ear.push(bytes(self._buffer))


class HeadsetLine:
    """Dials the code at the node and says how it went. `poll` runs everything on the caller's thread."""

    def __init__(
        self, address: str, port: int, rtp_ports: tuple[int, int],
        queues: tuple[SoundQueue, SoundQueue],
    ) -> None:  # fmt: skip
        self._endpoint = Endpoint(address, port, 4, log_level=1)
        self._account = self._endpoint.open_account(rtp_ports, self._nobody_calls)
        self._own = f"{address}:{port}"
        self._microphone, self._ear = queues
        self._port = HeadsetPort(self._microphone, self._ear)
        self._legs: list[Leg] = []
        self._strangers: list[Leg] = []
        self.is_up = False
        self.ended = ""  # why the last call is over

    def dial(self, node: str, code: str) -> None:
        """Call the node; `is_up` or `ended` will say what came of it. Raises pj.Error."""
        self.ended = ""
        leg = Leg(self._account, self, "headset")
        self._legs = [leg]
        leg.dial(f"sip:{code}@{node}", "headset", self._own, {})

    def poll(self, milliseconds: int) -> None:
        """Run SIP for so long."""
        self._endpoint.poll(milliseconds)
        self._strangers.clear()

    def hang_up(self) -> None:
        """End the call and let the BYE leave."""
        for leg in self._legs:
            leg.hang_up()
        self._endpoint.poll(200)

    def _nobody_calls(self, prm: pj.OnIncomingCallParam) -> None:
        stranger = Leg(self._account, self, "stranger", prm.callId)
        self._strangers.append(stranger)
        stranger.refuse(486)

    # --- Listener ---------------------------------------------------------------------------------

    def leg_dialed(self, leg: Leg, invite: str) -> None:
        """Listener."""

    def leg_ringing(self, leg: Leg, early_media: bool) -> None:
        """Listener."""

    def leg_answered(self, leg: Leg, message: str) -> None:
        """Listener."""

    def leg_media(self, leg: Leg) -> None:
        """Sound can flow."""
        if leg.media is not None and leg in self._legs:
            self._microphone.clear()
            self._ear.clear()
            leg.media.startTransmit(self._port)
            self._port.startTransmit(leg.media)
            self.is_up = True

    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None:
        """Whoever ended it."""
        if leg in self._legs:
            self.is_up, self.ended = False, f"{code} {reason}"
