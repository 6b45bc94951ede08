"""What a person allows and refuses: channels they do not want, consent they gave to us."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from dialer.actions.actor import Actor
from dialer.actions.refusals import Refused
from dialer.domain.compliance import Channel
from dialer.domain.consents import CALLS_DAYS_MAX, KINDS
from dialer.store import audit
from dialer.store.session import Sessions, write
from dialer.store.tables import Consent, Debtor, OptOut, Phone

TEXT_MAX = 500


def opt_out(
    sessions: Sessions, actor: Actor, *, debtor_id: int, channel: str, reason: str, now: datetime
) -> int:
    """退订 of one channel; saying it twice changes nothing. Returns its id."""
    if channel not in tuple(Channel):
        raise Refused("channel", channels=", ".join(Channel))
    with write(sessions) as session:
        if session.get(Debtor, debtor_id) is None:
            raise Refused("debtor_unknown")
        known = session.scalar(
            select(OptOut.id).where(
                OptOut.debtor_id == debtor_id,
                OptOut.channel == channel,
                OptOut.withdrawn_at.is_(None),
            )
        )
        if known:
            return known
        row = OptOut(
            debtor_id=debtor_id, channel=channel, reason=reason[:TEXT_MAX],
            user_id=actor.user_id or None, at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session,
            actor.name,
            "optout.add",
            f"debtor:{debtor_id}",
            now,
            after={"channel": channel},
        )
        return row.id


def withdraw_opt_out(
    sessions: Sessions, actor: Actor, opt_out_id: int, reason: str, now: datetime
) -> None:
    """The person wants the channel again, and said so."""
    if not reason.strip():
        raise Refused("reason_missing")
    with write(sessions) as session:
        row = session.get(OptOut, opt_out_id)
        if row is None or row.withdrawn_at is not None:
            raise Refused("opt_out_unknown")
        row.withdrawn_at = now
        audit.note(
            session, actor.name, "optout.withdraw", f"debtor:{row.debtor_id}", now,
            after={"channel": row.channel, "reason": reason[:TEXT_MAX]},
        )  # fmt: skip


def record_consent(
    sessions: Sessions, actor: Actor, *, debtor_id: int, kind: str, evidence: str,
    given_at: datetime, until: datetime | None, number: str = "", now: datetime,
) -> int:  # fmt: skip
    """同意 to more calls (seven days at most, US-EXCL) or to a recorded voice on one number (US-FCC)."""
    if kind not in KINDS:
        raise Refused("consent_kind", kinds=", ".join(KINDS))
    if not evidence.strip():
        raise Refused("consent_evidence")
    latest = given_at + timedelta(days=CALLS_DAYS_MAX)
    if given_at > now or (until is not None and until <= given_at):
        raise Refused("consent_time", days=CALLS_DAYS_MAX)
    if kind == "calls" and (until is None or until > latest):
        raise Refused("consent_time", days=CALLS_DAYS_MAX)
    with write(sessions) as session:
        if session.get(Debtor, debtor_id) is None:
            raise Refused("debtor_unknown")
        mine = select(Phone.id).where(Phone.debtor_id == debtor_id, Phone.number == number)
        if kind == "recording" and session.scalar(mine) is None:
            raise Refused("consent_number")
        row = Consent(
            debtor_id=debtor_id, kind=kind, number=number if kind == "recording" else "",
            evidence=evidence[:TEXT_MAX], given_at=given_at, until=until,
            user_id=actor.user_id or None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.note(
            session, actor.name, "consent.record", f"consent:{row.id}", now,
            after={"kind": kind, "until": until.isoformat() if until else None},
        )  # fmt: skip
        return row.id


def revoke_consent(sessions: Sessions, actor: Actor, consent_id: int, now: datetime) -> None:
    """The person takes it back: from now on it covers nothing."""
    with write(sessions) as session:
        row = session.get(Consent, consent_id)
        if row is None or row.revoked_at is not None:
            raise Refused("consent_unknown")
        row.revoked_at = now
        audit.note(session, actor.name, "consent.revoke", f"consent:{consent_id}", now)
