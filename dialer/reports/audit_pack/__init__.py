"""The audit pack of one creditor and period, in seventeen parts (docs/reports.md)."""

from dialer.reports.audit_pack.pack import Cancelled, write_pack
from dialer.reports.audit_pack.proofs import proofs
from dialer.reports.audit_pack.subject import Subject

__all__ = ["Cancelled", "Subject", "proofs", "write_pack"]
