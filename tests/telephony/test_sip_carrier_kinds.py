"""The simulated carrier's announcements, faxes and mailboxes against a node, through real SIP."""

import time
from pathlib import Path

import pytest

from telephony.protocol import (
    AnswerKind,
    ClockStart,
    EndedBy,
    Judged,
    Screen,
    Screened,
    ScreenPolicy,
    Verdict,
)
from tests.telephony.bench import Bench, is_listened_on
from tests.telephony.test_sip_media import tone_in

pytestmark = pytest.mark.sip


def carrier(bench: Bench, **customer: object) -> None:
    """A carrier whose customers are all of this kind; what they hear is recorded."""
    fields = {"kind": "x", "share": 1, "decides": [0.3, 0.3], "talks": [30, 30], **customer}
    lines = [f"{key} = {_toml(value)}" for key, value in fields.items()]
    path = bench.folder / "customers.toml"
    path.write_text("[[customers]]\n" + "\n".join(lines))
    bench._start(
        "carrier", "telephony.carrier", "--listen", f"127.0.0.1:{bench.carrier_port}", "--log",
        str(bench.folder / "carrier.jsonl"), "--customers", str(path), "--record", str(bench.folder / "heard"),
    )  # fmt: skip
    bench.until(lambda: is_listened_on(bench.carrier_port), 15)
    bench.start_node()


def _toml(value: object) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(value).replace("'", '"')
        if not isinstance(value, str)
        else f'"{value}"'
    )


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("announcement", "status", "kind", "verdict"),
    [("out-of-service", 480, AnswerKind.ANNOUNCEMENT, Verdict.SUSPENDED),
     ("out-of-reach", 503, AnswerKind.ANNOUNCEMENT, Verdict.UNREACHABLE),
     ("unknown-number", 480, AnswerKind.ANNOUNCEMENT, Verdict.INVALID_NUMBER),
     ("on-the-phone", 480, AnswerKind.ANNOUNCEMENT, Verdict.BUSY),
     ("congestion", 480, AnswerKind.TONE, Verdict.FAILED)],
)  # fmt: skip
def test_what_the_network_says_becomes_the_verdict(bench, announcement, status, kind, verdict):
    carrier(bench, announcement=announcement, rings=False, answers=status, decides=[12, 12])
    call = bench.call(ring_seconds=20)
    judged = bench.wait_for(Judged, call)
    assert (judged.kind, judged.early, judged.means) == (kind, True, verdict)
    ended = bench.over(call)
    assert ended.verdict is verdict
    assert ended.ended_by is EndedBy.NODE, "nobody waits for the code"


def test_a_tune_instead_of_ringing_decides_nothing(bench):
    carrier(bench, announcement="tune", answers=0)
    call = bench.call(ring_seconds=4)
    assert bench.over(call).verdict is Verdict.NO_ANSWER
    assert not any(isinstance(e, Judged) for e in bench.seen)


def test_the_message_left_after_the_beep_is_whole_in_the_carriers_recording(bench):
    from tests.telephony.bench import write_tone

    prompts = bench.folder / "site-prompts"
    prompts.mkdir()
    write_tone(prompts / "mailbox.wav", 620, seconds=3)
    text = bench.config.read_text()
    bench.config.write_text(text.replace('prompts = "', f'prompts = "{prompts}" # "'))
    carrier(bench, sound="machine", answers=200)
    screen = Screen(
        policy=ScreenPolicy.LEAVE_MESSAGE, message="mailbox", starts=ClockStart.GREETING_END
    )
    began = time.monotonic()
    ended = bench.over(bench.call(screen=screen), 40)
    assert ended.screened is Screened.MESSAGE
    assert time.monotonic() - began > 9, "the greeting alone lasts six seconds"
    bench.end("node")
    bench.end("carrier")
    heard = _newest(bench.folder / "heard")
    hertz, _ = tone_in(heard)
    assert abs(hertz - 620) < 10
    assert _seconds_of_tone(heard) > 2.7


def _newest(folder: Path) -> Path:
    return max(folder.glob("*.wav"), key=lambda path: path.stat().st_mtime)


def _seconds_of_tone(path: Path) -> float:
    import wave

    import numpy as np

    with wave.open(str(path), "rb") as sound:
        samples = np.frombuffer(sound.readframes(10**7), dtype="<i2").astype(float)
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    return float((np.abs(frames).mean(axis=1) > 500).sum() * 0.02)
