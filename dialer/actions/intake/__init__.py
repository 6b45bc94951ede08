"""From an uploaded file to entries: read in batches, every row in exactly one bucket, then commit.

Runs in the engine's schedule, never in a web request. `reading` is the spine.
"""

from dialer.actions.intake.deciding import commit_upload, discard_upload, undo_upload
from dialer.actions.intake.reading import read_upload

__all__ = ["commit_upload", "discard_upload", "read_upload", "undo_upload"]
