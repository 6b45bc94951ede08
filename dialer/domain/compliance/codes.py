"""The gate's words for no, in the order in which it says them (docs/rules.md)."""

from __future__ import annotations

HOLD_CODES = {
    "deceased": "DECEASED", "bankrupt": "BANKRUPT", "litigation": "LITIGATION",
    "breathing_space": "BREATHING_SPACE", "cease": "CEASE", "attorney": "ATTORNEY",
    "dispute": "DISPUTE_OPEN", "complaint": "COMPLAINT_HOLD", "hardship": "VULNERABLE_HOLD",
    "vulnerable": "VULNERABLE_HOLD", "manual": "MANUAL_HOLD",
}  # fmt: skip
HOLDS = tuple(dict.fromkeys(HOLD_CODES.values()))
# One group for each check of the gate; CAP_... in the order of the pack, CAP_INTERVAL last.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("FACTS_UNKNOWN",),
    ("RECALLED", "CASE_CLOSED", "PLACEMENT_INACTIVE", "CHANNEL_NOT_PERMITTED"),
    HOLDS,
    ("DNC_PERSON", "CHANNEL_OPT_OUT", "DNC_NUMBER", "WRONG_NUMBER", "INVALID_NUMBER"),
    ("THIRD_PARTY_REFUSED", "THIRD_PARTY_NO_GROUND", "THIRD_PARTY_LIMIT"),
    ("OUT_OF_HOURS", "TZ_UNKNOWN", "HOLIDAY", "INCONVENIENT_TIME"),
    ("COUNTERS_UNKNOWN", "IN_FLIGHT", "CAP_DAY_EFFECTIVE", "CAP_DAY_ATTEMPT", "CAP_NUMBER",
     "CAP_7IN7", "CAP_CONVERSATION", "CAP_SMS_DAY", "CAP_SMS_WEEK", "CAP_EMAIL_DAY",
     "CAP_EMAIL_WEEK", "CAP_LETTER_WEEK", "CAP_VISIT_WEEK", "CAP_LIFETIME", "CAP_INTERVAL"),
    ("PTP_PENDING",),
    ("AGENT_GUARANTEE_REQUIRED",),
    ("ABANDON_BUDGET",),
    ("CLI_UNAVAILABLE", "RECORDER_DOWN", "BALANCE_STALE", "AGENT_UNTRAINED"),
)  # fmt: skip
CODES = tuple(code for group in GROUPS for code in group)
# What two people, with a role and a reason, may waive for one person and a few days: soft limits and
# holds that somebody looked into. Whatever is not here nobody waives, least of all hours, target,
# do-not-call, death and recall.
OVERRIDABLE = frozenset(
    {"BANKRUPT", "LITIGATION", "BREATHING_SPACE", "ATTORNEY", "DISPUTE_OPEN", "COMPLAINT_HOLD",
     "VULNERABLE_HOLD", "MANUAL_HOLD", "INCONVENIENT_TIME", "CAP_DAY_ATTEMPT", "CAP_NUMBER",
     "CAP_7IN7", "CAP_CONVERSATION", "CAP_SMS_DAY", "CAP_SMS_WEEK", "CAP_EMAIL_DAY",
     "CAP_EMAIL_WEEK", "CAP_LETTER_WEEK", "CAP_VISIT_WEEK", "CAP_LIFETIME", "CAP_INTERVAL",
     "PTP_PENDING", "AGENT_GUARANTEE_REQUIRED", "BALANCE_STALE", "AGENT_UNTRAINED"}
)  # fmt: skip
NOT_OVERRIDABLE = frozenset(CODES) - OVERRIDABLE


def is_waived(code: str, overrides: frozenset[str]) -> bool:
    """Whether two people waived this rule and it is one that can be."""
    return code in overrides and code in OVERRIDABLE
