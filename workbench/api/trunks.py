"""The trunks of all nodes, and who called in by them, for programs."""

from __future__ import annotations

from typing import Any

from dialer.clock import utc_now
from dialer.reports.inbound import inbound_calls
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


@endpoint("GET", "/inbound-calls", "Who called the pool numbers, newest first", BOARD)
def get_inbound_calls() -> dict[str, Any]:
    """Numbers of callers are masked. `is_called_back`: the entry was brought forward; who is not needs
    a person."""
    with read(sessions()) as session:
        return {"inbound_calls": inbound_calls(session)}
