"""How the outbound number is shown to one carrier: user of the From header, and headers beside it. Pure.

RFC 3325 (P-Asserted-Identity) and RFC 3323 (Privacy). What the law wants shown is chosen by the engine; a
trunk only says where its carrier reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.trunk import CallerId, Trunk


@dataclass(frozen=True, slots=True)
class Shown:
    """`user` stands in From, `headers` beside it."""

    user: str
    headers: dict[str, str] = field(default_factory=dict)


def shown_to(trunk: Trunk, number: str, domain: str) -> Shown:
    """`number` in the trunk's form; `domain`: the trunk's, else our own address."""
    written = trunk.form.shown(number)
    if trunk.caller_id is CallerId.FROM:
        return Shown(written)
    headers = {"P-Asserted-Identity": f"<sip:{written}@{domain}>"}
    if trunk.caller_id is CallerId.PAI_PRIVATE:
        headers["Privacy"] = "id"
    hides = trunk.caller_id is CallerId.PAI_ONLY
    return Shown(trunk.username or "kept" if hides else written, headers)
