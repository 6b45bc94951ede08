"""number pools, shares and switches of lists, end-of-list rules, answer hours"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "number_pool",
        sa.Column("id", _INT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("licence_no", sa.String(), nullable=False),
        sa.Column("certificate_no", sa.String(), nullable=False),
        sa.Column("undertaking_on", sa.Date(), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("trunk", sa.String(), nullable=False),
        sa.Column("creditor_ids", sa.JSON(), nullable=False),
        sa.Column("second_max", _INT, nullable=True),
        sa.Column("concurrent_max", _INT, nullable=True),
        sa.Column("hour_max", _INT, nullable=True),
        sa.Column("day_max", _INT, nullable=True),
        sa.Column("created_at", dialer.store.tables.base.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_pool")),
        sa.UniqueConstraint("name", name=op.f("uq_number_pool_name")),
    )
    for table, column in (("outbound_number", "pool_id"), ("campaign", "number_pool_id")):
        # One statement that both databases know; SQLite cannot add a constraint afterwards.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} BIGINT"
            f" CONSTRAINT fk_{table}_{column} REFERENCES number_pool (id)"
        )
    op.add_column("outbound_number", sa.Column("second_max", _INT, nullable=True))
    _add("outbound_number", "on_trial", sa.Boolean(), sa.false())
    _add("outbound_number", "rests", _INT, "0")
    _add("campaign", "list_order", sa.String(), "oldest")
    _add("campaign", "ordered_by", sa.String(), "oldest")
    _add("campaign", "turn", _INT, "0")
    _add("campaign", "end_rule", sa.JSON(), "{}")
    _add("campaign", "rounds", _INT, "0")
    _add("campaign", "end_reason", sa.String(), "")
    _add("campaign", "answer_hours", sa.JSON(), "{}")
    _add("upload", "active", sa.Boolean(), sa.true())
    _add("upload", "priority", _INT, "0")
    _add("upload", "weight", _INT, "1")
    _add("upload", "turn", _INT, "0")
    _index_entries(["upload_id", "priority", "next_at", "id"])
    op.create_index("ix_attempt_shown", "attempt", ["outbound_number", "created_at"])


def _add(
    table: str, name: str, kind: sa.types.TypeEngine[Any], default: str | sa.False_ | sa.True_
) -> None:
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))


def _index_entries(columns: list[str]) -> None:
    op.drop_index("ix_entry_dialable", table_name="entry")
    op.create_index(
        "ix_entry_dialable", "entry", columns,
        sqlite_where=sa.text("state = 'ready'"), postgresql_where=sa.text("state = 'ready'"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_attempt_shown", table_name="attempt")
    _index_entries(["campaign_id", "priority", "next_at", "id"])
    for table, columns in (
        ("upload", ("turn", "weight", "priority", "active")),
        ("campaign", ("answer_hours", "end_reason", "rounds", "end_rule", "turn", "ordered_by",
                      "list_order", "number_pool_id")),
        ("outbound_number", ("rests", "on_trial", "second_max", "pool_id")),
    ):  # fmt: skip
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_table("number_pool")
