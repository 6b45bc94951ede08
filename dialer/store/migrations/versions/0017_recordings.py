"""Recordings: sealed, with hashes, retention and holds."""

import sqlalchemy as sa
from alembic import op

import dialer.store.tables

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What was recorded before is sealed like what comes. Its length is the talk's, until it is sealed.
TAKE_OVER = """
INSERT INTO recording (attempt_id, state, path, seconds, size, wav_sha256, sha256, sound_sha256, key_id,
                       fault, saved_at, legal_hold)
SELECT id, 'raw', recording, talk_ms / 1000.0, 0, recording_sha256, '', '', '', '',
       COALESCE(ended_at, created_at), ''
FROM attempt WHERE recording <> ''
"""


def upgrade() -> None:
    """The register of recordings, with those there are."""
    when = dialer.store.tables.base.UtcTime(timezone=True)
    with op.batch_alter_table("creditor") as batch:
        batch.add_column(
            sa.Column(
                "recording_days",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
    with op.batch_alter_table("node_progress") as batch:
        batch.add_column(
            sa.Column("disk_low", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("node_progress") as batch:
        batch.alter_column("disk_low", server_default=None)
    op.create_table(
        "recording",
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wav_sha256", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sound_sha256", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("saved_at", when, nullable=False),
        sa.Column("kept_at", when, nullable=True),
        sa.Column("legal_hold", sa.String(), nullable=False),
        sa.Column("deleted_at", when, nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_recording_attempt_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_recording")),
    )
    for state in ("raw", "kept"):
        where = sa.text(f"state = '{state}'")
        op.create_index(
            f"ix_recording_{state}",
            "recording",
            ["saved_at"],
            sqlite_where=where,
            postgresql_where=where,
        )
    op.execute(TAKE_OVER)


def downgrade() -> None:
    """Without it; sealed files stay where they are."""
    op.drop_table("recording")
    with op.batch_alter_table("node_progress") as batch:
        batch.drop_column("disk_low")
    with op.batch_alter_table("creditor") as batch:
        batch.drop_column("recording_days")
