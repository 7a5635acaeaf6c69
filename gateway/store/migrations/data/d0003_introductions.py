"""Introductions: who asks that someone be introduced, and how each answer stands."""

import sqlalchemy as sa
from alembic import op

revision = "d0003"
down_revision = "d0002"


def upgrade() -> None:
    """Make the table and its indexes."""
    id_, moment = sa.LargeBinary(16), sa.BigInteger()
    op.create_table(
        "introduction",
        sa.Column("id", id_, nullable=False),
        sa.Column("subject", id_, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closed", moment),
        sa.Column("employer", sa.Text),
        sa.Column("employer_state", sa.Text),
        sa.Column("employer_closed", moment),
        sa.Column("function", sa.Text),
        sa.Column("group_name", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_introduction"),
        sa.ForeignKeyConstraint(
            ["subject"], ["subject.id"], name="fk_introduction_subject_subject"
        ),
    )
    op.create_index("ix_introduction_subject", "introduction", ["subject"])
    op.create_index("ix_introduction_requester_at", "introduction", ["requester", "at"])


def downgrade() -> None:
    """Drop the table with its indexes."""
    op.drop_table("introduction")
