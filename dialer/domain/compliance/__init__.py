"""The gate (拨前检查): may this person be contacted about this debt on this number, now?

One pure, fail-closed function for every path and channel; limits are data (`dialer/packs`). Read
`gate` first, then `checks`.
"""

from dialer.domain.compliance.ask import (
    Ask,
    CaseFacts,
    Channel,
    Infrastructure,
    NumberFacts,
    Past,
    PersonFacts,
)
from dialer.domain.compliance.checks import ORDER
from dialer.domain.compliance.gate import may_contact
from dialer.domain.compliance.hours import Window, local_day, zones_of
from dialer.domain.compliance.pack import Cap, Narrowing, RulePack
from dialer.domain.compliance.verdicts import Allowed, Blocked, Licence

__all__ = [
    "ORDER",
    "Allowed",
    "Ask",
    "Blocked",
    "Cap",
    "CaseFacts",
    "Channel",
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
