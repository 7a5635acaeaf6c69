"""The oldest version of the index key under which terms may still be written."""

import sqlalchemy as sa
from alembic import op

revision = "d0013"
down_revision = "d0012"


def upgrade() -> None:
    """Make the table; empty it means the first version."""
    op.create_table(
        "index_floor",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_index_floor"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("index_floor")
