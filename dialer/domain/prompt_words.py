"""What a prompt may say. Nobody knows who is listening: a mailbox is shared, a phone is picked up by others.

So no prompt may let a third party learn of a debt (12 CFR 1006.10 and 1006.2(j), FCA CONC 7.9,
GB/T 45251-2025), and none may name anything of a person. A machine can look
for words; whether the message is decent it cannot judge.
"""

from __future__ import annotations

import re
from enum import StrEnum

TEXT_MIN, TEXT_MAX = 4, 600
LANGUAGES = ("zh-CN", "en")


class WordFault(StrEnum):
    """Why a text may not be played."""

    FIELD = "field"  # a place to fill in: {name}, %s, <amount>, [姓名]
    DEBT = "debt"  # lets a third party learn of a debt
    AMOUNT = "amount"  # a sum of money
    LENGTH = "length"


_FIELD = re.compile(r"\{[^}]*\}|%[sd(]|<[^>]+>|\[[^\]]+\]|【[^】]+】|\$\w+\b(?<!\d)")
_DEBT = re.compile(
    r"欠|债|逾期|催收|催缴|还款|还钱|还清|借款|借据|贷款|信贷|拖欠|本金|利息|罚息|账单|失信|征信|起诉|法院|诉讼"
    r"|\b(?:debts?|owe[sd]?|owing|overdue|past[ -]due|arrears|collect(?:ions?|ors?)|repay\w*|loans?|"
    r"balance|credit|creditors?|borrow\w*|lend\w*|interest|payments?|default(?:ed)?|lawsuits?|courts?|"
    r"legal action|delinquen\w*)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"[¥￥$£€]\s*\d|\d[\d,.]*\s*(?:元|块|万|人民币|(?:yuan|dollars?|pounds?|euros?|cents?|rmb|cny|usd|gbp)\b)"
    r"|[零一二三四五六七八九十百千万两]+\s*(?:元|块钱)",
    re.IGNORECASE,
)


def fault_of(text: str) -> tuple[WordFault, str] | None:
    """The first fault with the words that are meant; None: nothing that a machine can see is wrong."""
    if not TEXT_MIN <= len(text.strip()) <= TEXT_MAX:
        return WordFault.LENGTH, ""
    for kind, pattern in (
        (WordFault.FIELD, _FIELD),
        (WordFault.AMOUNT, _AMOUNT),
        (WordFault.DEBT, _DEBT),
    ):
        found = pattern.search(text)
        if found:
            return kind, found.group(0)
    return None


def words_of_debt(text: str) -> str:
    """The first words that tell of a debt or of a sum of money; empty: none."""
    found = _DEBT.search(text) or _AMOUNT.search(text)
    return found.group(0) if found else ""
