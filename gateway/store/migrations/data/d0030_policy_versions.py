"""The life of a policy: files and versions, proposals with their approvals, and activations."""

import sqlalchemy as sa
from alembic import op

revision = "d0030"
down_revision = "d0031"

_ID = sa.LargeBinary(16)
_MOMENT = sa.BigInteger()


def upgrade() -> None:
    """Make the five tables; nothing in them: what came with the program is in force."""
    op.create_table(
        "policy_file",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_policy_file"),
    )
    op.create_table(
        "policy_version",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_policy_version"),
    )
    _proposals()
    op.create_table(
        "policy_activation",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("starts", _MOMENT),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("proposal", _ID),
        sa.Column("undoes", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_policy_activation"),
        _to_version("activation", "version"),
        _to_proposal("activation"),
    )


def downgrade() -> None:
    """Drop them; what came with the program is in force again."""
    for name in ("activation", "approval", "proposal", "version", "file"):
        op.drop_table(f"policy_{name}")


def _proposals() -> None:
    op.create_table(
        "policy_proposal",
        sa.Column("id", _ID, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_proposal"),
        _to_version("proposal", "version"),
        _to_version("proposal", "base"),
    )
    op.create_index("ix_policy_proposal_at", "policy_proposal", ["at"])
    op.create_table(
        "policy_approval",
        sa.Column("proposal", _ID, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("proposal", "actor", name="pk_policy_approval"),
        _to_proposal("approval"),
    )


def _to_version(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = f"fk_policy_{table}_{column}_policy_version"
    return sa.ForeignKeyConstraint([column], ["policy_version.name"], name=name)


def _to_proposal(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_policy_{table}_proposal_policy_proposal"
    return sa.ForeignKeyConstraint(["proposal"], ["policy_proposal.id"], name=name)
