"""Recall notices: issued once, reminded of until confirmed, confirmed once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import ConsentId, Oin, PurposeCode, SubjectId
from gateway.domain.notices import (
    Cause,
    ConfirmNotice,
    IssueNotice,
    Notice,
    NoticeKind,
    NoticeState,
    RemindNotice,
    WithdrawNotice,
)
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import notice

_n = notice.c
_WAITS = (
    _n.id == sa.bindparam("of"),
    _n.subject == sa.bindparam("hers"),
    _n.confirmed_at.is_(None),
)
_KNOWN = Prepared(sa.select(_n.id).where(_n.id == sa.bindparam("of")))
_NEW = Prepared(
    sa.insert(notice),
    "id", "subject", "recipient", "kind", "purpose", "consent_id", "at", "due", "reminders",
)  # fmt: skip
_CONFIRM = Prepared(
    sa.update(notice)
    .where(*_WAITS)
    .values(confirmed_at=sa.bindparam("at_"), confirmed_by=sa.bindparam("by_"))
)
_REMIND = Prepared(sa.update(notice).where(*_WAITS).values(reminders=_n.reminders + 1))
_WITHDRAW = Prepared(sa.delete(notice).where(*_WAITS))


class Notices:
    """Notices at rest; see ``gateway.domain.notices.Notices``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, notice: UUID) -> NoticeState | None:
        """Find one; ``None`` when there is no such notice."""
        found = await self._found(_n.id == notice)
        return found[0] if found else None

    async def unconfirmed(self, recipient: Oin | None = None) -> Sequence[NoticeState]:
        """List what waits for confirmation, of one recipient or of all; first due first."""
        to = sa.true() if recipient is None else _n.recipient == recipient
        return await self._found(_n.confirmed_at.is_(None) & to)

    async def _found(self, which: sa.ColumnElement[bool]) -> Sequence[NoticeState]:
        query = sa.select(notice).where(which).order_by(_n.due, _n.id)
        return await self._database.read(
            lambda connection: [state_of(row) for row in connection.execute(query)]
        )


def issue(connection: sa.Connection, change: IssueNotice) -> None:
    """Write a notice; an id is used once."""
    one = change.notice
    if _KNOWN.rows(connection, of=one.notice_id):
        raise RefusedError("notice: this id is in use")
    _NEW.run(
        connection,
        id=one.notice_id,
        subject=change.subject,
        recipient=one.recipient,
        kind=one.cause.kind,
        purpose=one.cause.purpose,
        consent_id=one.cause.consent,
        at=one.at,
        due=one.due,
        reminders=0,
    )


def confirm(connection: sa.Connection, change: ConfirmNotice) -> None:
    """Note who confirmed deletion, and when."""
    touched = _CONFIRM.run(
        connection, of=change.notice_id, hers=change.subject, at_=change.at, by_=change.by
    )
    _require(touched)


def remind(connection: sa.Connection, change: RemindNotice) -> None:
    """Count a reminder."""
    _require(_REMIND.run(connection, of=change.notice_id, hers=change.subject))


def withdraw(connection: sa.Connection, change: WithdrawNotice) -> None:
    """Take a notice back, unless it was confirmed."""
    _WITHDRAW.run(connection, of=change.notice_id, hers=change.subject)


def _require(touched: int) -> None:
    if not touched:
        raise RefusedError("notice: not about her, or confirmed before")


def state_of(row: sa.Row[Any]) -> NoticeState:
    """Read a notice and how it stands."""
    purpose = None if row.purpose is None else PurposeCode(row.purpose)
    consent = None if row.consent_id is None else ConsentId(row.consent_id)
    cause = Cause(NoticeKind(row.kind), purpose, consent)
    return NoticeState(
        SubjectId(row.subject),
        Notice(row.id, Oin(row.recipient), cause, row.at, row.due),
        row.confirmed_at,
        row.reminders,
    )
