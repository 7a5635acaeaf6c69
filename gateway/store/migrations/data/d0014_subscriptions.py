"""Where partners hear of their notices, and what each was told."""

import sqlalchemy as sa
from alembic import op

revision = "d0014"
down_revision = "d0013"


def upgrade() -> None:
    """Make both tables."""
    id_, moment = sa.LargeBinary(16), sa.BigInteger()
    op.create_table(
        "subscription",
        sa.Column("id", id_, nullable=False),
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
    )
    op.create_index("ix_subscription_partner", "subscription", ["partner"])
    op.create_table(
        "notice_push",
        sa.Column("notice", id_, nullable=False),
        sa.Column("subscription", id_, nullable=False),
        sa.Column("reminders", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try", moment, nullable=False),
        sa.Column("delivered_at", moment),
        sa.PrimaryKeyConstraint("notice", "subscription", name="pk_notice_push"),
        sa.ForeignKeyConstraint(["notice"], ["notice.id"], name="fk_notice_push_notice_notice"),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name="fk_notice_push_subscription_subscription"
        ),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("notice_push")
    op.drop_table("subscription")
