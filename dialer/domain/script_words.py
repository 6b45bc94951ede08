"""Words that no script may say, and words that the opening may not. Pure.

A script is read to hundreds of people: a threat in it is not a slip. Refused are threats of arrest or force,
claiming to be an authority, threats to tell others, and insults (GB/T 45251-2025; 15 USC 1692d and 1692e;
12 CFR 1006.14 and 1006.18). The opening is heard by whoever picks up, so it tells of no debt (1006.10). A
machine finds words; whether the tone is decent somebody must read.
"""

from __future__ import annotations

import re

from dialer.domain.prompt_words import words_of_debt

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_FORBIDDEN = re.compile(
    r"坐牢|牢底|拘留|逮捕|抓你|抓捕|判刑|刑事|公安|派出所|警察|检察院|黑名单"
    r"|(?:通知|告诉|联系|告知)(?:你|您)?的?(?:单位|公司|家人|家属|父母|亲友|朋友|同事|领导|邻居|村委|居委|学校)"
    r"|曝光|公之于众|爆通讯录|上门抓|后果自负|老赖|无赖|骗子|不要脸"
    r"|\b(?:arrest(?:ed)?|jail(?:ed)?|prison|police|sheriff|criminal(?:ly)?|warrant|deadbeat|liar|thief|scammer)\b"
    r"|\b(?:tell|inform|call|contact)\s+your\s+(?:employer|boss|famil\w+|parents|friends|colleagues|neighbou?rs)\b",
    re.IGNORECASE,
)


def forbidden_in(text: str) -> str:
    """The first words that no step may say; empty: none that a machine can see."""
    found = _FORBIDDEN.search(text)
    return found.group(0) if found else ""


def debt_in_opening(text: str) -> str:
    """The first words by which whoever picks up would learn of a debt; placeholders are judged elsewhere."""
    return words_of_debt(_PLACEHOLDER.sub(" ", text))
