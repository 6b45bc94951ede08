"""What became true: small messages written to the ledger in the transaction that made them true.

The web and the engine learn of each other's changes by reading the ledger (`dialer.feed`), never by
calling each other. Facts carry ids and codes only; whoever shows a person's data reads it by id.
"""

from __future__ import annotations

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag=True, forbid_unknown_fields=True):
    """One fact; the class name is its name in the ledger."""


# --- people did (written by actions) ------------------------------------------------------------


class CampaignChanged(Fact, frozen=True):
    """A campaign was created, started, paused or finished."""

    campaign_id: int
    state: str


class UploadChanged(Fact, frozen=True):
    """An upload moved on; rows and buckets are read by id."""

    upload_id: int
    campaign_id: int
    state: str
    rows_read: int = 0


class SeatChosen(Fact, frozen=True):
    """An agent chose a status: away, paused (with reason) or ready."""

    seat_id: int
    status: str
    pause_reason: str = ""


class LegChosen(Fact, frozen=True):
    """An agent chose how they hear and speak."""

    seat_id: int
    kind: str


class AudioOffered(Fact, frozen=True):
    """An agent's page offers its sound; the description is read by id."""

    offer_id: int
    seat_id: int


class EchoAsked(Fact, frozen=True):
    """An agent wants to hear themselves for some seconds."""

    seat_id: int


class HelpAsked(Fact, frozen=True):
    """An agent calls the supervisor to the seat, or needs nobody any more."""

    seat_id: int
    is_wanted: bool


class AgentAssigned(Fact, frozen=True):
    """Which campaigns an agent takes was changed."""

    user_id: int


class OutcomeRecorded(Fact, frozen=True):
    """An attempt has its outcome; `user_id` 0 means the system."""

    attempt_id: str
    entry_id: int
    campaign_id: int
    code: str
    user_id: int = 0
    seat_id: int = 0


class PromiseMade(Fact, frozen=True):
    """A promise to pay was recorded."""

    promise_id: int
    attempt_id: str
    campaign_id: int
    amount_minor: int


class ContactStopped(Fact, frozen=True):
    """A hold or a suppression took effect: nothing may ring for this person or number any more."""

    debtor_id: int = 0
    suppression_id: int = 0
    kind: str = ""


class PaymentPosted(Fact, frozen=True):
    """Money arrived, or, negative, was taken back; account 0: it waits in suspense."""

    payment_id: int
    account_id: int
    amount_minor: int


class PromiseSettled(Fact, frozen=True):
    """Payments decided a promise: kept, partially_kept, broken, or open again after a reversal."""

    promise_id: int
    account_id: int
    state: str


class CaseClosed(Fact, frozen=True):
    """Nothing more is collected on this case: paid, recalled, settled. What rings is cancelled."""

    case_id: int
    account_id: int
    reason: str


class PlacementChanged(Fact, frozen=True):
    """A placement batch was recalled; all its cases end with it."""

    placement_id: int
    state: str


class ReportFileChanged(Fact, frozen=True):
    """A report or an audit pack was asked for, is ready (with its hash), failed or was cancelled."""

    file_id: int
    creditor_id: int
    kind: str
    state: str
    sha256: str = ""


class HangupAsked(Fact, frozen=True):
    """The agent of this call, or a supervisor, pressed hang-up."""

    attempt_id: str
    user_id: int


class SeatTold(Fact, frozen=True):
    """A supervisor's words wait at a seat, or were read there."""

    seat_id: int
    message_id: int


class OfferMoved(Fact, frozen=True):
    """A concession was asked for in a call, or a second person decided it."""

    offer_id: int
    seat_id: int
    state: str


class AlertMoved(Fact, frozen=True):
    """An alert was raised, acknowledged or is over."""

    alert_id: int
    code: str
    state: str


class InCallAsked(Fact, frozen=True):
    """Somebody asked for something during a call: hold, mute, keys, transfer ... (actions.in_call)."""

    attempt_id: str
    what: str
    user_id: int
    keys: str = ""
    to_seat_id: int = 0


class SuperviseAsked(Fact, frozen=True):
    """A supervisor asked to hear a seat, to be heard there, or to stop."""

    watched_seat_id: int
    supervisor_seat_id: int
    mode: str


class DialAsked(Fact, frozen=True):
    """An agent, or a supervisor for an agent, asked to dial one entry."""

    request_id: int
    seat_id: int


# --- the engine did ------------------------------------------------------------------------------


class EngineStarted(Fact, frozen=True):
    """A new engine holds the lease."""

    epoch: int


class CallMoved(Fact, frozen=True):
    """An attempt changed state: placed, dialed, ringing, answered, connected, abandoned, ended."""

    attempt_id: str
    campaign_id: int
    state: str
    seat_id: int = 0
    verdict: str = ""


class CallJudged(Fact, frozen=True):
    """What answered, as far as the first seconds of audio tell."""

    attempt_id: str
    seat_id: int
    kind: str


class ConversationMoved(Fact, frozen=True):
    """Hold, mute, transfer, warnings or quality of a call changed; read by id."""

    attempt_id: str
    seat_id: int


class SeatSupervised(Fact, frozen=True):
    """Who hears a seat from now on; the agent is not told by this."""

    watched_seat_id: int
    supervisor_seat_id: int
    mode: str


class DialAnswered(Fact, frozen=True):
    """What became of a request to dial: placed, blocked (by the gate, with its code) or withdrawn."""

    request_id: int
    seat_id: int
    state: str
    code: str = ""


class PreviewMoved(Fact, frozen=True):
    """An entry was offered to an agent, or the offer ended (by whom, the state says)."""

    preview_id: int
    seat_id: int
    campaign_id: int
    state: str


class CallbackFreed(Fact, frozen=True):
    """An agent was not there for a callback of theirs: now it is anyone's."""

    entry_id: int
    campaign_id: int
    seat_id: int = 0


class SeatMoved(Fact, frozen=True):
    """The system's state of a seat changed (dialer.domain.seat)."""

    seat_id: int
    state: str
    attempt_id: str = ""
    pause_reason: str = ""
    leg_up: bool = False


class NumberMoved(Fact, frozen=True):
    """An outbound number is answered less than its pool and rests, is back on trial, or is healthy."""

    number_id: int
    state: str


class Pulsed(Fact, frozen=True):
    """The engine's words on a campaign changed (at most once a second); read them from `pulse`."""

    campaign_id: int


class TrunkMoved(Fact, frozen=True):
    """A trunk of a node went up, down, on trial, or lost its registration."""

    node: str
    trunk: str
    state: str


class InboundArrived(Fact, frozen=True):
    """Somebody called a pool number; `entry_id` 0: nobody we know."""

    inbound_id: str
    entry_id: int
    is_called_back: bool


AnyFact = (
    CampaignChanged | UploadChanged | SeatChosen | HelpAsked | OutcomeRecorded | PromiseMade | ContactStopped
    | PaymentPosted | PromiseSettled | CaseClosed | PlacementChanged | AgentAssigned
    | ReportFileChanged | HangupAsked | DialAsked | DialAnswered | PreviewMoved | CallbackFreed
    | InCallAsked | SuperviseAsked | ConversationMoved | SeatSupervised
    | SeatTold | OfferMoved | AlertMoved
    | EngineStarted | CallMoved | CallJudged | SeatMoved | NumberMoved | Pulsed | TrunkMoved
    | InboundArrived
    | LegChosen | AudioOffered | EchoAsked
)  # fmt: skip
