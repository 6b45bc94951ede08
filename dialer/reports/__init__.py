"""Read-only projections for boards and reports."""
