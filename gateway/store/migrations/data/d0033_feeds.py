"""Feeds of events: how far each is, and which events came."""

import sqlalchemy as sa
from alembic import op

revision = "d0033"
down_revision = "d0022"


def upgrade() -> None:
    """Make both tables; no feed has begun."""
    op.create_table(
        "feed_position",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_feed_position"),
    )
    op.create_table(
        "feed_event",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("event", sa.LargeBinary(16), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("delivery", sa.LargeBinary(16)),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("source", "number", name="pk_feed_event"),
        sa.UniqueConstraint("source", "event", name="uq_feed_event_source_event"),
        sa.ForeignKeyConstraint(
            ["delivery"], ["delivery.id"], name="fk_feed_event_delivery_delivery"
        ),
    )


def downgrade() -> None:
    """Drop both; what was parked is lost, and each feed begins anew."""
    op.drop_table("feed_event")
    op.drop_table("feed_position")
