"""号码池: outbound numbers under one licence, and each number's health."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.tables.base import Base


class NumberPool(Base):
    """Numbers that were assigned to us together: licence, undertaking, for whom, through which trunk,
    and how much of them may be used. `ranges` as people write them: 95035000-95035099."""

    __tablename__ = "number_pool"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    ranges: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    licence_no: Mapped[str]
    certificate_no: Mapped[str]  # 码号使用证书: the numbers were assigned to the licensee
    undertaking_on: Mapped[date]  # day of the signed no-nuisance undertaking
    licence_until: Mapped[date]
    timezone: Mapped[str] = mapped_column(default="Asia/Shanghai")  # whose day counts
    region: Mapped[str] = mapped_column(default="")
    trunk: Mapped[str] = mapped_column(default="")  # "": any that owns the number
    creditor_ids: Mapped[list[int]] = mapped_column(default=list)  # empty: everyone's
    second_max: Mapped[int | None]
    concurrent_max: Mapped[int | None]
    hour_max: Mapped[int | None]
    day_max: Mapped[int | None]
    created_at: Mapped[datetime]


class OutboundNumber(Base):
    """外显号码: one number that customers may be shown."""

    __tablename__ = "outbound_number"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("number_pool.id"))  # none: by itself
    active: Mapped[bool] = mapped_column(default=True)
    creditor_id: Mapped[int | None] = mapped_column(ForeignKey("creditor.id"))  # none: anyone's
    last_used_at: Mapped[datetime | None]
    region: Mapped[str] = mapped_column(default="")
    licence_until: Mapped[date | None]
    second_max: Mapped[int | None]
    concurrent_max: Mapped[int | None]
    hour_max: Mapped[int | None]
    day_max: Mapped[int | None]
    resting_until: Mapped[datetime | None]
    score: Mapped[float] = mapped_column(default=0.0)  # of domain.number_health
    dials: Mapped[int] = mapped_column(default=0)
    answers: Mapped[int] = mapped_column(default=0)
    suspect: Mapped[bool] = mapped_column(default=False)
    on_trial: Mapped[bool] = mapped_column(default=False)  # back from its rest, few calls an hour
    rests: Mapped[int] = mapped_column(default=0)  # in a row
