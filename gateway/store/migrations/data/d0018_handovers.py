"""Warm handovers: receipt, talks, questions and handing on; and what COA told of the talk, as a fact."""

import sqlalchemy as sa
from alembic import op

revision = "d0018"
down_revision = "d0014"

_ID = sa.LargeBinary(16)
_MOMENT = sa.BigInteger()


def upgrade() -> None:
    """Add the fact, unset until the next delivery, and make the four tables."""
    op.add_column("subject", sa.Column("overdracht_status", sa.Text))
    _table(
        "handover_confirmation",
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.UniqueConstraint(
            "subject",
            "gemeente",
            "since",
            name="uq_handover_confirmation_subject_gemeente_since",
        ),
    )
    _table(
        "handover_talk",
        sa.Column("scenario", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("moment", _MOMENT, nullable=False),
        sa.Column("agreed", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closed", _MOMENT),
        sa.Column("cancelled", sa.Text),
        sa.Column("outcomes", sa.Text, nullable=False),
    )
    _table(
        "handover_question",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("field", sa.Text),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("answer", _ID),
        sa.Column("answered", _MOMENT),
    )
    _table("handover_handed_on", sa.Column("before", sa.Text, nullable=False))


def downgrade() -> None:
    """Take it back; what was written of handovers is lost."""
    for name in ("handed_on", "question", "talk", "confirmation"):
        op.drop_table(f"handover_{name}")
    op.drop_column("subject", "overdracht_status")


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("gemeente", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=f"fk_{name}_subject_subject"),
    )
    op.create_index(f"ix_{name}_subject", name, ["subject"])
    op.create_index(f"ix_{name}_gemeente", name, ["gemeente"])
