"""Calls of a campaign by when they were made and answered: the board asks for parts of a day."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ANSWERED = sa.text("answered_at IS NOT NULL")
_SCREENED = sa.text("screened <> ''")


def upgrade() -> None:
    """Three indexes; the first also serves whoever asks by campaign alone."""
    op.create_index("ix_attempt_made", "attempt", ["campaign_id", "created_at"])
    op.create_index(
        "ix_attempt_answered", "attempt", ["campaign_id", "answered_at"],
        sqlite_where=_ANSWERED, postgresql_where=_ANSWERED,
    )  # fmt: skip
    op.create_index(
        "ix_attempt_screened", "attempt", ["campaign_id", "created_at"],
        sqlite_where=_SCREENED, postgresql_where=_SCREENED,
    )  # fmt: skip
    op.drop_index("ix_attempt_campaign_id", "attempt")


def downgrade() -> None:
    """By campaign alone again."""
    op.create_index("ix_attempt_campaign_id", "attempt", ["campaign_id"])
    for name in ("ix_attempt_screened", "ix_attempt_answered", "ix_attempt_made"):
        op.drop_index(name, "attempt")
