"""The queue between sound card and bridge: bounded, silence goes first, nothing is invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.headset import NoDevice, device_of, meter
from telephony.sound_queue import FRAME_SAMPLES, MOST_FRAMES, TARGET_FRAMES, SoundQueue, loudness

pytestmark = pytest.mark.unit

SILENCE = bytes(2 * FRAME_SAMPLES)


def speech(n: int) -> bytes:
    return (1000 + n).to_bytes(2, "little", signed=True) * FRAME_SAMPLES


def test_nothing_is_given_before_the_target_is_there():
    queue = SoundQueue()
    queue.push(speech(1))
    assert queue.pull() == SILENCE
    queue.push(speech(2))
    assert [queue.pull(), queue.pull(), queue.pull()] == [speech(1), speech(2), SILENCE]
    assert queue.missing == 1


def test_a_silent_frame_is_left_out_before_speech_is_thrown_away():
    queue = SoundQueue()
    for n in range(TARGET_FRAMES + 1):
        queue.push(speech(n))
    queue.push(SILENCE)
    assert (queue.left_out, queue.thrown_away) == (1, 0)
    for n in range(MOST_FRAMES):
        queue.push(speech(100 + n))
    assert queue.thrown_away == TARGET_FRAMES + 1
    assert queue.pull() == speech(100)


@given(st.lists(st.sampled_from(["speech", "silence", "pull"]), max_size=200))
def test_whatever_the_two_clocks_do_the_delay_is_bounded_and_speech_keeps_its_order(steps):
    queue, given_out, n = SoundQueue(), [], 0
    for step in steps:
        n += 1
        if step == "pull":
            given_out.append(queue.pull())
        else:
            queue.push(speech(n) if step == "speech" else SILENCE)
    heard = [frame for frame in given_out if frame != SILENCE]
    assert heard == sorted(heard, key=lambda f: int.from_bytes(f[:2], "little"))
    queue.push(speech(n + 1))
    rest = [queue.pull() for _ in range(MOST_FRAMES + 1)]
    assert rest[-1] == SILENCE


def test_loudness_and_its_meter():
    assert loudness(b"") == 0
    assert loudness((-32_768).to_bytes(2, "little", signed=True)) == 32_767
    assert meter(0).strip() == ""
    assert meter(32_767) == "███"


class Audio:
    """PyAudio's word on two devices."""

    rows = (("Built-in", 2, 2), ("USB Headset", 1, 2), ("Loudspeaker USB", 0, 2))

    def get_device_count(self) -> int:
        return len(self.rows)

    def get_device_info_by_index(self, index: int) -> dict:
        name, captures, plays = self.rows[index]
        return {
            "index": index,
            "name": name,
            "maxInputChannels": captures,
            "maxOutputChannels": plays,
        }


def test_a_device_is_found_by_number_or_name_and_only_where_it_can():
    assert device_of(Audio(), "", "in") is None
    assert device_of(Audio(), "1", "in") == 1
    assert device_of(Audio(), "usb", "out") == 1
    assert device_of(Audio(), "loudspeaker usb", "out") == 2
    with pytest.raises(NoDevice, match="--list"):
        device_of(Audio(), "Loudspeaker USB", "in")
