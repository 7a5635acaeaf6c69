"""Sessions of workers on the screens."""

import sqlalchemy as sa
from alembic import op

revision = "d0010"
down_revision = "d0009"


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "web_session",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("provider_session", sa.Text),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_web_session"),
    )
    op.create_index("ix_web_session_provider_session", "web_session", ["provider_session"])
    op.create_index("ix_web_session_opened", "web_session", ["opened"])


def downgrade() -> None:
    """Drop the table with its indexes."""
    op.drop_table("web_session")
