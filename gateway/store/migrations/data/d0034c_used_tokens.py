"""Tokens that were used, so that nobody uses them again."""

import sqlalchemy as sa
from alembic import op

revision = "d0034c"
down_revision = "d0030"


def upgrade() -> None:
    """Make the table and its index."""
    op.create_table(
        "used_token",
        sa.Column("token", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_used_token"),
    )
    op.create_index("ix_used_token_until", "used_token", ["until"])


def downgrade() -> None:
    """Drop the table with its index."""
    op.drop_table("used_token")
