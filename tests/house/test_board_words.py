"""Codes of the case page, the board and administration have their words in the catalogue."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dialer.actions.cases import RECALL_REASONS
from dialer.actions.stops import HOLD_KINDS
from dialer.actions.supervising import FORCED
from dialer.domain.alerts import RULES
from dialer.domain.compliance import Channel
from dialer.domain.disputes import KINDS, RESOLUTIONS
from dialer.domain.promises import PromiseState
from dialer.domain.roles import ROLES
from telephony.protocol import Verdict
from workbench.case_desk import FORM_CHANNELS

pytestmark = pytest.mark.house

ROOT = Path(__file__).parents[2]
ZH = set(json.loads((ROOT / "static/locales/zh-CN.json").read_text(encoding="utf-8")))


def keys(prefix: str, codes) -> set[str]:
    return {f"{prefix}.{code}" for code in codes}


def test_codes_have_words():
    assert keys("alert", RULES) <= ZH
    assert {f"alert.do_{code}" for code in RULES} <= ZH
    assert keys("role", ROLES) <= ZH
    assert keys("hold", HOLD_KINDS) <= ZH
    assert keys("promise", PromiseState) <= ZH
    assert keys("dispute", (*KINDS, *RESOLUTIONS, "open", "answered")) <= ZH
    assert keys("channel", (*Channel, *FORM_CHANNELS)) <= ZH
    assert keys("closed", (*RECALL_REASONS, "paid")) <= ZH
    assert keys("verdict", Verdict) <= ZH
    assert f"pause.{FORCED}" in ZH


def test_every_event_and_every_need_has_words():
    events = "".join(
        (ROOT / f"dialer/reports/{name}.py").read_text(encoding="utf-8")
        for name in ("case_events", "timeline")
    )
    kinds = set(re.findall(r'"kind": "(\w+)"', events))
    assert len(kinds) > 12
    assert keys("event", kinds) <= ZH
    needs = (ROOT / "dialer/domain/needs_me.py").read_text(encoding="utf-8")
    reasons = set(re.findall(r'(?:Need\(|return )"(\w+)"', needs))
    assert len(reasons) == 7
    assert keys("why", reasons) <= ZH
