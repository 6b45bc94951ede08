"""the desk: a person's keys, announced pauses, breathers, a call for help; campaign scripts, least promise"""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TIMES = ("help_since", "pause_at", "pause_until")


def upgrade() -> None:
    op.add_column("user", sa.Column("desk", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("campaign", sa.Column("script", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "creditor",
        sa.Column(
            "promise_min_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False, server_default="1",
        ),
    )  # fmt: skip
    for name in _TIMES:
        op.add_column(
            "seat",
            sa.Column(name, dialer.store.tables.base.UtcTime(timezone=True), nullable=True),
        )
    op.add_column(
        "seat", sa.Column("pause_at_reason", sa.String(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("seat", "pause_at_reason")
    for name in _TIMES:
        op.drop_column("seat", name)
    op.drop_column("creditor", "promise_min_minor")
    op.drop_column("campaign", "script")
    op.drop_column("user", "desk")
