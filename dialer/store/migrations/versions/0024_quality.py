"""Scorecards, and reviews of recorded calls."""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The two tables."""
    when = dialer.store.tables.base.UtcTime(timezone=True)
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "scorecard",
        sa.Column("id", whole, nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("created_by", whole, nullable=False),
        sa.Column("created_at", when, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_scorecard_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard")),
    )
    op.create_table(
        "review",
        sa.Column("id", whole, nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("reviewer_id", whole, nullable=False),
        sa.Column("agent_id", whole, nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("comments", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("at", when, nullable=False),
        sa.Column("reply", sa.String(), nullable=False),
        sa.Column("replied_at", when, nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_review_attempt_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["user.id"], name=op.f("fk_review_reviewer_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_review_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "attempt_id", "reviewer_id", name=op.f("uq_review_attempt_id_reviewer_id")
        ),
    )
    op.create_index(op.f("ix_review_agent_id"), "review", ["agent_id"])
    op.create_index(op.f("ix_review_at"), "review", ["at"])


def downgrade() -> None:
    """Without them."""
    op.drop_table("review")
    op.drop_table("scorecard")
