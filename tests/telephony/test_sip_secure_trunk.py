"""TLS and SRTP to the simulated carrier: what it saw, what is refused, and that sound is understood."""

from __future__ import annotations

import json
import subprocess

import pytest

from telephony.protocol import Answered, Hangup, Verdict
from tests.telephony.bench import Bench, free_port, need
from tests.telephony.test_sip_trunk_test import run

pytestmark = pytest.mark.sip

CUSTOMERS = """
[[customers]]
kind = "person"
share = 1
answers = 200
decides = [0.1, 0.1]
sound = "{tone}"
talks = [20, 20]
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    need("openssl", "sox")
    folder = tmp_path_factory.mktemp("tls")
    for name in ("carrier", "stranger"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
             f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
    port = free_port()

    def trunk(name: str, signer: str, srtp: str) -> str:
        return f"""
[[telephony.trunks]]
name = "{name}"
proxy = "sip:127.0.0.1:{port}"
transport = "tls"
srtp = "{srtp}"
tls_ca_file = "{folder}/{signer}.pem"
options_seconds = 1
"""

    bench = Bench(
        folder,
        trunks=trunk("sealed", "carrier", "required") + trunk("fooled", "stranger", "required"),
    )
    from tests.telephony.bench import write_tone

    tone = write_tone(folder / "1000.wav", 1000)
    (folder / "customers.toml").write_text(CUSTOMERS.format(tone=tone))
    bench._start(
        "carrier", "telephony.carrier", "--listen", f"127.0.0.1:{port}", "--customers",
        str(folder / "customers.toml"), "--log", str(folder / "carrier.jsonl"), "--tls",
        f"{folder}/carrier.pem", f"{folder}/carrier.key",
    )  # fmt: skip
    bench.start_node()
    yield bench
    bench.close()


def test_signalling_and_sound_are_encrypted_and_arrive(bench):
    bench.until_trunk("up", name="sealed")
    call = bench.call(trunk="sealed", connect_limit_ms=10_000)
    bench.wait_for(Answered, call)
    bench.pump(0.8)
    bench.send(Hangup(call_id=call))
    ended = bench.over(call)
    assert (ended.verdict, ended.no_audio) == (Verdict.ANSWERED, False)
    lines = [json.loads(line) for line in (bench.folder / "carrier.jsonl").read_text().splitlines()]
    invite = next(line for line in lines if line["what"] == "invite")
    assert (invite["encrypted"], invite["via"], invite["attempt"]) == (True, "TLS", call)


def test_a_carrier_with_a_stranger_s_certificate_gets_no_call(bench):
    bench.until_trunk("down", name="fooled")
    ended = bench.over(bench.call(trunk="fooled"))
    assert (ended.verdict, ended.sip_reason) == (Verdict.NOT_SENT, "no trunk is up")
    code, steps, _ = run(bench, "fooled", "--json")
    assert (code, steps["transport"]["result"]) == (1, "certificate")
    code, steps, _ = run(bench, "sealed", "--json")
    assert (code, steps["transport"]["result"], steps["options"]["result"]) == (0, "tls", "ok")
