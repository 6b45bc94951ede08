"""The trunks of all nodes for programs: state, use, last fault."""

from __future__ import annotations

from typing import Any

from dialer.clock import utc_now
from dialer.reports.trunks import trunks
from dialer.store.session import read
from workbench.api.door import sessions
from workbench.api.endpoints import endpoint

BOARD = ("supervisor", "manager")


@endpoint("GET", "/trunks", "Trunks: state, channels and calls a second in use, last fault", BOARD)
def get_trunks() -> dict[str, Any]:
    """As the nodes told within the last second."""
    with read(sessions()) as session:
        return {"trunks": trunks(session, utc_now())}
