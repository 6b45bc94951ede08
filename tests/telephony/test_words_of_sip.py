"""SIP codes to verdicts; patches of the source; configuration."""

import pytest

from telephony.config_file import ConfigError
from telephony.own_numbers import read_range
from telephony.pjsua2_build.patches import DEAF_CALLS, Edit, applied, mend
from telephony.protocol import Verdict
from telephony.settings import load
from telephony.sip_codes import may_have_rung, q850_cause, verdict_heard, verdict_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("status", "cause", "rang", "verdict"),
    [(486, 0, True, Verdict.BUSY), (600, 0, False, Verdict.BUSY), (404, 0, False, Verdict.INVALID_NUMBER),
     (404, 17, False, Verdict.INVALID_NUMBER), (603, 0, True, Verdict.REJECTED),
     (480, 0, True, Verdict.NO_ANSWER), (480, 0, False, Verdict.UNREACHABLE),
     (480, 20, True, Verdict.UNREACHABLE), (480, 1, True, Verdict.INVALID_NUMBER),
     (487, 0, True, Verdict.NO_ANSWER), (408, 0, False, Verdict.FAILED), (408, 0, True, Verdict.NO_ANSWER),
     (503, 0, False, Verdict.FAILED), (503, 34, False, Verdict.FAILED), (999, 0, False, Verdict.FAILED)],
)  # fmt: skip
def test_each_code_has_one_verdict(status, cause, rang, verdict):
    assert verdict_of(status, cause, rang) is verdict


@pytest.mark.parametrize(
    ("status", "cause", "heard", "verdict"),
    [(480, 0, Verdict.SUSPENDED, Verdict.SUSPENDED), (503, 0, Verdict.UNREACHABLE, Verdict.UNREACHABLE),
     (487, 16, Verdict.INVALID_NUMBER, Verdict.INVALID_NUMBER), (404, 0, Verdict.BUSY, Verdict.INVALID_NUMBER),
     (480, 20, Verdict.SUSPENDED, Verdict.UNREACHABLE), (486, 0, Verdict.UNREACHABLE, Verdict.BUSY),
     (503, 0, None, Verdict.FAILED)],
)  # fmt: skip
def test_what_was_heard_counts_where_the_code_is_vague(status, cause, heard, verdict):
    assert verdict_heard(status, cause, True, heard) is verdict


def test_only_what_cannot_have_rung_may_go_out_again():
    assert {v for v in Verdict if not may_have_rung(v)} == {
        Verdict.FAILED, Verdict.NOT_SENT, Verdict.INVALID_NUMBER,
    }  # fmt: skip


def test_cause_in_a_reason_header():
    message = (
        'SIP/2.0 480 x\r\nReason: SIP;cause=480\r\nreason : Q.850;cause=20;text="absent"\r\n\r\n'
    )
    assert q850_cause(message) == 20
    assert q850_cause("SIP/2.0 486 Busy\r\n\r\n") == 0


ORIGINAL = "".join(edit.old + "\n...\n" for edit in DEAF_CALLS)


def test_the_deaf_call_fault_is_mended(tmp_path):
    source = tmp_path / "pjmedia/src/pjmedia/transport_udp.c"
    source.parent.mkdir(parents=True)
    source.write_text(ORIGINAL)
    assert mend(tmp_path)
    text = source.read_text()
    assert text.index("started = PJ_TRUE") < text.index("before recvfrom RTP")
    assert text.count("started = PJ_FALSE") == 2


def test_text_that_moved_is_left_alone(tmp_path):
    source = tmp_path / "pjmedia/src/pjmedia/transport_udp.c"
    source.parent.mkdir(parents=True)
    moved = ORIGINAL.replace("before recvfrom RTP", "now reading RTP")
    source.write_text(moved)
    assert not mend(tmp_path)
    assert source.read_text() == moved
    assert applied("aa", (Edit("a", "b"),)) is None  # two places are no place
    assert not mend(tmp_path / "nothing")


GOOD = '[[telephony.trunks]]\nname = "t"\nproxy = "sip:127.0.0.1:5080"\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [("[telephony]\nsip_prot = 5060\n" + GOOD, "telephony.sip_prot"),
     ("[telephony]\n", "telephony.trunks"), ("[telephony]\ntrunks = []\n", "telephony.trunks"),
     ('[telephony]\nsip_port = "x"\n' + GOOD, "telephony.sip_port"),
     (GOOD.replace("127.0.0.1", "carrier.example"), "telephony.trunks.0.proxy"),
     ("[telefony]\n", "telefony"), ("[telephony\n", "-")],
)  # fmt: skip
def test_a_broken_configuration_names_its_key_in_both_languages(tmp_path, text, key):
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert key in [fault[0] for fault in caught.value.faults]
    assert all(
        any("一" <= c <= "鿿" for c in zh) and en.isascii() for _, zh, en in caught.value.faults
    )


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("95035100", "95035100", "95035101"), ("95035000-95035099", "95035099", "95035100"),
     ("95035xxx", "95035000", "9503500"), ("95035xxx", "95035999", "950350000")],
)  # fmt: skip
def test_own_numbers_as_people_write_them(text, inside, outside):
    own = read_range(text)
    assert own.covers(inside)
    assert not own.covers(outside)
    assert inside in own.numbers()
    assert outside not in own.numbers()


@pytest.mark.parametrize(
    "text", ["", "boss", "95035099-95035000", "95035-950350", "950xx3", "x95035", "1xxxxxx",
             "10000000-10010000", "95035 100"]
)  # fmt: skip
def test_what_is_no_range_of_numbers(text):
    with pytest.raises(ValueError, match="number"):
        read_range(text or "  ")


def test_a_real_carrier_must_know_which_numbers_it_may_show(tmp_path):
    path = tmp_path / "config.toml"
    real = GOOD.replace("127.0.0.1", "192.0.2.1")
    path.write_text(real)
    with pytest.raises(ConfigError, match="numbers"):
        load(path)
    path.write_text(real + 'numbers = ["95035x"]')
    trunk = load(path).trunks[0]
    assert (trunk.owns("950357"), trunk.owns("950367")) == (True, False)
    path.write_text(GOOD)
    assert load(path).trunks[0].owns("anything on loopback")


def test_a_missing_file_and_an_override(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="file not found"):
        load(tmp_path / "none.toml")
    path = tmp_path / "config.toml"
    path.write_text("[telephony]\n" + GOOD)
    monkeypatch.setenv("KEPT__TELEPHONY__SIP_PORT", "5099")
    assert load(path).sip_port == 5099


def test_the_demo_clock_is_refused_for_a_real_trunk(tmp_path, monkeypatch):
    path = tmp_path / "config.toml"
    path.write_text(GOOD.replace("127.0.0.1", "192.0.2.1") + 'numbers = ["95035xxx"]')
    monkeypatch.setenv("KEPT_DEMO_CLOCK_OFFSET_SECONDS", "3600")
    with pytest.raises(ConfigError, match="loopback"):
        load(path)
