"""Payments: which account a row belongs to is the store's; how it is spread is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PARTS = ("fee", "interest", "penalty", "principal")  # the default order of allocation


def allocate(
    paid_minor: int, owed: Mapping[str, int], order: Sequence[str] = PARTS
) -> dict[str, int]:
    """Spread a payment over the parts of a balance, in order; what is left over goes to `surplus`.

    A reversal (negative) takes back in the opposite order what the account shows as paid; the
    caller gives the paid amounts as `owed`."""
    sign = 1 if paid_minor >= 0 else -1
    left = abs(paid_minor)
    spread: dict[str, int] = {}
    for part in order if sign > 0 else reversed(order):
        take = min(left, max(owed.get(part, 0), 0))
        if take:
            spread[part] = sign * take
            left -= take
    if left:
        spread["surplus"] = sign * left
    return spread
