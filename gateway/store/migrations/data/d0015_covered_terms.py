"""A seal on each search term; and no search any more for those whom a restriction of before closed.

Terms of before have no seal: they count as hers, and are covered from when she is indexed anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "d0015"
down_revision = "d0018"

# The fields that the rules of P04 show, but for the reference, as they were numbered by now.
SHOWN = 0x7E5E028800000000008003000800
SEARCHING = "P04"


def upgrade() -> None:
    """Add the seal, and close search for whoever has nothing left to show."""
    op.add_column("candidate_term", sa.Column("seal", sa.LargeBinary(8)))
    withheld: dict[bytes, int] = {}
    rows = op.get_bind().execute(
        sa.text("SELECT subject, fields, purposes FROM withholding WHERE until IS NULL")
    )
    for subject, fields, purposes in rows:
        if not purposes or any(code.startswith(SEARCHING) for code in purposes.split(",")):
            withheld[subject] = withheld.get(subject, 0) | int(fields, 16)
    closed = [{"of": one} for one, mask in withheld.items() if not SHOWN & ~mask]
    for statement in (
        "UPDATE subject SET search_closed = TRUE WHERE id = :of",
        "DELETE FROM candidate_term WHERE subject = :of",
        "DELETE FROM candidate WHERE subject = :of",
    ):
        if closed:
            op.get_bind().execute(sa.text(statement), closed)


def downgrade() -> None:
    """Drop the seals; who was closed stays so, until her restriction is lifted."""
    op.drop_column("candidate_term", "seal")
