"""Heads of the log that someone outside vouches for; see ``gateway.domain.anchors.AnchoredHeads``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.domain.anchors import AnchoredHead
from gateway.store.database import Database
from gateway.store.log_tables import log_checkpoint

_c = log_checkpoint.c
_HEADS = sa.select(_c.base, _c.size, _c.at, _c.note, _c.cosigned, _c.token)


class StoredHeads:
    """The anchored heads of one log of a database, by its number."""

    def __init__(self, database: Database, log: int = 1) -> None:
        self._store = database.data
        self._log = log

    def keep(self, head: AnchoredHead) -> None:
        """Keep a head, with what is known of it already; drop what a newer cosigned one replaces."""
        with self._store.writing(alone=False) as connection:
            known = connection.execute(self._of(_c.size == head.end)).first()
            whole = _joined(_head(known), head) if known else head
            connection.execute(sa.delete(log_checkpoint).where(self._same, _c.size == head.end))
            connection.execute(
                sa.insert(log_checkpoint).values(
                    log=self._log,
                    size=whole.end,
                    base=whole.base,
                    at=whole.at,
                    note=whole.note,
                    cosigned=whole.cosigned,
                    token=whole.token,
                )
            )
            if whole.cosigned:
                older = (_c.size > whole.base) & (_c.size < whole.end) & _c.token.is_(None)
                connection.execute(sa.delete(log_checkpoint).where(self._same, older))

    def newest_cosigned(self) -> AnchoredHead | None:
        """Return the last head that a witness cosigned; ``None`` when there is none."""
        query = self._of(_c.cosigned).order_by(_c.size.desc()).limit(1)
        found = self._store.read(lambda connection: connection.execute(query).first())
        return _head(found) if found else None

    def all(self) -> Sequence[AnchoredHead]:
        """List what is kept, in the order of the log."""
        query = self._of(sa.true()).order_by(_c.size)
        found = self._store.read(lambda connection: connection.execute(query).all())
        return [_head(row) for row in found]

    @property
    def _same(self) -> sa.ColumnElement[bool]:
        return _c.log == self._log

    def _of(
        self, which: sa.ColumnElement[bool]
    ) -> sa.Select[int, int, datetime, str, bool, bytes | None]:
        return _HEADS.where(self._same, which)


def _head(row: Sequence[Any]) -> AnchoredHead:
    """Read a row; its size counts the entries of all shards."""
    base, end, at, note, cosigned, token = row
    return AnchoredHead(end - base, at, note, cosigned, token, base)


def _joined(known: AnchoredHead, new: AnchoredHead) -> AnchoredHead:
    """Keep the cosignatures of either and the timestamp of either."""
    note = known if known.cosigned and not new.cosigned else new
    return replace(note, token=new.token or known.token)
