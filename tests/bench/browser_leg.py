"""How quick an agent's leg in the browser is: set-up, delay of the sound, back after a reload.

    python -m tests.bench.browser_leg --runs 5

The whole installation on loopback, with a customer on the line; Chromium's own clock. Set-up is from the
wish to sound that flows, the microphone's opening included. The delay is half of the way there and back
(page, node's bridge, page), between two signals of one AudioContext, so it contains both jitter buffers and
the browser's own; a sound card would add to it. Back after a reload is from the start of the navigation
until the customer's voice is heard in the page. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from dialer.clock import utc_now
from dialer.store.session import open_store
from tests.bench.machine import described
from tests.factories import make_campaign
from tests.journeys.conftest import _CHROMIUM, _FLAGS, House
from tests.journeys.test_browser_leg import CUSTOMERS, tone
from tests.journeys.test_main_job import sign_in

TIMING = 'async () => (await import("/static/js/audio_leg.js")).timing'
UP = "[data-audio=up]"
# A tone of 30 ms goes out four times; both what goes out and what comes back pass one processor.
ROUND_TRIP = """async () => {
  const sound = await import("/static/js/audio_sound.js");
  const { current } = sound;
  const context = new AudioContext();
  const out = context.createMediaStreamDestination(), oscillator = context.createOscillator();
  const gain = context.createGain(), both = context.createChannelMerger(2);
  const look = context.createScriptProcessor(256, 2, 1);
  oscillator.frequency.value = 700; gain.gain.value = 0;
  oscillator.connect(gain); gain.connect(out); gain.connect(both, 0, 0);
  context.createMediaStreamSource(sound.playing()).connect(both, 0, 1);
  both.connect(look); look.connect(context.destination);
  const onsets = [[], []];
  let at = 0;
  look.onaudioprocess = (event) => {
    for (const side of [0, 1]) {
      const samples = event.inputBuffer.getChannelData(side), seen = onsets[side];
      for (let i = 0; i < samples.length; i++) {
        if (Math.abs(samples[i]) > 0.05 && (!seen.length || at + i - seen.at(-1) > context.sampleRate * 0.6)) seen.push(at + i);
      }
    }
    at += look.bufferSize;
  };
  await current().sender.replaceTrack(out.stream.getAudioTracks()[0]);
  oscillator.start();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  for (let n = 0; n < 4; n++) {
    const now = context.currentTime + 0.05;
    gain.gain.setValueAtTime(0.5, now); gain.gain.setValueAtTime(0, now + 0.06);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const ms = onsets[0].map((start) => onsets[1].find((back) => back > start) - start).filter((d) => d < context.sampleRate * 0.9)
    .map((d) => (d / context.sampleRate) * 1000);
  await current().sender.replaceTrack(current().track);
  await context.close();
  return ms;
}"""
HEARD_AT = """async () => {
  const sound = await import("/static/js/audio_sound.js");
  while (!sound.playing()) await new Promise((resolve) => setTimeout(resolve, 5));
  const context = new AudioContext(), look = context.createAnalyser();
  look.fftSize = 256;
  context.createMediaStreamSource(sound.playing()).connect(look);
  const samples = new Float32Array(look.fftSize);
  for (;;) {
    look.getFloatTimeDomainData(samples);
    if (samples.some((s) => Math.abs(s) > 0.02)) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as text, sync_playwright() as playwright:
        folder = Path(text)
        house = House(folder / "site")
        try:
            found = _measure(house, folder, playwright, runs)
        finally:
            house.keeper.stop()
    print(json.dumps(found | {"machine": described()}, indent=1))  # noqa: T201


def _measure(house: House, folder: Path, playwright: Any, runs: int) -> dict[str, Any]:
    customers = folder / "customers.toml"
    sound = tone(folder / "1000.wav", 1000, 590)
    customers.write_text(CUSTOMERS.format(tone=sound).replace("60, 60", "580, 580"))
    make_campaign(open_store(house.site.database), folder, 1, utc_now())
    house.start(customers)
    path = next(filter(None, map(shutil.which, _CHROMIUM)))
    flags = (*_FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
             "--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required")  # fmt: skip
    browser = playwright.chromium.launch(executable_path=path, args=list(flags))
    page = browser.new_page()
    sign_in(page, house, "agent")
    page.click("#leg-menu")
    page.click("[data-leg=browser]")
    set_up, loaded = [], []
    for _ in range(runs):
        page.wait_for_selector(UP)
        set_up.append(page.evaluate(TIMING)["took"])
        page.click("[data-leg=phone]")
        page.wait_for_selector(UP, state="detached")
        page.click("[data-leg=browser]")
    page.wait_for_selector(UP)
    trips = [trip for _ in range(runs) for trip in _echo(page)]
    page.click("#ready")
    page.wait_for_selector(".call", timeout=20_000)
    for _ in range(runs):
        page.reload(wait_until="commit")
        page.wait_for_load_state("domcontentloaded")
        loaded.append(page.evaluate(HEARD_AT))
        assert page.locator(".call-head.on-line").is_visible()
    browser.close()
    return {
        "set_up_ms": _of(set_up), "one_way_ms": _of([trip / 2 for trip in trips]),
        "back_after_reload_ms": _of(loaded),
    }  # fmt: skip


def _echo(page: Page) -> list[float]:
    page.wait_for_selector("#audio-echo:enabled")
    page.click("#audio-echo")
    found: list[float] = page.evaluate(ROUND_TRIP)
    page.wait_for_selector("#audio-echo:enabled")
    return found


def _of(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 1), "max": round(max(values), 1),
        "measured": len(values),
    }  # fmt: skip


if __name__ == "__main__":
    main()
