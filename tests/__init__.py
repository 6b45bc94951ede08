"""Tests: see CONTRIBUTING.md for the categories."""
