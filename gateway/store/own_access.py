"""Residents' codes, sessions and guesses at rest; what ran out goes when the next one is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, assert_never
from uuid import uuid4

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import SubjectId
from gateway.domain.own_access import (
    SESSION_LASTS,
    WINDOW,
    AccessCode,
    CountGuess,
    EndOwnSession,
    Guess,
    MakeCode,
    OwnAccessChange,
    OwnSession,
    Spent,
    UseCode,
    opens,
)
from gateway.store import own_access_tables as tables
from gateway.store.database import Database
from gateway.store.tables import subject

_code: Final = tables.code.c
_session: Final = tables.session.c
_guess: Final = tables.guess.c


class StoredOwnAccess:
    """Own access at rest; see ``gateway.domain.own_access.OwnAccess``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def code(self, terms: Sequence[bytes]) -> AccessCode | None:
        """Find a code by any of its terms."""
        return await self._database.read(lambda connection: _found(connection, terms))

    async def session(self, key: bytes) -> OwnSession | None:
        """Find a session."""
        query = sa.select(tables.session).where(_session.key == key)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return OwnSession(bytes(row.key), SubjectId(row.subject), row.opened) if row else None


def change_own_access(connection: sa.Connection, change: OwnAccessChange) -> None:
    """Write one change; raises ``RefusedError`` when it does not hold."""
    match change:
        case MakeCode(code, at):
            _make(connection, code, at)
        case UseCode():
            _use(connection, change)
        case CountGuess(guess):
            _count(connection, guess)
        case EndOwnSession(key):
            connection.execute(sa.delete(tables.session).where(_session.key == key))
        case _:
            assert_never(change)


def _make(connection: sa.Connection, code: AccessCode, at: datetime) -> None:
    known = sa.select(subject.c.id).where(subject.c.id == code.subject)
    if connection.execute(known).first() is None:
        raise RefusedError("subject: not known")
    gone = (_code.subject == code.subject) | (_code.expires <= at)
    connection.execute(sa.delete(tables.code).where(gone))
    connection.execute(sa.delete(tables.session).where(_session.subject == code.subject))
    values = {"term": code.term, "proof": code.proof, "subject": code.subject}
    values |= {"expires": code.expires, "tries": code.tries}
    connection.execute(sa.insert(tables.code), values)


def _use(connection: sa.Connection, change: UseCode) -> None:
    one = change.session
    spent = _spent(connection, change.address, one.opened)
    if not opens(_found(connection, (change.code,)), spent, one.opened):
        raise RefusedError("code: gone, ran out, or guessed at too often")
    gone = (_session.subject == one.subject) | (_session.opened <= one.opened - SESSION_LASTS)
    connection.execute(sa.delete(tables.session).where(gone))
    connection.execute(sa.delete(tables.code).where(_code.term == change.code))
    values = {"key": one.key, "subject": one.subject, "opened": one.opened}
    connection.execute(sa.insert(tables.session), values)


def _count(connection: sa.Connection, guess: Guess) -> None:
    connection.execute(sa.delete(tables.guess).where(_guess.at <= guess.at - WINDOW))
    if _spent(connection, guess.address, guess.at).over:
        return
    values = {"id": uuid4(), "address": guess.address, "at": guess.at}
    connection.execute(sa.insert(tables.guess), values)
    if guess.code is not None:
        tried = sa.update(tables.code).where(_code.term == guess.code)
        connection.execute(tried.values(tries=_code.tries + 1))


def _spent(connection: sa.Connection, address: bytes, moment: datetime) -> Spent:
    counted = sa.select(sa.func.count().filter(_guess.address == address), sa.func.count()).where(
        _guess.at > moment - WINDOW
    )
    row = connection.execute(counted).one()
    return Spent(*row)


def _found(connection: sa.Connection, terms: Sequence[bytes]) -> AccessCode | None:
    row: Any = connection.execute(sa.select(tables.code).where(_code.term.in_(list(terms)))).first()
    if row is None:
        return None
    whose = SubjectId(row.subject)
    return AccessCode(bytes(row.term), bytes(row.proof), whose, row.expires, row.tries)
