"""Heads of the log that someone outside vouches for."""

import sqlalchemy as sa
from alembic import op

revision = "d0011"
down_revision = "d0010"


def upgrade() -> None:
    """Make the table; no head was anchored before."""
    op.create_table(
        "log_checkpoint",
        sa.Column("log", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("cosigned", sa.Boolean, nullable=False),
        sa.Column("token", sa.LargeBinary),
        sa.PrimaryKeyConstraint("log", "size", name="pk_log_checkpoint"),
    )


def downgrade() -> None:
    """Drop the table, and with it what others vouched for."""
    op.drop_table("log_checkpoint")
