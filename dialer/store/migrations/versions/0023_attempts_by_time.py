"""Calls of a campaign by when they were made and answered: the board asks for parts of a day. Report files
that went wrong are tried again: how often, why, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ANSWERED = sa.text("answered_at IS NOT NULL")
_SCREENED = sa.text("screened <> ''")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Three indexes, of which the first also serves whoever asks by campaign alone; three columns."""
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
    op.add_column("report_file", sa.Column("tries", _NUMBER, nullable=False, server_default="0"))
    op.add_column(
        "report_file", sa.Column("reason", sa.String(), nullable=False, server_default="")
    )
    op.add_column("report_file", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """By campaign alone again."""
    for name in ("again_at", "reason", "tries"):
        op.drop_column("report_file", name)
    op.create_index("ix_attempt_campaign_id", "attempt", ["campaign_id"])
    for name in ("ix_attempt_screened", "ix_attempt_answered", "ix_attempt_made"):
        op.drop_index(name, "attempt")
