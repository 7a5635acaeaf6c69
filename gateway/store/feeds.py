"""Feeds of events at rest: kept once, given effect in the order of their numbers."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.feeds import (
    ApplyEvent,
    FeedChange,
    KeepEvent,
    KeptEvent,
    SkipEvents,
    Standing,
)
from gateway.store import feed_tables as tables
from gateway.store.database import Database
from gateway.store.prepared import Prepared

_e, _p = tables.event.c, tables.position.c
_EVENTS: Final = sa.select(_e.source, _e.number, _e.event, _e.digest, _e.at, _e.sealed, _e.delivery)
_POSITION = Prepared(sa.select(_p.number).where(_p.source == sa.bindparam("of")))
_FIRST = Prepared(sa.insert(tables.position), "source", "number", "at")
_MOVE = Prepared(
    sa.update(tables.position)
    .where(_p.source == sa.bindparam("of"))
    .values(number=sa.bindparam("to"), at=sa.bindparam("at_"))
)
_KNOWN = Prepared(
    sa.select(_e.number).where(
        _e.source == sa.bindparam("of"),
        (_e.number == sa.bindparam("nth")) | (_e.event == sa.bindparam("named")),
    )
)
_PARKED = Prepared(
    sa.select(_e.number).where(
        _e.source == sa.bindparam("of"),
        _e.delivery.is_(None),
        _e.number <= sa.bindparam("through"),
    )
)
_NEW = Prepared(
    sa.insert(tables.event), "source", "number", "event", "digest", "at", "delivery", "sealed"
)
_EMPTY = Prepared(
    sa.update(tables.event)
    .where(_e.source == sa.bindparam("of"), _e.number == sa.bindparam("nth"), _e.delivery.is_(None))
    .values(delivery=sa.bindparam("as_"), sealed=sa.bindparam("emptied"))
)


class StoredFeeds:
    """Feeds at rest; see ``gateway.domain.feeds.Feeds``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, source: str) -> Standing:
        """Tell how far a feed is."""
        waiting = _EVENTS.where(_e.source == source, _e.delivery.is_(None)).order_by(_e.number)

        def read(connection: sa.Connection) -> Standing:
            parked = tuple(map(_kept, connection.execute(waiting)))
            return Standing(source, _position(connection, source), parked)

        return await self._database.read(read)

    async def alike(self, source: str, number: int, event_id: UUID) -> Sequence[KeptEvent]:
        """Find the events that have this number or this id."""
        same = (_e.number == number) | (_e.event == event_id)
        return await self._read(_EVENTS.where(_e.source == source, same).order_by(_e.number))

    async def following(self, source: str) -> KeptEvent | None:
        """Return the parked event whose turn it is."""
        position = sa.select(_p.number).where(_p.source == source).scalar_subquery()
        turn = _e.number == sa.func.coalesce(position, 0) + 1
        found = await self._read(_EVENTS.where(_e.source == source, turn, _e.delivery.is_(None)))
        return next(iter(found), None)

    async def _read(self, query: sa.Select[Any]) -> Sequence[KeptEvent]:
        return await self._database.read(
            lambda connection: [_kept(row) for row in connection.execute(query)]
        )


def change_feed(connection: sa.Connection, change: FeedChange) -> None:
    """Carry out a change; raises ``RefusedError``."""
    match change:
        case KeepEvent(event):
            _keep(connection, event)
        case ApplyEvent():
            _apply(connection, change)
        case SkipEvents():
            _skip(connection, change)


def _keep(connection: sa.Connection, event: KeptEvent) -> None:
    known = _KNOWN.rows(connection, of=event.source, nth=event.number, named=event.event_id)
    if known or event.number <= _position(connection, event.source):
        raise RefusedError("feed: this id or number is known, or was passed")
    _NEW.run(
        connection,
        source=event.source,
        number=event.number,
        event=event.event_id,
        digest=event.digest,
        at=event.at,
        delivery=None,
        sealed=event.sealed,
    )


def _apply(connection: sa.Connection, change: ApplyEvent) -> None:
    row = {"of": change.source, "nth": change.number}
    due = _position(connection, change.source) == change.number - 1
    if not due or not _EMPTY.run(connection, **row, as_=change.delivery, emptied=b""):
        raise RefusedError("feed: it is not the turn of this event")
    _move(connection, change.source, change.number, change)


def _skip(connection: sa.Connection, change: SkipEvents) -> None:
    parked = _PARKED.rows(connection, of=change.source, through=change.through)
    if parked or change.through <= _position(connection, change.source):
        raise RefusedError("feed: one of these events came, or all had their turn")
    _move(connection, change.source, change.through, change)


def _move(
    connection: sa.Connection, source: str, number: int, change: ApplyEvent | SkipEvents
) -> None:
    if not _MOVE.run(connection, of=source, to=number, at_=change.at):
        _FIRST.run(connection, source=source, number=number, at=change.at)


def _position(connection: sa.Connection, source: str) -> int:
    found = _POSITION.rows(connection, of=source)
    return int(found[0][0]) if found else 0


def _kept(row: Iterable[Any]) -> KeptEvent:
    source, number, event_id, digest, at, sealed, delivery = row
    return KeptEvent(source, number, event_id, bytes(digest), at, bytes(sealed), delivery)
