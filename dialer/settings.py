"""[dialer] of config.toml: the store, the rule pack, the engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from dialer.domain.compliance import RulePack
from dialer.domain.retention import DAYS_DEFAULT, DAYS_MAX
from dialer.packs import load_pack
from dialer.packs.calendars import ExtraDays
from telephony.config_file import Section, load_section


class PacingSettings(Section):
    """`target`: share of the people who answer that predictive campaigns may aim to abandon; without it
    the rule pack's target. The pack's hard limit holds whatever is set here."""

    target: Annotated[float, Field(gt=0, le=0.1)] | None = None


class HolidaySettings(Section):
    """Days off beside those of the law, and days worked whatever the calendar says (调休)."""

    extra: tuple[date, ...] = ()
    working: tuple[date, ...] = ()


class RecordingSettings(Section):
    """`key_file` seals recordings: without it nobody can play them again. `store`: a bucket's URL
    (`s3://recordings/kept`); empty: `recordings/` of `telephony.folder`. `keep_days`: see docs."""

    key_file: Path = Path("var/recordings.key")
    store: str = ""
    keep_days: Annotated[int, Field(ge=1, le=DAYS_MAX)] = DAYS_DEFAULT


class DialerSettings(Section):
    """What the engine and every reader of the store need."""

    database: str = "sqlite:///var/kept.db"
    rule_pack: Literal["cn", "us", "uk"] = "cn"
    engine_node_silence_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    uploads: Path = Path("var/uploads")
    reports: Path = Path("var/reports")
    pacing: PacingSettings = PacingSettings()
    holidays: HolidaySettings = HolidaySettings()
    recordings: RecordingSettings = RecordingSettings()

    def pack(self) -> RulePack:
        """The rule pack in force, with this installation's days off."""
        return load_pack(self.rule_pack, self.extra_days())

    def extra_days(self) -> ExtraDays:
        """What the operator added to the calendar."""
        return ExtraDays(frozenset(self.holidays.extra), frozenset(self.holidays.working))


def load(path: Path | None = None) -> DialerSettings:
    """Read and check [dialer]; raises ConfigError."""
    return load_section("dialer", DialerSettings, path)
