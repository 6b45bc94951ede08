"""A phone registers at the node and is called there; SIPp is the phone, and shares no code with us."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from telephony.protocol import SeatClose, SeatLegDown, SeatLegUp, SeatOpen
from telephony.registrar import Registrar
from tests.telephony.bench import Bench, Sipp, free_port, need, write_tone

pytestmark = pytest.mark.sip

PASSWORD = "correct-horse"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[tuple[Bench, int]]:
    """A node at which 6001 and 6002 may register."""
    need("sipp", "sox")
    bench = Bench(tmp_path_factory.mktemp("registrar"))
    port = free_port()
    head, trunks = bench.config.read_text().split("[[telephony.trunks]]")
    extensions = f'extensions = {{ 6001 = "{PASSWORD}", 6002 = "{PASSWORD}" }}'
    bench.config.write_text(
        f"{head}registrar_port = {port}\n{extensions}\n[[telephony.trunks]]{trunks}"
    )
    bench.start_node()
    yield bench, port
    bench.close()


def register(
    bench: Bench, registrar: int, phone: int, extension: str, answer: int, password: str = PASSWORD
) -> None:
    words = {"extension": extension, "password": password, "answer": answer}
    Sipp(bench.folder, "registers", phone, 1, 10, (f"127.0.0.1:{registrar}",), words).done()


def test_a_seat_waits_for_its_phone_and_is_called_the_moment_it_registers(place):
    bench, registrar = place
    bench.send(SeatOpen(seat_id="1", address="sip:6001@registered"))
    assert bench.wait_for(SeatLegDown, "1").reason == "not registered"
    port = free_port()
    register(bench, registrar, port, "6001", 200)
    phone = Sipp(
        bench.folder, "talks", port, 1, 20, (), {"tone": write_tone(bench.folder / "440.alaw", 440)}
    )
    bench.wait_for(SeatLegUp, "1")
    bench.send(SeatClose(seat_id="1"))
    phone.done()  # it got its BYE


def test_a_wrong_password_and_an_unknown_extension_are_let_in_nowhere(place):
    bench, registrar = place
    register(bench, registrar, free_port(), "6002", 403, "wrong-horse")
    register(bench, registrar, free_port(), "6099", 401)
    bench.send(SeatOpen(seat_id="2", address="sip:6002@registered"))
    assert bench.wait_for(SeatLegDown, "2").reason == "not registered"
    bench.send(SeatClose(seat_id="2"))


@pytest.fixture
def desk() -> Iterator[tuple[Registrar, list[str]]]:
    there: list[str] = []
    registrar = Registrar(
        ("127.0.0.1", 0), {"6001": PASSWORD}, lambda host: host == "192.0.2.9", there.append
    )
    yield registrar, there
    registrar.close()


def request(authorization: str = "", expires: int = 120, method: str = "REGISTER") -> str:
    lines = [
        f"{method} sip:192.0.2.1 SIP/2.0", "Via: SIP/2.0/UDP 10.1.1.1:5060;rport;branch=z9hG4bKx",
        "From: <sip:6001@192.0.2.1>;tag=a", "To: <sip:6001@192.0.2.1>", "Call-ID: c", "CSeq: 1 REGISTER",
        "Contact: <sip:6001@10.1.1.1:5060;ob>", f"Expires: {expires}",
    ]  # fmt: skip
    return (
        "\r\n".join([*lines, *([f"Authorization: {authorization}"] if authorization else [])])
        + "\r\n\r\n"
    )


def credentials(challenge: str, count: int = 1, algorithm: str = "MD5") -> str:
    nonce = challenge.split('nonce="')[1].split('"')[0]

    def h(text: str) -> str:
        return hashlib.new(
            {"MD5": "md5", "SHA-256": "sha256"}[algorithm], text.encode()
        ).hexdigest()

    middle = f"{nonce}:{count:08x}:abc:auth"
    response = h(f"{h(f'6001:kept:{PASSWORD}')}:{middle}:{h('REGISTER:sip:192.0.2.1')}")
    return (
        f'Digest username="6001", realm="kept", nonce="{nonce}", uri="sip:192.0.2.1", qop=auth, '
        f'nc={count:08x}, cnonce="abc", response="{response}", algorithm={algorithm}'
    )


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_phone_behind_a_router_is_called_where_it_came_from(desk, algorithm):
    registrar, there = desk
    challenge = registrar.reply_to(request(), "192.0.2.9", 40_000)
    assert challenge.startswith("SIP/2.0 401")
    assert ";rport=40000;received=192.0.2.9" in challenge
    answer = registrar.reply_to(request(credentials(challenge, 1, algorithm)), "192.0.2.9", 40_000)
    assert answer.startswith("SIP/2.0 200")
    assert ";expires=120" in answer
    assert registrar.address_of("6001") == "sip:6001@192.0.2.9:40000"
    again = registrar.reply_to(request(credentials(challenge, 2, algorithm)), "192.0.2.9", 40_000)
    assert again.startswith("SIP/2.0 200")
    assert there == ["6001"]  # told once


def test_a_request_played_again_is_asked_anew_and_zero_takes_it_back(desk):
    registrar, _ = desk
    challenge = registrar.reply_to(request(), "192.0.2.9", 40_000)
    said = request(credentials(challenge))
    assert registrar.reply_to(said, "192.0.2.9", 40_000).startswith("SIP/2.0 200")
    replayed = registrar.reply_to(said, "192.0.2.9", 50_000)
    assert replayed.startswith("SIP/2.0 401")
    assert "stale=true" in replayed
    gone = registrar.reply_to(request(credentials(challenge, 2), expires=0), "192.0.2.9", 40_000)
    assert gone.startswith("SIP/2.0 200")
    assert registrar.address_of("6001") == ""


def test_strangers_noise_and_other_methods(desk):
    registrar, _ = desk
    assert registrar.reply_to(request(), "198.51.100.1", 1) == ""
    assert registrar.reply_to("\r\n\r\n", "192.0.2.9", 1) == ""
    assert registrar.reply_to("SIP/2.0 200 OK\r\n\r\n", "192.0.2.9", 1) == ""
    assert registrar.reply_to("REGISTER x\r\n\r\n", "192.0.2.9", 1).startswith("SIP/2.0 401")
    assert registrar.reply_to(request(method="INVITE"), "192.0.2.9", 1).startswith("SIP/2.0 405")
