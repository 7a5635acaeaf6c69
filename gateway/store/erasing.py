"""Leaves nothing of someone erased that can be read without a key (GDPR art. 17).

Dated events stay, under her pseudonym: relations, consents and notices prove what was lawful.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from gateway.domain.changes import EraseFacts, RuleFacts
from gateway.store import handover_tables, situations, tables
from gateway.store.caseload import renew
from gateway.store.events import relations_of
from gateway.store.placements import forget

_TOLD: Final = (handover_tables.talk, handover_tables.question)


def erase_facts(connection: sa.Connection, change: EraseFacts, moment: datetime) -> None:
    """Empty her rule facts; delete talks and questions at her handovers, and her work."""
    situations.require_known(connection, change.subject)
    hers = tables.subject.c.id == change.subject
    connection.execute(sa.update(tables.subject).where(hers).values(asdict(RuleFacts())))
    for table in _TOLD:
        connection.execute(sa.delete(table).where(table.c.subject == change.subject))
    forget(connection, change.subject)
    renew(connection, change.subject, relations_of(connection, change.subject), moment)
    situations.raise_epoch(connection, change.subject)
