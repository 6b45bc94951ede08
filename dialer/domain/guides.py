"""What people say in a call about a debt, and where it leads: for each a sentence to say (in the
catalogue, `guide.<key>.say`), what to mind (`.mind`), and the outcomes that fit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guide:
    """One attitude or objection. `stops`: after it this person, or number, is not called again."""

    key: str
    outcomes: tuple[str, ...]
    stops: bool = False


GUIDES = (
    Guide("no_money", ("PTP", "RPC_NO_ABILITY", "HARDSHIP")),
    Guide("paid", ("PAID_CLAIM", "DISPUTE_PAID")),
    Guide("not_me", ("WRONG_NUMBER", "TP_MESSAGE", "TP_REFUSED")),
    Guide("busy", ("RPC_CALLBACK",)),
    Guide("disputed", ("DISPUTE_AMOUNT",), stops=True),
    Guide("fraud", ("DISPUTE_FRAUD",), stops=True),
    Guide("refuses", ("RPC_REFUSE",)),
    Guide("angry", ("RPC_HOSTILE", "COMPLAINT")),
    Guide("stop", ("CEASE", "DNC"), stops=True),
    Guide("lawyer", ("ATTORNEY",), stops=True),
    Guide("crisis", ("SELF_HARM",), stops=True),
)
