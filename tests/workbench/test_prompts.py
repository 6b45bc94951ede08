"""Prompts: what is taken in, what is refused, who may play what; by API, by the page, by the node's finder."""

from __future__ import annotations

import io
import shutil
import wave

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from dialer.actions.prompts import PromptFolders
from dialer.domain.prompt_words import WordFault, fault_of
from dialer.store.session import read
from dialer.store.tables import Campaign, Prompt
from telephony.prompt_files import Prompts
from tests.factories import MORNING, make_campaign
from tests.telephony.bench import PROMPTS
from tests.workbench.test_api import Program
from workbench.auth import limiter

pytestmark = pytest.mark.web
TEXT = "您好，请您方便时回电。"


def recording(seconds=2.0, rate=44100, level=0.3, channels=2, kind="WAV", edge=0.0) -> bytes:
    """A tone as a file, with silence around it."""
    time = np.arange(int(seconds * rate)) / rate
    sound = np.sin(2 * np.pi * 440 * time) * level
    quiet = np.zeros(int(edge * rate))
    out = io.BytesIO()
    both = np.concatenate([quiet, sound, quiet])
    soundfile.write(out, np.repeat(both[:, None], channels, axis=1), rate, format=kind)
    return out.getvalue()


@pytest.fixture
def manager(office):
    limiter.reset()
    office.app.config["KEPT_PROMPTS"] = PromptFolders(PROMPTS, office.folder / "prompts")
    return Program(office, "manager")


@pytest.fixture
def campaign(office):
    return make_campaign(office.sessions, office.folder, 3, MORNING)


def send(manager, data: bytes, **query):
    return manager.client.post(
        "/api/v1/prompts/upload",
        query_string={"title": "x", "language": "zh-CN", "text": TEXT, **query}, data=data,
        headers={"Authorization": f"Bearer {manager.token}", "Accept-Language": "en"},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_a_recording_is_converted_levelled_cut_and_can_be_heard(office, manager, kind):
    answer = send(manager, recording(kind=kind, edge=1.5, level=0.05))
    assert answer.status_code == 201, answer.json
    sound = manager.call("GET", f"/prompts/{answer.json['id']}/sound")
    with wave.open(io.BytesIO(sound.data)) as heard:
        assert (heard.getframerate(), heard.getnchannels(), heard.getsampwidth()) == (8000, 1, 2)
        samples = np.frombuffer(heard.readframes(heard.getnframes()), "<i2")
    assert 2.0 <= len(samples) / 8000 <= 2.6  # 1.5 s of silence at either end became 0.2 s
    assert 0.6 < np.abs(samples).max() / 32768 < 0.75
    listed = manager.call("GET", "/prompts").json
    assert [(p["made_from"], p["text"]) for p in listed["prompts"]] == [("upload", TEXT)]
    assert "sorry-zh" in [p["name"] for p in listed["shipped"]]
    assert not [p for p in (office.folder / "prompts").iterdir() if p.suffix != ".wav"]


def test_what_cannot_be_a_prompt_is_refused_with_its_reason(office, manager):
    for data, code in (
        (b"no sound at all, only words", "prompt_unreadable"), (recording(0.2), "prompt_short"),
        (recording(61, rate=8000, channels=1), "prompt_long"), (recording(level=0.0), "prompt_quiet"),
        (recording(rate=4000), "prompt_shape"), (recording(channels=4), "prompt_shape"),
    ):  # fmt: skip
        answer = send(manager, data)
        assert answer.status_code == 409
        assert answer.json["error"]["code"] == code
    owed = send(manager, recording(), text="Please call about your overdue balance.")
    assert owed.json["error"]["code"] == "prompt_debt"
    assert not list((office.folder / "prompts").iterdir())


@pytest.mark.parametrize(
    ("text", "fault"),
    [("您好{name}，请回电。", WordFault.FIELD), ("Hello <name>, call us.", WordFault.FIELD),
     ("您的贷款已逾期，请回电。", WordFault.DEBT), ("Please call about your overdue balance.", WordFault.DEBT),
     ("请支付500元。", WordFault.AMOUNT), ("It is about $20.", WordFault.AMOUNT), ("嗯", WordFault.LENGTH),
     ("这里是示例公司，请拨打 4000000000 回电，谢谢。", None),
     ("This is Example Ltd. Please call 0800 000000 when it suits you.", None)],
)  # fmt: skip
def test_no_prompt_tells_a_third_party_of_a_debt(text, fault):
    found = fault_of(text)
    assert (found[0] if found else None) == fault


def test_a_text_is_spoken_in_both_languages_and_heard_before_it_is_kept(office, manager):
    if shutil.which("espeak-ng") is None:
        pytest.fail("espeak-ng is missing: run `make test`, which installs it")
    for language, text in (("zh-CN", TEXT), ("en", "Hello, please call us back.")):
        asked = {"title": "mailbox", "language": language, "text": text}
        assert manager.post("/prompts", asked).status_code == 201
    with read(office.sessions) as session:
        prompts = session.scalars(select(Prompt)).all()
    assert [p.made_from for p in prompts] == ["text", "text"]
    assert all(1 < p.seconds < 6 for p in prompts)
    assert Prompts(PROMPTS, office.folder / "prompts").find(prompts[0].name) is not None
    page = office.visitor("manager")
    heard = page.post("/prompts/preview", {"language": "en", "text": "Please call us back."})
    assert heard.mimetype == "audio/wav"
    assert heard.data[:4] == b"RIFF"
    assert len(list((office.folder / "prompts").iterdir())) == 2  # the preview is kept nowhere


def test_a_campaign_plays_its_creditors_prompts_and_no_others(office, manager, campaign):
    with read(office.sessions) as session:
        creditor = session.get_one(Campaign, campaign).creditor_id
    other = manager.post("/creditors", {"name": "another"}).json["id"]
    mine = send(manager, recording(), creditor_id=creditor).json["id"]
    theirs = send(manager, recording(3), creditor_id=other).json["id"]
    own = send(manager, recording(4), campaign_id=campaign).json["id"]
    with read(office.sessions) as session:
        names = {row.id: row.name for row in session.scalars(select(Prompt))}
        assert session.get_one(Prompt, own).creditor_id == creditor
    path = f"/campaigns/{campaign}/message"
    for fine in (names[mine], names[own], "sorry-en", ""):
        assert manager.call("PUT", path, {"message": fine}).status_code == 200
    for wrong in (names[theirs], "no-such-prompt", "../secret"):
        assert manager.call("PUT", path, {"message": wrong}).status_code == 404
    machines = {"policy": "leave_message", "message": names[theirs]}
    screening = f"/campaigns/{campaign}/screening"
    assert manager.call("PUT", screening, machines).status_code == 404
    assert manager.call("PUT", screening, {**machines, "message": names[mine]}).status_code == 200
    assert send(manager, recording(), creditor_id=9999).status_code == 404
    in_use = manager.call("DELETE", f"/prompts/{mine}")
    assert in_use.json["error"]["code"] == "prompt_in_use"
    assert manager.call("DELETE", f"/prompts/{own}").status_code == 200
    assert manager.call("PUT", path, {"message": names[own]}).status_code == 404
    (
        office.folder / "prompts" / f"{names[mine]}.wav"
    ).unlink()  # a row without a sound is no prompt
    assert manager.call("PUT", path, {"message": names[mine]}).status_code == 404


def test_the_page_lists_and_chooses(office, manager, campaign):
    page = office.visitor("manager")
    assert "prompts.js" in page.client.get("/prompts").text
    view = page.client.get("/prompts/list").json
    assert [c["message"] for c in view["campaigns"]] == ["sorry-zh"]
    assert page.client.get("/prompts/shipped/sorry-zh/sound").mimetype == "audio/wav"
    policy = {"policy": "hang_up", "limit_ms": 3000}
    assert page.post(f"/campaigns/{campaign}/screening", policy).json["ok"]
    assert page.post(f"/campaigns/{campaign}/message", {"message": ""}).json["ok"]
    choice = page.client.get("/prompts/list").json["campaigns"][0]
    assert (choice["message"], choice["amd_policy"], choice["amd_limit_ms"]) == (
        "",
        "hang_up",
        3000,
    )


def test_a_prompt_that_came_later_is_found_and_a_strange_name_is_not(tmp_path, monkeypatch):
    moment = [100.0]
    monkeypatch.setattr("telephony.prompt_files.monotonic", lambda: moment[0])
    finder = Prompts(PROMPTS, tmp_path)
    assert finder.find("late") is None
    shutil.copy(PROMPTS / "sorry-en.wav", tmp_path / "late.wav")
    assert finder.find("late") is None  # not asked for again within the second
    moment[0] += 1.1
    found = finder.find("late")
    assert found is not None
    assert found[0] == tmp_path / "late.wav"
    assert finder.find("../late") is None
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    assert finder.find("broken") is None
