"""What still has to be told to another logbook, and what officers found of signals."""

import sqlalchemy as sa
from alembic import op

revision = "d0009"
down_revision = "d0008"


def upgrade() -> None:
    """Make both tables."""
    moment = sa.BigInteger()
    op.create_table(
        "outbox",
        sa.Column("log", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("index", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("refused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("log", "index", name="pk_outbox"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signal",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("closed_at", moment),
        sa.Column("closed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
    )
    op.create_index("ix_signal_partner", "signal", ["partner"])


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("signal")
    op.drop_table("outbox")
