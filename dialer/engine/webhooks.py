"""Tells webhooks of facts: in order, signed, each until it is taken; given up after a day of failures.

The signature is HMAC-SHA256 over "<time>.<body>" with the webhook's secret, in `X-Kept-Signature`:
`t=<unix seconds>,v1=<hex>`. A receiver refuses old times and remembers fact ids.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import datetime, timedelta

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from dialer.store.session import Sessions, read, write
from dialer.store.tables import Delivery, FactRow, Webhook

log = logging.getLogger(__name__)

AT_ONCE = 100
TIMEOUT_SECONDS = 5
FAILURES_MAX = 50
BACK_OFF_MAX = timedelta(minutes=30)


def signature(secret: str, body: bytes, at: datetime) -> str:
    """What the receiver computes as well."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def deliver_all(sessions: Sessions, now: datetime) -> int:
    """One round over all webhooks; returns how many facts were taken."""
    with read(sessions) as session:
        due = session.scalars(
            select(Webhook.id).where(
                Webhook.active, Webhook.try_at.is_(None) | (Webhook.try_at <= now)
            )
        ).all()
    return sum(_deliver(sessions, webhook_id, now) for webhook_id in due)


def _deliver(sessions: Sessions, webhook_id: int, now: datetime) -> int:
    with read(sessions) as session:
        hook = session.get_one(Webhook, webhook_id)
        facts = session.scalars(
            select(FactRow).where(FactRow.id > hook.cursor).order_by(FactRow.id).limit(AT_ONCE)
        ).all()
    taken = 0
    for fact in facts:
        wanted = not hook.facts or fact.name in hook.facts
        status = _post(hook, fact, now) if wanted else 200
        is_taken = 200 <= status < 300
        with write(sessions) as session:
            _note(session.get_one(Webhook, webhook_id), fact.id, is_taken, now)
            if wanted:
                _note_delivery(session, webhook_id, fact.id, status, now)
        if not is_taken:
            break
        taken += wanted
    return taken


def _post(hook: Webhook, fact: FactRow, now: datetime) -> int:
    body = json.dumps(
        {"id": fact.id, "at": fact.at.isoformat(), "fact": fact.body}, ensure_ascii=False
    ).encode()
    headers = {
        "Content-Type": "application/json", "X-Kept-Fact": str(fact.id),
        "X-Kept-Signature": signature(hook.secret, body, now),
    }  # fmt: skip
    try:
        answer = requests.post(
            hook.url, data=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return answer.status_code


def _note(hook: Webhook, fact_id: int, is_taken: bool, now: datetime) -> None:
    if is_taken:
        hook.cursor, hook.failures, hook.try_at = max(hook.cursor, fact_id), 0, None
        return
    hook.failures += 1
    hook.try_at = now + min(timedelta(seconds=2 ** min(hook.failures, 12)), BACK_OFF_MAX)
    if hook.failures >= FAILURES_MAX:
        hook.active = False
        log.error("webhook given up", extra={"action": "webhook.given_up", "webhook": hook.id})


def _note_delivery(
    session: Session, webhook_id: int, fact_id: int, status: int, now: datetime
) -> None:
    row = session.scalar(
        select(Delivery).where(Delivery.webhook_id == webhook_id, Delivery.fact_id == fact_id)
    )
    if row is None:
        row = Delivery(webhook_id=webhook_id, fact_id=fact_id, tries=0, status=0, at=now)
        session.add(row)
    row.tries, row.status, row.at = row.tries + 1, status, now
