"""The table of versions that the log knows, and whose data it holds."""

import sqlalchemy as sa

from gateway.store.tables import MAIN

logged_version = sa.Table(
    "logged_version",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tag", sa.LargeBinary(16), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(["log", "index"], ["log_entry.log", "log_entry.index"]),
    sa.Index(None, "tag", "version", unique=True),
    sqlite_with_rowid=False,
    info={"holds": "a resident: how often her profile changed, under the log's tag for her"},
)
