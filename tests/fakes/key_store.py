"""A key store in memory that keeps the law of the port: all or none, and never a replacement."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from gateway.domain.keys import KEK, KeyExistsError, KeyRetiredError, WrappedKey


class FakeKeyStore:
    """Keeps rows in a dictionary; ``rows`` is open so that a test can plant a fault."""

    def __init__(self) -> None:
        self.rows: dict[tuple[bytes, str, int], WrappedKey] = {}
        self.gone: set[tuple[bytes, str]] = set()

    def add(self, keys: Sequence[WrappedKey]) -> None:
        """Keep new keys, all or none."""
        new: dict[tuple[bytes, str, int], WrappedKey] = {}
        for key in keys:
            place = (key.handle, key.kind, key.version)
            if place in self.rows or place in new or place[:2] in self.gone:
                raise KeyExistsError(key.kind, key.version)
            self._require_above(key)
            new[place] = key
        self.rows.update(new)

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Return the newest version."""
        return next(reversed(self.versions(handle, kind)), None)

    def newest(self, handles: Collection[bytes], kind: str) -> Mapping[bytes, bytes]:
        """Return what is wrapped in the newest version of each handle that has one."""
        found = {handle: self.get(handle, kind) for handle in handles}
        return {handle: key.wrapped for handle, key in found.items() if key is not None}

    def versions(self, handle: bytes, kind: str) -> Sequence[WrappedKey]:
        """Return every version, oldest first."""
        found = [row for place, row in self.rows.items() if place[:2] == (handle, kind)]
        return sorted(found, key=lambda row: row.version)

    def destroy(self, handle: bytes, kind: str) -> bool:
        """Forget every version."""
        places = [place for place in self.rows if place[:2] == (handle, kind)]
        for place in places:
            del self.rows[place]
            self.gone.add(place[:2])
        return bool(places)

    def destroyed(self, handle: bytes, kind: str) -> bool:
        """Tell whether keys were forgotten."""
        return (handle, kind) in self.gone

    def all_destroyed(self) -> Collection[tuple[bytes, str]]:
        """Return what was forgotten."""
        return frozenset(self.gone)

    def returned(self) -> Collection[tuple[bytes, str]]:
        """Return what stands here though it was forgotten."""
        return {place[:2] for place in self.rows} & self.gone

    def bury(self, handles: Collection[tuple[bytes, str]]) -> int:
        """Forget keys that came back."""
        self.gone |= set(handles)
        return sum(self.destroy(handle, kind) for handle, kind in handles)

    def wrapped_before(
        self, under: int, after: WrappedKey | None, limit: int
    ) -> Sequence[WrappedKey]:
        """Return a page of keys wrapped under older versions."""
        past = (after.handle, after.kind, after.version) if after else (b"", "", 0)
        places = sorted(
            place for place, row in self.rows.items() if 0 < row.under < under and place > past
        )
        return [self.rows[place] for place in places[:limit]]

    def rewrap(self, keys: Sequence[tuple[WrappedKey, WrappedKey]]) -> int:
        """Put the new key where the old one still stands."""
        put = 0
        for _, new in keys:
            self._require_above(new)
        for old, new in keys:
            place = (old.handle, old.kind, old.version)
            if self.rows.get(place) == old:
                self.rows[place] = new
                put += 1
        return put

    def drop(self, key: WrappedKey) -> bool:
        """Forget one version, and that it was there."""
        return self.rows.pop((key.handle, key.kind, key.version), None) is not None

    def retire(self, version: int) -> bool:
        """Forget one key-encryption key that nothing is wrapped under."""
        if any(row.under == version for row in self.rows.values()):
            return False
        return self.rows.pop((KEK.encode(), KEK, version), None) is not None

    def counts(self) -> Mapping[str, int]:
        """Count the keys of each kind."""
        return Counter(kind for _, kind, _ in self.rows)

    def scrub(self) -> bool:
        """Leave nothing: memory has no traces."""
        return True

    def _require_above(self, key: WrappedKey) -> None:
        if key.under and (KEK.encode(), KEK, key.under) not in self.rows:
            raise KeyRetiredError(key.under)
