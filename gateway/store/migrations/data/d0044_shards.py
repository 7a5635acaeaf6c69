"""A log goes on in shards: the head says which is open, and those that are closed keep their last heads."""

import sqlalchemy as sa
from alembic import op

from gateway.store.migrations.append_only import refuse_changes

revision = "d0044"
down_revision = "d0039b"

_TABLE = "log_closed"
_HEADS = ("log_head", "log_checkpoint")


def upgrade() -> None:
    """Let what there is be the first shard; keep closed heads where nothing is changed."""
    for table in _HEADS:
        op.add_column(table, sa.Column("base", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column(
        "log_head", sa.Column("label", sa.Text, nullable=False, server_default=sa.text("''"))
    )
    op.create_table(
        _TABLE,
        sa.Column("log", sa.Integer, nullable=False),
        sa.Column("base", sa.BigInteger, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.Column("instance", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("log", "base", name="pk_log_closed"),
    )
    refuse_changes(_TABLE)


def downgrade() -> None:
    """Drop what says that there are shards; refused for a log that has turned to a second."""
    kept = sa.select(sa.func.count()).select_from(sa.table(_TABLE))
    if op.get_bind().scalar(kept):
        raise RuntimeError("the log has closed shards, which an older version cannot read")
    op.drop_table(_TABLE)
    op.drop_column("log_head", "label")
    for table in _HEADS:
        op.drop_column(table, "base")
