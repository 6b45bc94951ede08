"""Tests of one part; see CONTRIBUTING.md."""
