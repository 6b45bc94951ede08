"""`kept headset` at a sound server without hardware: what the customer says is heard, what the microphone
hears arrives, and a line that was lost comes back. PulseAudio runs under the test's own folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.protocol import (
    Connected,
    Hangup,
    LegKind,
    RecordingSaved,
    SeatLegDown,
    SeatLegUp,
    SeatOpen,
    SeatReady,
)
from tests.telephony.bench import Bench, need, write_tone
from tests.telephony.test_sip_media import assert_tone

pytestmark = pytest.mark.sip

CODE = "482913"
# The headset's ears are a null sink, its microphone the monitor of another one.
SERVER = """
load-module module-native-protocol-unix socket={folder}/native auth-anonymous=1
load-module module-null-sink sink_name=ears rate=8000 channels=1
load-module module-null-sink sink_name=mouth rate=8000 channels=1
set-default-sink ears
set-default-source mouth.monitor
"""


class Desk:
    """An agent's desk: a sound server of its own, and the headset program."""

    def __init__(self, folder: Path, node: str) -> None:
        need("pulseaudio", "paplay", "parec", "sox")
        pytest.importorskip("pyaudio", reason="PyAudio is missing: run `make test`")
        self._folder, self._node = folder, node
        folder.mkdir()
        (folder / "pulse.pa").write_text(SERVER.format(folder=folder))
        (folder / "asound.conf").write_text(
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
        )
        self.environment = {
            **os.environ, "PULSE_SERVER": f"unix:{folder}/native", "PULSE_RUNTIME_PATH": str(folder),
            "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder),
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{folder}/asound.conf",
        }  # fmt: skip
        self._programs: list[subprocess.Popen] = []
        self.server = self.start(
            "pulseaudio", "-n", "-F", str(folder / "pulse.pa"), "--exit-idle-time=-1", "--daemonize=no",
            "--use-pid-file=no", "--disallow-exit",
        )  # fmt: skip
        end = time.monotonic() + 10
        while subprocess.run(
            ["pactl", "info"], env=self.environment, capture_output=True, check=False
        ).returncode:
            assert time.monotonic() < end, (folder / "pulseaudio.log").read_text()
            time.sleep(0.05)

    def start(self, *command: str) -> subprocess.Popen:
        with (self._folder / f"{Path(command[0]).name}.log").open("ab") as out:
            program = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        self._programs.append(program)
        return program

    def headset(self, *more: str) -> subprocess.Popen:
        return self.start(
            sys.executable, "-m", "telephony.headset", "--node", self._node, "--code", CODE, *more
        )

    def close(self) -> None:
        for program in reversed(self._programs):
            program.terminate()
            program.wait(10)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[tuple[Bench, Desk]]:
    """One node and one desk for all tests here."""
    need("sipp", "sox")
    folder = tmp_path_factory.mktemp("headset")
    bench = Bench(folder)
    bench.start_node()
    bench.send(SeatOpen(seat_id="7", dial_in_code=CODE, kind=LegKind.HEADSET))
    desk = Desk(folder / "desk", f"127.0.0.1:{bench.node_port}")
    yield bench, desk
    desk.close()
    bench.close()


def forget(bench: Bench, *kinds: type) -> None:
    bench.seen = [event for event in bench.seen if not isinstance(event, kinds)]


def test_tones_are_measured_both_ways(place, tmp_path):
    bench, desk = place
    headset = desk.headset("--input", "default", "--output", "default")
    bench.wait_for(SeatLegUp, "7")
    heard = tmp_path / "heard.wav"
    desk.start("paplay", "--device=mouth", str(write_tone(tmp_path / "440.wav", 440, seconds=30)))
    parec = desk.start("parec", "--device=ears.monitor", "--file-format=wav", "--rate=8000",
                       "--channels=1", str(heard))  # fmt: skip
    carrier = bench.sipp("talks", tone=write_tone(tmp_path / "1000.alaw", 1000))
    bench.send(SeatReady(seat_id="7", campaigns=("1",)))
    call = bench.call()
    bench.wait_for(Connected, call)
    bench.pump(3.0)
    parec.terminate()
    parec.wait(5)
    bench.send(Hangup(call_id=call))
    bench.over(call)
    saved = bench.wait_for(RecordingSaved, call)
    carrier.done()
    recording = bench.folder / "recordings" / saved.path
    assert_tone(recording, 440, channel=1)  # the agent's microphone, as the customer heard it
    assert_tone(recording, 1000, channel=0)
    assert_tone(last_second(heard, tmp_path), 1000)  # the customer, in the agent's ears
    log = (desk._folder / Path(sys.executable).name).with_suffix(".log").read_text()
    assert "connected" in log
    headset.terminate()
    assert headset.wait(10) == 0
    bench.wait_for(SeatLegDown, "7")


def last_second(path: Path, folder: Path) -> Path:
    with wave.open(str(path), "rb") as sound:
        sound.setpos(max(0, sound.getnframes() - 8000))
        frames = sound.readframes(8000)
    with wave.open(str(folder / "end.wav"), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(frames)
    return folder / "end.wav"


def test_a_program_that_was_killed_is_let_in_again(place):
    bench, desk = place
    forget(bench, SeatLegUp, SeatLegDown)
    first = desk.headset("--quiet")
    bench.wait_for(SeatLegUp, "7")
    first.send_signal(signal.SIGKILL)  # no BYE: the node still believes in the leg
    first.wait(5)
    forget(bench, SeatLegUp, SeatLegDown)
    second = desk.headset("--quiet")
    bench.wait_for(SeatLegDown, "7")
    bench.wait_for(SeatLegUp, "7")
    third = desk.headset("--quiet")  # while the second is alive nobody takes its place
    forget(bench, SeatLegDown)
    bench.pump(2.5)
    assert not any(isinstance(event, SeatLegDown) for event in bench.seen)
    third.terminate()
    assert third.wait(10) == 0
    second.send_signal(signal.SIGKILL)
    second.wait(5)
    bench.wait_for(SeatLegDown, "7", 8)  # and if nobody dials again, its silence tells


def test_devices_are_listed_and_a_wrong_one_is_named(place):
    _, desk = place

    def run(*words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "telephony.headset", *words]
        return subprocess.run(
            command, env=desk.environment, capture_output=True, text=True, check=False
        )

    listed = run("--list")
    assert listed.returncode == 0
    assert any("default" in line and "input output" in line for line in listed.stdout.splitlines())
    wrong = run("--code", CODE, "--input", "no such thing")
    assert wrong.returncode == 1
    assert "no such device" in wrong.stderr
    assert run().returncode == 2
