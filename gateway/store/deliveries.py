"""Deliveries that came in, found by the digest of their bytes, by id or newest first; and their quarantine."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.changes import CloseDelivery, OpenDelivery, QuarantineRow
from gateway.domain.ports import DeliveryState
from gateway.domain.quarantine import Fate, QuarantinedRow, SettleQuarantined
from gateway.store import tables
from gateway.store.database import Database
from gateway.store.prepared import Prepared

_d, _q = tables.delivery.c, tables.quarantine_row.c
_STATES = sa.select(_d.id, _d.digest, _d.at, _d.report)
_DELIVERED = Prepared(
    sa.select(_d.id).where((_d.id == sa.bindparam("of")) | (_d.digest == sa.bindparam("same")))
)
_UNFINISHED = Prepared(sa.select(_d.id).where(_d.id == sa.bindparam("of"), _d.closed.is_(None)))
_NEW_DELIVERY = Prepared(sa.insert(tables.delivery), "id", "digest", "at")
_CLOSE = Prepared(
    sa.update(tables.delivery)
    .where(_d.id == sa.bindparam("of"))
    .values(closed=sa.bindparam("at_"), report=sa.bindparam("report_"))
)
_QUARANTINED = Prepared(
    sa.select(_q.row).where(_q.delivery == sa.bindparam("of"), _q.row == sa.bindparam("nth"))
)
_NEW_QUARANTINED = Prepared(
    sa.insert(tables.quarantine_row), "delivery", "row", "at", "reasons", "sealed"
)
_SETTLED = Prepared(
    sa.update(tables.quarantine_row)
    .where(_q.delivery == sa.bindparam("of"), _q.row == sa.bindparam("nth"), _q.fate.is_(None))
    .values(fate=sa.bindparam("fate_"), settled=sa.bindparam("at_"), sealed=sa.bindparam("emptied"))
)


class Deliveries:
    """Deliveries at rest; see ``gateway.domain.ports.Deliveries``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_digest(self, digest: bytes) -> DeliveryState | None:
        """Find a delivery by the SHA-256 of its bytes."""
        return await self._one(_d.digest == digest)

    async def by_id(self, delivery: UUID) -> DeliveryState | None:
        """Find a delivery by its id."""
        return await self._one(_d.id == delivery)

    async def recent(self, limit: int) -> Sequence[DeliveryState]:
        """List the newest deliveries."""
        newest = _STATES.order_by(_d.at.desc(), _d.id).limit(limit)
        return await self._database.read(partial(_states, newest))

    async def quarantined(self, delivery: UUID) -> Sequence[QuarantinedRow]:
        """List a delivery's quarantined rows."""
        kept = sa.select(_q.row, _q.at, _q.reasons, _q.sealed, _q.fate)
        query = kept.where(_q.delivery == delivery).order_by(_q.row)
        return await self._database.read(
            lambda connection: [
                QuarantinedRow(row, at, tuple(reasons), bytes(sealed), Fate(fate) if fate else None)
                for row, at, reasons, sealed, fate in connection.execute(query)
            ]
        )

    async def waiting(self) -> Mapping[UUID, int]:
        """Count the quarantined rows that wait, by delivery."""
        query = sa.select(_q.delivery, sa.func.count()).where(_q.fate.is_(None))
        grouped = query.group_by(_q.delivery)
        return await self._database.read(
            lambda connection: {row[0]: row[1] for row in connection.execute(grouped)}
        )

    async def _one(self, condition: sa.ColumnElement[bool]) -> DeliveryState | None:
        found = await self._database.read(partial(_states, _STATES.where(condition)))
        return found[0] if found else None


def change_delivery(
    connection: sa.Connection,
    change: OpenDelivery | CloseDelivery | QuarantineRow | SettleQuarantined,
) -> None:
    """Carry out a change; raises ``RefusedError``."""
    match change:
        case OpenDelivery():
            _open(connection, change)
        case CloseDelivery():
            _close(connection, change)
        case QuarantineRow():
            _quarantine(connection, change)
        case SettleQuarantined():
            _settle(connection, change)


def _open(connection: sa.Connection, change: OpenDelivery) -> None:
    """Note that a delivery came in; refused when the same file did before."""
    if _DELIVERED.rows(connection, of=change.delivery, same=change.digest):
        raise RefusedError("delivery: the same file came in before")
    _NEW_DELIVERY.run(connection, id=change.delivery, digest=change.digest, at=change.at)


def _close(connection: sa.Connection, change: CloseDelivery) -> None:
    """Note that a delivery was processed."""
    require_unfinished(connection, change.delivery)
    _CLOSE.run(connection, of=change.delivery, at_=change.at, report_=change.report)


def _quarantine(connection: sa.Connection, change: QuarantineRow) -> None:
    """Keep a row that could not be accepted; refused the second time."""
    require_unfinished(connection, change.delivery)
    if _QUARANTINED.rows(connection, of=change.delivery, nth=change.row):
        raise RefusedError("delivery: this row is in quarantine already")
    _NEW_QUARANTINED.run(
        connection,
        delivery=change.delivery,
        row=change.row,
        at=change.at,
        reasons=list(change.reasons),
        sealed=change.sealed,
    )


def _settle(connection: sa.Connection, change: SettleQuarantined) -> None:
    """Note what became of a quarantined row, and empty it; refused when it does not wait."""
    row = {"of": change.delivery, "nth": change.row}
    if not _SETTLED.run(connection, **row, fate_=change.fate, at_=change.at, emptied=b""):
        raise RefusedError("delivery: this row does not wait in quarantine")


def require_unfinished(connection: sa.Connection, delivery: UUID) -> None:
    """Refuse what comes for a delivery that is not known, or finished."""
    if not _UNFINISHED.rows(connection, of=delivery):
        raise RefusedError("delivery: not known, or finished")


def _states(
    query: sa.Select[UUID, bytes, datetime, bytes | None], connection: sa.Connection
) -> tuple[DeliveryState, ...]:
    return tuple(DeliveryState(*row) for row in connection.execute(query))
