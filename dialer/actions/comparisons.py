"""Plan a comparison of two campaigns before anybody looks."""

from __future__ import annotations

from datetime import datetime

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.comparisons import MEASURES
from dialer.domain.intervals import needed_each
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Campaign, Comparison

LEAST_MIN, WINDOW_MAX = 0.005, 60


def plan_comparison(
    sessions: Sessions, actor: Actor, pair: tuple[int, int], measure: str, base: float,
    least: float, window_days: int, now: datetime,
) -> int:  # fmt: skip
    """Counts people first called from now on; how many of each side, follows from `base` and `least`.

    Refused("campaign_unknown" | "compare_same" | "compare_measure" | "compare_shares" | "compare_window")."""
    if pair[0] == pair[1]:
        raise Refused("compare_same")
    if measure not in MEASURES:
        raise Refused("compare_measure", measures=", ".join(MEASURES))
    if not (0.001 <= base <= 0.99 and least >= LEAST_MIN and base + least < 1):
        raise Refused("compare_shares", least=f"{LEAST_MIN:.1%}")
    if not 1 <= window_days <= WINDOW_MAX:
        raise Refused("compare_window", most=WINDOW_MAX)
    with write(sessions) as session:
        if any(session.get(Campaign, each) is None for each in pair):
            raise Refused("campaign_unknown")
        row = Comparison(
            campaign_a=pair[0], campaign_b=pair[1], measure=measure, base=base, least=least,
            planned=needed_each(base, least), window_days=window_days, created_by=actor.user_id,
            created_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "comparison.plan", f"comparison:{row.id}", now,
            after={"campaigns": list(pair), "measure": measure, "base": base, "least": least,
                   "planned": row.planned, "window_days": window_days},
        )  # fmt: skip
        return row.id
