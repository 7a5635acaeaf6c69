"""Subscriptions at rest, and beside each notice what every subscription to it was told.

A row of ``notice_push`` says with how many reminders the notice was last taken (``_NEVER``: not yet),
and from when on it may be tried again.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from audit.storage import RefusedError
from gateway.domain.identifiers import Oin
from gateway.domain.subscriptions import MarkPushed, Push, Subscribe, Subscription, Unsubscribe
from gateway.store.database import Database
from gateway.store.notices import state_of
from gateway.store.prepared import Prepared
from gateway.store.tables import notice, notice_push, subscription

_s, _n, _p = subscription.c, notice.c, notice_push.c
_NEVER: Final = -1
_THIS: Final = (_p.notice == sa.bindparam("of"), _p.subscription == sa.bindparam("to"))
_KNOWN: Final = Prepared(sa.select(_s.id).where(_s.id == sa.bindparam("of")))
_NEW: Final = Prepared(sa.insert(subscription), "id", "partner", "url", "sealed", "at")
_FORGET_PUSHES: Final = Prepared(
    sa.delete(notice_push).where(_p.subscription == sa.bindparam("of"))
)
_OWN: Final = (_s.id == sa.bindparam("of"), _s.partner == sa.bindparam("partner_"))
_IS_OWN: Final = Prepared(sa.select(_s.id).where(*_OWN))
_FORGET: Final = Prepared(sa.delete(subscription).where(*_OWN))
_NEW_PUSH: Final = Prepared(
    sa.insert(notice_push),
    "notice", "subscription", "reminders", "attempts", "next_try", "delivered_at",
)  # fmt: skip
_TAKEN: Final = Prepared(
    sa.update(notice_push)
    .where(*_THIS)
    .values(
        reminders=sa.bindparam("reminders_"),
        attempts=0,
        next_try=sa.bindparam("at_"),
        delivered_at=sa.bindparam("at_"),
    )
)
_PUT_OFF: Final = Prepared(
    sa.update(notice_push)
    .where(*_THIS)
    .values(attempts=sa.bindparam("attempts_"), next_try=sa.bindparam("until_"))
)
_DUE: Final = (
    sa.select(
        notice,
        _s.id.label("subscription_id"),
        _s.partner,
        _s.url,
        _s.sealed,
        _s.at.label("since"),
        sa.func.coalesce(_p.attempts, 0).label("attempts"),
    )
    .join_from(notice, subscription, _s.partner == _n.recipient)
    .outerjoin(notice_push, (_p.notice == _n.id) & (_p.subscription == _s.id))
    .order_by(_n.due, _n.id, _s.id)
)


class Subscriptions:
    """Subscriptions; see ``gateway.domain.subscriptions.Subscriptions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_partner(self, partner: Oin) -> Sequence[Subscription]:
        """List a partner's subscriptions, oldest first."""
        query = sa.select(subscription).where(_s.partner == partner).order_by(_s.at, _s.id)
        return await self._database.read(
            lambda connection: [
                Subscription(row.id, Oin(row.partner), row.url, bytes(row.sealed), row.at)
                for row in connection.execute(query)
            ]
        )

    async def due(self, moment: datetime, limit: int) -> Sequence[Push]:
        """List what may be tried at a moment, first due first."""
        untold = _p.notice.is_(None) | ((_p.reminders < _n.reminders) & (_p.next_try <= moment))
        query = _DUE.where(_n.confirmed_at.is_(None), untold).limit(limit)
        return await self._database.read(
            lambda connection: [_push(row) for row in connection.execute(query)]
        )

    async def put_off(self, pushes: Sequence[Push], until: datetime) -> None:
        """Count a try in vain; a thread waits for the write lock, not the loop."""
        await asyncio.to_thread(self._put_off, pushes, until)

    def _put_off(self, pushes: Sequence[Push], until: datetime) -> None:
        with self._database.data.writing() as connection:
            for push in pushes:
                if _KNOWN.rows(connection, of=push.subscription.subscription_id):
                    _wait(connection, push, until)


def change_subscription(
    connection: sa.Connection, change: Subscribe | Unsubscribe | MarkPushed
) -> None:
    """Carry out a change; raises ``RefusedError``."""
    match change:
        case Subscribe():
            _subscribe(connection, change)
        case Unsubscribe(subscription_id, partner):
            if not _IS_OWN.rows(connection, of=subscription_id, partner_=partner):
                raise RefusedError("subscription: another's, or gone")
            _FORGET_PUSHES.run(connection, of=subscription_id)
            _FORGET.run(connection, of=subscription_id, partner_=partner)
        case MarkPushed():
            _mark(connection, change)


def _subscribe(connection: sa.Connection, change: Subscribe) -> None:
    if _KNOWN.rows(connection, of=change.subscription_id):
        raise RefusedError("subscription: this id is in use")
    _NEW.run(
        connection,
        id=change.subscription_id,
        partner=change.partner,
        url=change.url,
        sealed=change.sealed,
        at=change.at,
    )


def _mark(connection: sa.Connection, change: MarkPushed) -> None:
    if not _KNOWN.rows(connection, of=change.subscription_id):
        raise RefusedError("subscription: gone")
    place = {"of": change.notice_id, "to": change.subscription_id}
    if not _TAKEN.run(connection, **place, reminders_=change.reminders, at_=change.at):
        _NEW_PUSH.run(
            connection,
            notice=change.notice_id,
            subscription=change.subscription_id,
            reminders=change.reminders,
            attempts=0,
            next_try=change.at,
            delivered_at=change.at,
        )


def _wait(connection: sa.Connection, push: Push, until: datetime) -> None:
    notice_id, to = push.state.notice.notice_id, push.subscription.subscription_id
    attempts = push.attempts + 1
    if not _PUT_OFF.run(connection, of=notice_id, to=to, attempts_=attempts, until_=until):
        _NEW_PUSH.run(
            connection,
            notice=notice_id,
            subscription=to,
            reminders=_NEVER,
            attempts=attempts,
            next_try=until,
            delivered_at=None,
        )


def _push(row: sa.Row[Any]) -> Push:
    to = Subscription(row.subscription_id, Oin(row.partner), row.url, bytes(row.sealed), row.since)
    return Push(state_of(row), to, row.attempts)
