"""The only clock of the dialer and the workbench; domain functions get `now` as an argument."""

from telephony.clock import OFFSET_VARIABLE, monotonic, utc_now

__all__ = ["OFFSET_VARIABLE", "monotonic", "utc_now"]
