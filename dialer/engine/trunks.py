"""What the trunks of a node leave room for, and what everybody may read of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete
from sqlalchemy.orm import Session

from dialer.facts import TrunkMoved
from dialer.feed import publish
from dialer.store.tables import TrunkStandingRow
from telephony.protocol import TrunkStanding
from telephony.trunk import Trunk


def capacity(trunks: Sequence[Trunk], standing: Sequence[TrunkStanding]) -> tuple[int, float]:
    """(channels, calls per second) of the trunks that work. One on trial takes one call; one that is
    down keeps the channels of the calls it still carries, which the caller counts as used. Before the
    node has told, what the configuration says."""
    if not standing:
        return sum(t.channels for t in trunks), sum(t.calls_per_second for t in trunks)
    channels, per_second = 0, 0.0
    for trunk in standing:
        works, tries = trunk.state == "up", trunk.state == "trial"
        channels += trunk.channels if works else trunk.in_use + tries
        per_second += trunk.calls_per_second if works else float(tries)
    return channels, per_second


def note_trunks(
    session: Session, node: str, standing: Sequence[TrunkStanding], now: datetime
) -> None:
    """Replace the rows of this node; a state that changed is told to boards and webhooks."""
    if not standing:
        return
    for trunk in standing:
        row = session.get(TrunkStandingRow, (node, trunk.name))
        if row is None:
            row = TrunkStandingRow(node=node, name=trunk.name, at=now, state="", body={})
            session.add(row)
        if row.state != trunk.state:
            publish(session, TrunkMoved(node=node, trunk=trunk.name, state=trunk.state), now)
        row.at, row.state, row.body = now, trunk.state, msgspec.to_builtins(trunk)
    known = [trunk.name for trunk in standing]
    session.execute(
        delete(TrunkStandingRow).where(
            TrunkStandingRow.node == node, TrunkStandingRow.name.not_in(known)
        )
    )
