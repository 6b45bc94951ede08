"""Engine and node of different versions: heard, not used, and nothing falls over."""

from __future__ import annotations

import msgspec
import pytest
import zmq

from telephony.client import NodeClient
from telephony.clock import monotonic, utc_now
from telephony.protocol import VERSION, Alive, NodeUp, Numbered

pytestmark = pytest.mark.unit


@pytest.fixture
def link(tmp_path):
    """(client, speak): speak(frame) sends one frame as node `old` does."""
    client = NodeClient(f"ipc://{tmp_path}/l.ipc", 1, {})
    node = zmq.Context.instance().socket(zmq.DEALER)
    node.setsockopt(zmq.IDENTITY, b"old")
    node.setsockopt(zmq.LINGER, 0)
    node.connect(f"ipc://{tmp_path}/l.ipc")
    yield client, node.send
    node.close()
    client.close()


def hear(client: NodeClient) -> list[Numbered]:
    until = monotonic() + 5
    while monotonic() < until:
        events = client.events(0.05)
        if events:
            return events
    raise AssertionError("nothing was heard")


def frame(seq: int, event) -> bytes:
    return msgspec.msgpack.encode(Numbered(node="old", epoch=1, seq=seq, at=utc_now(), event=event))


def test_a_node_of_our_version_is_used_and_another_one_is_only_heard(link):
    client, speak = link
    speak(frame(1, NodeUp(calls_max=1, pjsip="x", version=VERSION - 1)))
    assert len(hear(client)) == 1
    assert not client.nodes["old"].is_understood
    speak(frame(0, Alive(calls=0, seats_up=0, seats_ready=0, loop_lag_ms=0.0, version=VERSION)))
    hear(client)
    assert client.nodes["old"].is_understood


def test_a_heartbeat_without_a_version_is_of_the_first_one(link):
    client, speak = link
    body = msgspec.to_builtins(
        Numbered(node="old", epoch=1, seq=0, at=utc_now(),
                 event=Alive(calls=0, seats_up=0, seats_ready=0, loop_lag_ms=0.0))
    )  # fmt: skip
    del body["event"]["version"]
    speak(msgspec.msgpack.encode(body))
    hear(client)
    assert client.nodes["old"].version == 1


def test_words_nobody_knows_are_left_out(link):
    client, speak = link
    speak(msgspec.msgpack.encode({"node": "old", "epoch": 1, "seq": 1, "at": utc_now(),
                                  "event": {"type": "Sang", "song": "la"}}))  # fmt: skip
    speak(frame(1, NodeUp(calls_max=1, pjsip="x")))
    assert [type(e.event) for e in hear(client)] == [NodeUp]
