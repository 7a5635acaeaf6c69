"""Who handles a handover, who works in a team, and the lists that each saved."""

import sqlalchemy as sa
from alembic import op

revision = "d0034"
down_revision = "d0033"

_ID = sa.LargeBinary(16)
_MOMENT = sa.BigInteger()


def upgrade() -> None:
    """Make the three tables; nobody handles anything yet."""
    name = "handover_assignment"
    op.create_table(
        name,
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject", _ID, nullable=False),
        sa.Column("gemeente", sa.Text, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("worker", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=f"fk_{name}_subject_subject"),
        sa.UniqueConstraint(
            "subject", "gemeente", "since", name=f"uq_{name}_subject_gemeente_since"
        ),
    )
    op.create_index(f"ix_{name}_subject", name, ["subject"])
    op.create_index(f"ix_{name}_gemeente", name, ["gemeente"])
    op.create_table(
        "colleague",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("seen", _MOMENT, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("partner", "actor", "role", name="pk_colleague"),
    )
    op.create_index("ix_colleague_seen", "colleague", ["seen"])
    op.create_table(
        "saved_list",
        *(sa.Column(part, sa.Text, nullable=False) for part in _SAVED),
        sa.PrimaryKeyConstraint(*_SAVED, name="pk_saved_list"),
    )


_SAVED = ("partner", "actor", "view", "whose")


def downgrade() -> None:
    """Drop them; who handled what stays in the log."""
    for name in ("saved_list", "colleague", "handover_assignment"):
        op.drop_table(name)
