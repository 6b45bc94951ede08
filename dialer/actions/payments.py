"""Payments: posted once per transaction number, spread over the balance, and they settle promises.

Nobody else settles a promise. Money that belongs to no account of the creditor waits in suspense.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.actions.actor import Actor
from dialer.actions.cases import close_case
from dialer.actions.refusals import Refused
from dialer.actions.settling import settle_account
from dialer.actions.table_reader import TableReader
from dialer.domain.money import MINOR_MAX
from dialer.domain.payment_rows import BadPayment, PaymentRow, read_payment, read_payment_header
from dialer.domain.payments import PARTS, allocate
from dialer.facts import PaymentPosted
from dialer.feed import publish
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Account, Case, Creditor, Payment, PaymentFile

BATCH = 500
FAULTS_KEPT = 500


def post_payment(
    sessions: Sessions, actor: Actor, creditor_id: int, row: PaymentRow, now: datetime
) -> dict[str, Any]:
    """One payment (API). The same transaction again gives the same answer; a different amount
    under the same number is Refused("payment_differs")."""
    if not -MINOR_MAX <= row.amount_minor <= MINOR_MAX or not row.amount_minor:
        raise Refused("payment_amount")
    with write(sessions) as session:
        if session.get(Creditor, creditor_id) is None:
            raise Refused("creditor_unknown")
        payment, is_new = _post(session, creditor_id, row, None, now)
        if is_new:
            audit.note(
                session, actor.name, "payment.post", f"payment:{payment.id}", now,
                after={"amount_minor": row.amount_minor, "value_on": row.value_on.isoformat()},
            )  # fmt: skip
        return {
            "id": payment.id, "account_id": payment.account_id, "new": is_new,
            "spread": payment.spread, "state": "posted" if payment.account_id else "suspense",
        }  # fmt: skip


def post_payment_file(
    sessions: Sessions, actor: Actor, creditor_id: int, filename: str, path: Path, now: datetime
) -> dict[str, Any]:
    """A creditor's file (CSV or XLSX): good rows are posted, bad ones named; the same file or the
    same transaction again posts nothing."""
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    with TableReader(path) as table:
        titles = table.titles()
        places = _header(titles)
        with write(sessions) as session:
            known = select(PaymentFile.id).where(
                PaymentFile.creditor_id == creditor_id, PaymentFile.sha256 == digest
            )
            if session.scalar(known):
                raise Refused("same_file", filename=filename)
            file = PaymentFile(
                creditor_id=creditor_id, filename=filename, sha256=digest, counts={}, faults=[],
                user_id=actor.user_id or None, at=now,
            )  # fmt: skip
            session.add(file)
            session.flush()
            counts: Counter[str] = Counter()
            faults: list[dict[str, Any]] = []
            for row in chain.from_iterable(table.batches(BATCH)):
                bucket, fault = _post_line(session, file, titles, places, row.cells, now)
                counts[bucket] += 1
                if fault and len(faults) < FAULTS_KEPT:
                    faults.append({"line": row.line, **fault})
            if not counts:
                raise Refused("file_no_rows")
            file.counts, file.faults = dict(counts), faults
            audit.note(
                session,
                actor.name,
                "payment.file",
                f"payment_file:{file.id}",
                now,
                after=dict(counts),
            )
            return {"id": file.id, "counts": dict(counts), "faults": faults}


def _header(titles: list[str]) -> dict[str, int]:
    try:
        return read_payment_header(titles)
    except BadPayment as bad:
        raise Refused(bad.code, columns=bad.column) from None


def _post_line(
    session: Session, file: PaymentFile, titles: list[str], places: dict[str, int],
    cells: list[str], now: datetime,
) -> tuple[str, dict[str, Any] | None]:  # fmt: skip
    try:
        row = read_payment(cells, places, titles)
        payment, is_new = _post(session, file.creditor_id, row, file.id, now)
    except BadPayment as bad:
        return "rejected", {"column": bad.column, "reason": bad.code}
    except Refused as refusal:
        return "rejected", {"column": "", "reason": refusal.code}
    if not is_new:
        return "known", None
    return ("posted", None) if payment.account_id else ("suspense", None)


def _post(
    session: Session, creditor_id: int, row: PaymentRow, file_id: int | None, now: datetime
) -> tuple[Payment, bool]:
    known = session.scalar(
        select(Payment).where(Payment.creditor_id == creditor_id, Payment.txn_no == row.txn_no)
    )
    if known is not None:
        if (known.amount_minor, known.contract_no) != (row.amount_minor, row.contract_no):
            raise Refused("payment_differs", txn_no=row.txn_no)
        return known, False
    account = session.scalar(
        select(Account).where(
            Account.creditor_id == creditor_id, Account.contract_no == row.contract_no
        )
    )
    payment = Payment(
        creditor_id=creditor_id, account_id=account.id if account else None, txn_no=row.txn_no,
        contract_no=row.contract_no, amount_minor=row.amount_minor, value_on=row.value_on,
        posted_at=now, spread={}, file_id=file_id,
    )  # fmt: skip
    session.add(payment)
    session.flush()
    publish(session, PaymentPosted(
        payment_id=payment.id, account_id=account.id if account else 0,
        amount_minor=row.amount_minor,
    ), now)  # fmt: skip
    if account is not None:
        payment.spread = _spread(session, account, payment)
        settle_account(session, account, row.value_on, now)
        _close_if_paid(session, account, now)
    return payment, True


def _spread(session: Session, account: Account, payment: Payment) -> dict[str, int]:
    """Take the payment off the balance; a reversal puts back what earlier payments took."""
    if payment.amount_minor >= 0:
        owed = {part: getattr(account, f"{part}_minor") for part in PARTS}
        if not any(owed.values()):  # the file named only a total
            owed["principal"] = account.balance_minor
    else:
        owed = _taken_before(session, account)
    spread = allocate(payment.amount_minor, owed)
    for part, amount in spread.items():
        if part != "surplus" and getattr(account, f"{part}_minor"):
            setattr(account, f"{part}_minor", getattr(account, f"{part}_minor") - amount)
    account.balance_minor = max(account.balance_minor - payment.amount_minor, 0)
    return spread


def _taken_before(session: Session, account: Account) -> dict[str, int]:
    taken: Counter[str] = Counter()
    for spread in session.scalars(select(Payment.spread).where(Payment.account_id == account.id)):
        taken.update({part: amount for part, amount in spread.items() if part != "surplus"})
    return dict(taken)


def _close_if_paid(session: Session, account: Account, now: datetime) -> None:
    if account.balance_minor == 0:
        case = session.scalar(
            select(Case).where(Case.account_id == account.id, Case.state == "active")
        )
        if case is not None:
            close_case(session, case, "paid", now)


def assign_suspense(
    sessions: Sessions, actor: Actor, payment_id: int, account_id: int, now: datetime
) -> dict[str, Any]:
    """Money that waited in suspense belongs to this account of the same creditor: posted as if it had
    named it, with its own value date."""
    with write(sessions) as session:
        payment, account = session.get(Payment, payment_id), session.get(Account, account_id)
        if payment is None or payment.account_id is not None:
            raise Refused("payment_unknown")
        if account is None or account.creditor_id != payment.creditor_id:
            raise Refused("account_unknown")
        payment.account_id = account.id
        session.flush()
        payment.spread = _spread(session, account, payment)
        settle_account(session, account, payment.value_on, now)
        _close_if_paid(session, account, now)
        audit.note(
            session, actor.name, "payment.assign", f"payment:{payment_id}", now,
            after={"account": account_id},
        )  # fmt: skip
        publish(session, PaymentPosted(
            payment_id=payment.id, account_id=account.id, amount_minor=payment.amount_minor
        ), now)  # fmt: skip
        return {"id": payment.id, "account_id": account.id, "spread": payment.spread}


def as_row(txn_no: str, contract_no: str, amount_minor: int, value_on: date) -> PaymentRow:
    """What the API sends, as a row of a file."""
    return PaymentRow(txn_no.strip(), contract_no.strip(), amount_minor, value_on)
