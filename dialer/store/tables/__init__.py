"""All tables. Touched only by store, actions, reports, feed and engine.

Money is integer minor units with a currency beside it. Times are zone-aware UTC. Ids are integers,
except an attempt's, which crosses to the node and the carrier and is made before its row exists.
States are enums of `dialer.domain`.
"""

from dialer.store.tables.access import ApiToken, Delivery, Webhook
from dialer.store.tables.base import Base
from dialer.store.tables.calls import AmdLabel, Attempt, Draft, InboundCall, Outcome, Promise
from dialer.store.tables.cases import (
    Account,
    Campaign,
    Creditor,
    Debtor,
    Entry,
    Hold,
    Phone,
    Suppression,
    Upload,
    UploadRow,
)
from dialer.store.tables.contact import (
    Complaint,
    Consent,
    Dispute,
    MessageContact,
    Note,
    OptOut,
    Override,
)
from dialer.store.tables.conversations import Conversation, Supervision
from dialer.store.tables.dialing import DialRequest, Preview
from dialer.store.tables.finding import NameKey, UserCreditor
from dialer.store.tables.ledger import (
    AuditRow,
    CommandKey,
    EngineLease,
    FactRow,
    JobRun,
    NodeProgress,
    PacerState,
    Pulse,
    TrunkStandingRow,
)
from dialer.store.tables.legs import LegOffer
from dialer.store.tables.money import Offer, Payment, PaymentFile, Plan
from dialer.store.tables.numbers import NumberPool, OutboundNumber
from dialer.store.tables.people import Assignment, Seat, SeatSpan, Training, User
from dialer.store.tables.placements import Agreement, BucketRow, Case, Placement, UploadTemplate
from dialer.store.tables.quality import Comparison, Review, Scorecard
from dialer.store.tables.recordings import Prompt, Recording
from dialer.store.tables.reporting import BalanceDay, Cost, ReportFile, ReportSchedule
from dialer.store.tables.supervising import Alert, Concession, SeatMessage, Team

__all__ = [
    "Account",
    "Agreement",
    "Alert",
    "AmdLabel",
    "ApiToken",
    "Assignment",
    "Attempt",
    "AuditRow",
    "BalanceDay",
    "Base",
    "BucketRow",
    "Campaign",
    "Case",
    "CommandKey",
    "Comparison",
    "Complaint",
    "Concession",
    "Consent",
    "Conversation",
    "Cost",
    "Creditor",
    "Debtor",
    "Delivery",
    "DialRequest",
    "Dispute",
    "Draft",
    "EngineLease",
    "Entry",
    "FactRow",
    "Hold",
    "InboundCall",
    "JobRun",
    "LegOffer",
    "MessageContact",
    "NameKey",
    "NodeProgress",
    "Note",
    "NumberPool",
    "Offer",
    "OptOut",
    "OutboundNumber",
    "Outcome",
    "Override",
    "PacerState",
    "Payment",
    "PaymentFile",
    "Phone",
    "Placement",
    "Plan",
    "Preview",
    "Promise",
    "Prompt",
    "Pulse",
    "Recording",
    "ReportFile",
    "ReportSchedule",
    "Review",
    "Scorecard",
    "Seat",
    "SeatMessage",
    "SeatSpan",
    "Supervision",
    "Suppression",
    "Team",
    "Training",
    "TrunkStandingRow",
    "Upload",
    "UploadRow",
    "UploadTemplate",
    "User",
    "UserCreditor",
    "Webhook",
]
