"""Clocks of the people who wait for a municipality, read in one stretch from its caseload."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.clocks import People
from gateway.domain.identifiers import GemeenteCode, PurposeCode, SubjectId
from gateway.store.caseload import read_stands
from gateway.store.caseload_tables import caseload
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import purpose_closed

_c, _p = caseload.c, purpose_closed.c
_CLOSED: Final = sa.exists().where(
    _p.subject == _c.subject, _p.purpose == sa.bindparam("purpose_"), _p.at <= sa.bindparam("now_")
)
_WAITING: Final = Prepared(
    sa.select(_c.subject, _c.stands).where(
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
            alike: dict[str, list[bytes]] = defaultdict(list)
            for gemeente in gemeenten:
                asked = {"here": gemeente, "purpose_": purpose, "now_": moment}
                for subject, stands in _WAITING.rows(connection, **asked):
                    alike[stands].append(subject)
            return {read_stands(stands): _Stored(people) for stands, people in alike.items()}

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
