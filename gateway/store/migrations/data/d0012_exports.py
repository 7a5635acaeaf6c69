"""Exports: what was asked, and the sealed parts of the file until it leaves."""

import sqlalchemy as sa
from alembic import op

revision = "d0012"
down_revision = "d0011"


def upgrade() -> None:
    """Make both tables."""
    id_, moment = sa.LargeBinary(16), sa.BigInteger()
    op.create_table(
        "export",
        sa.Column("id", id_, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("locations", sa.Text, nullable=False),
        sa.Column("regions", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("fields", sa.String(64)),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("named", sa.Boolean, nullable=False),
        sa.Column("signed", sa.Boolean, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("at", moment, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("people", sa.LargeBinary, nullable=False),
        sa.Column("parent", id_, nullable=False),
        sa.Column("parent_index", sa.BigInteger, nullable=False),
        sa.Column("fetched", moment),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
    )
    op.create_index("ix_export_at", "export", ["at"])
    op.create_table(
        "export_part",
        sa.Column("export", id_, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("export", "number", name="pk_export_part"),
        sa.ForeignKeyConstraint(["export"], ["export.id"], name="fk_export_part_export_export"),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("export_part")
    op.drop_table("export")
