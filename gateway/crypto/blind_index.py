"""Equal values are found by equal keyed terms; a term shows no value, and terms of two names do not match."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from time import monotonic
from unicodedata import normalize

from gateway.crypto.keyring import Keyring, VersionedKey
from gateway.crypto.living import LivingKey
from gateway.crypto.primitives import KEY_SIZE, Tagger, hkdf_sha256
from gateway.domain.blind import BARE_SIZE, SEAL_SIZE, marked, version_of
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import INDEX

_NAMES_KEPT = 256
_SEALS = "seal of a term"


class KeyedIndex:
    """The port ``gateway.domain.ports.BlindIndex``, from the key named ``index``."""

    def __init__(self, keyring: Keyring, seconds: Callable[[], float] = monotonic) -> None:
        self._living = LivingKey(keyring, INDEX, seconds)
        self._for = lru_cache(_NAMES_KEPT)(_derive)

    def term(self, name: str, value: str) -> bytes:
        """Return the term to write a value under; see ``terms``."""
        return self._term(self._living.versions()[0], name, _folded(value))

    def terms(self, name: str, value: str) -> tuple[bytes, ...]:
        """Return the terms of a value under the key for ``name``, by every living version of the key.

        Outer spaces, capitals and the way letters are composed do not matter.
        """
        folded = _folded(value)
        return tuple(self._term(one, name, folded) for one in self._living.versions())

    def seal(self, term: bytes, subject: SubjectId) -> bytes:
        """Return the seal that says that a subject has a term, by the key that made the term."""
        return self.seals(term, [subject.bytes])[0]

    def seals(self, term: bytes, subjects: Collection[bytes]) -> Sequence[bytes]:
        """Return the seal of a term for each subject, told by her bytes.

        Under a key that is no longer living the seals are empty: they equal none.
        """
        made_by = version_of(term)
        for one in self._living.versions():
            if one.version == made_by:
                messages = [term + subject for subject in subjects]
                return self._for(one.key, _SEALS).tags(messages, SEAL_SIZE)
        return [b""] * len(subjects)

    def _term(self, version: VersionedKey, name: str, folded: bytes) -> bytes:
        tag = self._for(version.key, name).tag(folded, BARE_SIZE)
        return marked(version.version, tag)


def _derive(key: bytes, name: str) -> Tagger:
    return Tagger(hkdf_sha256(key, b"", b"doelpoort index\0" + name.encode("utf-8"), KEY_SIZE))


def _folded(value: str) -> bytes:
    return normalize("NFC", normalize("NFC", value.strip()).casefold()).encode("utf-8")
