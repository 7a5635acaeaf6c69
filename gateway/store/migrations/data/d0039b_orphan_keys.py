"""Keys that were found to be nobody's, and since when: they are destroyed some days after."""

import sqlalchemy as sa
from alembic import op

revision = "d0039b"
down_revision = "d0041"


def upgrade() -> None:
    """Make the table; the first round fills it."""
    op.create_table(
        "orphan_key",
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_orphan_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the table: what it knew is found again."""
    op.drop_table("orphan_key")
