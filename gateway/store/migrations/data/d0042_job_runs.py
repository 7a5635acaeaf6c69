"""When each job of the gate last ended, and how."""

import sqlalchemy as sa
from alembic import op

revision = "d0042"
down_revision = "d0038"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.Text()),
        sa.Column("well", sa.BigInteger()),
        sa.PrimaryKeyConstraint("job", name="pk_job_run"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("job_run")
