"""Phones, not debts: nodes that speak SIP, the link to them, and the simulated carrier."""
