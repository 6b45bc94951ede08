"""Nodes that record nothing for want of disk: known to the gate at once, to the board by their row."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from dialer.engine.floor import Floor
from dialer.store.tables import NodeProgress

log = logging.getLogger(__name__)


def note_disk(session: Session, floor: Floor, node: str, *, is_low: bool) -> None:
    """What a heartbeat says; written only when it changed."""
    if floor.disk_low.get(node) == is_low:
        return
    row = session.get(NodeProgress, node)
    if row is None:
        return  # it comes with the node's first event; then this is said again
    if row.disk_low != is_low:
        log.warning("disk", extra={"action": "node.disk", "node": node, "is_low": is_low})
    floor.disk_low[node] = row.disk_low = is_low
