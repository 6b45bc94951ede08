"""[dialer] of config.toml: the store, the rule pack, the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from telephony.config_file import Section, load_section


class PacingSettings(Section):
    """How many lines may be opened; predictive has its own issue."""

    mode: Literal["progressive"] = "progressive"


class DialerSettings(Section):
    """What the engine and every reader of the store need."""

    database: str = "sqlite:///var/kept.db"
    rule_pack: Literal["cn", "us", "uk"] = "cn"
    engine_node_silence_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    uploads: Path = Path("var/uploads")
    pacing: PacingSettings = PacingSettings()


def load(path: Path | None = None) -> DialerSettings:
    """Read and check [dialer]; raises ConfigError."""
    return load_section("dialer", DialerSettings, path)
