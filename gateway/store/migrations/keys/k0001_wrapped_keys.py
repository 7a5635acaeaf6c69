"""Wrapped keys, in a file of their own."""

import sqlalchemy as sa
from alembic import op

revision = "k0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "wrapped_key",
        sa.Column("handle", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("handle", "kind", "version", name="pk_wrapped_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "destroyed_key",
        sa.Column("handle", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("handle", "kind", name="pk_destroyed_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the tables, and with them every key."""
    op.drop_table("destroyed_key")
    op.drop_table("wrapped_key")
