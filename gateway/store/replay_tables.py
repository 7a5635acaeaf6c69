"""The table of used tokens, and whose data it holds."""

import sqlalchemy as sa

from gateway.store.columns import Moment
from gateway.store.tables import MAIN

used_token = sa.Table(
    "used_token",
    MAIN,
    sa.Column("token", sa.LargeBinary(32), primary_key=True),
    sa.Column("until", Moment, nullable=False, index=True),
    info={"holds": "nobody: digests of tokens that were used and may not be again"},
)
