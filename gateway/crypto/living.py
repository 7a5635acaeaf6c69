"""Goes by the living versions of a key that may be turned over, never by a reading older than ``FRESH``."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from gateway.crypto.keyring import Keyring, VersionedKey
from gateway.domain.keys import FRESH


class LivingKey:
    """The versions of one key with a name; what another gate turned over is seen within seconds."""

    def __init__(
        self, keyring: Keyring, name: str, seconds: Callable[[], float] = monotonic
    ) -> None:
        self._keyring = keyring
        self._name = name
        self._seconds = seconds
        self._lock = Lock()
        self._versions: tuple[VersionedKey, ...] = ()
        self._read = 0.0

    def versions(self) -> tuple[VersionedKey, ...]:
        """Return the one to write with, then the others that are read by, newest first."""
        now = self._seconds()
        if self._versions and now - self._read < FRESH:
            return self._versions
        with self._lock:
            self._versions, self._read = self._keyring.living(self._name), now
        return self._versions
