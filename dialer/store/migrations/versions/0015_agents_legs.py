"""Agents choose how they hear and speak; a browser's offer passes through the store."""

import sqlalchemy as sa
from alembic import op

from dialer.store.tables.base import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who has a seat already went on the phone until now, and goes on so."""
    op.add_column("user", sa.Column("leg_kind", sa.String(), nullable=False, server_default=""))
    op.execute(sa.text("""UPDATE "user" SET leg_kind = 'phone' WHERE role = 'agent'"""))
    op.create_table(
        "leg_offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("sdp", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.Column("answered_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_leg_offer_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg_offer")),
    )
    op.create_index("ix_leg_offer_seat_id", "leg_offer", ["seat_id"])


def downgrade() -> None:
    """Without them."""
    op.drop_table("leg_offer")
    op.drop_column("user", "leg_kind")
