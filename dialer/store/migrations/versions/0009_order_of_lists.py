"""each list knows which order its entries' levels follow"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("campaign", "ordered_by")
    op.add_column(
        "upload", sa.Column("ordered_by", sa.String(), nullable=False, server_default="oldest")
    )


def downgrade() -> None:
    op.drop_column("upload", "ordered_by")
    op.add_column(
        "campaign", sa.Column("ordered_by", sa.String(), nullable=False, server_default="oldest")
    )
