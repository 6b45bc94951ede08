"""All tables. Touched only by store, actions and reports; states are enums of `dialer.domain`.

Money is integer minor units with a currency beside it. Times are zone-aware UTC. Ids are integers,
except an attempt's, which crosses to the node and the carrier and is made before its row exists.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """Zone-aware UTC on every database; SQLite forgets zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value


class Base(DeclarativeBase):
    """Declarative base; naming conventions keep migrations alike on every database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy, never changed
        datetime: UtcTime,
        date: Date,
        str: String,
        int: BigInteger().with_variant(Integer, "sqlite"),
        dict[str, Any]: JSON,
    }


class User(Base):
    """Somebody who signs in. Roles: agent, supervisor, manager, admin."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    staff_no: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    session_token: Mapped[str] = mapped_column(unique=True)  # new one = all sessions end
    role: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    leg_address: Mapped[str] = mapped_column(default="")  # SIP phone; empty: dials in
    created_at: Mapped[datetime]


class Creditor(Base):
    """委托方: on whose behalf we call."""

    __tablename__ = "creditor"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    promise_days_max: Mapped[int] = mapped_column(default=7)
    created_at: Mapped[datetime]


class Campaign(Base):
    """任务: one call list worked by one set of rules."""

    __tablename__ = "campaign"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    state: Mapped[str] = mapped_column(default="draft")  # draft | running | paused | finished
    ring_seconds: Mapped[int] = mapped_column(default=30)
    connect_limit_ms: Mapped[int] = mapped_column(default=2000)
    message: Mapped[str] = mapped_column(default="sorry-zh")
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]


class OutboundNumber(Base):
    """外显号码: one number of the pool that customers may be shown."""

    __tablename__ = "outbound_number"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    creditor_id: Mapped[int | None] = mapped_column(ForeignKey("creditor.id"))  # none: anyone's
    last_used_at: Mapped[datetime | None]


class Upload(Base):
    """One file on its way to entries. Nothing of it is dialed before `committed`."""

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    filename: Mapped[str]
    path: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    state: Mapped[str]  # received | reading | committed | refused
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
    state: Mapped[str] = mapped_column(default="unverified")  # unverified valid invalid wrong
    rank: Mapped[int] = mapped_column(default=0)  # lower is tried first


class Entry(Base):
    """名单条目: one account in one campaign's call list."""

    __tablename__ = "entry"
    __table_args__ = (
        Unique("campaign_id", "account_id"),
        Index(
            "ix_entry_dialable", "campaign_id", "priority", "next_at", "id",
            sqlite_where=text("state = 'ready'"), postgresql_where=text("state = 'ready'"),
        ),
        Index("ix_entry_claimed", "state", "claim_until"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), index=True)
    state: Mapped[str] = mapped_column(default="ready")  # ready | claimed | in_flight | done
    priority: Mapped[int] = mapped_column(default=0)  # lower goes first
    next_at: Mapped[datetime]  # not before
    claim_epoch: Mapped[int] = mapped_column(default=0)
    claim_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_outcome: Mapped[str] = mapped_column(default="")
    block_reason: Mapped[str] = mapped_column(default="")  # last verdict of the gate, if it said no


class Attempt(Base):
    """拨打: one INVITE, written before it leaves. Its fate unknown counts as made."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index(
            "ux_attempt_number_in_flight", "number", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_attempt_debtor_day", "debtor_id", "local_day"),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"))
    number: Mapped[str]
    outbound_number: Mapped[str]
    local_day: Mapped[date]  # in the debtor's zone
    licence: Mapped[dict[str, Any]]  # the gate's verdict that allowed it, with its counters
    engine_epoch: Mapped[int]
    node: Mapped[str]
    state: Mapped[str] = mapped_column(default="placed")  # dialer.domain.call.CallState
    created_at: Mapped[datetime]
    dialed_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    waited_ms: Mapped[float | None]  # 200 OK to agent, or to the abandon decision
    talk_ms: Mapped[int] = mapped_column(default=0)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"))
    answer_kind: Mapped[str] = mapped_column(default="")
    abandoned: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[str] = mapped_column(default="")
    sip_code: Mapped[int] = mapped_column(default=0)
    ended_by: Mapped[str] = mapped_column(default="")
    recording: Mapped[str] = mapped_column(default="")
    recording_sha256: Mapped[str] = mapped_column(default="")


class Outcome(Base):
    """结果码 of an attempt: exactly one, from the agent or, without one, from the system."""

    __tablename__ = "outcome"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    code: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    identity_confirmed: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # none: the system
    at: Mapped[datetime]
    retry_at: Mapped[datetime | None]


class Promise(Base):
    """还款承诺. Settled by payments only, never by an agent."""

    __tablename__ = "promise"
    __table_args__ = (
        Index(
            "ux_promise_open", "account_id", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")  # open | superseded | kept | broken ...
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]


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


class Seat(Base):
    """坐席. `status` is what the agent chose (actions write it), `state` what the system does with
    the seat (only the engine writes it)."""

    __tablename__ = "seat"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    status: Mapped[str] = mapped_column(default="away")  # away | paused | ready
    pause_reason: Mapped[str] = mapped_column(default="")
    dial_in_code: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="offline")  # dialer.domain.seat.SeatState
    leg_up: Mapped[bool] = mapped_column(default=False)
    attempt_id: Mapped[str | None] = mapped_column(String(32))  # live, or waiting for its outcome
    since: Mapped[datetime]


class SeatSpan(Base):
    """How long a seat was in a state: occupancy is a sum over these."""

    __tablename__ = "seat_span"
    __table_args__ = (Index("ix_seat_span_seat_started", "seat_id", "started_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"))
    state: Mapped[str]
    pause_reason: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Draft(Base):
    """What an agent has typed so far; a reload finds it again."""

    __tablename__ = "draft"
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    fields: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class FactRow(Base):
    """The ledger: every fact, numbered, written in the transaction that made it true."""

    __tablename__ = "fact"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    name: Mapped[str]
    body: Mapped[dict[str, Any]]


class AuditRow(Base):
    """Who changed what, before and after, chained by hash so that a gap shows."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]  # user:<id> | engine | setup
    action: Mapped[str]
    subject: Mapped[str]  # entry:12
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # over the previous hash and this row


class CommandKey(Base):
    """Idempotency: the answer given to a client's key, in the same transaction as its effect."""

    __tablename__ = "command_key"
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    action: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class EngineLease(Base):
    """One row: which engine may originate. A new owner has a higher epoch (fencing token)."""

    __tablename__ = "engine_lease"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    epoch: Mapped[int]
    until: Mapped[datetime]


class NodeProgress(Base):
    """Last event of a node that is stored: what the engine acknowledged."""

    __tablename__ = "node_progress"
    node: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    seq: Mapped[int]


class Pulse(Base):
    """What the engine says of a campaign now: its pacing sentence and counters; replaced, not kept."""

    __tablename__ = "pulse"
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class JobRun(Base):
    """A scheduled job ran for a due time; the unique key makes it run once."""

    __tablename__ = "job_run"
    __table_args__ = (Unique("job", "due_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
