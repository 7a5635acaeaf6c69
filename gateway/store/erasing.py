"""Leaves nothing of someone erased that can be read without a key (GDPR art. 17).

1. Dated events stay, under her pseudonym: relations, consents and notices prove what was lawful.
2. No number leads to her any more: who is delivered under it is someone new, and a profile that was
   under way to her is refused.
"""

from dataclasses import asdict
from datetime import datetime
from secrets import token_bytes
from typing import Final

import sqlalchemy as sa

from gateway.domain.blind import BARE_SIZE, marked, version_of
from gateway.domain.changes import EraseFacts, RuleFacts
from gateway.store import handover_tables, situations, tables
from gateway.store.caseload import renew
from gateway.store.events import relations_of
from gateway.store.placements import forget

_TOLD: Final = (handover_tables.talk, handover_tables.question)


def erase_facts(connection: sa.Connection, change: EraseFacts, moment: datetime) -> None:
    """Empty her rule facts and number; delete talks and questions at her handovers, and her work."""
    situations.require_known(connection, change.subject)
    hers = tables.subject.c.id == change.subject
    number = connection.execute(sa.select(tables.subject.c.v_tag).where(hers)).scalar_one()
    nobodys = marked(version_of(number), token_bytes(BARE_SIZE))  # (2)
    bare = {**asdict(RuleFacts()), "v_tag": nobodys}
    connection.execute(sa.update(tables.subject).where(hers).values(bare))
    for table in _TOLD:
        connection.execute(sa.delete(table).where(table.c.subject == change.subject))
    forget(connection, change.subject)
    renew(connection, change.subject, relations_of(connection, change.subject), moment)
    situations.raise_epoch(connection, change.subject)
