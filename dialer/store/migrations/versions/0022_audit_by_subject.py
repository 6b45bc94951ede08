"""Who changed a campaign's settings is asked for each time its sheet is opened."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index of the audit by subject."""
    op.create_index("ix_audit_subject", "audit", ["subject"])


def downgrade() -> None:
    """Without it."""
    op.drop_index("ix_audit_subject", "audit")
