"""Campaigns, the people and debts on their lists, and what forbids a call."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class Creditor(Base):
    """委托方: on whose behalf we call."""

    __tablename__ = "creditor"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    promise_days_max: Mapped[int] = mapped_column(default=7)
    recording_days: Mapped[int | None]  # how long recordings are kept; none: as configured
    promise_min_minor: Mapped[int] = mapped_column(
        default=1
    )  # less is no promise; the balance always is
    created_at: Mapped[datetime]


class Campaign(Base):
    """任务: one call list worked by one set of rules."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    state: Mapped[str] = mapped_column(default="draft")  # draft | running | paused | finished
    mode: Mapped[str] = mapped_column(default="progressive")  # dialer.domain.pacing.Mode
    preview_seconds: Mapped[int] = mapped_column(default=30)  # to look at an entry in preview mode
    ring_seconds: Mapped[int] = mapped_column(default=30)
    connect_limit_ms: Mapped[int] = mapped_column(default=2000)
    message: Mapped[str] = mapped_column(default="sorry-zh")
    amd_policy: Mapped[str] = mapped_column(default="classify")  # telephony.protocol.ScreenPolicy
    amd_limit_ms: Mapped[int] = mapped_column(default=4000)
    amd_message: Mapped[str] = mapped_column(default="")  # prompt for machines
    narrowing: Mapped[dict[str, Any]] = mapped_column(default=dict)  # tighter than pack, agreement
    recycle: Mapped[dict[str, Any]] = mapped_column(default=dict)  # retry rules of its own
    weight: Mapped[float] = mapped_column(default=1.0)  # share of the agents it competes for
    number_pool_id: Mapped[int | None] = mapped_column(ForeignKey("number_pool.id"))  # none: any
    list_order: Mapped[str] = mapped_column(default="oldest")  # dialer.domain.list_order.Order
    turn: Mapped[int] = mapped_column(default=0)  # clock of dialer.domain.mix
    end_rule: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of dialer.domain.list_end
    rounds: Mapped[int] = mapped_column(default=0)  # how often the list was started over
    end_reason: Mapped[str] = mapped_column(default="")  # why it is finished
    answer_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of dialer.domain.best_time
    script: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # of dialer.domain.scripts
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]  # the first time: periods of 30 days are counted from here


class Upload(Base):
    """One file on its way to entries. Nothing of it is dialed before `committed`."""

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    filename: Mapped[str]
    path: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    state: Mapped[str]  # received reading checked committing committed withdrawing refused undone
    active: Mapped[bool] = mapped_column(default=True)  # the list is switched on
    priority: Mapped[int] = mapped_column(default=0)  # of the list: lower goes first
    weight: Mapped[int] = mapped_column(default=1)  # share among lists of one priority
    turn: Mapped[int] = mapped_column(default=0)  # of dialer.domain.mix
    ordered_by: Mapped[str] = mapped_column(default="oldest")  # what the entries' levels follow
    dry_run: Mapped[bool] = mapped_column(default=False)  # stop at `checked` and wait for a word
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    template_id: Mapped[int | None] = mapped_column(ForeignKey("upload_template.id"))
    forecast: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows_read: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # bucket -> rows
    refusal: Mapped[dict[str, Any] | None]  # {"code": ..., "args": {...}} of a file nobody can read
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class UploadRow(Base):
    """A row that became no new entry, with its bucket and reason, so that it can be mended."""

    __tablename__ = "upload_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), index=True)
    line: Mapped[int]
    bucket: Mapped[str]
    column: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    cells: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Debtor(Base):
    """债务人: a person. Caps count per person, whatever the debt, number or campaign."""

    __tablename__ = "debtor"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_key: Mapped[str] = mapped_column(unique=True)  # hash of id number, else of name + phone
    name: Mapped[str]
    id_number_masked: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    region: Mapped[str] = mapped_column(default="")
    suppressed: Mapped[bool] = mapped_column(default=False)  # DNC_PERSON
    inconvenient: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # times they named
    created_at: Mapped[datetime]


class Account(Base):
    """账户/借据: one debt. `balance_minor` is the sum of its parts as of a time."""

    __tablename__ = "account"
    __table_args__ = (Unique("creditor_id", "contract_no"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    contract_no: Mapped[str]
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    product: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="CNY")
    principal_minor: Mapped[int] = mapped_column(default=0)
    interest_minor: Mapped[int] = mapped_column(default=0)
    penalty_minor: Mapped[int] = mapped_column(default=0)
    fee_minor: Mapped[int] = mapped_column(default=0)
    balance_minor: Mapped[int]
    as_of: Mapped[date]
    due_on: Mapped[date | None]
    overdue_days: Mapped[int] = mapped_column(default=0)
    overdue_reason: Mapped[str] = mapped_column(default="")


class Phone(Base):
    """号码 of a debtor, as a dial string."""

    __tablename__ = "phone"
    __table_args__ = (Unique("debtor_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"))
    number: Mapped[str] = mapped_column(index=True)
    relation: Mapped[str] = mapped_column(default="self")
    role: Mapped[str] = mapped_column(default="debtor")  # debtor | guarantor | contact
    owner_name: Mapped[str] = mapped_column(default="")  # of a guarantor or contact
    source: Mapped[str] = mapped_column(default="placement")
    ground: Mapped[str] = mapped_column(default="")  # why somebody else may be contacted
    refused: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="unverified")  # unverified valid invalid wrong
    rank: Mapped[int] = mapped_column(default=0)  # lower is tried first


class Entry(Base):
    """名单条目: one account in one campaign's call list."""

    __tablename__ = "entry"
    __table_args__ = (
        Unique("campaign_id", "account_id"),
        Index(
            "ix_entry_dialable", "upload_id", "priority", "next_at", "id",
            sqlite_where=text("state = 'ready'"), postgresql_where=text("state = 'ready'"),
        ),
        Index(
            "ix_entry_callback", "callback_user_id", "next_at",
            sqlite_where=text("callback_user_id IS NOT NULL"),
            postgresql_where=text("callback_user_id IS NOT NULL"),
        ),
        Index(
            "ix_entry_guarantee", "campaign_id", "next_at",
            sqlite_where=text("block_reason = 'AGENT_GUARANTEE_REQUIRED'"),
            postgresql_where=text("block_reason = 'AGENT_GUARANTEE_REQUIRED'"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), index=True)
    state: Mapped[str] = mapped_column(default="ready")  # loading ready offered in_flight held done
    priority: Mapped[int] = mapped_column(default=0)  # lower goes first
    next_at: Mapped[datetime]  # not before
    attempts: Mapped[int] = mapped_column(default=0)
    last_outcome: Mapped[str] = mapped_column(default="")
    block_reason: Mapped[str] = mapped_column(default="")  # last verdict of the gate, if it said no
    is_reminder: Mapped[bool] = mapped_column(default=False)  # of an open promise, D-1 or D0
    callback_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # whose callback


class Suppression(Base):
    """A number nobody may call (do-not-call, wrong number), whoever owns it."""

    __tablename__ = "suppression"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


class Hold(Base):
    """A stop flag on a person: dispute, cease, deceased, hardship, complaint ..."""

    __tablename__ = "hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
