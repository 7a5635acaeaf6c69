"""Keeps wrapped keys in a file of their own: destroying one there erases what it opened everywhere."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from gateway.domain.errors import GatewayError
from gateway.domain.keys import KEK, KeyExistsError, KeyRetiredError, WrappedKey
from gateway.store.database import Database
from gateway.store.key_tables import destroyed_key, wrapped_key
from gateway.store.prepared import Prepared, PreparedIn

_key = wrapped_key
_of = (_key.c.handle == sa.bindparam("of")) & (_key.c.kind == sa.bindparam("as_kind"))
_ROW = (_key.c.version, _key.c.wrapped, _key.c.under)
_NEWEST = Prepared(sa.select(*_ROW).where(_of).order_by(_key.c.version.desc()).limit(1))
_ALL = Prepared(sa.select(*_ROW).where(_of).order_by(_key.c.version))
_OF_MANY = PreparedIn(
    lambda among: (
        sa.select(_key.c.handle, _key.c.wrapped)
        .where(_key.c.kind == sa.bindparam("as_kind"), _key.c.handle.in_(among))
        .order_by(_key.c.version)
    ),
    _key.c.handle.type,
)
_TAKEN = PreparedIn(
    lambda among: sa.select(_key.c.handle, _key.c.kind, _key.c.version).where(
        _key.c.handle.in_(among)
    ),
    _key.c.handle.type,
)
_BURIED = PreparedIn(
    lambda among: sa.select(destroyed_key.c.handle, destroyed_key.c.kind).where(
        destroyed_key.c.handle.in_(among)
    ),
    destroyed_key.c.handle.type,
)
_ADD = Prepared(sa.insert(_key), "handle", "kind", "version", "wrapped", "under")
_PLACE = (_key.c.handle, _key.c.kind, _key.c.version)
_OLDER = Prepared(
    sa.select(*_PLACE, _key.c.wrapped, _key.c.under)
    .where(
        _key.c.under > 0,
        _key.c.under < sa.bindparam("before"),
        sa.tuple_(*_PLACE)
        > sa.tuple_(
            sa.bindparam("after_handle", type_=_key.c.handle.type),
            sa.bindparam("after_kind", type_=_key.c.kind.type),
            sa.bindparam("after_version", type_=_key.c.version.type),
        ),
    )
    .order_by(*_PLACE)
    .limit(sa.bindparam("most"))
)
_REWRAP = Prepared(
    sa.update(_key)
    .where(
        _of,
        _key.c.version == sa.bindparam("as_version"),
        _key.c.wrapped == sa.bindparam("as_wrapped"),
    )
    .values(wrapped=sa.bindparam("new_wrapped"), under=sa.bindparam("new_under"))
)
_ABOVE = Prepared(
    sa.select(_key.c.version)
    .where(_of, _key.c.version == sa.bindparam("as_version"))
    .with_for_update(read=True)
)
_LEAVING = Prepared(
    sa.select(_key.c.version)
    .where(_of, _key.c.version == sa.bindparam("as_version"))
    .with_for_update()
)
_IN_USE = Prepared(
    sa.select(sa.literal(1)).where(_key.c.under == sa.bindparam("as_version")).limit(1)
)
_DROP = Prepared(sa.delete(_key).where(_of, _key.c.version == sa.bindparam("as_version")))
_DESTROY = Prepared(sa.delete(_key).where(_of))
_GONE = Prepared(
    sa.select(destroyed_key.c.kind).where(
        destroyed_key.c.handle == sa.bindparam("of"),
        destroyed_key.c.kind == sa.bindparam("as_kind"),
    )
)
_ALL_GONE = Prepared(sa.select(destroyed_key.c.handle, destroyed_key.c.kind))
_RETURNED = Prepared(
    sa.select(destroyed_key.c.handle, destroyed_key.c.kind).where(
        sa.exists(1).where(
            _key.c.handle == destroyed_key.c.handle, _key.c.kind == destroyed_key.c.kind
        )
    )
)
_REMEMBER = Prepared(sa.insert(destroyed_key), "handle", "kind")
_KEK: Final = {"of": KEK.encode("ascii"), "as_kind": KEK}
_COUNT = sa.select(_key.c.kind, sa.func.count()).group_by(_key.c.kind)


class KeysNotScrubbedError(GatewayError):
    """Keys were destroyed, but a reader kept their bytes in the write-ahead log; destroy again."""

    code = "KEYS_NOT_SCRUBBED"


class KeyStore:
    """The wrapped keys of one gate; see ``gateway.domain.keys.KeyStore``."""

    def __init__(self, database: Database) -> None:
        self._keys = database.keys

    def add(self, keys: Sequence[WrappedKey]) -> None:
        """Keep new keys, all or none; ``KeyExistsError`` when one is there already, or twice."""
        places = Counter((key.handle, key.kind, key.version) for key in keys)
        handles = tuple({key.handle for key in keys})
        with self._keys.writing() as connection:
            taken = {(bytes(row[0]), *row[1:]) for row in _TAKEN.rows(connection, handles)}
            buried = {(bytes(row[0]), row[1]) for row in _BURIED.rows(connection, handles)}
            for place, times in places.items():
                if times > 1 or place in taken or place[:2] in buried:
                    raise KeyExistsError(place[1], place[2])
            _require_above(connection, keys)
            _ADD.many_as_stored(
                connection, [(k.handle, k.kind, k.version, k.wrapped, k.under) for k in keys]
            )

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Return the newest version, or ``None``."""
        rows = self._keys.read(lambda c: _NEWEST.rows(c, of=handle, as_kind=kind))
        return WrappedKey(handle, kind, *rows[0]) if rows else None

    def newest(self, handles: Collection[bytes], kind: str) -> Mapping[bytes, bytes]:
        """Return what is wrapped in the newest version of each handle that has one, read in one go."""
        rows = self._keys.read(lambda c: _OF_MANY.rows(c, tuple(handles), as_kind=kind))
        return dict(rows)  # the newest come last

    def versions(self, handle: bytes, kind: str) -> Sequence[WrappedKey]:
        """Return every version, oldest first."""
        rows = self._keys.read(lambda c: _ALL.rows(c, of=handle, as_kind=kind))
        return tuple(WrappedKey(handle, kind, *row) for row in rows)

    def destroy(self, handle: bytes, kind: str) -> bool:
        """Destroy every version, in the file and in its write-ahead log.

        Raises ``KeysNotScrubbedError`` when the second did not succeed; the keys are gone for every
        reader all the same, and destroying again finishes the work.
        """
        with self._keys.writing() as connection:
            destroyed = _DESTROY.run(connection, of=handle, as_kind=kind)
            if destroyed:
                _REMEMBER.run(connection, handle=handle, kind=kind)
        if not self.scrub():
            raise KeysNotScrubbedError("keys.db: another process was reading; destroy again")
        return destroyed > 0

    def destroyed(self, handle: bytes, kind: str) -> bool:
        """Tell whether there were keys that have been destroyed."""
        return bool(self._keys.read(lambda c: _GONE.rows(c, of=handle, as_kind=kind)))

    def all_destroyed(self) -> Collection[tuple[bytes, str]]:
        """Return handle and kind of every key that was destroyed."""
        rows = self._keys.read(_ALL_GONE.rows)
        return frozenset((bytes(handle), str(kind)) for handle, kind in rows)

    def returned(self) -> Collection[tuple[bytes, str]]:
        """Return handle and kind of the keys that stand here though they were destroyed."""
        rows = self._keys.read(_RETURNED.rows)
        return frozenset((bytes(handle), str(kind)) for handle, kind in rows)

    def bury(self, handles: Collection[tuple[bytes, str]]) -> int:
        """Destroy keys that came back with a copy, and remember them; return how many were there."""
        found = 0
        with self._keys.writing() as connection:
            for handle, kind in sorted(handles):
                found += _DESTROY.run(connection, of=handle, as_kind=kind)
                if not _GONE.rows(connection, of=handle, as_kind=kind):
                    _REMEMBER.run(connection, handle=handle, kind=kind)
        if not self.scrub():
            raise KeysNotScrubbedError("keys.db: another process was reading; do it again")
        return found

    def wrapped_before(
        self, under: int, after: WrappedKey | None, limit: int
    ) -> Sequence[WrappedKey]:
        """Return a page of keys wrapped under older versions, those of the root left out."""
        past = (after.handle, after.kind, after.version) if after else (b"", "", 0)
        rows = _OLDER.rows(
            self._keys.reading(),
            before=under,
            most=limit,
            after_handle=past[0],
            after_kind=past[1],
            after_version=past[2],
        )
        return tuple(WrappedKey(*row) for row in rows)

    def rewrap(self, keys: Sequence[tuple[WrappedKey, WrappedKey]]) -> int:
        """Put each second key where the first one still stands; return how many were put.

        Raises ``KeyRetiredError`` when the key above one is gone, as another rotation may have ended.
        """
        with self._keys.writing() as connection:
            _require_above(connection, [new for _, new in keys])
            return sum(
                _REWRAP.run(
                    connection,
                    of=old.handle,
                    as_kind=old.kind,
                    as_version=old.version,
                    as_wrapped=old.wrapped,
                    new_wrapped=new.wrapped,
                    new_under=new.under,
                )
                for old, new in keys
            )

    def drop(self, key: WrappedKey) -> bool:
        """Destroy one version and remember nothing of it; then ``scrub``."""
        with self._keys.writing() as connection:
            place = {"of": key.handle, "as_kind": key.kind, "as_version": key.version}
            return _DROP.run(connection, **place) > 0

    def retire(self, version: int) -> bool:
        """Destroy one key-encryption key, unless keys are still wrapped under it; then ``scrub``."""
        with self._keys.writing() as connection:
            _LEAVING.rows(connection, **_KEK, as_version=version)
            if _IN_USE.rows(connection, as_version=version):
                return False
            return _DROP.run(connection, **_KEK, as_version=version) > 0

    def counts(self) -> dict[str, int]:
        """Count the keys of each kind."""
        rows = self._keys.read(lambda c: c.execute(_COUNT).all())
        return {str(kind): int(count) for kind, count in rows}

    def scrub(self) -> bool:
        """Leave no trace of older bytes in the write-ahead log."""
        return self._keys.scrub()


def _require_above(connection: sa.Connection, keys: Iterable[WrappedKey]) -> None:
    """Refuse keys that nothing would open; until the commit the keys above them stay."""
    for under in {key.under for key in keys if key.under}:
        if not _ABOVE.rows(connection, **_KEK, as_version=under):
            raise KeyRetiredError(under)
