"""From an uploaded file to entries: read in batches, every row in exactly one bucket, then commit.

Runs in the engine's schedule, never in a web request; `asking` has what a manager may say meanwhile.
`reading` is the spine: `table_reader` (a child process) gives rows, `staging` writes them as `loading`,
`committing` makes them ready, `withdrawing` takes them back.
"""

from dialer.actions.intake.reading import read_upload

__all__ = ["read_upload"]
