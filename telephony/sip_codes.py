"""SIP final status and Q.850 cause -> verdict. The only table; carriers' habits are data here.

To be confirmed with each real carrier. Sources: RFC 3261 section 21, RFC 3398 section 7.2.6 (Q.850
causes), RFC 3326 (Reason header).
"""

from __future__ import annotations

import re

from telephony.protocol import Verdict

_BY_STATUS = {
    401: Verdict.FAILED, 403: Verdict.REJECTED, 404: Verdict.INVALID_NUMBER,
    407: Verdict.FAILED, 408: Verdict.NO_ANSWER, 410: Verdict.INVALID_NUMBER,
    480: Verdict.NO_ANSWER, 484: Verdict.INVALID_NUMBER, 486: Verdict.BUSY,
    487: Verdict.NO_ANSWER, 488: Verdict.FAILED, 415: Verdict.FAILED, 406: Verdict.FAILED,
    600: Verdict.BUSY, 603: Verdict.REJECTED, 604: Verdict.INVALID_NUMBER,
    606: Verdict.FAILED, 607: Verdict.REJECTED, 608: Verdict.REJECTED,
}  # fmt: skip
_BY_CAUSE = {
    1: Verdict.INVALID_NUMBER, 17: Verdict.BUSY, 18: Verdict.NO_ANSWER, 19: Verdict.NO_ANSWER,
    20: Verdict.UNREACHABLE, 21: Verdict.REJECTED, 22: Verdict.INVALID_NUMBER,
    27: Verdict.UNREACHABLE, 28: Verdict.INVALID_NUMBER, 34: Verdict.FAILED, 38: Verdict.FAILED,
    41: Verdict.FAILED, 42: Verdict.FAILED,
}  # fmt: skip
_REASON = re.compile(r"^Reason\s*:.*Q\.850\s*;.*?cause\s*=\s*(\d+)", re.I | re.M)


def verdict_of(status: int, cause: int, rang: bool) -> Verdict:
    """How an attempt that was never answered ended. `rang`: a 180 or 183 had come.

    480 without a cause is "switched off" on most mobile networks when it never rang. A 408 without
    ringing is the trunk's silence, not the customer's."""
    if cause in _BY_CAUSE and status not in (404, 410, 484, 486, 600, 604):
        return _BY_CAUSE[cause]
    if status == 480 and not rang:
        return Verdict.UNREACHABLE
    if status == 408 and not rang:
        return Verdict.FAILED
    return _BY_STATUS.get(status, Verdict.FAILED)


# Codes that networks also send when only the announcement knew why.
_VAGUE_STATUS = (408, 480, 487, 500, 502, 503, 504)
_VAGUE_CAUSE = (0, 16, 31, 127)


def verdict_heard(status: int, cause: int, rang: bool, heard: Verdict | None) -> Verdict:
    """As `verdict_of`, with what an announcement or tone said before: it counts where the codes are
    vague, and never against a code that says more."""
    if heard is not None and status in _VAGUE_STATUS and cause in _VAGUE_CAUSE:
        return heard
    return verdict_of(status, cause, rang)


def may_have_rung(verdict: Verdict) -> bool:
    """Whether the customer's phone may have rung: then the attempt is never placed elsewhere."""
    return verdict not in (Verdict.FAILED, Verdict.NOT_SENT, Verdict.INVALID_NUMBER)


def is_trunk_fault(status: int, cause: int) -> bool:
    """Whether this final response, before anything rang, speaks of the trunk and not of the person: the
    call may go by another one. 488, 606 and 415 are its codecs, 401 and 407 our credentials."""
    if _BY_CAUSE.get(cause, Verdict.FAILED) is not Verdict.FAILED:
        return False  # the network knows of the person and only chose an odd status
    return status in (401, 407, 415, 488, 500, 502, 503, 504, 606)


def q850_cause(message: str) -> int:
    """Cause in a message's Reason header; 0 when there is none."""
    found = _REASON.search(message)
    return int(found.group(1)) if found else 0
