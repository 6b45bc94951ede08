"""The only clock of the dialer and the workbench; domain functions get `now` as an argument."""

from zoneinfo import ZoneInfo

from telephony.clock import OFFSET_VARIABLE, monotonic, utc_now

HOME = ZoneInfo("Asia/Shanghai")  # the centre's own days; a debtor's day is at the debtor's place

__all__ = ["HOME", "OFFSET_VARIABLE", "monotonic", "utc_now"]
