"""docs/rules.md names a test for every rule: each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialer.domain.compliance.codes import CODES

pytestmark = pytest.mark.house
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/rules.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    table = PAGE.split("## Every rule, its source and its test", 1)[1].split("\n## ", 1)[0]
    cells = [
        [c.strip() for c in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("| ")
    ]
    return cells[1:]


def test_every_test_that_the_page_names_exists():
    found = 0
    for _rule, source, tests in rows():
        assert source
        for part in tests.split(";"):
            module, *names = re.sub(r"[`,]", " ", part).split()
            folder, _, name = module.rpartition("/")
            path = ROOT / "tests" / (folder or "domain") / f"{name}.py"
            text = path.read_text(encoding="utf-8")
            for wanted in names:
                start = wanted.removesuffix("…")
                ends = "" if wanted.endswith("…") else r"\("
                assert re.search(rf"def test_{re.escape(start)}{ends}", text), wanted
                found += 1
    assert found > 40


def test_every_code_of_the_gate_is_on_the_page():
    for code in CODES:
        assert code in PAGE or (code.startswith("CAP_") and "CAP_…" in PAGE), code
