"""Messages of ours: whose they are, what they say, where their sound lies."""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The register of prompts."""
    op.create_table(
        "prompt",
        sa.Column("id", _number(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_from", sa.String(), nullable=False),
        sa.Column("creditor_id", _number(), nullable=True),
        sa.Column("campaign_id", _number(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_by", _number(), nullable=False),
        sa.Column("created_at", dialer.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("retired_at", dialer.store.tables.base.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["creditor_id"], ["creditor.id"], name=op.f("fk_prompt_creditor_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_prompt_campaign_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_prompt_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("name", name=op.f("uq_prompt_name")),
    )


def downgrade() -> None:
    """Without it; the sounds stay in their folder."""
    op.drop_table("prompt")
