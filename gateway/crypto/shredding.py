"""Destroys a subject's keys, so that what they sealed is gone wherever a copy of it lies."""

from gateway.crypto.keyring import LOG, PROFILE, Keyring
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KeyStore


class KeyShredder:
    """Shreds by key; the port is ``gateway.domain.erasing.Shredder``."""

    def __init__(self, keyring: Keyring, keys: KeyStore) -> None:
        self._keyring = keyring
        self._keys = keys

    def profile(self, subject: SubjectId) -> bool:
        """Destroy the key of her profile; tell whether there was one."""
        return self._keys.destroy(subject.bytes, PROFILE)

    def log(self, subject: SubjectId) -> bool:
        """Destroy the key of what the log tells about her; tell whether there was one."""
        return self._keys.destroy(self._keyring.subject_tag(subject.bytes), LOG)
