"""Which trunk carried an attempt, and how each trunk of each node does now."""

import sqlalchemy as sa
from alembic import op

from dialer.store.tables.base import UtcTime

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column and a table."""
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("trunk", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "trunk",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("node", "name", name=op.f("pk_trunk")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("trunk")
    with op.batch_alter_table("attempt") as batch:
        batch.drop_column("trunk")
