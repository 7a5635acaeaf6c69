"""The table of keys that were found to be nobody's, and since when."""

import sqlalchemy as sa

from gateway.store.columns import Id, Moment
from gateway.store.tables import MAIN

orphan_key = sa.Table(
    "orphan_key",
    MAIN,
    sa.Column("subject", Id, primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sqlite_with_rowid=False,
    info={"holds": "nobody: ids for which keys were made and no profile was stored"},
)
