"""Clocks of the people who wait for a municipality, read in one stretch from its caseload."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.clocks import People, Running
from gateway.domain.identifiers import ActorId, GemeenteCode, PurposeCode, SubjectId
from gateway.store.caseload_tables import caseload
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import purpose_closed

_c, _p = caseload.c, purpose_closed.c
_CLOSED: Final = sa.exists().where(
    _p.subject == _c.subject, _p.purpose == sa.bindparam("purpose_"), _p.at <= sa.bindparam("now_")
)
_STANDS: Final = (
    _c.koppel_datum, _c.housed, _c.pip_deadline, _c.talked, _c.confirmed, _c.asked, _c.worker,
)  # fmt: skip
_WAITING: Final = Prepared(
    sa.select(_c.subject, *_STANDS).where(
        _c.gemeente == sa.bindparam("here"),
        _c.since <= sa.bindparam("now_"),
        _c.until > sa.bindparam("now_"),
        ~_CLOSED,
    )
)


class StoredClocks:
    """Clocks at rest; see ``gateway.domain.clocks.Clocks``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def running(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> People:
        """List who is tied to one of these now."""

        def read(connection: sa.Connection) -> People:
            alike: dict[tuple[Any, ...], list[bytes]] = defaultdict(list)
            for gemeente in gemeenten:
                asked = {"here": gemeente, "purpose_": purpose, "now_": moment}
                for row in _WAITING.rows(connection, **asked):
                    alike[row[1:]].append(row[0])
            found: dict[Running, list[bytes]] = defaultdict(list)
            for stands, people in alike.items():
                found[_running(*stands)] += people
            return {running: _Stored(people) for running, people in found.items()}

        return await self._database.read(read)


class _Stored(Collection[SubjectId]):
    """People by their ids as stored: an id is made of who is looked at, a page of a whole town."""

    def __init__(self, ids: Sequence[bytes]) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[SubjectId]:
        return (SubjectId(UUID(bytes=one)) for one in self._ids)

    def __contains__(self, one: object) -> bool:
        return isinstance(one, UUID) and one.bytes in self._ids


def _running(  # noqa: PLR0913, PLR0917 - one a column
    linked: str | None,
    housed: int,
    pip: str | None,
    talked: int,
    confirmed: int,
    asked: int,
    worker: str | None,
) -> Running:
    deeds = bool(talked), bool(confirmed), asked, ActorId(worker) if worker else None
    return Running(_day(linked), bool(housed), _day(pip), *deeds)


def _day(stored: str | None) -> date | None:
    """Read a day; a date that is not whole starts no clock."""
    try:
        return None if stored is None else date.fromisoformat(stored)
    except ValueError:
        return None
