"""Disputes: what a debtor contests, and how it ends."""

from __future__ import annotations

KINDS = ("amount", "paid", "fraud")
# upheld: the debtor is right; rejected: the debt stands as it is; withdrawn: the debtor takes it back
RESOLUTIONS = ("upheld", "rejected", "withdrawn")
ANSWER_DAYS = 15  # for the creditor's answer: product policy
OF_OUTCOME = {"DISPUTE_AMOUNT": "amount", "DISPUTE_PAID": "paid", "DISPUTE_FRAUD": "fraud"}
