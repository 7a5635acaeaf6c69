"""Each recipient knows a subject by another name; without the key no two names can be linked.

A reference is the subject's 16-byte id enciphered as one AES-256 block, under a key derived for the
recipient. That is a permutation: no table is kept, two subjects never share a reference, and any
reference leads back to exactly one id, known or not. While the key is turned over there are two
permutations; a reference made by the older one leads to a known id by that one only.
"""

from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from uuid import UUID

from gateway.crypto.keyring import Keyring
from gateway.crypto.living import LivingKey
from gateway.crypto.primitives import KEY_SIZE, Permutation, hkdf_sha256, permutation
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import PSEUDONYM

_RECIPIENTS_KEPT = 1024


class PairwisePseudonyms:
    """The port ``gateway.domain.ports.Pseudonyms``, from the key named ``pseudonym``."""

    def __init__(self, keyring: Keyring, seconds: Callable[[], float] = monotonic) -> None:
        self._living = LivingKey(keyring, PSEUDONYM, seconds)
        self._for = lru_cache(_RECIPIENTS_KEPT)(_derive)

    def reference(self, recipient: str, subject: SubjectId) -> UUID:
        """Return the subject's reference for this recipient (OIN, or a search session)."""
        key = self._living.versions()[0].key
        return UUID(bytes=self._for(key, recipient).forth.update(subject.bytes))

    def resolve(self, recipient: str, reference: UUID) -> SubjectId:
        """Return the subject id that a reference made just now stands for."""
        return self.meanings(recipient, reference)[0]

    def meanings(self, recipient: str, reference: UUID) -> tuple[SubjectId, ...]:
        """Return the id a reference stands for under each living version of the key, newest first."""
        keys = [one.key for one in self._living.versions()]
        return tuple(
            SubjectId(UUID(bytes=self._for(key, recipient).back.update(reference.bytes)))
            for key in keys
        )


def _derive(key: bytes, recipient: str) -> Permutation:
    info = b"doelpoort pseudonym\0" + recipient.encode("utf-8")
    return permutation(hkdf_sha256(key, b"", info, KEY_SIZE))
