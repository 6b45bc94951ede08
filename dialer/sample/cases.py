"""Invented cases: the same seed gives the same people, none of whom exists.

Numbers are 154 xxxx xxxx: they have the form of a mainland mobile number, so that the same checks run
as for real files, but 154 is assigned to no operator. They could reach nobody anyway: the
demonstration's only trunk is the simulated carrier on loopback. No identity numbers are invented.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "姓名",
    "合同号",
    "手机号",
    "产品",
    "欠款金额",
    "本金",
    "利息",
    "罚息",
    "逾期天数",
    "逾期原因",
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静磊强洋艳勇军杰娟涛明超霞平刚桂英文华慧建国春梅丽鹏宇晨欣怡"
_PRODUCTS = ("消费贷", "信用卡", "装修分期", "教育分期")
_REASONS = ("收入减少", "忘记还款", "资金周转", "生病住院", "")


def rows(entries: int, seed: int) -> Iterator[list[str]]:
    """`entries` good rows; every number and contract is different."""
    chance = random.Random(seed)
    numbers = chance.sample(range(100_000_000), entries)
    for index, number in enumerate(numbers):
        name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))
        days = chance.choice((8, 15, 23, 31, 45, 62, 75, 93, 120, 155))
        principal = chance.randrange(60_000, 3_000_000)
        interest = principal * days // 3650
        penalty = principal * days // 7300
        yield [
            name, f"KD{seed:03d}{index:06d}", f"154{number:08d}", chance.choice(_PRODUCTS),
            _yuan(principal + interest + penalty), _yuan(principal), _yuan(interest),
            _yuan(penalty), str(days), chance.choice(_REASONS),
        ]  # fmt: skip


def write_csv(path: Path, entries: int, seed: int, *, with_mistakes: bool = False) -> None:
    """A file as a manager would upload it; `with_mistakes` adds three rows that must be rejected."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        written = list(rows(entries, seed))
        writer.writerows(written)
        if with_mistakes:
            first = written[0]
            writer.writerow(first)
            writer.writerow([first[0], "KD-BAD-1", "12345", *first[3:]])
            writer.writerow([first[0], "KD-BAD-2", first[2], first[3], "一千元", *first[5:]])


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"
