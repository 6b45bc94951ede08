"""What may stand where. Each rule is shown to bite: a planted violation must be found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.house

ROOT = Path(__file__).parents[2]
PACKAGES = ("dialer", "telephony", "workbench")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def called(node: ast.AST) -> str:
    """Name of the function that a call node calls."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def calls_of(*names: str) -> Callable[[ast.AST], bool]:
    return lambda node: called(node) in names


def reads_clock(node: ast.AST) -> bool:
    """datetime.now(), time.time() and their like."""
    names = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns"}
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return node.func.attr in names and getattr(node.func.value, "id", "") in (
        "datetime",
        "time",
        "date",
    )


def member_of_temporary(node: ast.AST) -> bool:
    """`call.getInfo().media`: SWIG frees the object before its member is read."""
    makers = ("getInfo", "getStreamStat", "getStreamInfo", "libVersion")
    return isinstance(node, ast.Attribute) and called(node.value) in makers


def imports_of(*modules: str) -> Callable[[ast.AST], bool]:
    def fits(node: ast.AST) -> bool:
        if isinstance(node, ast.Import):
            return any(alias.name.split(".")[0] in modules for alias in node.names)
        return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in modules

    return fits


def subclass_of(name: str) -> Callable[[ast.AST], bool]:
    return lambda node: (
        isinstance(node, ast.ClassDef)
        and any(getattr(base, "attr", getattr(base, "id", "")) == name for base in node.bases)
    )


@dataclass(frozen=True)
class Rule:
    """`found` may be true only in the files of `allowed`; `planted` is code it must find."""

    name: str
    found: Callable[[ast.AST], bool]
    allowed: tuple[str, ...]
    planted: str


RULES = (
    Rule("one originator", calls_of("Originate"), ("dialer/engine/place.py", "telephony/trunk_test.py"), "Originate(call_id='x')"),
    Rule("one emitter", calls_of("emit"), ("workbench/live.py",), "socketio.emit('x')"),
    Rule("one clock", reads_clock, ("telephony/clock.py", "telephony/pjsua2_build/__main__.py"),
         "datetime.now(UTC)"),
    Rule("one committer", calls_of("commit"),
         ("dialer/store/session.py", "dialer/store/migrations/env.py"), "session.commit()"),
    Rule("no member of a temporary", member_of_temporary, (), "call.getInfo().media[0]"),
    Rule("call options come from one maker", calls_of("CallOpParam"),
         ("telephony/sip_leg.py", "telephony/sip_limits.py"), "pj.CallOpParam(True)"),
    Rule("pjsua2 stays in its files", imports_of("pjsua2", "_pjsua2"),
         ("telephony/sip_endpoint.py", "telephony/sip_leg.py", "telephony/sip_bridge.py",
          "telephony/sip_conversation.py", "telephony/sip_limits.py", "telephony/sip_ears.py",
          "telephony/sip_browser.py", "telephony/sip_headset.py", "telephony/sip_trunks.py",
          "telephony/carrier/sip_line.py"),
         "import pjsua2 as pj"),
    Rule("no Python on a node's audio path", subclass_of("AudioMediaPort"), ("telephony/sip_headset.py",),
         "class Port(pj.AudioMediaPort): pass"),
    Rule("nobody forks beside pjsua2", imports_of("multiprocessing"),
         ("dialer/engine/archive.py",),  # it spawns, and no pjsua2 is in the engine
         "import multiprocessing"),
    Rule("forks", calls_of("fork"), (), "os.fork()"),
    Rule("threads of a node never touch pjsua2", calls_of("Thread"),
         ("telephony/link.py", "telephony/recording.py", "workbench/live.py",
          "workbench/demo_agents.py"), "threading.Thread(target=f)"),
    Rule("SQLAlchemy and Flask stay out of telephony", imports_of("sqlalchemy", "flask"),
         ("dialer/", "workbench/"), "import sqlalchemy"),
    Rule("PyAudio only in the headset", imports_of("pyaudio"), ("telephony/headset.py",),
         "import pyaudio"),
)  # fmt: skip


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def without_type_checking(tree: ast.Module) -> ast.Module:
    """Imports for types only never run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(rule):
    assert any(rule.found(node) for node in ast.walk(ast.parse(rule.planted))), "the rule is blind"
    broken = [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in modules()
        if not any(name == allowed or (name.startswith(allowed) and allowed.endswith("/"))
                   for allowed in rule.allowed)
        for node in ast.walk(without_type_checking(tree))
        if rule.found(node)
    ]  # fmt: skip
    assert broken == [], rule.name


def test_allowed_files_exist():
    for rule in RULES:
        for allowed in rule.allowed:
            assert (ROOT / allowed).exists(), allowed


def test_files_and_functions_stay_small():
    for name, tree in modules():
        if "migrations/versions" in name:
            continue
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        assert lines <= FILE_LINES_MAX, f"{name}: {lines} lines"
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno
                if node.name.startswith("_listen"):
                    continue  # a list of handlers, each small
                assert length <= FUNCTION_LINES_MAX, f"{name}: {node.name} has {length} lines"


def test_public_things_say_what_they_are():
    for name, tree in modules():
        if "migrations" in name:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{name}: {node.name} has no docstring"


def test_the_top_level_is_as_agreed():
    agreed = {"dialer", "workbench", "telephony", "static", "tests", "docs"}
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    folders = {path.split("/")[0] for path in listed if "/" in path}
    assert {f for f in folders if not f.startswith(".")} <= agreed
