"""Invented cases for the demonstration and the tests."""
