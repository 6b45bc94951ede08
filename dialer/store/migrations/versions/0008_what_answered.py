"""what answered: a campaign's policy for machines, the verdict and its reason on the attempt"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXTS = {
    "campaign": {"amd_policy": "classify", "amd_message": ""},
    "attempt": {"answer_reason": "", "screened": ""},
}
_NUMBERS = ("answer_ms", "voice_from_ms", "voice_to_ms")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table, columns in _TEXTS.items():
        for name, default in columns.items():
            op.add_column(
                table, sa.Column(name, sa.String(), nullable=False, server_default=default)
            )
    op.add_column(
        "campaign", sa.Column("amd_limit_ms", _number(), nullable=False, server_default="4000")
    )
    op.add_column("attempt", sa.Column("answer_confidence", sa.Float(), nullable=True))
    for name in _NUMBERS:
        op.add_column("attempt", sa.Column(name, _number(), nullable=True))


def downgrade() -> None:
    for name in (*_NUMBERS, "answer_confidence"):
        op.drop_column("attempt", name)
    op.drop_column("campaign", "amd_limit_ms")
    for table, columns in _TEXTS.items():
        for name in columns:
            op.drop_column(table, name)
