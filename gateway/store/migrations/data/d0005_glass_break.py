"""Break-glass: who broke it about whom, for how long, and whether another person looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "d0005"
down_revision = "d0006"


def upgrade() -> None:
    """Make the table and its indexes."""
    id_, moment = sa.LargeBinary(16), sa.BigInteger()
    op.create_table(
        "glass_break",
        sa.Column("id", id_, nullable=False),
        sa.Column("subject", id_, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("reviewed_at", moment),
        sa.Column("reviewed_by", sa.Text),
        sa.Column("verdict", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_glass_break"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_glass_break_subject_subject"),
    )
    op.create_index("ix_glass_break_subject", "glass_break", ["subject"])
    op.create_index("ix_glass_break_partner_at", "glass_break", ["partner", "at"])


def downgrade() -> None:
    """Drop the table with its indexes."""
    op.drop_table("glass_break")
