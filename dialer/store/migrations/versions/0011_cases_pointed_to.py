"""Whether anything points to a case is asked for each case that is taken back."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes of the columns that point to a case."""
    op.create_index("ix_attempt_case_id", "attempt", ["case_id"])
    op.create_index("ix_message_contact_case_id", "message_contact", ["case_id"])


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_message_contact_case_id", "message_contact")
    op.drop_index("ix_attempt_case_id", "attempt")
