"""Destroys a subject's keys, so that what they sealed is gone wherever a copy of it lies.

That a key is to be destroyed is written down outside the database first: whoever puts an older copy
of the keys back finds there which of them may not come back.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from gateway.crypto.keyring import LOG, PROFILE, Keyring
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KeyStore


class KeyShredder:
    """Shreds by key; the port is ``gateway.domain.erasing.Shredder``."""

    def __init__(
        self, keyring: Keyring, keys: KeyStore, write_down: Callable[[bytes, str], None]
    ) -> None:
        self._keyring = keyring
        self._keys = keys
        self._write_down = write_down

    def profile(self, subject: SubjectId) -> bool:
        """Destroy the key of her profile; tell whether there was one."""
        return self._destroy(subject.bytes, PROFILE)

    def log(self, subject: SubjectId) -> bool:
        """Destroy the key of what the log tells about her; tell whether there was one."""
        return self._destroy(self._keyring.subject_tag(subject.bytes), LOG)

    def shredded_profiles(self) -> Sequence[SubjectId]:
        """Return whose profile key was destroyed."""
        return [SubjectId(UUID(bytes=handle)) for handle in self._gone(PROFILE)]

    def shredded_tags(self) -> Sequence[bytes]:
        """Return the log's tags of those whose log key was destroyed."""
        return self._gone(LOG)

    def _destroy(self, handle: bytes, kind: str) -> bool:
        self._write_down(handle, kind)
        return self._keys.destroy(handle, kind)

    def _gone(self, kind: str) -> list[bytes]:
        return sorted(handle for handle, of in self._keys.all_destroyed() if of == kind)
