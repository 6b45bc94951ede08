"""Trunks without SIP: keys of the configuration, number forms, caller number, choice, breaker, codecs."""

from __future__ import annotations

import pytest

from telephony.caller_id import shown_to
from telephony.config_file import ConfigError
from telephony.number_format import Form, NumberForm
from telephony.protocol import Originate
from telephony.sdp_codecs import in_order
from telephony.settings import load
from telephony.trunk import Trunk
from telephony.trunk_choice import TrunkChoice, may_go_elsewhere
from telephony.trunk_health import Fault, TrunkHealth, TrunkState
from telephony.trunks import Trunks

pytestmark = pytest.mark.unit


def trunk(name: str = "a", **keys) -> Trunk:
    return Trunk.model_validate({"name": name, "proxy": "sip:127.0.0.1:5080", **keys})


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "zh", "en"),
    [
        ('transport = "sctp"', "telephony.trunks.0.transport", "udp"),
        ('srtp = "required"', "密钥以明文传输", "in the clear"),
        ('register = true', "还需要 username", "needs a username"),
        ('username = "u"', "须同时填写", "go together"),
        ('codecs = ["G729"]', "telephony.trunks.0.codecs", "PCMA"),
        ('codecs = ["PCMA", "PCMA"]', "出现两次", "named twice"),
        ('tls_ca_file = "ca.pem"', "只用于", "only"),
        ('chanels = 3', "未知的键", "unknown key"),
        ('priority = 0', "telephony.trunks.0.priority", "greater than or equal to 1"),
        ('proxy = "sip:999.1.1.1"', "telephony.trunks.0.proxy", "999.1.1.1"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_meant_is_refused_in_both_languages(tmp_path, keys, zh, en):
    path = tmp_path / "config.toml"
    proxy = "" if keys.startswith("proxy") else 'proxy = "sip:127.0.0.1:5080"\n'
    path.write_text(f'[telephony]\n[[telephony.trunks]]\nname = "a"\n{proxy}{keys}\n')
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert zh in refused.value.text()
    assert en in refused.value.text()


def test_two_trunks_of_one_name_are_refused(tmp_path):
    path = tmp_path / "config.toml"
    one = '[[telephony.trunks]]\nname = "a"\nproxy = "sip:127.0.0.1"\n'
    path.write_text(f"[telephony]\n{one}{one}")
    with pytest.raises(ConfigError, match="one name"):
        load(path)


def test_ports_addresses_and_uri_follow_the_transport(tmp_path):
    tls = trunk(proxy="sip:127.0.0.1", transport="tls", outbound_proxy="sip:127.0.0.2")
    assert (tls.port, tls.peer) == (5061, "127.0.0.2:5061")
    assert tls.uri("139") == "sip:139@127.0.0.1:5061;transport=tls"
    assert tls.addresses == {"127.0.0.1", "127.0.0.2"}
    assert trunk().uri() == "sip:127.0.0.1:5080"
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n")
    known = trunk(username="u", password_file=str(secret))
    assert known.password() == "correct horse"
    assert "horse" not in repr(known)


# --- numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "given", "called", "shown"),
    [
        (NumberForm(), "13800000000", "13800000000", "13800000000"),
        (NumberForm(prefix="9"), "13800000000", "913800000000", "13800000000"),
        (NumberForm(Form.E164), "13800000000", "+8613800000000", "+8613800000000"),
        (NumberForm(Form.E164), "01066668888", "+861066668888", "+861066668888"),
        (NumberForm(Form.E164), "0085225550000", "+85225550000", "+85225550000"),
        (NumberForm(Form.E164), "+85225550000", "+85225550000", "+85225550000"),
        (NumberForm(Form.E164), "95533", "95533", "95533"),
        (NumberForm(Form.NATIONAL), "+8613800000000", "13800000000", "13800000000"),
        (NumberForm(Form.NATIONAL), "+861066668888", "01066668888", "01066668888"),
        (NumberForm(Form.NATIONAL), "+8695035100", "95035100", "95035100"),
        (NumberForm(Form.NATIONAL), "+864001234567", "4001234567", "4001234567"),
        (NumberForm(Form.NATIONAL), "+869516668888", "09516668888", "09516668888"),
        (NumberForm(Form.NATIONAL, prefix="17951"), "13800000000", "1795113800000000", "13800000000"),
        (NumberForm(Form.NATIONAL), "+85225550000", "0085225550000", "0085225550000"),
        (NumberForm(Form.NATIONAL, "44"), "+442079460000", "02079460000", "02079460000"),
        (NumberForm(Form.NATIONAL, "1"), "+12025550100", "2025550100", "2025550100"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_carrier_wants_them(form, given, called, shown):
    assert form.called(given) == called
    assert form.shown(given) == shown


@pytest.mark.parametrize(
    ("how", "user", "headers"),
    [
        ("from", "95035100", {}),
        ("pai", "95035100", {"P-Asserted-Identity": "<sip:95035100@gw>"}),
        ("pai-only", "kept", {"P-Asserted-Identity": "<sip:95035100@gw>"}),
        ("pai-private", "95035100",
         {"P-Asserted-Identity": "<sip:95035100@gw>", "Privacy": "id"}),
    ],
)  # fmt: skip
def test_the_outbound_number_stands_where_the_carrier_reads_it(how, user, headers):
    shown = shown_to(trunk(caller_id=how), "95035100", "gw")
    assert (shown.user, shown.headers) == (user, headers)


# --- choice -----------------------------------------------------------------------------------------


def test_priority_first_then_shares_by_weight():
    heavy, light = trunk("heavy", weight=3), trunk("light")
    spare = trunk("spare", priority=2, weight=100)
    choice = TrunkChoice()
    names = [choice.choose([spare, light, heavy]).name for _ in range(8)]  # type: ignore[union-attr]
    assert names.count("heavy") == 6
    assert names.count("light") == 2
    assert "light" in names[:4]  # spread, not three of one after the other and then the rest
    assert choice.choose([spare]) is spare
    assert choice.choose([]) is None


@pytest.mark.parametrize("what", ["answered", "rang", "we_ended"])
def test_no_second_invite_when_a_phone_may_have_rung(what):
    nothing = {"answered": False, "rang": False, "we_ended": False}
    assert may_go_elsewhere(**nothing, is_trunk_fault=True)
    assert not may_go_elsewhere(**{**nothing, what: True}, is_trunk_fault=True)
    assert not may_go_elsewhere(**nothing, is_trunk_fault=False)


# --- breaker ----------------------------------------------------------------------------------------


def test_silence_opens_at_once_and_one_call_tries_again():
    health = TrunkHealth()
    health.silent(10.0)
    assert (health.state(10.1), health.fault) == (TrunkState.DOWN, Fault.SILENT)
    assert not health.may_call(11.9)
    assert health.may_call(12.0)
    health.call_leaves("x", 12.0)
    assert not health.may_call(12.1), "only one call tries"
    health.answered(12.2)
    assert health.state(12.2) is TrunkState.UP


def test_pauses_grow_to_a_minute_and_are_forgotten_when_it_works():
    health, now, pauses = TrunkHealth(), 0.0, []
    for _ in range(7):
        health.silent(now)
        pause = next(s for s in range(1, 100) if health.state(now + s) is TrunkState.TRIAL)
        pauses.append(pause)
        now += pause
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    health.answered(now)
    health.silent(now)
    assert health.may_call(now + 2)


def test_five_refusals_in_ten_seconds_open_and_four_do_not():
    health = TrunkHealth()
    for second in (0, 3, 6, 9, 13.5, 16.5):  # never five within ten seconds
        health.refused(503, 0, second)
    assert health.state(17) is TrunkState.UP
    for second in (17, 17.1, 17.2):
        health.refused(503, 0, second)
    assert (health.state(17.3), health.code) == (TrunkState.DOWN, 503)


def test_retry_after_is_honoured_even_when_it_lives():
    health = TrunkHealth()
    health.refused(503, 30, 100.0)
    health.options_answered(200, 105.0)
    health.answered(106.0)
    assert health.state(129.9) is TrunkState.DOWN
    assert health.state(130.0) is TrunkState.TRIAL


def test_two_options_unanswered_open_and_one_answered_closes():
    health = TrunkHealth()
    health.options_answered(408, 0.0)
    assert health.state(0.0) is TrunkState.UP
    health.options_answered(408, 1.0)
    assert (health.state(1.0), health.fault) == (TrunkState.DOWN, Fault.NO_OPTIONS)
    health.options_answered(405, 3.1)  # any answer is a sign of life
    assert health.state(3.1) is TrunkState.UP


def test_a_trial_that_is_cancelled_does_not_block_the_next_one():
    health = TrunkHealth()
    health.silent(0.0)
    health.call_leaves("x", 2.0)
    health.call_over("x")
    assert health.may_call(2.1)


def test_a_trunk_that_must_register_takes_no_call_before():
    health = TrunkHealth(registers=True)
    assert (health.state(0), health.may_call(0)) == (TrunkState.UNREGISTERED, False)
    health.registration(403, 1.0)
    assert health.fault is Fault.CREDENTIALS
    health.registration(200, 2.0)
    assert health.may_call(2.0)


# --- all of it ----------------------------------------------------------------------------------------


def order(call_id: str = "c", shown: str = "95035100", **more) -> Originate:
    return Originate(call_id=call_id, number="154", outbound_number=shown, campaign="1", **more)


def take(trunks: Trunks, call_id: str = "c", now: float = 0.0, tried=frozenset(), **more):
    taken = trunks.take(order(call_id, **more), tried, now)
    return taken if isinstance(taken, str) else taken.name


def test_channels_and_calls_per_second_hold_for_each_trunk():
    trunks = Trunks((trunk("a", channels=1, calls_per_second=5), trunk("b", priority=2,
                     channels=9, calls_per_second=2)))  # fmt: skip
    assert [take(trunks, str(n)) for n in range(4)] == ["a", "b", "b", "trunk full"]
    trunks.freed(trunks.all[0], "0")
    assert take(trunks, "5", 0.5) == "a"
    assert take(trunks, "6", 1.0) == "b"
    assert [(row.name, row.in_use, row.dialed) for row in trunks.standing(1.2)] == [
        ("a", 1, 1), ("b", 3, 1)
    ]  # fmt: skip


def test_only_what_owns_the_number_and_only_the_named_one():
    trunks = Trunks((trunk("a", numbers=["95035100"]), trunk("b", numbers=["95035200-95035299"])))
    assert take(trunks, "1") == "a"
    assert take(trunks, "2", shown="95035205") == "b"
    assert take(trunks, "3", shown="95035300") == "not our number"
    assert take(trunks, "4", shown="95035205", trunk="a") == "not our number"
    assert take(trunks, "5", trunk="c") == "no such trunk"
    assert take(trunks, "6", tried=frozenset({"a"})) == "no trunk is up"


@pytest.mark.parametrize(
    ("code", "response", "heard", "elsewhere", "state"),
    [
        (408, "", False, True, "down"),  # nobody there
        (408, "", True, False, "up"),  # it said 100, then nothing: somebody may be ringing
        (503, "", False, True, "down"),  # no connection
        (503, "", True, False, "up"),  # the connection broke after a 100
        (503, "SIP/2.0 503 No\r\nRetry-After: 7\r\n", True, True, "down"),
        (503, "SIP/2.0 503 No\r\n", True, True, "up"),
        (500, "SIP/2.0 500 No\r\nReason: Q.850;cause=17\r\n", True, False, "up"),  # busy
        (486, "SIP/2.0 486 Busy\r\n", True, False, "up"),
        (407, "SIP/2.0 407 Who\r\n", True, True, "down"),
        (488, "SIP/2.0 488 No\r\n", True, True, "up"),
        (487, "", False, False, "up"),  # we gave it up
    ],
)  # fmt: skip
def test_what_an_end_says_of_the_trunk(code, response, heard, elsewhere, state):
    trunks = Trunks((trunk("a"),))
    take(trunks)
    assert trunks.ended(trunks.all[0], "c", code, response, heard, 0.0) is elsewhere
    assert trunks.standing(0.1)[0].state == state


# --- codecs -----------------------------------------------------------------------------------------

SDP = (
    "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8 0 9 101 102\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-16\r\na=rtpmap:102 opus/48000/2\r\na=fmtp:102 useinbandfec=1\r\n"
)


def test_codecs_in_the_trunk_s_order_and_no_others():
    text = in_order(SDP, ("G722", "PCMU"))
    assert "m=audio 4000 RTP/AVP 9 0 101\r\n" in text
    assert "PCMA" not in text
    assert "opus" not in text
    assert "useinbandfec" not in text
    assert "a=fmtp:101 0-16" in text


def test_an_answer_keeps_a_codec():
    assert in_order(SDP, ("G729",)) == SDP
