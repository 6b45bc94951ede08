"""How long recordings are kept, and what keeps them longer."""

from __future__ import annotations

DAYS_DEFAULT = 1827  # five years
DAYS_MAX = 36_600
# While one of these holds stands, nothing about the person is deleted: it is evidence in a matter under way.
KEEPING_HOLDS = ("litigation", "attorney", "dispute", "complaint")


def days_to_keep(of_creditor: int | None, configured: int, least: int) -> int:
    """The creditor's days, else the installation's; never fewer than the rule pack's `least`."""
    return max(configured if of_creditor is None else of_creditor, least)
