"""A key store in memory that keeps the law of the port: all or none, and never a replacement."""

from collections.abc import Sequence

from gateway.domain.keys import KeyExistsError, WrappedKey


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
            new[place] = key
        self.rows.update(new)

    def get(self, handle: bytes, kind: str) -> WrappedKey | None:
        """Return the newest version."""
        return next(reversed(self.versions(handle, kind)), None)

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
