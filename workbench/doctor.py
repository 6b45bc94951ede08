"""`kept doctor`: what is installed, what a node carries, what is wrong and how to mend it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from dialer import settings as dialer_settings
from dialer.clock import utc_now
from dialer.packs import calendar_is_old, is_stale
from dialer.store.session import revision_state
from telephony import settings as telephony_settings
from telephony.config_file import ConfigError, config_path
from telephony.settings import TelephonySettings
from workbench import settings as workbench_settings
from workbench.ports import tcp_is_free, udp_is_free

CALLS_WANTED = 500
FREE_GIB_WANTED = 5
FILES_PER_CALL = 4  # RTP, RTCP, and the two files of a recording


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `mend` says how to put it right."""

    name: str
    ok: bool
    value: str
    zh: str
    en: str
    mend: tuple[str, str] = ("", "")
    warns: bool = False  # not ok, and everything works all the same: no reason to fail


def report(config: Path | None = None) -> list[Finding]:
    """All checks, in order; one that fails does not keep the others from running."""
    found = [_python(), *_library()]
    settings, config_finding = _config(config)
    found.append(config_finding)
    if settings is not None:
        found += [_ports(settings), _files(settings), _disk(settings.folder)]
        found += [*_rules(), _database()]
        found.append(_workbench())
    return found


def exit_code(findings: list[Finding]) -> int:
    """0 when nothing is wrong."""
    return 0 if all(finding.ok or finding.warns for finding in findings) else 1


def as_json(findings: list[Finding]) -> str:
    """For programs."""
    rows = [
        {"name": f.name, "ok": f.ok, "warns": f.warns, "value": f.value, "mend": f.mend[1]} for f in findings
    ]  # fmt: skip
    return json.dumps(
        {"ok": exit_code(findings) == 0, "findings": rows}, ensure_ascii=False, indent=2
    )


def render(findings: list[Finding], language: str | None) -> str:
    """For people: one language, or both."""
    lines = []
    for finding in findings:
        mark = "✓" if finding.ok else "!" if finding.warns else "✗"
        words = {"zh-CN": finding.zh, "en": finding.en, None: f"{finding.zh} / {finding.en}"}
        lines.append(f" {mark} {words[language]}: {finding.value}")
        if not finding.ok:
            zh, en = finding.mend
            lines += [
                f"     → {text}" for text in {"zh-CN": [zh], "en": [en], None: [zh, en]}[language]
            ]
    return "\n".join(lines)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    kept = metadata.version("kept")
    return Finding(
        "python", sys.version_info >= (3, 11), f"{version}, Kept {kept}", "Python", "Python",
        ("请使用 Python 3.11 或更新版本", "use Python 3.11 or newer"),
    )  # fmt: skip


def _library() -> list[Finding]:
    """Asked in a process of its own: this one must stay free of a SIP stack."""
    words = "pjsua2"
    mend = ("请运行 make setup", "run make setup")
    done = subprocess.run(
        [sys.executable, "-m", "telephony.sip_limits"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["?"])[-1]
        return [Finding("pjsua2", False, why, words, words, mend)]
    limits: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    calls = int(limits["calls_max"])
    return [
        Finding("pjsua2", True, str(limits["version"]), words, words),
        Finding(
            "calls_per_node", calls >= CALLS_WANTED, str(calls), "每个节点的通话路数",
            "calls per node", ("pjsua2 编译上限过低，请运行 make setup 重新编译",
                               "this pjsua2 was compiled for too few calls: make setup builds another"),
        ),
    ]  # fmt: skip


def _config(path: Path | None) -> tuple[TelephonySettings | None, Finding]:
    try:
        settings = telephony_settings.load(path)
        dialer_settings.load(path)
        workbench_settings.load(path)
    except ConfigError as error:
        return None, Finding(
            "config", False, str(error.path), "配置文件", "configuration",
            ("；".join(f"{key}: {zh}" for key, zh, _ in error.faults),
             "; ".join(f"{key}: {en}" for key, _, en in error.faults)),
        )  # fmt: skip
    value = str(path or config_path())
    return settings, Finding("config", True, value, "配置文件", "configuration")


def _ports(settings: TelephonySettings) -> Finding:
    port = settings.sip_port
    free = udp_is_free(settings.sip_address, port)
    return Finding(
        "sip_port", free, f"{settings.sip_address}:{port}", "SIP 端口", "SIP port",
        (f"端口 {port} 被占用：节点已在运行，或请改 telephony.sip_port",
         f"port {port} is in use: a node runs already, or change telephony.sip_port"),
    )  # fmt: skip


def _workbench() -> Finding:
    settings = workbench_settings.load()
    free = tcp_is_free(settings.host, settings.port)
    return Finding(
        "web_port", free, f"{settings.host}:{settings.port}", "工作台端口", "workbench port",
        (f"端口 {settings.port} 被占用：工作台已在运行，或请改 workbench.port",
         f"port {settings.port} is in use: the workbench runs already, or change workbench.port"),
    )  # fmt: skip


def _files(settings: TelephonySettings) -> Finding:
    """A node raises its own limit as far as it may; what counts is the hard one."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.calls_max * FILES_PER_CALL
    return Finding(
        "open_files", hard >= needed, f"{hard} (≥ {needed})", "可打开文件数", "open files",
        (f"请把 ulimit -n 提高到 {needed}，或减小 telephony.calls_max",
         f"raise ulimit -n to {needed}, or lower telephony.calls_max"),
    )  # fmt: skip


def _disk(folder: Path) -> Finding:
    place = folder
    while not place.exists():
        place = place.absolute().parent
    free = shutil.disk_usage(place).free / 2**30
    return Finding(
        "disk", free >= FREE_GIB_WANTED and os.access(place, os.W_OK), f"{place}: {free:.0f} GiB",
        "可用磁盘", "free disk",
        ("请腾出空间或改 telephony.folder；录音写在那里",
         "make room or change telephony.folder; recordings go there"),
    )  # fmt: skip


def _rules() -> list[Finding]:
    """The rule pack was compared with its sources lately, and its days off reach into next year."""
    pack, today = dialer_settings.load().pack(), utc_now().date()
    return [
        Finding(
            "rule_pack", not is_stale(pack, today), f"{pack.version} ({pack.verified_on})",
            "规则包", "rule pack",
            ("已超过 180 天未核对，请与法务核对 docs/rules.md 所列来源",
             "not compared with its sources for 180 days: do so with counsel, see docs/rules.md"),
            warns=True,
        ),
        Finding(
            "days_off", not calendar_is_old(pack, today), f"{pack.name} ≤ {pack.calendar_through}",
            "节假日历", "days off",
            ("明年的节假日未知：请更新程序，或在 config.toml 写 dialer.holidays",
             "next year's are not known: update, or name them in dialer.holidays of config.toml"),
            warns=True,
        ),
    ]  # fmt: skip


def _database() -> Finding:
    url = dialer_settings.load().database
    mend = ("请运行 kept db upgrade", "run kept db upgrade")
    shown = url.split("@")[-1]  # never the password
    return _try(
        lambda: _revision(url, shown, mend),
        Finding("database", False, shown, "数据库", "database",
                ("无法打开，请检查 dialer.database", "cannot be opened: check dialer.database")),
    )  # fmt: skip


def _revision(url: str, shown: str, mend: tuple[str, str]) -> Finding:
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        value = f"{shown} (–)"
        return Finding(
            "database", True, value, "数据库（首次启动时创建）", "database (made at first start)"
        )
    current, newest = revision_state(url)
    return Finding(
        "database", current == newest, f"{shown} ({current})", "数据库", "database", mend
    )


def _try(check: Callable[[], Finding], otherwise: Finding) -> Finding:
    try:
        return check()
    except Exception:  # whatever a driver raises means the same here
        return otherwise
