"""The pacer on simulated floors, beside what it is measured against."""
