"""Turns over keys with a name: announced, taken up, retired; every step may be done twice."""

from gateway.crypto.keyring import COMING, NAMED, Keyring
from gateway.domain.keys import KeyExistsError, KeyStore, KeyVersions


class KeyTurns:
    """Turns over the named keys of one gate; see ``gateway.domain.keys.KeyTurns``."""

    def __init__(self, keyring: Keyring, keys: KeyStore) -> None:
        self._keyring = keyring
        self._keys = keys

    def versions(self, name: str) -> KeyVersions:
        """Return the living versions, as they are in the store now."""
        writes, *others = (one.version for one in self._keyring.living(name))
        coming = next((version for version in others if version > writes), None)
        older = tuple(version for version in others if version < writes)
        return KeyVersions(writes, older, coming)

    def announce(self, name: str) -> int:
        """Make the next version, to read by only; the one that was announced before, if any."""
        living = self.versions(name)
        if living.coming is None:
            try:
                self._keys.add((self._keyring.wrap_named(name, living.writes + 1),))
            except KeyExistsError:  # someone else announced it at the same moment
                return self.announce(name)
        return living.coming or living.writes + 1

    def take_up(self, name: str) -> int:
        """Write from now on with the version that was announced; return the one that is written with."""
        coming = self._keys.get(name.encode("ascii"), COMING)
        if coming is not None:
            key = next(
                one.key for one in self._keyring.living(name) if one.version == coming.version
            )
            self._keep(name, coming.version, key)
            self._keys.drop(coming)
        return self.versions(name).writes

    def retire(self, name: str) -> tuple[int, ...]:
        """Destroy every version older than the one that is written with; return which."""
        handle = name.encode("ascii")
        *older, newest = self._keys.versions(handle, NAMED)
        announced = self._keys.versions(handle, COMING)  # one whose taking up was broken off
        for row in announced:
            if row.version <= newest.version:
                self._keys.drop(row)
        gone = tuple(row.version for row in older if self._keys.drop(row))
        self._keys.scrub()
        return gone

    def _keep(self, name: str, version: int, key: bytes) -> None:
        try:
            self._keys.add((self._keyring.wrap_named(name, version, key),))
        except KeyExistsError:  # it was taken up before, and the announcement was left standing
            return
