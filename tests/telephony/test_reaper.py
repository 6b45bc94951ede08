"""What a dead node left is ended at the far end: a BYE for answered calls, a CANCEL for ringing ones."""

import socket
import threading

import pytest

from telephony.journal import Journal, open_dialogs
from telephony.reaper import reap

pytestmark = pytest.mark.unit


def invite(call_id: str, peer: int, local: int) -> str:
    return (
        f"INVITE sip:15400000001@127.0.0.1:{peer} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{local};rport;branch=z9hG4bK{call_id}\r\n"
        f"From: <sip:95035100@127.0.0.1:{local}>;tag=mine\r\n"
        f"To: <sip:15400000001@127.0.0.1:{peer}>\r\nCall-ID: {call_id}\r\nCSeq: 7 INVITE\r\n"
        f"Contact: <sip:kept@127.0.0.1:{local}>\r\nContent-Length: 0\r\n\r\n"
    )


def answer(call_id: str, peer: int, local: int) -> str:
    return (
        "SIP/2.0 200 OK\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{local};branch=z9hG4bK{call_id}\r\n"
        f"Record-Route: <sip:127.0.0.1:{peer};lr;n=1>\r\nRecord-Route: <sip:127.0.0.1:{peer};lr;n=2>\r\n"
        f"From: <sip:95035100@127.0.0.1:{local}>;tag=mine\r\n"
        f"To: <sip:15400000001@127.0.0.1:{peer}>;tag=theirs\r\nCall-ID: {call_id}\r\n"
        f"CSeq: 7 INVITE\r\nContact: <sip:far@127.0.0.1:{peer}>\r\nContent-Length: 0\r\n\r\n"
    )


def ports(count: int) -> list[int]:
    probes = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return found


def test_open_dialogs_of_a_torn_journal(tmp_path):
    journal = Journal(tmp_path / "j")
    journal.invite("a", "INVITE a", "127.0.0.1:1", ours=True)
    journal.answer("a", "200 a")
    journal.invite("b", "INVITE b", "127.0.0.1:1", ours=True)
    journal.invite("c", "INVITE c", "127.0.0.1:1", ours=True)
    journal.end("c")
    with (tmp_path / "j").open("a") as file:
        file.write('{"call": "d", "inv')
    found = list(open_dialogs(tmp_path / "j"))
    assert [(d.call_id, d.answer) for d in found] == [("a", "200 a"), ("b", "")]
    assert (tmp_path / "j").stat().st_mode & 0o077 == 0


def test_every_open_dialog_is_ended_and_the_journal_retired(tmp_path):
    local, peer = ports(2)
    journal = Journal(tmp_path / "j")
    for call_id in ("talks", "rings"):
        journal.invite(call_id, invite(call_id, peer, local), f"127.0.0.1:{peer}", ours=True)
    journal.answer("talks", answer("talks", peer, local))
    requests: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind(("127.0.0.1", peer))
        carrier.settimeout(5)

        def serve() -> None:
            while len(requests) < 2:
                data, source = carrier.recvfrom(65535)
                text = data.decode()
                requests.append(text)
                head = "\r\n".join(
                    line for line in text.split("\r\n")
                    if line.startswith(("Via", "From", "To", "Call-ID", "CSeq"))
                )  # fmt: skip
                carrier.sendto(f"SIP/2.0 200 OK\r\n{head}\r\n\r\n".encode(), source)

        thread = threading.Thread(target=serve)
        thread.start()
        assert reap(tmp_path / "j", "127.0.0.1", local) == 2
        thread.join()
    bye = next(r for r in requests if r.startswith("BYE"))
    assert bye.startswith(f"BYE sip:far@127.0.0.1:{peer} SIP/2.0")
    assert "tag=theirs" in bye.split("To:")[1].split("\r\n")[0]
    assert bye.index("n=2") < bye.index("n=1")  # the route set is reversed
    assert "CSeq: 1007 BYE" in bye
    cancel = next(r for r in requests if r.startswith("CANCEL"))
    assert "branch=z9hG4bKrings" in cancel  # the INVITE's own branch, or it would cancel nothing
    assert "CSeq: 7 CANCEL" in cancel
    assert not (tmp_path / "j").exists()


def test_no_journal_is_nothing_to_do(tmp_path):
    assert reap(tmp_path / "none", "127.0.0.1", 1) == 0


def test_a_port_in_use_means_that_the_node_lives(tmp_path):
    local, peer = ports(2)
    journal = Journal(tmp_path / "j")
    journal.invite("a", invite("a", peer, local), f"127.0.0.1:{peer}", ours=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", local))
        with pytest.raises(OSError, match="in use"):
            reap(tmp_path / "j", "127.0.0.1", local)
    assert (tmp_path / "j").exists()
