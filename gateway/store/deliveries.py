"""Finds deliveries that came in, by the digest of their bytes, by id, and the newest first."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.ports import DeliveryState
from gateway.store import tables
from gateway.store.database import Database

_d = tables.delivery.c
_STATES = sa.select(_d.id, _d.at, _d.report)


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

    async def _one(self, condition: sa.ColumnElement[bool]) -> DeliveryState | None:
        found = await self._database.read(partial(_states, _STATES.where(condition)))
        return found[0] if found else None


def _states(
    query: sa.Select[UUID, datetime, bytes | None], connection: sa.Connection
) -> tuple[DeliveryState, ...]:
    return tuple(DeliveryState(*row) for row in connection.execute(query))
