"""A resident's own access: codes under keyed terms, her session, and the guesses of the last hour."""

import sqlalchemy as sa
from alembic import op

revision = "d0031"
down_revision = "d0034b"

_ID = sa.LargeBinary(16)
_TERM = sa.LargeBinary(18)
_MOMENT = sa.BigInteger()


def upgrade() -> None:
    """Make the three tables."""
    _hers(
        "own_code",
        sa.Column("term", _TERM, nullable=False),
        sa.Column("proof", _TERM, nullable=False),
        sa.Column("expires", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("term", name="pk_own_code"),
    )
    _hers(
        "own_session",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("opened", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_own_session"),
    )
    op.create_table(
        "own_guess",
        sa.Column("id", _ID, nullable=False),
        sa.Column("address", _TERM, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_guess"),
    )
    op.create_index("ix_own_guess_address", "own_guess", ["address"])
    op.create_index("ix_own_guess_at", "own_guess", ["at"])


def downgrade() -> None:
    """Drop them; every code and session ends."""
    for name in ("own_guess", "own_session", "own_code"):
        op.drop_table(name)


def _hers(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("subject", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["subject"], ["subject.id"], name=f"fk_{name}_subject_subject"),
    )
    op.create_index(f"ix_{name}_subject", name, ["subject"])
