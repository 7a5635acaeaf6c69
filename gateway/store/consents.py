"""Finds whose a consent is."""

from uuid import UUID

import sqlalchemy as sa

from gateway.domain.identifiers import SubjectId
from gateway.store.database import Database
from gateway.store.tables import consent_event


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
