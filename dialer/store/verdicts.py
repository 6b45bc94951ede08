"""What the gate says of many people at one moment, without asking it twice about people who are alike."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from dialer.domain.compliance import Allowed, Blocked, Infrastructure, RulePack
from dialer.store.asking import Asking, best_phone
from dialer.store.tables import Campaign


class Verdicts:
    """For one campaign: what `best_phone` says."""

    def __init__(self, campaign: Campaign, pack: RulePack, now: datetime) -> None:
        self._campaign, self._pack, self._now = campaign, pack, now
        self._known: dict[Hashable, Allowed | Blocked] = {}

    def of(self, asking: Asking) -> Allowed | Blocked:
        """The verdict, with everything in order on our side."""
        key = alike(asking)
        if key is None:
            return self._ask(asking)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._ask(asking)
        return found

    def _ask(self, asking: Asking) -> Allowed | Blocked:
        return best_phone(asking, self._campaign, self._pack, self._now, Infrastructure())[1]


def alike(asking: Asking) -> Hashable | None:
    """Everything the gate looks at but who it is: the numbers and the debt only matter to compare them with
    what was done before, and with consents. None: there was something, so nobody is like this person."""
    if asking.history or asking.consents:
        return None
    return (
        asking.standing, asking.person, asking.promise_pending, asking.entry.is_reminder,
        asking.overrides, asking.message_needs_consent,
        tuple(
            (p.state, p.number in asking.suppressed, p.role, p.ground, p.refused)
            for p in asking.phones
        ),
    )  # fmt: skip
