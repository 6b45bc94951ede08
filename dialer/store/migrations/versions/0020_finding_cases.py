"""Cases are found by name, pinyin and initials; users may be kept to some creditors."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The keys are filled by the engine's schedule."""
    op.create_table(
        "name_key",
        sa.Column("debtor_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_name_key_debtor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("debtor_id", "key", name=op.f("pk_name_key")),
    )
    op.create_index(
        "ix_name_key_key", "name_key", ["key"], postgresql_ops={"key": "text_pattern_ops"}
    )
    op.create_index("ix_attempt_seat", "attempt", ["seat_id", "created_at"])
    op.create_table(
        "user_creditor",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("creditor_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_creditor_user_id")),
        sa.ForeignKeyConstraint(
            ["creditor_id"], ["creditor.id"], name=op.f("fk_user_creditor_creditor_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "creditor_id", name=op.f("pk_user_creditor")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("user_creditor")
    op.drop_index("ix_attempt_seat", "attempt")
    op.drop_table("name_key")
