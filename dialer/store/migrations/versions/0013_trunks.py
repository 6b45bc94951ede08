"""Which trunk carried an attempt, how each trunk does now, and who called our pool numbers."""

import sqlalchemy as sa
from alembic import op

from dialer.store.tables.base import UtcTime

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column and two tables."""
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("trunk", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "inbound_call",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("trunk", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_called_back", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_inbound_call_entry_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_call")),
    )
    op.create_index("ix_inbound_call_at", "inbound_call", ["at"])
    op.create_index("ix_inbound_call_entry_id", "inbound_call", ["entry_id"])
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
    op.drop_table("inbound_call")
    with op.batch_alter_table("attempt") as batch:
        batch.drop_column("trunk")
