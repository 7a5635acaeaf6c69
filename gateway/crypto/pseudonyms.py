"""Each recipient knows a subject by another name; without the key no two names can be linked.

A reference is the subject's 16-byte id enciphered as one AES-256 block, under a key derived for the
recipient. That is a permutation: no table is kept, two subjects never share a reference, and any
reference leads back to exactly one id, known or not.
"""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from gateway.crypto.keyring import Keyring
from gateway.crypto.primitives import KEY_SIZE, hkdf_sha256
from gateway.domain.identifiers import SubjectId

_RECIPIENTS_KEPT = 1024


class _Directions(NamedTuple):
    """Both ways of one permutation; a context keeps nothing between blocks, so it serves all calls."""

    forth: CipherContext
    back: CipherContext


class PairwisePseudonyms:
    """The port ``gateway.domain.ports.Pseudonyms``, from the key named ``pseudonym``."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.named("pseudonym")
        self._for = lru_cache(_RECIPIENTS_KEPT)(self._derive)

    def reference(self, recipient: str, subject: SubjectId) -> UUID:
        """Return the subject's reference for this recipient (OIN, or a search session)."""
        return UUID(bytes=self._for(recipient).forth.update(subject.bytes))

    def resolve(self, recipient: str, reference: UUID) -> SubjectId:
        """Return the subject id a reference stands for; an invented one gives an unknown id."""
        return SubjectId(UUID(bytes=self._for(recipient).back.update(reference.bytes)))

    def _derive(self, recipient: str) -> _Directions:
        info = b"doelpoort pseudonym\0" + recipient.encode("utf-8")
        key = hkdf_sha256(self._key, b"", info, KEY_SIZE)
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - one block is a permutation, not a message
        return _Directions(cipher.encryptor(), cipher.decryptor())
