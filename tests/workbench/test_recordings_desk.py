"""Searching and listening: by role, with a reason, any part of the sound, and never unseen."""

from __future__ import annotations

import hashlib
import io

import pytest
import soundfile
from sqlalchemy import select

from dialer.actions.recordings import note_kept, take_raw
from dialer.store.recording_files import SoundStore, make_kept
from dialer.store.recording_keys import add_key
from dialer.store.session import read, write
from dialer.store.shelf import FolderShelf
from dialer.store.tables import Attempt, AuditRow, Recording
from tests.factories import MORNING, make_called, make_campaign
from tests.store.test_recordings import write_wav
from tests.workbench.test_api import Program
from workbench.auth import limiter

pytestmark = pytest.mark.web


@pytest.fixture
def kept(office):
    """Three conversations, two of them recorded and sealed; the attempts' ids."""
    limiter.reset()
    campaign = make_campaign(office.sessions, office.folder, 3, MORNING)
    make_called(office.sessions, campaign, 3, persons=3)
    store = SoundStore(FolderShelf(office.folder / "shelf"), office.folder / "key")
    office.app.config["KEPT_SOUNDS"] = store
    key = add_key(store.key_file)
    with read(office.sessions) as session:
        ids = session.scalars(select(Attempt.id).order_by(Attempt.id)).all()[:2]
    for n, attempt_id in enumerate(ids):
        wav = office.folder / f"{attempt_id}.wav"
        digest = write_wav(wav, 30.0 * (n + 1))
        name = f"ab/{attempt_id}.kept"
        made = make_kept(wav, digest, office.folder / "draft", f"{attempt_id}.kept", key)
        store.shelf.put(name, office.folder / "draft")
        with write(office.sessions) as session:
            take_raw(session, session.get_one(Attempt, attempt_id), "x.wav", digest, 30.0, MORNING)
        note_kept(office.sessions, attempt_id, name, key.key_id, made, MORNING)
    return ids


def listened(office):
    with read(office.sessions) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "recording.listen")).all()
    return [(row.actor, row.subject, row.after["reason"]) for row in rows]


def test_a_supervisor_finds_a_call_and_hears_any_part_of_it(office, kept):
    page = office.visitor("supervisor")
    assert "recordings.js" in page.client.get("/recordings").text
    with read(office.sessions) as session:
        attempt = session.get_one(Attempt, kept[1])
        number, case = attempt.number, attempt.case_id
    found = page.post("/recordings/find", {"number": number}).json["recordings"]
    assert [row["attempt_id"] for row in found] == [kept[1]]
    assert number not in found[0]["number"]  # masked
    assert page.post("/recordings/find", {"number": "19900000000"}).json["recordings"] == []
    for wanted in ({"case_id": case}, {"outcome": "RPC_REFUSE"}, {"since": "2026-11-23T00:00:00Z"}):
        assert len(page.post("/recordings/find", wanted).json["recordings"]) == 2, wanted
    assert page.post("/recordings/find", {"until": MORNING.isoformat()}).json["recordings"] == []
    assert not listened(office)  # looking for a call is not listening

    answer = page.post(f"/recordings/{kept[1]}/listen", {"reason": "complaint"}).json
    supervisor = office.users["supervisor"].user_id
    assert listened(office) == [(f"user:{supervisor}", f"attempt:{kept[1]}", "complaint")]
    assert answer["seconds"] == 60
    assert len(answer["peaks"]["customer"]) == len(answer["peaks"]["agent"]) == 600
    assert max(answer["peaks"]["agent"][:299]) == 0 < min(answer["peaks"]["customer"][:299])
    path = f"/recordings/{kept[1]}/sound?ticket={answer['ticket']}"
    whole = page.client.get(path)
    assert (whole.status_code, whole.mimetype) == (200, "audio/ogg")
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert soundfile.read(io.BytesIO(whole.data))[0].shape == (480_000, 2)
    size = len(whole.data)
    for header, start, end in (("0-0", 0, 1), ("70000-140000", 70000, 140001), ("65536-", 65536, size),
                               ("-100", size - 100, size)):  # fmt: skip
        part = page.client.get(path, headers={"Range": f"bytes={header}"})
        assert part.status_code == 206
        assert part.data == whole.data[start:end]
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = page.client.get(path, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")


def test_nobody_listens_unseen(office, kept):
    page = office.visitor("supervisor")
    assert page.post(f"/recordings/{kept[0]}/listen", {}).status_code == 422  # without a reason
    json_ = {"Accept": "application/json"}
    assert page.client.get(f"/recordings/{kept[0]}/sound", headers=json_).status_code == 409
    ticket = page.post(f"/recordings/{kept[0]}/listen", {"reason": "quality"}).json["ticket"]
    other_call = page.client.get(f"/recordings/{kept[1]}/sound?ticket={ticket}", headers=json_)
    assert other_call.json["error"]["code"] == "recording_ticket"
    path = f"/recordings/{kept[0]}/sound?ticket={ticket}"
    other_person = office.visitor("manager").client.get(path, headers=json_)
    assert other_person.json["error"]["code"] == "recording_ticket"
    assert office.visitor("agent").client.get(path).status_code == 403
    assert len(listened(office)) == 1
    with write(office.sessions) as session:
        session.get_one(Recording, kept[0]).state = "deleted"
    assert page.client.get(path).status_code == 404
    gone = page.post(f"/recordings/{kept[0]}/listen", {"reason": "quality"})
    assert gone.json["error"]["code"] == "recording_deleted"


def test_a_program_searches_listens_and_holds(office, kept):
    manager = Program(office, "manager")
    found = manager.post("/recordings/find").json["recordings"]
    assert {row["attempt_id"] for row in found} == set(kept)
    one = manager.call("GET", f"/recordings/{kept[0]}").json
    assert len(one["peaks"]["customer"]) == 300
    assert not listened(office)
    sound = manager.call("GET", f"/recordings/{kept[0]}/sound?reason=creditor")
    assert hashlib.sha256(sound.data).hexdigest() == one["sound_sha256"]
    assert [row[2] for row in listened(office)] == ["creditor"]
    assert manager.call("GET", f"/recordings/{kept[0]}/sound").status_code == 409  # why?
    assert manager.call("GET", "/recordings/nobody").status_code == 404
    hold = f"/recordings/{kept[0]}/hold"
    assert manager.call("PUT", hold, {"why": "court file 12"}).status_code == 200
    assert manager.call("GET", f"/recordings/{kept[0]}").json["legal_hold"] == "court file 12"
    assert manager.call("PUT", "/creditors/1/recordings", {"days": 30}).status_code == 409
    assert manager.call("PUT", "/creditors/1/recordings", {"days": 2000}).status_code == 200


def test_a_file_that_was_changed_or_lost_its_key_does_not_play(office, kept):
    page = office.visitor("manager")
    file = office.folder / "shelf" / "ab" / f"{kept[0]}.kept"
    data = file.read_bytes()
    file.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    ask = {"reason": "quality"}
    assert (
        page.post(f"/recordings/{kept[0]}/listen", ask).json["error"]["code"] == "recording_broken"
    )
    file.unlink()
    assert page.post(f"/recordings/{kept[0]}/listen", ask).json["error"]["code"] == "recording_gone"
    (office.folder / "key").write_text("")
    assert page.post(f"/recordings/{kept[1]}/listen", ask).json["error"]["code"] == "recording_key"
