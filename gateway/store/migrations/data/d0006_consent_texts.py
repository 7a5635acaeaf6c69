"""Consent events keep the digest of the words, and whether the choice was read back."""

import sqlalchemy as sa
from alembic import op

revision = "d0006"
down_revision = "d0003"


def upgrade() -> None:
    """Add both columns; what was recorded before has no digest and was not read back."""
    op.add_column("consent_event", sa.Column("text_digest", sa.Text))
    op.add_column(
        "consent_event",
        sa.Column("read_back", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop both columns."""
    op.drop_column("consent_event", "read_back")
    op.drop_column("consent_event", "text_digest")
