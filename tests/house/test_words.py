"""Every sentence exists in both languages, with the same words to fill in, and is used somewhere."""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path
from typing import get_args

import pytest

from dialer.actions.intake.buckets import BUCKETS
from dialer.actions.seats import PAUSE_REASONS
from dialer.domain.compliance.codes import CODES, HOLD_CODES
from dialer.domain.outcomes import OUTCOMES
from dialer.domain.pacing import HeldBy, Mode
from dialer.domain.previews import SKIP_REASONS
from dialer.domain.seat import SeatState
from dialer.packs import PACKS, load_pack
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.house

ROOT = Path(__file__).parents[2]
ZH, EN = (catalogue(language) for language in LANGUAGES)


def test_both_languages_have_the_same_sentences():
    assert set(ZH) == set(EN)
    for key in ZH:
        assert set(re.findall(r"\{(\w+)\}", ZH[key])) == set(re.findall(r"\{(\w+)\}", EN[key])), key
        assert ZH[key].strip()
        assert EN[key].strip()
        assert not re.search("[一-鿿]", EN[key]), f"{key}: Chinese in the English catalogue"


def codes(exception: str) -> set[str]:
    """First arguments of all `raise Exception("code", ...)` in the product."""
    found = set()
    for path in [*ROOT.glob("dialer/**/*.py"), *ROOT.glob("workbench/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == exception
                and node.args
            ):
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        found.add(part.value)
    return found


def test_every_no_has_its_sentence():
    refusals = {c for c in codes("Refused") | codes("BadHeader") if not c.endswith("_")} - {"PTP"}
    assert len(refusals) > 25
    assert {f"refusal.{code}" for code in refusals} <= set(ZH)
    for code in codes("BadAmount") | codes("BadNumber"):
        assert f"row.{code}" in ZH


def test_every_code_of_the_gate_has_words():
    caps = {cap.code for name in PACKS for cap in load_pack(name).caps}
    assert caps <= set(CODES)
    assert len(CODES) > 40
    missing = {f"block.{code}" for code in {*CODES, *HOLD_CODES}} - set(ZH)
    assert missing <= {
        "block.breathing_space",
        "block.litigation",
        "block.manual",
    }  # codes of their own


def test_row_reasons_have_sentences():
    reasons: set[str] = set()
    for name in ("case_cells", "money", "phone_numbers"):
        text = (ROOT / f"dialer/domain/{name}.py").read_text(encoding="utf-8")
        reasons |= set(re.findall(r'(?:BadCell|BadAmount|BadNumber|_needed)\("(\w+)"\)', text))
    assert len(reasons) > 12
    assert {f"row.{reason}" for reason in reasons} <= set(ZH)


def test_codes_that_screens_show():
    assert {f"outcome.{code}" for code in OUTCOMES} <= set(ZH)
    caps = {cap.code for name in PACKS for cap in load_pack(name).caps}
    assert {f"cap.{code}" for code in caps} <= set(ZH)
    assert {f"bucket.{bucket}" for bucket in BUCKETS} <= set(ZH)
    assert {f"group.{o.group}" for o in OUTCOMES.values() if o.by_agent} <= set(ZH)
    assert {f"state.{state}" for state in SeatState} <= set(ZH)
    assert {f"pause.{reason}" for reason in (*PAUSE_REASONS, "desk_lost", "preview_missed")} <= set(
        ZH
    )
    assert {f"skip.{reason}" for reason in SKIP_REASONS} <= set(ZH)
    assert {f"pacing.mode_{mode}" for mode in (Mode.PREVIEW, Mode.MANUAL)} <= set(ZH)
    refused = (
        "CAMPAIGN_NOT_RUNNING",
        "LIST_OFF",
        "ENTRY_NOT_READY",
        "ENTRY_OFFERED",
        "REQUEST_EXPIRED",
    )
    assert {f"block.{code}" for code in refused} <= set(ZH)
    held = {f"pacing.held_{why}" for why in get_args(HeldBy) if why} | {"pacing.dialing"}
    assert held <= set(ZH)


def used_keys() -> set[str]:
    """Keys written out in scripts and templates."""
    found = set()
    for path in [*ROOT.glob("static/js/*.js"), *ROOT.glob("workbench/templates/*.html")]:
        words = re.findall(
            r"""["'`]([a-z_]+\.[a-z_0-9A-Z]+)["'`]""", path.read_text(encoding="utf-8")
        )
        found |= {word for word in words if not word.endswith((".js", ".html", ".css", ".svg"))}
    return found


def test_no_page_uses_a_key_that_does_not_exist():
    assert len(used_keys()) > 100
    assert used_keys() <= set(ZH)


def test_vendored_files_are_what_they_say():
    folder = ROOT / "static/vendor"
    table = (folder / "VENDORED.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (\S+) \|.*`([0-9a-f]{64})` \|$", table, re.M))
    files = {p.name for p in folder.iterdir()} - {"VENDORED.md"}
    assert set(listed) == files
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
