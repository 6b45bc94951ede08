"""Alerts, words to a seat, concessions in a call; teams and second factors of users."""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = dialer.store.tables.base.UtcTime(timezone=True)
OPEN = sa.text("cleared_at IS NULL")


def _points_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    """Four tables; users and agreements keep what they had."""
    op.create_table(
        "alert",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("acknowledged_by", ID, nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("cleared_at", TIME, nullable=True),
        _points_to("alert", "acknowledged_by", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(
        "ux_alert_open",
        "alert",
        ["code", "subject"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "seat_message",
        sa.Column("id", ID, nullable=False),
        sa.Column("seat_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=True),
        _points_to("seat_message", "seat_id", "seat"),
        _points_to("seat_message", "user_id", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_message")),
    )
    op.create_index("ix_seat_message_seat", "seat_message", ["seat_id", "seen_at"])
    op.create_table(
        "concession",
        sa.Column("offer_id", ID, nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("seat_id", ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        _points_to("concession", "offer_id", "offer"),
        _points_to("concession", "attempt_id", "attempt"),
        _points_to("concession", "seat_id", "seat"),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_concession")),
    )
    op.create_index("ix_concession_attempt_id", "concession", ["attempt_id"])
    op.create_table(
        "team",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    with op.batch_alter_table("user") as table:
        table.add_column(sa.Column("team_id", ID, nullable=True))
        table.add_column(sa.Column("totp_secret", sa.String(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("totp_on", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("totp_step", ID, nullable=False, server_default="0"))
        table.create_foreign_key(op.f("fk_user_team_id"), "team", ["team_id"], ["id"])
    with op.batch_alter_table("agreement") as table:
        table.add_column(sa.Column("waive_share_supervisor", sa.Float(), nullable=True))


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table("agreement") as table:
        table.drop_column("waive_share_supervisor")
    with op.batch_alter_table("user") as table:
        table.drop_constraint(op.f("fk_user_team_id"), type_="foreignkey")
        for column in ("totp_step", "totp_on", "totp_secret", "team_id"):
            table.drop_column(column)
    for name in ("team", "concession", "seat_message", "alert"):
        op.drop_table(name)
