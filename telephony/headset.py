"""`python -m telephony.headset`: an agent's headset as a SIP leg. It dials in with the desk's code.

Plays and captures through PyAudio; started on the agent's own machine, stays up for the shift, dials again
when the line is lost. `kept headset` starts it.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from telephony.clock import monotonic
from telephony.sip_headset import HeadsetLine
from telephony.sound_queue import FRAME_SAMPLES, RATE, SoundQueue

RTP_PORTS = (41000, 41999)
REDIAL_SECONDS = (0.5, 1.0, 2.0, 5.0)
SHOW_SECONDS = 0.2
STEPS = " ▁▂▃▄▅▆▇█"
MISSING = (
    "缺少 PyAudio：请运行 make headset（Debian、Ubuntu）/ PyAudio is missing: run make headset"
)


class NoDevice(Exception):
    """The chosen device is not there or cannot be opened."""


class Card:
    """The sound card through PyAudio: fills one queue, empties the other, on PortAudio's thread."""

    def __init__(
        self, audio: Any, source: int | None, sink: int | None,
        queues: tuple[SoundQueue, SoundQueue],
    ) -> None:  # fmt: skip
        self._microphone, self._ear = queues
        shape = {
            "format": 8,
            "channels": 1,
            "rate": RATE,
            "frames_per_buffer": FRAME_SAMPLES,
        }  # 8: paInt16
        try:
            self._in = audio.open(
                input=True, input_device_index=source, stream_callback=self._heard, **shape
            )
            self._out = audio.open(
                output=True, output_device_index=sink, stream_callback=self._asked, **shape
            )
        except OSError as error:
            raise NoDevice(
                f"声卡无法以 8 kHz 打开（{error}），请换用 default 或 pulse / the device does not "
                f"open at 8 kHz ({error}): choose default or pulse"
            ) from None

    def close(self) -> None:
        """Stop both streams."""
        for stream in (self._in, self._out):
            stream.close()

    def _heard(self, data: bytes, *_: Any) -> tuple[None, int]:
        self._microphone.push(data)
        return None, 0  # 0: paContinue

    def _asked(self, _data: None, *_: Any) -> tuple[bytes, int]:
        return self._ear.pull(), 0


def devices(audio: Any) -> list[tuple[int, str, bool, bool]]:
    """(number, name, can capture, can play) of every device."""
    found = (audio.get_device_info_by_index(i) for i in range(audio.get_device_count()))
    return [
        (int(d["index"]), str(d["name"]), d["maxInputChannels"] > 0, d["maxOutputChannels"] > 0)
        for d in found
    ]


def device_of(audio: Any, text: str, way: str) -> int | None:
    """The number of a device by number or part of its name; None: the system's own choice."""
    if not text:
        return None
    for number, name, captures, plays in devices(audio):
        if (captures if way == "in" else plays) and text in (str(number), name):
            return number
    for number, name, captures, plays in devices(audio):
        if (captures if way == "in" else plays) and text.lower() in name.lower():
            return number
    raise NoDevice(f"{text}: 没有这个设备，用 --list 查看 / no such device, see --list")


def meter(level: int) -> str:
    """Eight steps for 0 to 32,767, by the root: quiet speech is seen."""
    return STEPS[min(8, round(8 * (level / 32_767) ** 0.5))] * 3


def main(words: Sequence[str] | None = None) -> int:
    """Until Ctrl-C."""
    asked = _arguments(words)
    try:
        import pyaudio
    except ImportError:
        sys.stderr.write(MISSING + "\n")
        return 2
    audio = pyaudio.PyAudio()
    if asked.list:
        for number, name, captures, plays in devices(audio):
            ways = " ".join(w for w, can in (("input", captures), ("output", plays)) if can)
            sys.stdout.write(f"{number:3}  {name}  [{ways}]\n")
        return 0
    if not asked.code:
        sys.stderr.write("需要 --code（坐席台上显示）/ --code is needed; the desk shows it\n")
        return 2
    try:
        return _run(asked, audio)
    except NoDevice as fault:
        sys.stderr.write(f"{fault}\n")
        return 1


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kept headset", description=__doc__)
    parser.add_argument("--node", default="127.0.0.1:5062", help="ADDRESS:PORT of the node")
    parser.add_argument("--code", default="", help="the code that the desk shows")
    parser.add_argument("--input", default="", help="microphone: number or part of the name")
    parser.add_argument("--output", default="", help="earphones: number or part of the name")
    parser.add_argument("--list", action="store_true", help="show all devices and end")
    parser.add_argument("--quiet", action="store_true", help="no level meter")
    return parser.parse_args(words)


def _run(asked: argparse.Namespace, audio: Any) -> int:
    queues = SoundQueue(), SoundQueue()
    source, sink = device_of(audio, asked.input, "in"), device_of(audio, asked.output, "out")
    card = Card(audio, source, sink, queues)
    line = HeadsetLine(*own_address(asked.node), RTP_PORTS, queues)
    stop = Stop()
    dial_at: float | None = monotonic()
    shown_at, failures = 0.0, 0
    while not stop.asked:
        now = monotonic()
        if line.is_up:
            failures, dial_at = 0, None
        elif line.ended and dial_at is None:
            dial_at = now + REDIAL_SECONDS[min(failures, len(REDIAL_SECONDS) - 1)]
            failures += 1
        if dial_at is not None and now >= dial_at:
            dial_at = None
            line.dial(asked.node, asked.code)
        line.poll(20)
        if now - shown_at >= SHOW_SECONDS and not asked.quiet:
            shown_at = now
            _show(line.is_up, line.ended, queues)
    line.hang_up()
    card.close()
    return 0


class Stop:
    """Set by Ctrl-C and SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def _show(is_up: bool, ended: str, queues: tuple[SoundQueue, SoundQueue]) -> None:
    microphone, ear = queues
    state = "已接通 connected" if is_up else f"正在拨打 dialing {ended}"
    sys.stdout.write(
        f"\r\x1b[K{state}  我 me {meter(microphone.level)}  对方 them {meter(ear.level)}"
        f"  缺帧 missing {ear.missing}"
    )
    sys.stdout.flush()


def own_address(node: str) -> tuple[str, int]:
    """(address from which the node is reached, a free port there). Nothing is sent."""
    host, _, port = node.partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, int(port or 5060)))
        address = str(probe.getsockname()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return address, int(probe.getsockname()[1])


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the call is over; destroying the library would only wait
