"""An agent who hears and speaks in the browser: both tones are measured, and a reload keeps the customer."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dialer.clock import utc_now
from dialer.settings import RecordingSettings
from dialer.store.recording_files import SUFFIX, open_sounds
from dialer.store.session import open_store, read
from dialer.store.tables import Attempt, Seat
from tests.factories import make_campaign
from tests.journeys.conftest import _CHROMIUM, _FLAGS
from tests.journeys.test_kills import child_of
from tests.journeys.test_main_job import sign_in

pytestmark = pytest.mark.journey

CUSTOMERS = """
[[customers]]
kind = "person"
share = 1
decides = [0.3, 0.4]
answers = 200
sound = "{tone}"
talks = [60, 60]
"""
TIMING = 'async () => (await import("/static/js/audio_leg.js")).timing'
LISTEN = """async () => {
  const { playing } = await import("/static/js/audio_sound.js");
  const context = new AudioContext(), look = context.createAnalyser();
  look.fftSize = 16384;
  context.createMediaStreamSource(playing()).connect(look);
  const power = new Float32Array(look.frequencyBinCount);
  for (let tries = 0; tries < 40; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    look.getFloatFrequencyData(power);
    if (Math.max(...power) > -60) break;
  }
  await new Promise((resolve) => setTimeout(resolve, 400));
  look.getFloatFrequencyData(power);
  const loudest = power.indexOf(Math.max(...power));
  await context.close();
  return { hertz: (loudest * context.sampleRate) / look.fftSize, decibels: power[loudest] };
}"""


def tone(path: Path, hertz: int, seconds: float, *more: str) -> Path:
    """A sine as WAV."""
    shape = ["-r", "8000", "-c", "1", "-b", "16"]
    subprocess.run(
        ["sox", "-n", *shape, str(path), "synth", str(seconds), "sine", str(hertz), "gain", "-9", *more],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture
def desk(playwright, tmp_path) -> Iterator[Page]:
    """A page whose microphone hears 440 Hz, in bursts: a steady tone is taken for noise."""
    microphone = tone(tmp_path / "microphone.wav", 440, 0.3, "pad", "0", "0.2", "repeat", "60")
    flags = (
        *_FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}", "--allow-loopback-in-peer-connection",
    )  # fmt: skip
    path = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    assert path is not None, "Chromium is missing: run `make test`, which installs it"
    browser = playwright.chromium.launch(executable_path=path, args=list(flags))
    context = browser.new_context(locale="zh-CN", viewport={"width": 1360, "height": 850})
    yield context.new_page()
    browser.close()


def test_the_browser_is_the_phone_and_a_reload_keeps_the_customer(house, desk, tmp_path):
    customers, heard = tmp_path / "customers.toml", tmp_path / "heard"
    customers.write_text(CUSTOMERS.format(tone=tone(tmp_path / "1000.wav", 1000, 60)))
    sessions = open_store(house.site.database)
    make_campaign(sessions, tmp_path, 1, utc_now())
    house.start(customers, record_to=heard)
    sign_in(desk, house, "agent")
    desk.click("#leg-menu")
    desk.click("[data-leg=browser]")
    expect(desk.locator("[data-audio=up]")).to_be_visible(timeout=15_000)
    the_agent_hears_an_echo(desk)
    desk.click("#ready")
    desk.wait_for_selector(".call", timeout=15_000)
    both_tones_arrive(desk, heard)
    desk.reload()
    expect(desk.locator("[data-audio=up]")).to_be_attached(timeout=5_000)
    expect(desk.locator(".call-head.on-line")).to_be_visible()
    both_tones_arrive(desk, heard)
    another_window_takes_the_sound_over(desk, heard)
    desk.click("#hangup")
    the_recording_has_both_to_its_end(house, sessions)
    a_node_that_was_killed_gets_the_leg_back(house, sessions, desk)


def the_agent_hears_an_echo(desk: Page) -> None:
    desk.click("#audio-echo")
    expect(desk.locator("[data-echo=heard]")).to_be_visible(timeout=10_000)


def both_tones_arrive(desk: Page, heard: Path) -> None:
    """The customer's 1000 Hz in the page, the microphone's 440 Hz at the customer's end."""
    in_page = desk.evaluate(LISTEN)
    assert abs(in_page["hertz"] - 1000) < 10, in_page
    assert in_page["decibels"] > -60, in_page
    desk.wait_for_timeout(1_000)
    hertz, share = loudest(
        last_seconds(max(heard.glob("*.wav"), key=lambda p: p.stat().st_mtime), 1)
    )
    assert abs(hertz - 440) < 10, (hertz, share)
    assert share > 0.7


def another_window_takes_the_sound_over(desk: Page, heard: Path) -> None:
    second = desk.context.new_page()
    second.goto(desk.url)
    second.click("#take-over")
    expect(second.locator("[data-audio=up]")).to_be_attached(timeout=5_000)
    both_tones_arrive(second, heard)
    desk.click("#take-over")
    expect(desk.locator("[data-audio=up]")).to_be_attached(timeout=5_000)
    expect(second.locator("#take-over")).to_be_visible()
    both_tones_arrive(desk, heard)
    second.close()


def a_node_that_was_killed_gets_the_leg_back(house, sessions, desk: Page) -> None:
    """The page notices by itself; nobody has to reload it."""
    before = desk.evaluate(TIMING)["connected"]
    os.kill(child_of(os.getpid(), "telephony.node"), signal.SIGKILL)

    def is_back() -> bool:
        with read(sessions) as session:
            leg_up = session.scalars(select(Seat.leg_up)).one()
        return leg_up and desk.evaluate(TIMING)["connected"] > before

    for _ in range(200):
        house.wait(0.1)
        if is_back():
            return
    raise AssertionError("the page did not bring its leg up again")


def the_recording_has_both_to_its_end(house, sessions) -> None:
    """Left the customer, right the agent, also after the reload: nothing shifted, nothing lost."""
    for _ in range(60):
        with read(sessions) as session:
            attempt = session.scalars(select(Attempt)).one()
        if (attempt.recording or "").endswith(SUFFIX):
            break
        house.wait(0.1)
    kept = open_sounds(RecordingSettings(key_file=house.site.folder / "recordings.key"),
                       house.site.folder / "recordings")  # fmt: skip
    sound = b"".join(kept.open(attempt.recording).sound())
    frames, rate = soundfile.read(io.BytesIO(sound), dtype="int16", always_2d=True)
    assert frames.shape[1] == 2
    frames = soxr.resample(frames, rate, 8000)
    for side, hertz in ((0, 1000), (1, 440)):
        silent_end = len(frames) - np.flatnonzero(np.abs(frames[:, side]) > 100)[-1]
        assert silent_end < 0.3 * 8000, (
            f"channel {side} ends {silent_end / 8000} s before the other"
        )
        peak, share = loudest(frames[-8000:, side].astype(float))
        assert abs(peak - hertz) < 10, (side, peak, share)
        assert share > 0.7, (side, peak, share)


def last_seconds(path: Path, seconds: float) -> np.ndarray:
    """Samples of a WAV that is still being written."""
    samples = np.frombuffer(path.read_bytes()[44:], dtype="<i2")
    return samples[-int(8000 * seconds) :].astype(float)


def loudest(samples: np.ndarray) -> tuple[float, float]:
    """(strongest frequency in Hz, its share of the energy)."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / 8000)
    peak = float(hertz[int(np.argmax(power))])
    return peak, float(power[np.abs(hertz - peak) < 20].sum() / power.sum())
