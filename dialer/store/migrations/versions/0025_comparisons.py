"""Comparisons of two campaigns, planned before they are judged."""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table."""
    when = dialer.store.tables.base.UtcTime(timezone=True)
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    references = {"campaign_a": "campaign", "campaign_b": "campaign", "created_by": "user"}
    op.create_table(
        "comparison",
        sa.Column("id", whole, nullable=False),
        sa.Column("campaign_a", whole, nullable=False),
        sa.Column("campaign_b", whole, nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("base", sa.Float(), nullable=False),
        sa.Column("least", sa.Float(), nullable=False),
        sa.Column("planned", whole, nullable=False),
        sa.Column("window_days", whole, nullable=False),
        sa.Column("created_by", whole, nullable=False),
        sa.Column("created_at", when, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_comparison_{column}"))
            for column, table in references.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
    )


def downgrade() -> None:
    """Without it."""
    op.drop_table("comparison")
