"""What no script may say, and what its opening may not."""

from __future__ import annotations

import pytest

from dialer.domain.scripts import BadScript, script_from
from workbench.translations import LANGUAGES, catalogue

pytestmark = pytest.mark.unit

OPENING = {"title": "开场", "text": "您好，请问是 {name} 吗？我是 {agency} 的 {agent}。"}


@pytest.mark.parametrize(
    "text",
    [
        "您欠银行的钱", "关于您逾期的账单", "您有 300 元要处理", "It is about your debt",
        "You owe a payment", "我是贷款中心的",
    ],
)  # fmt: skip
def test_an_opening_that_tells_of_the_debt_is_refused_and_a_later_step_is_not(text):
    with pytest.raises(BadScript, match="script_opening") as bad:
        script_from([{"title": "x", "text": text}])
    assert bad.value.step == 1
    assert bad.value.word in text
    assert len(script_from([OPENING, {"title": "x", "text": text}])) == 2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("不还就要坐牢", "坐牢"), ("我们会通知你单位", "通知你单位"), ("我是公安的", "公安"),
        ("你这个老赖", "老赖"), ("You will be ARRESTED", "ARRESTED"),
        ("We will call your employer", "call your employer"),
    ],
)  # fmt: skip
def test_threats_insults_and_posing_are_refused_in_every_step(text, word):
    for steps in ([{"title": "x", "text": text}], [OPENING, {"title": "x", "text": text}]):
        with pytest.raises(BadScript, match="script_forbidden") as bad:
            script_from(steps)
        assert (bad.value.step, bad.value.word) == (len(steps), word)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_script_would_pass(language):
    words = catalogue(language)
    opening = {"title": words["script.opening_title"], "text": words["identity.script"]}
    rest = [
        {"title": words[f"script.{step}_title"], "text": words[f"script.{step}"]}
        for step in ("purpose", "amount", "ask", "close")
    ]
    assert len(script_from([opening, *rest])) == 5
