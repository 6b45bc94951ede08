"""The rule pack that this installation works under."""

from __future__ import annotations

from flask import current_app

from dialer.domain.compliance import RulePack


def pack_in_force() -> RulePack:
    """By `dialer.rule_pack` and `dialer.holidays` of config.toml."""
    pack: RulePack = current_app.config["KEPT_PACK"]
    return pack
