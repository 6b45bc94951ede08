"""Rule packs: limits as data with citation, version and the day somebody checked them."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path

from dialer.domain.compliance import RulePack


@cache
def load_pack(name: str) -> RulePack:
    """The pack `name`.toml of this folder."""
    data = tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
    return RulePack(
        name=data["name"],
        version=data["version"],
        zones=tuple(data["zones"]),
        opens=data["hours"]["opens"],
        closes=data["hours"]["closes"],
        effective_per_person_day=data["effective_per_person_day"]["limit"],
        attempts_per_person_day=data["attempts_per_person_day"]["limit"],
        attempts_per_number_day=data["attempts_per_number_day"]["limit"],
        number_interval=timedelta(minutes=data["number_interval_minutes"]["limit"]),
    )
