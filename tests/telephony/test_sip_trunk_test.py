"""`kept trunk test` against Kamailio with digest, against a trunk that answers 503, against nobody; and a
node whose trunk registers and is asked for a password at every call."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from dialer.store.session import open_store, read, upgrade
from dialer.store.tables import AuditRow, Phone
from telephony.protocol import Answered, Hangup, Verdict
from tests.factories import MORNING, make_campaign
from tests.telephony.bench import Bench, Sipp, free_port, need, write_tone
from tests.telephony.kamailio import SECRET, USER, Kamailio
from workbench.cli import kept

pytestmark = pytest.mark.sip

LOST = free_port()
LOST_TCP = free_port()


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory):
    need("kamailio", "sipp", "sox")
    kamailio = Kamailio(tmp_path_factory.mktemp("kamailio"))
    yield kamailio
    kamailio.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory, kamailio):
    folder = tmp_path_factory.mktemp("registered")
    (folder / "right").write_text(SECRET + "\n")
    (folder / "wrong").write_text("wrong-horse\n")

    def trunk(name: str, proxy: int, *keys: str) -> str:
        lines = (f'name = "{name}"', f'proxy = "sip:127.0.0.1:{proxy}"', "options_seconds = 0")
        return "\n".join(("[[telephony.trunks]]", *lines, *keys)) + "\n"

    digest = (f'username = "{USER}"', f'password_file = "{folder}/right"', "register = true")
    wrong = (f'username = "{USER}"', f'password_file = "{folder}/wrong"', "register = true")
    bench = Bench(
        folder,
        trunks=trunk("digest", kamailio.port, *digest, 'domain = "kept.invalid"')
        + trunk("over-tcp", kamailio.port, *digest, 'transport = "tcp"')
        + trunk("wrong", kamailio.port, *wrong)
        + trunk("lost", LOST)
        + trunk("lost-tcp", LOST_TCP, 'transport = "tcp"')
        + f'[dialer]\ndatabase = "sqlite:///{folder}/kept.db"\n',
    )
    upgrade(f"sqlite:///{folder}/kept.db")
    yield bench
    bench.close()


def run(bench: Bench, name: str, *more: str) -> tuple[int, dict[str, dict], str]:
    """(exit code, last step of each kind, output)"""
    result = CliRunner().invoke(
        kept, ["--config", str(bench.config), "trunk", "test", name, *more], env={}
    )
    steps = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    return result.exit_code, {step["step"]: step for step in steps}, result.output


CALL = ("--number", "15400000001", "--shown", "95035100", "--json")


@pytest.mark.parametrize("name", ["digest", "over-tcp"])
def test_kamailio_with_digest_from_address_to_sound(bench, kamailio, name):
    tone = write_tone(bench.folder / "1000.alaw", 1000)
    far = Sipp(bench.folder, "talks", kamailio.behind, 1, 40, (), {"tone": tone})
    code, steps, output = run(bench, name, *CALL)
    assert code == 0, output
    far.done()
    assert steps["transport"]["result"] == ("tcp" if name == "over-tcp" else "udp")
    assert {k: steps[k]["result"] for k in ("options", "register", "invite", "answer", "sound")} == {
        "options": "ok", "register": "ok", "invite": "challenged", "answer": "ok", "sound": "ok",
    }  # fmt: skip
    assert steps["sound"]["words"]["received"] > 50
    assert SECRET not in output
    assert "Proxy-Authorization" not in far.messages()  # ended at the proxy


def test_a_wrong_password_is_named_in_both_languages_and_not_shown(bench):
    code, _, output = run(bench, "wrong", "--number", "15400000001", "--shown", "95035100")
    assert code == 1
    assert "用户名或密码不对" in output
    assert "wrong name or password" in output
    assert "wrong-horse" not in output
    assert "15400000001" not in output  # no call was placed


def test_a_trunk_that_answers_503_is_explained(bench):
    carrier = bench.sipp("answers_options_then_503", 2, status=503)
    code, _, output = run(bench, "sipp", *[word for word in CALL if word != "--json"])
    assert code == 1
    assert "OPTIONS was answered 200" in output
    assert "The call ended with 503" in output
    assert "congested, its channels are full" in output
    assert "拥塞" in output
    carrier.done()


def test_nobody_there_and_a_number_that_is_not_ours(bench):
    code, steps, _ = run(bench, "lost", *CALL)
    assert code == 1
    assert [steps[k]["result"] for k in ("options", "answer")] == ["silent", "silent"]
    code, steps, _ = run(bench, "lost-tcp", *CALL)
    assert (code, steps["transport"]["result"]) == (1, "refused")
    code, steps, output = run(
        bench, "sipp", "--number", "15400000001", "--shown", "95035999", "--json"
    )
    assert (code, steps["number"]["result"]) == (1, "refused"), output
    assert run(bench, "nobody")[0] == 2


def test_nobody_whom_we_collect_from_is_called_for_a_test(bench, tmp_path):
    sessions = open_store(f"sqlite:///{bench.folder}/kept.db")
    make_campaign(sessions, tmp_path, 1, MORNING)
    with read(sessions) as session:
        number = session.scalars(select(Phone.number)).first()
    code, _, output = run(bench, "sipp", "--number", number, "--shown", "95035100")
    assert code == 1
    assert "belongs to a debtor" in output
    assert "OPTIONS" not in output  # nothing was sent
    with read(sessions) as session:
        asked = session.scalars(select(AuditRow).where(AuditRow.action == "trunk.test_call")).all()
    assert all(row.after["number_ends_in"] == "0001" for row in asked)


def test_a_node_registers_and_answers_the_challenge_of_each_call(bench, kamailio):
    bench.start_node()
    bench.until_trunk("up", name="digest")
    bench.until_trunk("unregistered", name="wrong")
    assert bench.trunk("wrong").fault == "credentials"
    far = Sipp(bench.folder, "echoes", kamailio.behind, 1, 40, (), {})
    call = bench.call(trunk="digest", connect_limit_ms=10_000)
    bench.wait_for(Answered, call)
    bench.send(Hangup(call_id=call))
    assert bench.over(call).verdict is Verdict.ANSWERED
    far.done()
    assert "From: <sip:95035100@kept.invalid>" in far.messages()
    assert f"X-Kept-Attempt: {call}" in far.messages()
    bench.end("node")
    log = (bench.folder / "node.log").read_text()
    assert SECRET not in log
    assert "wrong-horse" not in log
