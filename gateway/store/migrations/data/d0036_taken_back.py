"""Who handed someone on, and that she was taken back; unset on what was there before."""

import sqlalchemy as sa
from alembic import op

revision = "d0036"
down_revision = "d0034c"


def upgrade() -> None:
    """Add both columns."""
    op.add_column("handover_handed_on", sa.Column("actor", sa.Text))
    op.add_column(
        "handover_handed_on",
        sa.Column("back", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop them; the log keeps both."""
    op.drop_column("handover_handed_on", "back")
    op.drop_column("handover_handed_on", "actor")
