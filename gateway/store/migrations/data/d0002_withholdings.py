"""Restrictions and objections by their own id, recall notices, and the ages that consent asks for."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "d0002"
down_revision = "d0001"

_ID: Final = sa.LargeBinary(16)
_MOMENT: Final = sa.BigInteger()
_ROW: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add facts and guardian, give withholdings an id of their own, and make the notices."""
    op.add_column("subject", sa.Column("sixteen_on", sa.Text))
    op.add_column("subject", sa.Column("eighteen_on", sa.Text))
    op.add_column(
        "consent_event",
        sa.Column("guardian", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.drop_table("withholding")  # nothing could be written there before this step
    _withholding(_ID)
    _notice()


def downgrade() -> None:
    """Take it back; restrictions, objections and notices are lost."""
    op.drop_table("notice")
    op.drop_table("withholding")
    _withholding(_ROW)
    op.drop_column("consent_event", "guardian")
    op.drop_column("subject", "eighteen_on")
    op.drop_column("subject", "sixteen_on")


def _withholding(key: sa.types.TypeEngine[Any]) -> None:
    op.create_table(
        "withholding",
        sa.Column("id", key, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fields", sa.String(64), nullable=False),
        sa.Column("purposes", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_withholding"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_withholding_subject_subject"),
    )
    op.create_index("ix_withholding_subject", "withholding", ["subject"])


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text),
        sa.Column("consent_id", _ID),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name="fk_notice_subject_subject"),
    )
    op.create_index("ix_notice_subject", "notice", ["subject"])
    op.create_index("ix_notice_recipient_due", "notice", ["recipient", "due"])
