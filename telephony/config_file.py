"""Reads config.toml: one table per package, unknown keys refused, every fault named by its key.

Environment variables override single keys: KEPT__TELEPHONY__SIP_PORT=5070.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

TABLES = ("telephony", "dialer", "workbench")
ENV_PREFIX = "KEPT__"
PATH_VARIABLE = "KEPT_CONFIG"


class Section(BaseModel):
    """Base of all settings models: frozen, and a key nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Section)


class ConfigError(Exception):
    """The configuration cannot be used. `faults` holds one (key, zh-CN, English) per mistake."""

    def __init__(self, path: Path, faults: list[tuple[str, str, str]]) -> None:
        self.path = path
        self.faults = faults
        super().__init__(self.text())

    def text(self) -> str:
        """All faults, both languages, one per line."""
        return "\n".join(f"{self.path}: {key}: {zh} / {en}" for key, zh, en in self.faults)


def config_path() -> Path:
    """The file in force: $KEPT_CONFIG, else config.toml in the working directory."""
    return Path(os.environ.get(PATH_VARIABLE, "config.toml"))


def load_section(name: str, model: type[S], path: Path | None = None) -> S:
    """Read table `name`. Raises ConfigError naming each bad, missing or unknown key."""
    path = path or config_path()
    table = _with_environment(name, dict(_read(path).get(name, {})))
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise ConfigError(path, [_fault(name, dict(e)) for e in error.errors()]) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(path, [("-", "找不到配置文件", "file not found")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            path, [("-", f"不是有效的 TOML：{error}", f"not TOML: {error}")]
        ) from None
    unknown = sorted(set(whole) - set(TABLES))
    if unknown:
        raise ConfigError(path, [(k, "未知的表，请删除或改名", "unknown table") for k in unknown])
    return whole


def _with_environment(name: str, table: dict[str, Any]) -> dict[str, Any]:
    prefix = f"{ENV_PREFIX}{name.upper()}__"
    for variable, text in os.environ.items():
        if variable.startswith(prefix):
            keys = variable.removeprefix(prefix).lower().split("__")
            inner = table
            for key in keys[:-1]:
                inner = inner.setdefault(key, {})
            inner[keys[-1]] = _value(text)
    return table


def _value(text: str) -> Any:
    """A TOML value where it reads as one (8, true, ["a"]), else the text itself."""
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text


def _fault(name: str, error: dict[str, Any]) -> tuple[str, str, str]:
    key = ".".join([name, *(str(part) for part in error["loc"])])
    if error["type"] == "extra_forbidden":
        return key, "未知的键，请删除或检查拼写", "unknown key: remove it or check its spelling"
    if error["type"] == "missing":
        return key, "缺少此键", "missing key"
    message = str(error["msg"])
    return key, f"值无效（{message}）", f"invalid value ({message})"
