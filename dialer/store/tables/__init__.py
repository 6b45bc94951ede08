"""All tables. Touched only by store, actions, reports, feed and engine.

Money is integer minor units with a currency beside it. Times are zone-aware UTC. Ids are integers,
except an attempt's, which crosses to the node and the carrier and is made before its row exists.
States are enums of `dialer.domain`.
"""

from dialer.store.tables.base import Base
from dialer.store.tables.calls import Attempt, Draft, Outcome, Promise
from dialer.store.tables.cases import (
    Account,
    Campaign,
    Creditor,
    Debtor,
    Entry,
    Hold,
    OutboundNumber,
    Phone,
    Suppression,
    Upload,
    UploadRow,
)
from dialer.store.tables.ledger import (
    AuditRow,
    CommandKey,
    EngineLease,
    FactRow,
    JobRun,
    NodeProgress,
    Pulse,
)
from dialer.store.tables.people import Seat, SeatSpan, User

__all__ = [
    "Account",
    "Attempt",
    "AuditRow",
    "Base",
    "Campaign",
    "CommandKey",
    "Creditor",
    "Debtor",
    "Draft",
    "EngineLease",
    "Entry",
    "FactRow",
    "Hold",
    "JobRun",
    "NodeProgress",
    "OutboundNumber",
    "Outcome",
    "Phone",
    "Promise",
    "Pulse",
    "Seat",
    "SeatSpan",
    "Suppression",
    "Upload",
    "UploadRow",
    "User",
]
