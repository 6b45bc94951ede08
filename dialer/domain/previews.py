"""Preview (预览): what becomes of an entry that is offered to one agent before it is dialed. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

SKIP_REASONS = ("not_now", "somebody_else", "unclear", "other")
SKIP_REST = timedelta(minutes=30)
SNOOZE_MINUTES_MIN, SNOOZE_MINUTES_MAX = 5, 480


class PreviewState(StrEnum):
    """open -> accepted -> dialed | blocked; open -> skipped | snoozed | missed; any -> withdrawn."""

    OPEN = "open"
    ACCEPTED = "accepted"  # the agent wants it dialed; the engine asks the gate once more
    DIALED = "dialed"
    BLOCKED = "blocked"  # meanwhile the gate says no
    SKIPPED = "skipped"
    SNOOZED = "snoozed"
    MISSED = "missed"  # the deadline passed; the seat is paused
    WITHDRAWN = "withdrawn"  # pause, lost leg, a customer, a stop flag


LIVE = (PreviewState.OPEN, PreviewState.ACCEPTED)
