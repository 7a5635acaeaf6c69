"""Statistics: published counts under keyed terms, and what each analyst was told of them."""

import sqlalchemy as sa
from alembic import op

revision = "d0007"
down_revision = "d0005"


def upgrade() -> None:
    """Make the three tables and the index."""
    moment = sa.BigInteger()
    op.create_table(
        "statistics_cube",
        sa.Column("cube", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("cube", name="pk_statistics_cube"),
    )
    op.create_table(
        "statistics_count",
        sa.Column("cube", sa.Text, nullable=False),
        sa.Column("term", sa.LargeBinary(16), nullable=False),
        sa.Column("count", sa.Integer),
        sa.PrimaryKeyConstraint("cube", "term", name="pk_statistics_count"),
        sa.ForeignKeyConstraint(
            ["cube"], ["statistics_cube.cube"], name="fk_statistics_count_cube_statistics_cube"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statistics_told",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("cube", sa.Text, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statistics_told"),
    )
    op.create_index(
        "ix_statistics_told_recipient_actor_at", "statistics_told", ["recipient", "actor", "at"]
    )


def downgrade() -> None:
    """Drop the tables with their index."""
    op.drop_table("statistics_told")
    op.drop_table("statistics_count")
    op.drop_table("statistics_cube")
