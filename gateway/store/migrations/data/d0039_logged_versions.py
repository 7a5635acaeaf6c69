"""Which entries stored which version of a profile, so that an older one is known for what it is."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from gateway.store.migrations.append_only import refuse_changes

revision = "d0039"
down_revision = "d0042"

_TABLE: Final = "logged_version"
_PAGE: Final = 1_000
_SAYS: Final = b'"type":"profile.stored"'
_kept = sa.table(_TABLE, *map(sa.column, ("log", "index", "tag", "version")))
_entry = sa.table("log_entry", *map(sa.column, ("log", "index", "leaf"))).c
_payload = sa.table("log_payload", *map(sa.column, ("log", "index", "tag"))).c


def upgrade() -> None:
    """Make the table, keep in it what the log says so far, and let it only be added to."""
    op.create_table(
        _TABLE,
        sa.Column("log", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("index", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("tag", sa.LargeBinary(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("log", "index", name=f"pk_{_TABLE}"),
        sa.ForeignKeyConstraint(
            ["log", "index"],
            ["log_entry.log", "log_entry.index"],
            name=f"fk_{_TABLE}_log_index_log_entry",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{_TABLE}_tag_version", _TABLE, ["tag", "version"], unique=True)
    _fill()
    refuse_changes(_TABLE)


def downgrade() -> None:
    """Drop the table with its index and triggers."""
    op.drop_table(_TABLE)


def _fill() -> None:
    """Count each subject's versions along the log: an entry each, from one."""
    connection, newest = op.get_bind(), Counter[bytes]()
    for rows in _pages(connection):
        kept = []
        for log, index, leaf, tag in rows:
            if tag is not None and _stores(bytes(leaf)):
                newest[bytes(tag)] += 1
                row = {"log": log, "index": index, "tag": tag, "version": newest[bytes(tag)]}
                kept.append(row)
        if kept:
            connection.execute(sa.insert(_kept), kept)


def _pages(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    place, after = sa.tuple_(_entry.log, _entry.index), (0, -1)
    while rows := connection.execute(
        sa.select(_entry.log, _entry.index, _entry.leaf, _payload.tag)
        .where(
            place > sa.tuple_(*map(sa.literal, after)),
            _payload.log == _entry.log,
            _payload.index == _entry.index,
        )
        .order_by(_entry.log, _entry.index)
        .limit(_PAGE)
    ).all():
        yield rows
        after = rows[-1][:2]


def _stores(leaf: bytes) -> bool:
    if _SAYS not in leaf:
        return False
    said = json.loads(leaf)
    return said.get("type") == "profile.stored" and said.get("outcome") in {"stored", "revised"}
