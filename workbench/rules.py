"""The rule pack that this installation works under."""

from __future__ import annotations

from flask import current_app

from dialer.domain.compliance import RulePack
from dialer.packs import load_pack


def pack_in_force() -> RulePack:
    """By `dialer.rule_pack` of config.toml."""
    return load_pack(current_app.config["KEPT_PACK"])
