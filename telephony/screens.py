"""Carries a campaign's policy for machines out: listens, says what was heard, names the next step."""

from __future__ import annotations

from collections.abc import Callable

from telephony.answer_kind import Heard, Reason
from telephony.clock import monotonic
from telephony.customer import Customer
from telephony.listening import Listening
from telephony.protocol import AnswerKind, Event, Judged, Screened, ScreenPolicy
from telephony.recording import Finisher
from telephony.screening import BEEP_WAIT_SECONDS, Do, Screening
from telephony.settings import TelephonySettings

GIVE_UP_SECONDS = 8.0  # a call that tells nothing until then is not listened to any longer
_WHY_ENDED = {
    AnswerKind.FAX: Screened.FAX, AnswerKind.ANNOUNCEMENT: Screened.NETWORK,
    AnswerKind.TONE: Screened.NETWORK,
}  # fmt: skip


class Screens:
    """Of one node. Nothing here waits."""

    def __init__(
        self, settings: TelephonySettings, finisher: Finisher, say: Callable[[Event], None]
    ) -> None:
        self._listening = Listening(settings)
        self._finisher, self._say = finisher, say

    def sound_flows(self, customer: Customer) -> None:
        """Early media, or the first sound of an answered call."""
        wanted = customer.order.screen.policy is not ScreenPolicy.OFF
        if customer.listened is None and customer.leg is not None and wanted:
            customer.listened = self._listening.begin(customer.leg)
            if customer.listened is not None and customer.answered_at:
                self._listening.answered(customer.listened, monotonic())

    def answered(self, customer: Customer) -> bool:
        """The 200 OK; True: no agent before the verdict."""
        screen, limit = customer.order.screen, customer.order.connect_limit_ms / 1000
        customer.screening = Screening(screen, customer.answered_at, limit)
        if customer.listened is not None:
            self._listening.answered(customer.listened, customer.answered_at)
        customer.awaits_verdict = customer.screening.holds and self._listening.is_alive()
        return customer.awaits_verdict

    def tend(self, customer: Customer, now: float) -> Do:
        """Hear what is new and say verdicts; then the next step for a call that waits for one."""
        listened = customer.listened
        if listened is not None:
            self._listening.look(listened)
        if not customer.answered_at:
            return self._early(customer)
        if listened is not None and not listened.is_over:
            self._say_verdict(customer, now)
        if customer.awaits_beep:
            return self._beep(customer, now)
        return self._decide(customer, now) if customer.awaits_verdict else Do.WAIT

    def over(self, customer: Customer, now: float) -> None:
        """The call is over: was the message whole? Its sound is kept where a machine was hung up on."""
        if customer.screened is Screened.MESSAGE and now < (customer.hang_up_at or 0) - 0.3:
            customer.screened = Screened.MACHINE
        if customer.listened is None:
            return
        is_evidence = customer.screened is not Screened.NO or customer.announced is not None
        if is_evidence and customer.order.record and not customer.listened.is_over:
            self._finisher.keep(customer.order.call_id, self._listening.sound(customer.listened))
        self._listening.end(customer.listened, None)

    def close(self) -> None:
        """The node stops."""
        self._listening.close()

    # --- steps --------------------------------------------------------------------------------------

    def _early(self, customer: Customer) -> Do:
        """A known announcement or tone of the network before any answer ends the attempt."""
        early = customer.listened.early if customer.listened is not None else None
        if early is None or early.means is None or customer.announced is not None:
            return Do.WAIT
        customer.announced = early.means
        self._judged(customer, early, early=True)
        return Do.HANG_UP

    def _say_verdict(self, customer: Customer, now: float) -> None:
        listened = customer.listened
        if listened is None:
            return
        if listened.heard is not None and not customer.is_judged:
            customer.is_judged = True
            self._judged(customer, listened.heard)
        needed = customer.awaits_verdict or customer.awaits_beep or customer.screened
        is_late = now - customer.answered_at > GIVE_UP_SECONDS
        if not needed and (customer.is_judged or is_late):
            self._listening.end(listened, customer.leg)

    def _decide(self, customer: Customer, now: float) -> Do:
        listened, screening = customer.listened, customer.screening
        if listened is None or screening is None:
            is_deaf = now - customer.answered_at > 0.5  # no ear was free
            customer.awaits_verdict = not is_deaf
            return Do.TO_AGENT if is_deaf else Do.WAIT
        heard = listened.heard
        step = screening.decide(heard.kind if heard else None, listened.voice, now)
        if step is Do.WAIT:
            return step
        customer.awaits_verdict = False
        if step is Do.TO_AGENT:
            if heard is None:
                at_ms = int((now - customer.answered_at) * 1000)
                self._judged(customer, Heard(AnswerKind.UNDECIDED, Reason.TIME_LIMIT, at_ms))
            return step
        kind = heard.kind if heard else AnswerKind.MACHINE
        customer.screened = _WHY_ENDED.get(kind, Screened.MACHINE)
        customer.announced = heard.means if heard else None
        customer.awaits_beep = step is Do.AWAIT_BEEP
        return Do.WAIT if customer.awaits_beep else Do.HANG_UP

    def _beep(self, customer: Customer, now: float) -> Do:
        if customer.listened is not None and customer.listened.may_speak:
            customer.awaits_beep, customer.screened = False, Screened.MESSAGE
            return Do.SPEAK
        return Do.HANG_UP if now - customer.answered_at > BEEP_WAIT_SECONDS else Do.WAIT

    def _judged(self, customer: Customer, heard: Heard, *, early: bool = False) -> None:
        voice = customer.listened.voice if customer.listened is not None else None
        since = customer.answered_at

        def ms(moment: float | None) -> int:
            return int((moment - since) * 1000) if moment is not None and not early else -1

        self._say(Judged(
            call_id=customer.order.call_id, kind=heard.kind, reason=heard.reason,
            confidence=heard.confidence, at_ms=heard.at_ms, early=early, means=heard.means,
            voice_from_ms=ms(voice.began if voice else None),
            voice_to_ms=ms(voice.spoke if voice else None),
        ))  # fmt: skip
