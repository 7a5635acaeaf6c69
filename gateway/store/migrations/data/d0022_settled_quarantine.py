"""What became of a quarantined row, and when; its values go with that."""

import sqlalchemy as sa
from alembic import op

revision = "d0022"
down_revision = "d0015"


def upgrade() -> None:
    """Add both columns; every row there is still waits."""
    op.add_column("quarantine_row", sa.Column("fate", sa.Text))
    op.add_column("quarantine_row", sa.Column("settled", sa.BigInteger()))


def downgrade() -> None:
    """Drop both columns."""
    op.drop_column("quarantine_row", "settled")
    op.drop_column("quarantine_row", "fate")
