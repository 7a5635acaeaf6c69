"""Clocks of the people who wait for a municipality, counted in one stretch of its caseload."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.clocks import People, Running
from gateway.domain.identifiers import GemeenteCode, PurposeCode, SubjectId
from gateway.store.caseload import read_stands, write_stands
from gateway.store.caseload_tables import caseload
from gateway.store.database import Database
from gateway.store.prepared import Prepared, PreparedIn
from gateway.store.tables import purpose_closed

_c, _p = caseload.c, purpose_closed.c
_CLOSED: Final = sa.exists().where(
    _p.subject == _c.subject, _p.purpose == sa.bindparam("purpose_"), _p.at <= sa.bindparam("now_")
)
_HERE: Final = sa.and_(
    _c.gemeente == sa.bindparam("here"),
    _c.since <= sa.bindparam("now_"),
    _c.until > sa.bindparam("now_"),
    ~_CLOSED,
)
_ALIKE: Final = Prepared(sa.select(_c.stands, sa.func.count()).where(_HERE).group_by(_c.stands))
_WHO: Final = PreparedIn(
    lambda among: sa.select(_c.subject, _c.stands).where(_HERE, _c.stands.in_(among)), sa.Text()
)


class StoredClocks:
    """Clocks at rest; see ``gateway.domain.clocks.Clocks``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def running(
        self, gemeenten: Sequence[GemeenteCode], purpose: PurposeCode, moment: datetime
    ) -> People:
        """Count who is tied to one of these now."""

        def read(connection: sa.Connection) -> People:
            found = Counter[str]()
            for gemeente in gemeenten:
                rows = _ALIKE.rows(connection, here=gemeente, purpose_=purpose, now_=moment)
                found.update(dict(rows))
            return {read_stands(stands): many for stands, many in found.items()}

        return await self._database.read(read)

    async def people(
        self,
        gemeenten: Sequence[GemeenteCode],
        purpose: PurposeCode,
        moment: datetime,
        alike: Sequence[Running],
    ) -> Mapping[SubjectId, Running]:
        """List who of them stand so."""
        meant = {write_stands(one): one for one in alike}

        def read(connection: sa.Connection) -> Mapping[SubjectId, Running]:
            return {
                SubjectId(UUID(bytes=bytes(who))): meant[stands]
                for gemeente in gemeenten
                for who, stands in _WHO.rows(
                    connection, list(meant), here=gemeente, purpose_=purpose, now_=moment
                )
            }

        return await self._database.read(read)
