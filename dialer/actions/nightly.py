"""What is noted once a night: balance and bucket of every account that is being collected."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dialer.actions.settling import HOME
from dialer.domain.buckets import DEFAULT, Bucket, aged, bucket_of
from dialer.store.bulk import write_rows
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, BalanceDay, BucketRow, Case, JobRun

PART = 5_000


def keep_balances(sessions: Sessions, now: datetime) -> int:
    """Balances at the end of yesterday, taken at the first run after midnight at home; once a day. A
    night on which nothing ran is missing, not invented. Returns how many accounts were noted."""
    midnight = datetime.combine(now.astimezone(HOME).date(), time(), HOME)
    try:
        with write(sessions) as session:
            session.add(JobRun(job="balances", due_at=midnight, finished_at=now))
            session.flush()  # the second one of the day stops here
            return _keep(session, midnight)
    except IntegrityError:
        return 0


_COLUMNS = (
    "account_id", "creditor_id", "placement_id", "overdue_days", "bucket", "balance_minor",
)  # fmt: skip


def _keep(session: Session, midnight: datetime) -> int:
    day = midnight.date() - timedelta(days=1)
    tables = _tables(session)
    rows = session.execute(
        select(Account.id, Account.creditor_id, Case.placement_id, Account.overdue_days,
               Account.as_of, Account.balance_minor)
        .join(Case, Case.account_id == Account.id).where(Case.state == "active")
    ).all()  # fmt: skip
    made = []
    for row in rows:
        dpd = aged(row.overdue_days, row.as_of, max(day, row.as_of))
        made.append((
            row.id, row.creditor_id, row.placement_id, dpd,
            bucket_of(dpd, tables.get(row.creditor_id, DEFAULT)), row.balance_minor,
        ))  # fmt: skip
    for start in range(0, len(made), PART):
        write_rows(session, BalanceDay, _COLUMNS, made[start : start + PART], day=day)
    return len(made)


def _tables(session: Session) -> dict[int, list[Bucket]]:
    tables: dict[int, list[Bucket]] = {}
    for row in session.scalars(select(BucketRow)):
        tables.setdefault(row.creditor_id, []).append(Bucket(row.name, row.first, row.last))
    return tables
