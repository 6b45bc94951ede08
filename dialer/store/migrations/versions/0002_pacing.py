"""who takes which campaign, weights, and what pacers learned"""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "assignment",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_assignment_user_id")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_assignment_campaign_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "campaign_id", name=op.f("pk_assignment")),
    )
    op.create_table(
        "pacer_state",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("at", dialer.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_pacer_state")),
    )
    op.add_column("campaign", sa.Column("weight", sa.Float(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("campaign", "weight")
    op.drop_table("pacer_state")
    op.drop_table("assignment")
