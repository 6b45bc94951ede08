"""Calls to our pool numbers: answered with a message that we will call back, and told to the engine."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from telephony.caller import called_number, calling_number
from telephony.clock import monotonic
from telephony.journal import INBOUND, Journal
from telephony.prompt_files import Prompts
from telephony.protocol import Event, Inbound
from telephony.settings import TelephonySettings
from telephony.sip_bridge import Prompt
from telephony.sip_leg import Leg
from telephony.trunks import Trunks

if TYPE_CHECKING:
    import pjsua2 as pj

log = logging.getLogger(__name__)

AT_ONCE_MAX = 50
SET_UP_SECONDS = 10.0


class InboundCalls:
    """All of a node. Each hears the message once and is ended."""

    def __init__(
        self, settings: TelephonySettings, trunks: Trunks, journal: Journal,
        say: Callable[[Event], None],
    ) -> None:  # fmt: skip
        self._trunks, self._journal, self._say = trunks, journal, say
        self._message = Prompts(settings.prompts, settings.own_prompts).find(
            settings.inbound_message
        )
        self._legs: dict[str, Leg] = {}
        self._end_at: dict[str, float] = {}
        self._prompts: dict[str, Prompt] = {}
        self._ended: list[object] = []

    def take(self, account: pj.Account, incoming: int, invite: str, source: str) -> bool:
        """True: it came from a carrier, for one of its numbers, and is answered now."""
        trunk = self._trunks.of_address(source.rsplit(":", 1)[0])
        called = called_number(invite, trunk) if trunk is not None else ""
        if trunk is None or not called or self._message is None or len(self._legs) >= AT_ONCE_MAX:
            return False
        call_id = INBOUND + secrets.token_hex(13)
        self._journal.invite(call_id, invite, source, ours=False)
        leg = self._legs[call_id] = Leg(account, self, call_id, incoming)
        self._end_at[call_id] = monotonic() + SET_UP_SECONDS
        leg.pick_up()
        self._say(Inbound(
            call_id=call_id, trunk=trunk.name, called=called, caller=calling_number(invite, trunk)
        ))  # fmt: skip
        return True

    def tend(self, now: float) -> None:
        """End those who heard all; drop ended legs outside their own callbacks."""
        self._ended.clear()
        for call_id, at in list(self._end_at.items()):
            if now >= at:
                del self._end_at[call_id]
                self._legs[call_id].hang_up()

    # --- Listener ---------------------------------------------------------------------------------

    def leg_dialed(self, leg: Leg, invite: str) -> None:
        """Listener."""

    def leg_ringing(self, leg: Leg, early_media: bool) -> None:
        """Listener."""

    def leg_answered(self, leg: Leg, message: str) -> None:
        """Listener."""
        self._journal.answer(leg.name, message)

    def leg_media(self, leg: Leg) -> None:
        """Sound flows: speak, once."""
        if self._message is not None and leg.name not in self._prompts:
            self._prompts[leg.name] = Prompt(self._message[0], leg)
            self._end_at[leg.name] = monotonic() + self._message[1] + 0.2

    def leg_over(self, leg: Leg, code: int, reason: str, cause: int, by_peer: bool) -> None:
        """Listener."""
        self._journal.end(leg.name)
        self._end_at.pop(leg.name, None)
        self._ended += [self._legs.pop(leg.name, None), self._prompts.pop(leg.name, None)]
