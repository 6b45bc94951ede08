"""Recordings: sealed, hashed, found again by the audit pack, deleted after their time and not before."""

from __future__ import annotations

import csv
import hashlib
import io
import wave
import zipfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner
from obstore.store import MemoryStore
from sqlalchemy import select

from dialer.actions import recordings
from dialer.actions.actor import SETUP
from dialer.actions.refusals import Refused
from dialer.actions.stops import stop_contact
from dialer.engine.archive import Archive
from dialer.reports.audit_pack import Subject, write_pack
from dialer.reports.recordings import Wanted, find
from dialer.store.recording_files import SoundStore, WrongHash, make_kept
from dialer.store.recording_keys import BadKeyFile, add_key, key_to_seal, read_keys
from dialer.store.sealed import CHUNK, HEADER, TAG, Broken, Key, KeyMissing, Sealed, seal
from dialer.store.session import read, write
from dialer.store.shelf import BucketShelf, FolderShelf, sha256_of
from dialer.store.tables import Attempt, AuditRow, Recording
from tests.factories import MORNING
from tests.report_day import CN, DAY, make_day
from workbench.cli import kept as kept_command

pytestmark = pytest.mark.store
KEY = Key(b"k" * 32)


def write_wav(path: Path, seconds: float = 1.0) -> str:
    """Left 440 Hz for the first half, right 1000 Hz for the second; its SHA-256."""
    time = np.arange(int(8000 * seconds)) / 8000
    left = np.sin(2 * np.pi * 440 * time) * (time < seconds / 2) * 0.5
    right = np.sin(2 * np.pi * 1000 * time) * (time >= seconds / 2) * 0.25
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes((np.stack([left, right], axis=1) * 32767).astype("<i2").tobytes())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def opened(data: bytes, name: str = "a", keys: dict[str, Key] | None = None) -> Sealed:
    ring = keys if keys is not None else {KEY.key_id: KEY}
    return Sealed(ring, name, len(data), lambda at, n: data[at : at + n])


def sealed(plain: bytes, name: str = "a") -> bytes:
    out = io.BytesIO()
    size, digest = seal(KEY, name, io.BytesIO(plain), out)
    assert (size, digest) == (len(out.getvalue()), hashlib.sha256(out.getvalue()).hexdigest())
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_what_was_sealed_opens_anywhere(size):
    plain = bytes(np.random.default_rng(size).integers(0, 256, size, dtype=np.uint8))
    file = opened(sealed(plain))
    assert file.size == size
    assert file.read(0, size) == plain
    for start, length in ((0, 5), (CHUNK - 2, 4), (size - 3, 10), (CHUNK, CHUNK + 1), (size, 5)):
        if start >= 0:
            assert file.read(start, length) == plain[start : start + length]


def test_whatever_is_changed_is_noticed():
    plain = b"x" * (2 * CHUNK + 100)
    data = sealed(plain)
    step = CHUNK + TAG
    changed = {
        "a bit": data[:HEADER] + bytes([data[HEADER] ^ 1]) + data[HEADER + 1 :],
        "the salt": data[:20] + bytes([data[20] ^ 1]) + data[21:],
        "two chunks in each other's place": data[:HEADER] + data[HEADER + step : HEADER + 2 * step]
        + data[HEADER : HEADER + step] + data[HEADER + 2 * step :],
        "the end cut off at a chunk": data[: HEADER + 2 * step],
        "the end cut off": data[:-1],
    }  # fmt: skip
    for what, wrong in changed.items():
        with pytest.raises(Broken):
            opened(wrong).read(0, len(plain))
        assert what
    with pytest.raises(Broken):
        opened(data, name="b").read(0, 10)  # exchanged for another call's
    with pytest.raises(Broken):
        opened(b"RIFF" + data)
    with pytest.raises(KeyMissing):
        opened(data, keys={})
    assert sealed(plain) != data  # a salt of its own each time


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path):
    path = tmp_path / "keys" / "recordings.key"
    assert not read_keys(path)
    first = key_to_seal(path)
    assert key_to_seal(path) == first  # made once
    assert path.stat().st_mode & 0o077 == 0
    second = add_key(path)
    assert key_to_seal(path) == second
    assert set(read_keys(path)) == {first.key_id, second.key_id}
    path.write_text("not a key\n")
    with pytest.raises(BadKeyFile, match=":1:"):
        read_keys(path)


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_both_sides_of_a_call_are_kept_apart_and_can_be_heard(tmp_path, kind):
    digest = write_wav(tmp_path / "raw.wav", 2.0)
    shelf = FolderShelf(tmp_path / "shelf") if kind == "folder" else BucketShelf(MemoryStore())
    key = add_key(tmp_path / "key")
    made = make_kept(tmp_path / "raw.wav", digest, tmp_path / "draft", "ab.kept", key)
    shelf.put("a/ab.kept", tmp_path / "draft")
    assert not (tmp_path / "draft").exists()
    assert (sha256_of(shelf, "a/ab.kept"), shelf.size("a/ab.kept")) == (made.sha256, made.size)
    kept = SoundStore(shelf, tmp_path / "key").open("a/ab.kept")
    sound = b"".join(kept.sound())
    assert hashlib.sha256(sound).hexdigest() == made.sound_sha256
    assert b"".join(kept.sound(100, 50)) == sound[100:150]
    heard, rate = soundfile.read(io.BytesIO(sound))
    assert (rate, heard.shape[1], made.seconds) == (8000, 2, 2.0)
    first, second = heard[1000:7000], heard[9000:15000]
    assert (
        np.abs(first[:, 0]).max() > 10 * np.abs(first[:, 1]).max()
    )  # left spoke, right was silent
    assert np.abs(second[:, 1]).max() > 5 * np.abs(second[:, 0]).max()
    peaks = kept.peaks()
    assert len(peaks) == 2 * 20
    assert min(peaks[0:18:2]) > 120  # customer, half of full scale in the first second
    assert max(peaks[1:18:2]) == 0
    assert 55 < min(peaks[23::2]) < 70
    with pytest.raises(WrongHash):
        make_kept(tmp_path / "raw.wav", "0" * 64, tmp_path / "draft", "ab.kept", key)
    shelf.delete("a/ab.kept")
    shelf.delete("a/ab.kept")
    with pytest.raises(FileNotFoundError):
        SoundStore(shelf, tmp_path / "key").open("a/ab.kept")


@pytest.fixture
def filed(sessions, tmp_path):
    """A day of calls whose WAVs the node has finished: (archive, creditor, attempts)."""
    _, creditor, _ = make_day(sessions, tmp_path)
    folder = tmp_path / "recordings"
    with write(sessions) as session:
        talks = session.scalars(
            select(Attempt).where(Attempt.recording != "").order_by(Attempt.id)
        ).all()
        for attempt in talks:
            attempt.recording = attempt.recording_sha256 = ""
            path = f"{attempt.id[:2]}/{attempt.id}.wav"
            recordings.take_raw(session, attempt, path, write_wav(folder / path), 1.0, MORNING)
            recordings.take_raw(session, attempt, "again.wav", "other", 9.0, MORNING)
        ids = [attempt.id for attempt in talks]
    sounds = SoundStore(FolderShelf(folder), tmp_path / "recordings.key")
    archive = Archive(sessions, folder, sounds, CN, 1827)
    yield archive, creditor, ids
    archive.close()


def test_wavs_are_sealed_and_the_pack_finds_them(sessions, filed, tmp_path):
    archive, creditor, ids = filed
    (archive.folder / f"{ids[0][:2]}/{ids[0]}.wav").write_bytes(b"RIFF changed by somebody")
    assert archive.run(lambda: MORNING) == len(ids) - 1
    assert archive.run(lambda: MORNING) == 0  # once
    left = sorted(p.name for p in archive.folder.glob("*/*") if p.suffix == ".wav")
    assert left == [f"{ids[0]}.wav"]  # what is not as the node wrote it stays, for people to see
    with read(sessions) as session:
        rows = {row.attempt_id: row for row in session.scalars(select(Recording))}
        found = find(session, Wanted(attempt_id=ids[1]))
    assert (rows[ids[0]].state, rows[ids[0]].fault) == ("damaged", "changed")
    assert {rows[i].state for i in ids[1:]} == {"kept"}
    assert (found[0]["attempt_id"], found[0]["state"]) == (ids[1], "kept")
    kept = archive.folder / rows[ids[1]].path
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == rows[ids[1]].sha256
    kept.write_bytes(kept.read_bytes()[:-1] + b"!")
    with read(sessions) as session:
        about = Subject(session, creditor, DAY, CN, archive.folder, archive.sounds)
        write_pack(about, tmp_path / "pack.zip", MORNING)
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        index = list(
            csv.DictReader(io.StringIO(pack.read("03-recordings.csv").decode("utf-8-sig")))
        )
        samples = [name for name in pack.namelist() if name.startswith("03-sample/")]
        states = {row["attempt_id"]: row["state"] for row in index}
        assert states[ids[0]] == "damaged"
        assert states[ids[1]] == "changed"
        assert {states[i] for i in ids[2:] if i in states} == {"ok"}
        ours = [name for name in samples if name.endswith(".ogg")]
        assert len(ours) == len(ids) - 2  # but for the damaged one and the one that does not open
        for name in ours:  # playable, and proven by the index
            data = pack.read(name)
            attempt = name.removeprefix("03-sample/").removesuffix(".ogg")
            assert hashlib.sha256(data).hexdigest() == rows[attempt].sound_sha256
            assert soundfile.read(io.BytesIO(data))[0].shape[1] == 2


def test_nothing_is_deleted_before_its_time_or_while_it_is_held(sessions, filed):
    archive, creditor, ids = filed
    archive.run(lambda: MORNING)
    with pytest.raises(Refused) as refused:
        recordings.set_retention(sessions, SETUP, CN, creditor, 30, MORNING)
    assert refused.value.args_["least"] == 1827  # five years, whatever anybody would like
    recordings.set_retention(sessions, SETUP, CN, creditor, 2000, MORNING)
    recordings.hold_recording(sessions, SETUP, ids[0], "court file 12", MORNING)
    with write(sessions) as session:
        person = session.get_one(Attempt, ids[1]).debtor_id
        of_person = set(session.scalars(select(Attempt.id).where(Attempt.debtor_id == person)))
    stop_contact(sessions, SETUP, person, "complaint", "wrote to us", MORNING)
    safe = (of_person | {ids[0]}) & set(ids)
    assert archive.tidy(lambda: MORNING + timedelta(days=1999)) == 0
    late = MORNING + timedelta(days=2001)
    assert archive.tidy(lambda: late) == len(set(ids) - safe)
    assert archive.tidy(lambda: late) == 0
    with read(sessions) as session:
        rows = session.scalars(select(Recording)).all()
        logged = session.scalars(
            select(AuditRow).where(AuditRow.action == "recording.delete")
        ).all()
    assert {row.attempt_id for row in rows if row.state == "kept"} == safe
    assert all((archive.folder / r.path).exists() == (r.state == "kept") for r in rows)
    assert len(logged) == len(set(ids) - safe)


def test_a_crash_between_sealing_and_deleting_leaves_no_wav(sessions, filed):
    archive, _, ids = filed
    archive.run(lambda: MORNING)
    wav = archive.folder / f"{ids[0][:2]}/{ids[0]}.wav"
    write_wav(wav)  # as if the engine had died before it was removed
    archive.tidy(lambda: MORNING)
    assert not wav.exists()


def test_a_new_key_by_command_and_never_shown(tmp_path, monkeypatch):
    config = tmp_path / "config.toml"
    config.write_text(f'[dialer.recordings]\nkey_file = "{tmp_path}/k"\n', encoding="utf-8")
    monkeypatch.setenv("KEPT_CONFIG", str(config))
    first = CliRunner().invoke(kept_command, ["recordings", "new-key"])
    second = CliRunner().invoke(kept_command, ["recordings", "new-key"])
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    listed = CliRunner().invoke(kept_command, ["recordings", "keys"]).output.split()
    assert listed == list(read_keys(tmp_path / "k"))
    assert [first.output.split()[0], second.output.split()[0]] == listed
    secret = (tmp_path / "k").read_text().split()[0]
    assert secret not in first.output
    (tmp_path / "k").write_text("zz\n")
    assert CliRunner().invoke(kept_command, ["recordings", "new-key"]).exit_code == 1
