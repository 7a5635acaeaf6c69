"""A second pair of eyes: consents that an officer looks at, who may look a person up; closed search."""

import sqlalchemy as sa
from alembic import op

revision = "d0008"
down_revision = "d0007"


def upgrade() -> None:
    """Add the marks on consents and subjects, unset on what was there before, and the requests."""
    op.add_column(
        "consent_event",
        sa.Column("decides", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "subject",
        sa.Column("search_closed", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    id_, moment = sa.LargeBinary(16), sa.BigInteger()
    op.create_table(
        "look_up",
        sa.Column("id", id_, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("subject", id_, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_at", moment),
        sa.PrimaryKeyConstraint("id", name="pk_look_up"),
    )
    op.create_index("ix_look_up_partner_at", "look_up", ["partner", "at"])

    op.create_table(
        "rectification",
        sa.Column("id", id_, nullable=False),
        sa.Column("subject", id_, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closed", moment),
        sa.PrimaryKeyConstraint("id", name="pk_rectification"),
        sa.ForeignKeyConstraint(
            ["subject"], ["subject.id"], name="fk_rectification_subject_subject"
        ),
    )
    op.create_index("ix_rectification_subject", "rectification", ["subject"])


def downgrade() -> None:
    """Take it back; requests and marks are lost."""
    op.drop_table("rectification")
    op.drop_table("look_up")
    op.drop_column("subject", "search_closed")
    op.drop_column("consent_event", "decides")
