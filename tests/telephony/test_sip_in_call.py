"""During the call, over real SIP: who hears whom is measured as tones on every side."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.carrier.ledger import lines_of
from telephony.conversation import Monitor, Recording, Second
from telephony.protocol import (
    Connected,
    Ended,
    Hangup,
    RecordingSaved,
    SeatClose,
    SeatLegUp,
    SeatOpen,
    SeatReady,
)
from telephony.words_in_call import (
    Consulted,
    ConversationIs,
    Digit,
    Hold,
    Mute,
    PauseRecording,
    SendDigits,
    SoundIs,
    Supervise,
    Supervised,
    Transfer,
    Transferred,
    TransferRefused,
)
from tests.telephony.bench import Bench, Sipp, free_port, is_listened_on, need
from tests.telephony.sounds import (
    samples_of,
    story_of,
    wait_for_story,
    wait_until_closed,
    write_tone,
)

pytestmark = pytest.mark.sip

PHASE = 0.9  # seconds between two commands
PHONES = {"agent": 6000, "second": 6001, "supervisor": 6002}
SEATS = {"agent": "1", "second": "2", "supervisor": "3"}


def voices(*sets: str) -> list[frozenset[str]]:
    """voices("customer", "agent second") -> the story as sets."""
    return [frozenset(each.split()) for each in sets]


class Line:
    """A node with three phones and customers who all speak in their own tones."""

    def __init__(self, folder: Path) -> None:
        self.bench = bench = Bench(folder)
        self.calls: list[str] = []
        for name, phone in PHONES.items():
            write_tone(folder / f"{phone}.wav", name)
        bench.start_phones(
            "--sound", str(folder / "{number}.wav"), "--record", str(folder / "heard")
        )
        bench._start(
            "customers", "telephony.carrier.phones", "--phones", "15400000001-15400000009",
            "--listen", f"127.0.0.1:{bench.carrier_port}", "--log", str(folder / "customers.jsonl"),
            "--sound", str(write_tone(folder / "customer.wav", "customer")), "--keys", "15400000009=4#",
            "--record", str(folder / "heard"),
        )  # fmt: skip
        bench.until(lambda: is_listened_on(bench.carrier_port), 15)
        settings = bench.config.read_text().replace(
            "prompts", "agent_lost_seconds = 1.5\nprompts", 1
        )
        self.info_port = free_port()
        bench.config.write_text(
            f'{settings}[[telephony.trunks]]\nname = "info"\nproxy = "sip:127.0.0.1:{self.info_port}"\n'
            "options_seconds = 0\npriority = 2\n"
        )
        bench.start_node()
        for name, phone in PHONES.items():
            bench.send(SeatOpen(
                seat_id=SEATS[name], address=f"sip:{phone}@127.0.0.1:{bench.phones_port}"
            ))  # fmt: skip
        for seat_id in SEATS.values():
            bench.wait_for(SeatLegUp, seat_id)

    def file(self, number: object) -> Path:
        """What this phone, or this customer's last call, heard."""
        log = "phones" if int(str(number)) < 10_000 else "customers"
        lines = list(lines_of(self.bench.folder / f"{log}.jsonl"))
        call = [x["call"] for x in lines if x["what"] == "invite" and x["number"] == str(number)][
            -1
        ]
        name = "".join(c for c in call if c.isalnum())
        return self.bench.folder / "heard" / f"{name}.wav"

    @contextlib.contextmanager
    def hears(self, name: str, *sets: str) -> Iterator[None]:
        """While this runs the phone hears exactly this, after whatever it heard before."""
        path = self.file(PHONES[name])
        start = len(samples_of(path))
        yield
        wait_for_story(lambda: samples_of(path)[start:], voices(*sets))

    def talk(self, number: str = "15400000001", **more: object) -> str:
        """A call on the agent's seat."""
        self.bench.send(SeatReady(seat_id="1", campaigns=("1",)))
        call = self.bench.call(number=number, **more)
        self.calls.append(call)
        self.bench.wait_for(Connected, call)
        self.bench.pump(PHASE)
        return call

    def is_over(self, call: str) -> bool:
        return any(isinstance(e, Ended) and e.call_id == call for e in self.bench.seen)

    def say(self, *commands: object) -> None:
        """Commands, then time to hear what they do."""
        for command in commands:
            self.bench.send(command)  # type: ignore[arg-type]
        self.bench.pump(PHASE)

    def end(self, call: str) -> None:
        self.bench.send(Hangup(call_id=call))
        self.bench.over(call)

    def customer_heard(self, number: str = "15400000001") -> list[frozenset[str]]:
        """The whole of what the customer heard; the file is closed a moment after the call."""
        return story_of(samples_of(wait_until_closed(self.file(number))))

    def recorded(self, call: str) -> tuple[list[frozenset[str]], list[frozenset[str]], float]:
        """Left and right of the recording as stories, and its seconds."""
        saved = self.bench.wait_for(RecordingSaved, call)
        path = self.bench.folder / "recordings" / saved.path
        left, right = (story_of(samples_of(path, side, 2)) for side in (0, 1))
        return left, right, saved.seconds

    def sound(self, call: str) -> SoundIs:
        """The last word on its sound."""
        said = [e for e in self.bench.seen if isinstance(e, SoundIs) and e.call_id == call]
        return said[-1] if said else SoundIs(call_id=call)

    def now(self, call: str) -> ConversationIs:
        """The last word on the conversation."""
        return next(
            e for e in reversed(self.bench.seen)
            if isinstance(e, ConversationIs) and e.call_id == call
        )  # fmt: skip


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    need("sox")
    line = Line(tmp_path_factory.mktemp("line"))
    yield line
    line.bench.close()


@pytest.fixture(autouse=True)
def fresh(line):
    """Nothing seen, and whatever a failed test left on the line is ended."""
    line.bench.seen.clear()
    yield
    for call in [c for c in line.calls if not line.is_over(c)]:
        line.end(call)
    line.calls.clear()


def test_hold_mute_and_a_paused_recording(line):
    call = line.talk()
    line.say(Hold(call_id=call, on=True))
    assert line.now(call).held
    line.say(Hold(call_id=call, on=False))
    line.say(Mute(call_id=call, on=True))
    line.say(Mute(call_id=call, on=False))
    line.say(PauseRecording(call_id=call, on=True))
    assert line.now(call).recording is Recording.PAUSED
    line.say(PauseRecording(call_id=call, on=False))
    line.end(call)
    assert line.customer_heard() == voices("agent", "music", "agent", "", "agent")
    left, right, seconds = line.recorded(call)
    # held: nobody hears the customer; paused: nothing from either side, and time goes on
    assert left == voices("customer", "", "customer", "", "customer")
    assert right == voices("agent", "", "agent", "", "agent", "", "agent")
    assert abs(seconds - 7 * PHASE) < 0.7


def test_keys_in_both_directions(line):
    call = line.talk("15400000009")
    line.say(SendDigits(call_id=call, digits="12#"))
    line.bench.until(
        lambda: [e.digit for e in line.bench.seen if isinstance(e, Digit)] == ["4", "#"], 3
    )
    log = line.bench.folder / "customers.jsonl"
    line.bench.until(
        lambda: [x["digit"] for x in lines_of(log) if x["what"] == "digit"] == ["1", "2", "#"], 3
    )
    line.say(
        SendDigits(call_id=call, digits="1\r\nX: y")
    )  # not keys: nothing is sent, nothing breaks
    line.end(call)


def test_listen_whisper_and_barge(line):
    call = line.talk()
    watch = lambda mode: Supervise(seat_id="1", supervisor="3", mode=mode)  # noqa: E731
    with (
        line.hears("supervisor", "agent customer"),
        line.hears("agent", "customer", "customer supervisor"),
    ):
        line.say(watch(Monitor.LISTEN))
        line.say(watch(Monitor.WHISPER))
        line.say(watch(Monitor.BARGE))
    line.say(watch(Monitor.OFF))
    modes = [e.mode for e in line.bench.seen if isinstance(e, Supervised)]
    assert modes == [Monitor.LISTEN, Monitor.WHISPER, Monitor.BARGE, Monitor.OFF]
    line.end(call)
    assert line.customer_heard() == voices("agent", "agent supervisor", "agent")
    _, right, _ = line.recorded(call)
    assert right == voices("agent", "agent supervisor", "agent")


def test_supervision_stays_with_the_seat_from_call_to_call(line):
    line.bench.send(Supervise(seat_id="1", supervisor="3", mode=Monitor.LISTEN))
    for number in ("15400000001", "15400000002"):
        with line.hears("supervisor", "agent customer"):
            line.end(line.talk(number))
    line.bench.send(Supervise(seat_id="1", supervisor="3", mode=Monitor.OFF))
    line.bench.wait_for(Supervised, "1")


def test_a_cold_transfer_gives_the_customer_to_the_other_seat(line):
    call = line.talk()
    with line.hears("second", "customer"):
        line.say(Transfer(call_id=call, seat_id="2"))
    moved = line.bench.wait_for(Transferred, call)
    assert (moved.from_seat, moved.seat_id) == ("1", "2")
    line.end(call)
    assert line.customer_heard() == voices("agent", "second")
    left, right, _ = line.recorded(call)
    assert (left, right) == (voices("customer"), voices("agent", "second"))


def test_a_warm_transfer_asks_first_and_the_customer_hears_music(line):
    call = line.talk()
    with line.hears("second", "agent", "agent customer", "customer"):
        line.say(Transfer(call_id=call, seat_id="2", warm=True))
        assert line.now(call).second is Second.CONSULTED
        line.say(Consulted(call_id=call, then="join"))
        line.say(Consulted(call_id=call, then="complete"))
    line.end(call)
    assert line.customer_heard() == voices("agent", "music", "agent second", "second")
    left, right, _ = line.recorded(call)
    assert left == voices("customer", "", "customer")
    assert right == voices("agent", "", "agent second", "second")


def test_a_consultation_that_is_called_off_goes_back_to_the_talk(line):
    call = line.talk()
    line.say(Transfer(call_id=call, seat_id="2", warm=True))
    line.say(Consulted(call_id=call, then="cancel"))
    assert line.now(call).second_seat == ""
    other = line.bench.call(number="15400000003")  # the second seat is free again
    line.bench.send(SeatReady(seat_id="2", campaigns=("1",)))
    assert line.bench.wait_for(Connected, other).seat_id == "2"
    line.bench.send(Transfer(call_id=call, seat_id="2"))  # and now it is busy
    assert line.bench.wait_for(TransferRefused, call).reason == "seat"
    line.end(other)
    line.end(call)
    assert line.customer_heard() == voices("agent", "music", "agent")


def test_a_supervisor_takes_over(line):
    call = line.talk()
    with line.hears("supervisor", "agent customer", "customer"):
        line.say(Supervise(seat_id="1", supervisor="3", mode=Monitor.LISTEN))
        line.say(Transfer(call_id=call, seat_id="3"))
    line.end(call)
    assert line.customer_heard() == voices("agent", "supervisor")


def test_a_far_end_without_events_gets_and_sends_keys_by_info(line):
    carrier = Sipp(line.bench.folder, "keys_by_info", line.info_port, 1, 20, (), {})
    line.bench.send(SeatReady(seat_id="1", campaigns=("1",)))
    call = line.bench.call(trunk="info")
    line.bench.wait_for(Connected, call)
    assert line.bench.wait_for(Digit, call).digit == "7"
    line.bench.send(SendDigits(call_id=call, digits="5"))
    carrier.done()  # it got its INFO, and hung up
    assert "Signal=5" in carrier.messages()
    line.bench.over(call)


def test_a_line_that_falls_silent_is_told_within_three_seconds(line):
    call = line.talk()
    os.kill(line.bench.pid("customers"), signal.SIGSTOP)
    began = time.monotonic()
    try:
        line.bench.until(lambda: "customer_gone" in line.sound(call).warnings, 5)
        took = time.monotonic() - began
    finally:
        os.kill(line.bench.pid("customers"), signal.SIGCONT)
    line.bench.until(lambda: not line.sound(call).warnings, 3)
    assert took < 3.0
    line.end(call)


def test_a_lost_agent_a_comforted_customer_and_another_agent(line):
    """The phone of the agent is shut: the customer is told, hears music, and goes to who is ready."""
    bench, port = line.bench, free_port()
    bench._start(
        "lost phone", "telephony.carrier.phones", "--phones", "6009", "--listen", f"127.0.0.1:{port}",
        "--log", str(bench.folder / "lost.jsonl"), "--sound", str(bench.folder / "6000.wav"),
    )  # fmt: skip
    bench.until(lambda: is_listened_on(port), 15)
    bench.send(SeatOpen(seat_id="9", address=f"sip:6009@127.0.0.1:{port}"))
    bench.wait_for(SeatLegUp, "9")
    bench.send(SeatReady(seat_id="9", campaigns=("5",)))
    call = bench.call(number="15400000004", campaign="5")
    line.calls.append(call)
    bench.wait_for(Connected, call)
    bench.pump(PHASE)
    bench.send(SeatReady(seat_id="2", campaigns=("5",)))
    bench.end("lost phone")
    bench.until(lambda: line.now(call).agent_lost, 3)
    moved = bench.wait_for(Transferred, call, 5)
    assert (moved.from_seat, moved.seat_id) == ("9", "2")
    bench.pump(PHASE)
    line.end(call)
    told = line.customer_heard("15400000004")
    assert [told[0], told[-1]] == voices("agent", "second")
    assert frozenset({"music"}) in told
    bench.send(SeatClose(seat_id="9"))


def test_the_quality_of_both_legs_is_told_while_and_after(line):
    call = line.talk()
    line.bench.wait_for(SoundIs, call, 4)
    line.end(call)
    last = line.sound(call)
    for leg in (last.customer, last.agent):
        assert leg.packets > 50
        assert leg.lost == 0
        assert 4.0 < leg.mos <= 4.5
        assert 0 <= leg.jitter_ms < 50
