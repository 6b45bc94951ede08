"""Measurements, not tests: `python -m tests.bench.<name>`. Figures name the machine and are never asserted."""
