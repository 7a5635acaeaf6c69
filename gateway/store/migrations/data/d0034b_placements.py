"""Placements that agencies record, and their contacts after."""

import sqlalchemy as sa
from alembic import op

revision = "d0034b"
down_revision = "d0034"

_ID = sa.LargeBinary(16)
_MOMENT = sa.BigInteger()


def upgrade() -> None:
    """Make both tables; nothing was recorded yet."""
    op.create_table(
        "placement",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("employer", sa.Text),
        sa.Column("start", sa.Date, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ended", sa.Date),
        sa.Column("why", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_placement"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_placement_subject_subject"),
    )
    op.create_index("ix_placement_subject", "placement", ["subject"])
    op.create_table(
        "placement_contact",
        sa.Column("id", _ID, nullable=False),
        sa.Column("placement", _ID, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("going", sa.Text, nullable=False),
        sa.Column("needs", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_placement_contact"),
        sa.ForeignKeyConstraint(
            ["placement"], ["placement.id"], name="fk_placement_contact_placement_placement"
        ),
    )
    op.create_index("ix_placement_contact_placement", "placement_contact", ["placement"])


def downgrade() -> None:
    """Drop them; what was recorded stays in the log, sealed."""
    op.drop_table("placement_contact")
    op.drop_table("placement")
