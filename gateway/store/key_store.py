"""Keeps wrapped keys in a file of their own: destroying one there erases what it opened everywhere."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from gateway.domain.errors import GatewayError
from gateway.domain.keys import KeyExistsError, WrappedKey
from gateway.store.database import Database
from gateway.store.prepared import Prepared
from gateway.store.tables import destroyed_key, wrapped_key

_key = wrapped_key
_of = (_key.c.handle == sa.bindparam("of")) & (_key.c.kind == sa.bindparam("as_kind"))
_NEWEST = Prepared(
    sa.select(_key.c.version, _key.c.wrapped).where(_of).order_by(_key.c.version.desc()).limit(1)
)
_ALL = Prepared(sa.select(_key.c.version, _key.c.wrapped).where(_of).order_by(_key.c.version))
_ONE = Prepared(sa.select(sa.literal(1)).where(_of, _key.c.version == sa.bindparam("as_version")))
_ADD = Prepared(sa.insert(_key), "handle", "kind", "version", "wrapped")
_DESTROY = Prepared(sa.delete(_key).where(_of))
_GONE = Prepared(
    sa.select(destroyed_key.c.kind).where(
        destroyed_key.c.handle == sa.bindparam("of"),
        destroyed_key.c.kind == sa.bindparam("as_kind"),
    )
)
_REMEMBER = Prepared(sa.insert(destroyed_key), "handle", "kind")
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
        counted = Counter((key.handle, key.kind, key.version) for key in keys)
        with self._keys.writing() as connection:
            for (handle, kind, version), times in counted.items():
                known = _ONE.rows(connection, of=handle, as_kind=kind, as_version=version)
                if known or times > 1 or _GONE.rows(connection, of=handle, as_kind=kind):
                    raise KeyExistsError(kind, version)
            _ADD.many_as_stored(
                connection, [(k.handle, k.kind, k.version, k.wrapped) for k in keys]
            )

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Return the newest version, or ``None``."""
        rows = _NEWEST.rows(self._keys.reading(), of=handle, as_kind=kind)
        return WrappedKey(handle, kind, *rows[0]) if rows else None

    def versions(self, handle: bytes, kind: str) -> Sequence[WrappedKey]:
        """Return every version, oldest first."""
        rows = _ALL.rows(self._keys.reading(), of=handle, as_kind=kind)
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
        if not self._keys.scrub():
            raise KeysNotScrubbedError("keys.db: another process was reading; destroy again")
        return destroyed > 0

    def destroyed(self, handle: bytes, kind: str) -> bool:
        """Tell whether there were keys that have been destroyed."""
        return bool(_GONE.rows(self._keys.reading(), of=handle, as_kind=kind))

    def counts(self) -> dict[str, int]:
        """Count the keys of each kind."""
        rows = self._keys.reading().execute(_COUNT).all()
        return {str(kind): int(count) for kind, count in rows}
