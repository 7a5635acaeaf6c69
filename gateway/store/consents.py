"""Consents at rest: whose each is, which wait for an answer or run out, and whom they name."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from gateway.domain.consents import Asked, Consent, ConsentEventKind, fold
from gateway.domain.identifiers import Oin, SubjectId
from gateway.store.database import Database
from gateway.store.events import CONSENT_COLUMNS, consent_events, consents_of
from gateway.store.prepared import Prepared
from gateway.store.tables import consent_event, subject

_ENDS: Final = (
    ConsentEventKind.WITHDRAWN,
    ConsentEventKind.EXPIRED,
    ConsentEventKind.INVALIDATED,
    ConsentEventKind.REFUSED,
)
_naming = consent_event.alias().c
_ALL: Final = Prepared(sa.select(*CONSENT_COLUMNS))
_NAMING: Final = Prepared(
    sa.select(*CONSENT_COLUMNS).where(
        consent_event.c.consent_id.in_(
            sa.select(_naming.consent_id).where(_naming.recipient == sa.bindparam("to"))
        )
    )
)


class Consents:
    """Consents by their id; see ``gateway.domain.ports.Consents``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def subject_of(self, consent_id: UUID) -> SubjectId | None:
        """Return whose consent it is; ``None`` when there is no such consent."""
        event = consent_event.c
        query = sa.select(event.subject).where(event.consent_id == consent_id).limit(1)
        found = await self._database.read(lambda connection: connection.scalar(query))
        return None if found is None else SubjectId(found)

    async def running_out(self, before: datetime) -> Sequence[SubjectId]:
        """List subjects with a consent that was never ended and has a term up to ``before``."""
        event, end = consent_event.c, consent_event.alias().c
        ended = sa.exists().where(end.consent_id == event.consent_id, end.kind.in_(_ENDS))
        query = (
            sa.select(event.subject)
            .distinct()
            .where(event.expires <= before, ~ended)
            .order_by(event.subject)
        )
        found = await self._database.read(lambda connection: connection.scalars(query).all())
        return [SubjectId(one) for one in found]

    async def asked_at(
        self, sites: Sequence[str], moment: datetime, after: UUID | None, limit: int
    ) -> Sequence[Asked]:
        """List requests that wait at ``moment``, of residents of these reception sites."""
        event, later = consent_event.c, consent_event.alias().c
        answered = sa.exists().where(
            later.consent_id == event.consent_id, later.kind != ConsentEventKind.REQUESTED
        )
        query = (
            sa.select(event.subject, event.consent_id)
            .join(subject, subject.c.id == event.subject)
            .where(
                event.kind == ConsentEventKind.REQUESTED,
                event.expires > moment,
                subject.c.reception_site.in_(sites),
                ~answered,
            )
            .order_by(event.consent_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(event.consent_id > after)
        return await self._database.read(partial(_asked, query))

    async def given_to(self, recipient: Oin | None, moment: datetime) -> Sequence[Consent]:
        """List the consents that name one organisation, or all, as they stand at ``moment``."""

        def read(connection: sa.Connection) -> Sequence[Consent]:
            wanted = recipient is None
            rows = _ALL.rows(connection) if wanted else _NAMING.rows(connection, to=recipient)
            return fold(consent_events(rows), moment)

        return await self._database.read(read)


def _asked(query: sa.Select[tuple[Any, Any]], connection: sa.Connection) -> list[Asked]:
    return [
        Asked(SubjectId(whose), event, event.scope)
        for whose, consent_id in connection.execute(query).all()
        for event in consents_of(connection, SubjectId(whose))
        if event.consent_id == consent_id and event.scope is not None
    ]
