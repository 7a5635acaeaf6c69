"""Whether someone came of age, and no longer the days: those told her date of birth in plain."""

import sqlalchemy as sa
from alembic import op

revision = "d0037"
down_revision = "d0036"

_AGES = (("sixteen", "sixteen_on"), ("eighteen", "eighteen_on"))
_PAST = "0001-01-01"


def upgrade() -> None:
    """Keep of each day whether it was reached; the daily round follows from here."""
    today = sa.cast(sa.func.current_date(), sa.Text)
    for age, day in _AGES:
        op.add_column(
            "subject", sa.Column(age, sa.Boolean, nullable=False, server_default=sa.false())
        )
        subject = sa.table("subject", sa.column(age), sa.column(day))
        op.execute(sa.update(subject).where(subject.c[day] <= today).values({age: True}))
        op.drop_column("subject", day)


def downgrade() -> None:
    """Put a day long past where an age was reached, and none where it was not."""
    for age, day in _AGES:
        op.add_column("subject", sa.Column(day, sa.Text))
        subject = sa.table("subject", sa.column(age), sa.column(day))
        op.execute(sa.update(subject).where(subject.c[age]).values({day: _PAST}))
        op.drop_column("subject", age)
