"""The tables of wrapped keys, in a store of their own, and of those that were destroyed."""

import sqlalchemy as sa

from gateway.store.tables import KEYS

wrapped_key = sa.Table(
    "wrapped_key",
    KEYS,
    sa.Column("handle", sa.LargeBinary, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("under", sa.Integer, nullable=False, server_default="0"),
    sa.Index(None, "under", "handle", "kind", "version"),
    sqlite_with_rowid=False,
    info={"holds": "a resident: the wrapped keys that open what is kept about her"},
)

destroyed_key = sa.Table(
    "destroyed_key",
    KEYS,
    sa.Column("handle", sa.LargeBinary, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
    info={"holds": "nobody any more: which pseudonyms had a key that was destroyed"},
)
