"""Creditors, agreements, batches, campaigns and their files."""

from __future__ import annotations

from typing import Annotated, Any

from flask import request
from pydantic import Field

from dialer.actions import agreements, campaigns, creditor_terms, desk_choices, list_rules
from dialer.actions.intake.asking import (
    approve_upload,
    cancel_upload,
    discard_upload,
    map_columns,
    undo_upload,
)
from dialer.actions.refusals import Refused
from dialer.clock import utc_now
from dialer.domain.buckets import Bucket
from dialer.reports import campaigns as report
from dialer.reports.registers import campaign_rules
from dialer.reports.waterfall import waterfall
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.auth import language_now
from workbench.errors import fault_in_words
from workbench.rules import pack_in_force
from workbench.schemas import CampaignIn, Day, Id, ListIn, MappingIn, Message, Name
from workbench.uploads import store_upload

MANAGER = ("manager",)
BOARD = ("supervisor", "manager")


class CreditorIn(Message):
    """A creditor."""

    name: Name


class AgreementIn(Message):
    """协议. `narrowing`: hours, caps, number_interval_minutes, closed_on_holidays,
    working_days_only, hard_abandon. `balance_days_max`: older creditor data blocks dialing."""

    creditor_id: Id
    name: Name
    starts_on: Day
    ends_on: Day | None = None
    channels: list[str]
    narrowing: dict[str, Any] = Field(default_factory=dict)
    waive_share_max: float = 0.0
    waive_share_supervisor: float | None = None
    balance_days_max: int | None = None


class PlacementIn(Message):
    """委案批次."""

    creditor_id: Id
    batch_no: Name
    placed_on: Day
    recall_on: Day | None = None
    agreement_id: Id | None = None
    region: Annotated[str, Field(max_length=40)] = ""
    target_rate: Annotated[float, Field(ge=0, le=1)] | None = None


class StepIn(Message):
    """One step of a script. Placeholders: {name} {agent} {staff_no} {agency}, and after the first step
    {creditor} {product} {contract_tail} {balance} {overdue_days} {as_of}."""

    title: Annotated[str, Field(max_length=40)]
    text: Annotated[str, Field(max_length=600)]


class PromiseTermsIn(Message):
    """`min_minor`: less is no promise (the whole balance always is); `days_max`: the longest due day."""

    min_minor: Annotated[int, Field(ge=1, le=10**12)]
    days_max: Annotated[int, Field(ge=1, le=90)]


class ScriptIn(Message):
    """What agents say; no steps: the script that comes with Kept."""

    steps: Annotated[list[StepIn], Field(max_length=8)]


class BucketIn(Message):
    """One DPD range; without `last`: and more."""

    name: Name
    first: Annotated[int, Field(ge=-(10**6), le=10**6)]
    last: Annotated[int, Field(ge=-(10**6), le=10**6)] | None = None


class BucketsIn(Message):
    """The whole table."""

    buckets: list[BucketIn]


class EndRuleIn(Message):
    """`wait`: for retries; `finish`: after one run; `again`: those not reached, `hours` later, `times`."""

    then: Annotated[str, Field(pattern=r"^(wait|finish|again)$")] = "wait"
    hours: Annotated[int, Field(ge=-10_000, le=10_000)] = 24
    times: Annotated[int, Field(ge=-10_000, le=10_000)] = 1


class ListRulesIn(Message):
    """`order`: oldest, balance, attempts or delay goes first."""

    order: Annotated[str, Field(max_length=20)] = "oldest"
    end: EndRuleIn = Field(default_factory=EndRuleIn)


class RulesIn(Message):
    """Tighter limits and retry rules of a campaign, who dials, and how long an offer stands."""

    narrowing: dict[str, Any] = Field(default_factory=dict)
    recycle: dict[str, Any] = Field(default_factory=dict)
    mode: Annotated[str, Field(pattern="^(predictive|progressive|preview|manual)$")] | None = None
    preview_seconds: int | None = None


@endpoint("GET", "/campaigns", "Campaigns with their files", BOARD)
def list_campaigns() -> dict[str, Any]:
    """Read."""
    with read(sessions()) as session:
        return report.overview(session, utc_now())


@endpoint("POST", "/campaigns", "Create a campaign in draft", MANAGER, body=CampaignIn)
def create_campaign(body: CampaignIn) -> dict[str, Any]:
    """Its creditor is created when new."""
    creditor = campaigns.add_creditor(sessions(), actor(), body.creditor, utc_now())
    campaign = campaigns.add_campaign(
        sessions(), actor(), name=body.name, creditor_id=creditor, ring_seconds=body.ring_seconds,
        now=utc_now(),
    )  # fmt: skip
    return {"id": campaign, "creditor_id": creditor}


@endpoint("POST", "/campaigns/<int:campaign_id>/start", "Let the engine dial it", MANAGER)
def start_campaign(campaign_id: int) -> dict[str, Any]:
    """Refused without entries or outbound numbers."""
    campaigns.start_campaign(sessions(), actor(), campaign_id, utc_now())
    return {}


@endpoint("POST", "/campaigns/<int:campaign_id>/pause", "No further INVITE", BOARD)
def pause_campaign(campaign_id: int) -> dict[str, Any]:
    """What rings is cancelled."""
    campaigns.pause_campaign(sessions(), actor(), campaign_id, utc_now())
    return {}


@endpoint(
    "PUT", "/campaigns/<int:campaign_id>/rules", "Tighter limits and retries", MANAGER, body=RulesIn
)
def set_rules(campaign_id: int, body: RulesIn) -> dict[str, Any]:
    """Linted; never wider than pack and agreement."""
    agreements.set_campaign_rules(
        sessions(), actor(), pack_in_force(), campaign_id, narrowing=body.narrowing,
        recycle=body.recycle, mode=body.mode, preview_seconds=body.preview_seconds, now=utc_now(),
    )  # fmt: skip
    return {}


@endpoint("GET", "/campaigns/<int:campaign_id>/rules", "Its own limits and retries", BOARD)
def show_rules(campaign_id: int) -> dict[str, Any]:
    """What `PUT` set."""
    with read(sessions()) as session:
        rules = campaign_rules(session, campaign_id)
    if rules is None:
        raise Refused("campaign_unknown")
    return rules


@endpoint(
    "PUT", "/campaigns/<int:campaign_id>/lists", "Order within lists, and their end", MANAGER,
    body=ListRulesIn,
)  # fmt: skip
def set_list_rules(campaign_id: int, body: ListRulesIn) -> dict[str, Any]:
    """Linted; the engine brings stored entries into a new order within seconds."""
    list_rules.set_list_rules(
        sessions(), actor(), pack_in_force(), campaign_id, order=body.order,
        end=body.end.model_dump(), now=utc_now(),
    )  # fmt: skip
    return {}


@endpoint("GET", "/campaigns/<int:campaign_id>/lint", "What in its rules cannot work", BOARD)
def lint_campaign(campaign_id: int) -> dict[str, Any]:
    """Every fault and hint with the key to change and the way out; nothing is changed."""
    faults = list_rules.check_rules(sessions(), pack_in_force(), campaign_id, utc_now())
    return {"faults": [fault_in_words(fault, language_now()) for fault in faults]}


@endpoint("PUT", "/uploads/<int:upload_id>/list", "Switch and weigh a list", MANAGER, body=ListIn)
def set_list(upload_id: int, body: ListIn) -> dict[str, Any]:
    """Off: its entries wait. From the next call on."""
    changes = body.model_dump(exclude_none=True)
    list_rules.set_list(sessions(), actor(), upload_id, changes, utc_now())
    return {}


@endpoint(
    "GET", "/campaigns/<int:campaign_id>/waterfall", "From all entries to those dialable now", BOARD
)
def show_waterfall(campaign_id: int) -> dict[str, Any]:
    """Steps that add up."""
    with read(sessions()) as session:
        if not report.exists(session, campaign_id):
            raise Refused("campaign_unknown")
        return waterfall(session, campaign_id, pack_in_force(), utc_now())


@endpoint(
    "POST",
    "/campaigns/<int:campaign_id>/uploads",
    "Send a list (CSV, XLSX)",
    MANAGER,
    optional=("dry_run", "placement_id"),
    is_file=True,
)
def send_upload(campaign_id: int) -> dict[str, Any]:
    """`?dry_run=1` stops at `checked`; `?placement_id=` adds it to a batch."""
    placement = request.args.get("placement_id", type=int)
    upload = store_upload(
        sessions(), actor(), campaign_id, dry_run=request.args.get("dry_run") == "1",
        placement_id=placement,
    )  # fmt: skip
    return {"id": upload}


@endpoint("GET", "/uploads/<int:upload_id>", "How far a file is, its buckets and forecast", MANAGER)
def show_upload(upload_id: int) -> dict[str, Any]:
    """With the first rows that were left out."""
    with read(sessions()) as session:
        detail = report.upload_detail(session, upload_id)
    if detail is None:
        raise Refused("upload_unknown")
    return detail


@endpoint("POST", "/uploads/<int:upload_id>/commit", "Commit a checked file", MANAGER)
def commit(upload_id: int) -> dict[str, Any]:
    """The engine does it, step by step."""
    approve_upload(sessions(), actor(), upload_id, utc_now())
    return {}


@endpoint("POST", "/uploads/<int:upload_id>/discard", "Throw a checked file away", MANAGER)
def discard(upload_id: int) -> dict[str, Any]:
    """As if it had never been read."""
    discard_upload(sessions(), actor(), upload_id, utc_now())
    return {}


@endpoint("POST", "/uploads/<int:upload_id>/cancel", "Stop a file being read or imported", MANAGER)
def cancel(upload_id: int) -> dict[str, Any]:
    """What was done of it is taken back."""
    cancel_upload(sessions(), actor(), upload_id, utc_now())
    return {}


@endpoint("POST", "/uploads/<int:upload_id>/undo", "Take a committed file back", MANAGER)
def undo(upload_id: int) -> dict[str, Any]:
    """What was called stays as history; the upload's counts say how much when it is `undone`."""
    undo_upload(sessions(), actor(), upload_id, utc_now())
    return {}


@endpoint(
    "POST",
    "/uploads/<int:upload_id>/mapping",
    "Map a refused file's columns",
    MANAGER,
    body=MappingIn,
)
def map_upload(upload_id: int, body: MappingIn) -> dict[str, Any]:
    """Remembered for the creditor, and the file is read again."""
    return {
        "template_id": map_columns(
            sessions(), actor(), upload_id, body.name, body.columns, utc_now()
        )
    }


@endpoint("POST", "/creditors", "Create a creditor", MANAGER, body=CreditorIn)
def create_creditor(body: CreditorIn) -> dict[str, Any]:
    """The same name again is the same creditor."""
    return {"id": campaigns.add_creditor(sessions(), actor(), body.name, utc_now())}


@endpoint(
    "PUT",
    "/creditors/<int:creditor_id>/buckets",
    "The creditor's DPD ranges",
    MANAGER,
    body=BucketsIn,
)
def put_buckets(creditor_id: int, body: BucketsIn) -> dict[str, Any]:
    """Without gap or overlap."""
    table = [Bucket(b.name, b.first, b.last) for b in body.buckets]
    agreements.set_buckets(sessions(), actor(), creditor_id, table, utc_now())
    return {}


@endpoint("POST", "/agreements", "What a creditor agreed to", MANAGER, body=AgreementIn)
def create_agreement(body: AgreementIn) -> dict[str, Any]:
    """Narrows the rule pack, never widens it."""
    return {"id": agreements.add_agreement(
        sessions(), actor(), pack_in_force(), now=utc_now(), **body.model_dump()
    )}  # fmt: skip


@endpoint("POST", "/placements", "Open a placement batch", MANAGER, body=PlacementIn)
def create_placement(body: PlacementIn) -> dict[str, Any]:
    """Files are uploaded into it."""
    return {"id": agreements.add_placement(sessions(), actor(), now=utc_now(), **body.model_dump())}


@endpoint("PUT", "/campaigns/<int:campaign_id>/script", "What agents say", MANAGER, body=ScriptIn)
def set_script(campaign_id: int, body: ScriptIn) -> dict[str, Any]:
    """The first step is said before the identity is confirmed, and tells of no debt."""
    steps = [step.model_dump() for step in body.steps]
    desk_choices.set_script(sessions(), actor(), campaign_id, steps, utc_now())
    return {}


@endpoint(
    "PUT", "/creditors/<int:creditor_id>/promise-terms", "What may be promised", MANAGER,
    body=PromiseTermsIn,
)  # fmt: skip
def promise_terms(creditor_id: int, body: PromiseTermsIn) -> dict[str, Any]:
    """From the next promise on."""
    creditor_terms.set_promise_terms(
        sessions(), actor(), creditor_id, body.min_minor, body.days_max, utc_now()
    )
    return {}
