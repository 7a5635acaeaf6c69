"""The tables of the log: its heads, leaves, sealed payloads, vouched heads, and what is still to be told."""

import sqlalchemy as sa

from gateway.store.columns import Moment
from gateway.store.tables import MAIN

log_head = sa.Table(
    "log_head",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
    sa.Column("checkpoint", sa.Text, nullable=False),
    sa.Column("frozen", sa.Text),
    sa.Column("instance", sa.Text, nullable=False),
    sa.Column("base", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("label", sa.Text, nullable=False, server_default=sa.text("''")),
    info={"holds": "nobody: hashes and a signature"},
)

log_closed = sa.Table(
    "log_closed",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("base", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
    sa.Column("checkpoint", sa.Text, nullable=False),
    sa.Column("instance", sa.Text, nullable=False),
    info={"holds": "nobody: the last heads of shards that are closed"},
)

log_checkpoint = sa.Table(
    "log_checkpoint",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("cosigned", sa.Boolean, nullable=False),
    sa.Column("token", sa.LargeBinary),
    sa.Column("base", sa.BigInteger, nullable=False, server_default="0"),
    info={"holds": "nobody: heads of the log that witnesses or a timestamp authority vouch for"},
)

log_entry = sa.Table(
    "log_entry",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True),
    sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.LargeBinary(16), nullable=False, unique=True),
    sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
    info={"holds": "nobody: leaves name purposes and organisations, and commit to the rest"},
)

log_payload = sa.Table(
    "log_payload",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True),
    sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tag", sa.LargeBinary(16)),
    sa.Column("counter", sa.BigInteger),
    sa.Column("payload", sa.LargeBinary),
    sa.ForeignKeyConstraint(["log", "index"], ["log_entry.log", "log_entry.index"]),
    sa.Index(None, "log", "tag", "counter", unique=True),
    sqlite_with_rowid=False,
    info={"holds": "a resident and a worker: who saw what, sealed under the resident's log key"},
)

outbox = sa.Table(
    "outbox",
    MAIN,
    sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("refused", sa.Boolean, nullable=False, server_default=sa.false()),
    sqlite_with_rowid=False,
    info={"holds": "nobody: which entries still have to be told to another logbook"},
)
