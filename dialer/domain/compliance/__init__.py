"""The gate (拨前检查): may this person be contacted about this debt on this number, now?

One pure, fail-closed function for every path; limits are data (`dialer/packs`). Read `gate` first.
"""

from dialer.domain.compliance.ask import (
    Ask,
    CaseFacts,
    Infrastructure,
    NumberFacts,
    Past,
    PersonFacts,
)
from dialer.domain.compliance.gate import ORDER, Allowed, Blocked, Licence, may_contact
from dialer.domain.compliance.hours import Window, local_day, zones_of
from dialer.domain.compliance.pack import Cap, Narrowing, RulePack

__all__ = [
    "ORDER",
    "Allowed",
    "Ask",
    "Blocked",
    "Cap",
    "CaseFacts",
    "Infrastructure",
    "Licence",
    "Narrowing",
    "NumberFacts",
    "Past",
    "PersonFacts",
    "RulePack",
    "Window",
    "local_day",
    "may_contact",
    "zones_of",
]
