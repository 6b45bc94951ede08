"""Conversations with their sound, and who supervises whom."""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "conversation",
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("recording", sa.String(), nullable=False),
        sa.Column("second_seat_id", _ID, nullable=True),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("agent_lost", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("keys", sa.String(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("at", dialer.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_conversation_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_seat_id"], ["seat.id"], name=op.f("fk_conversation_second_seat_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_conversation")),
    )
    op.create_table(
        "supervision",
        sa.Column("seat_id", _ID, nullable=False),
        sa.Column("supervisor_seat_id", _ID, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("at", dialer.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_supervision_seat_id")),
        sa.ForeignKeyConstraint(
            ["supervisor_seat_id"], ["seat.id"], name=op.f("fk_supervision_supervisor_seat_id")
        ),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_supervision")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("supervision")
    op.drop_table("conversation")
