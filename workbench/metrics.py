"""The supervisor's board as figures for a monitor: the same snapshot, so that both say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATES = ("idle", "talking", "wrap_up", "paused", "connecting")
CAMPAIGN = {
    "attempts": "Attempts today", "in_air": "Calls on their way to an agent now",
    "answered": "Answered attempts today", "connected": "Customers connected to an agent today",
    "abandoned": "Abandoned calls today, by the pack's formula",
    "persons": "People who answered today, by the pack's formula",
    "abandonment": "Abandonment of today as a share of 1",
    "budget_left": "Calls that may still be abandoned before the limit",
}  # fmt: skip
PACING = {
    "idle": "Agents who wait", "expected_arrivals": "People expected within the horizon",
    "expected_free": "Agents expected to be free within the horizon",
    "horizon_seconds": "Horizon of the last decision", "risk": "Risk of one more call",
    "threshold": "Risk up to which calls are placed", "answer_rate": "Expected answer rate",
}  # fmt: skip


def exposition(board: dict[str, Any]) -> bytes:
    """Prometheus' text format of one snapshot of the board."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Board(board))
    return generate_latest(registry)


class _Board(Collector):
    """Gauges of one snapshot."""

    def __init__(self, board: dict[str, Any]) -> None:
        self._board = board

    def collect(self) -> Iterator[Metric]:
        seats = GaugeMetricFamily("kept_seats", "Seats by state", labels=["state"])
        for state in STATES:
            seats.add_metric([state], self._board["totals"][state])
        yield seats
        for name, text in CAMPAIGN.items():
            yield self._by_campaign(f"kept_campaign_{name}", text, lambda c, n=name: c[n])
        for name, text in PACING.items():
            yield self._by_campaign(f"kept_pacing_{name}", text, lambda c, n=name: _pacing(c, n))

    def _by_campaign(self, name: str, text: str, value: Any) -> Metric:
        gauge = GaugeMetricFamily(name, text, labels=["campaign"])
        for campaign in self._board["campaigns"]:
            number = value(campaign)
            if number is not None:
                gauge.add_metric([str(campaign["id"])], number)
        return gauge


def _pacing(campaign: dict[str, Any], name: str) -> float | None:
    number = campaign["pulse"].get("pacing", {}).get(name)
    return None if number is None else float(number)
