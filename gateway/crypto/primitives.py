"""The few primitives all sealing rests on; test vectors run against these functions.

A sealed message is laid out as: format (1 byte, 1), algorithm (1 byte), nonce (12 bytes),
ciphertext with its 16-byte tag. The first two bytes are authenticated with the context.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from secrets import token_bytes
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16
FORMAT = 1
_MESSAGE_HEADER = 2
_NONCES_DRAWN = 64

Aead = AESGCM | AESGCMSIV


class Algorithm(IntEnum):
    """How a value is sealed; the number is stored with it and never changes.

    AES-256-GCM-SIV is the stricter profile: a repeated nonce shows no more than equal values.
    """

    AES_256_GCM = 1
    AES_256_GCM_SIV = 2


_BY_GCM = bytes((FORMAT, Algorithm.AES_256_GCM))
_MESSAGE_BODY = _MESSAGE_HEADER + NONCE_SIZE
_CIPHERS: dict[int, type[AESGCM] | type[AESGCMSIV]] = {
    Algorithm.AES_256_GCM: AESGCM,
    Algorithm.AES_256_GCM_SIV: AESGCMSIV,
}


def aead(algorithm: int, key: bytes) -> Aead:
    """Return the cipher for a stored algorithm number; ``ValueError`` for others and for short keys."""
    cipher = _CIPHERS.get(algorithm)
    if cipher is None:
        raise ValueError("unknown algorithm")
    if len(key) != KEY_SIZE:
        raise ValueError("a key is 32 bytes")
    return cipher(key)


def seal_message(algorithm: Algorithm, key: bytes, context: bytes, plaintext: bytes) -> bytes:
    """Seal ``plaintext`` under a random nonce, bound to ``context``."""
    header = bytes((FORMAT, algorithm))
    nonce = token_bytes(NONCE_SIZE)
    return header + nonce + aead(algorithm, key).encrypt(nonce, plaintext, header + context)


def open_message(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """Open what ``seal_message`` sealed; ``ValueError`` when it was moved, changed or cut."""
    header, body = sealed[:_MESSAGE_HEADER], sealed[_MESSAGE_HEADER:]
    if len(body) < NONCE_SIZE + TAG_SIZE or header[0] != FORMAT:
        raise ValueError("not a sealed message")
    cipher = aead(header[1], key)
    try:
        return cipher.decrypt(body[:NONCE_SIZE], body[NONCE_SIZE:], header + context)
    except InvalidTag:
        raise ValueError("moved, changed, or sealed under another key") from None


class MessageCipher:
    """Seals and opens many messages under one key, as ``seal_message`` does with AES-256-GCM.

    ``binding`` is what all their contexts begin with.
    """

    __slots__ = ("_binding", "_cipher")

    def __init__(self, key: bytes, binding: bytes = b"") -> None:
        if len(key) != KEY_SIZE:
            raise ValueError("a key is 32 bytes")
        self._cipher = AESGCM(key)
        self._binding = _BY_GCM + binding

    def seal(self, nonce: bytes, context: bytes, plaintext: bytes) -> bytes:
        """Seal under a nonce of ``nonces``, bound to ``context``."""
        return _BY_GCM + nonce + self._cipher.encrypt(nonce, plaintext, self._binding + context)

    def open(self, context: bytes, sealed: bytes) -> bytes:
        """Open what was sealed; ``ValueError`` when it was moved, changed or cut."""
        if len(sealed) < _MESSAGE_HEADER + NONCE_SIZE + TAG_SIZE or not sealed.startswith(_BY_GCM):
            raise ValueError("not a sealed message")
        nonce, body = sealed[_MESSAGE_HEADER:_MESSAGE_BODY], sealed[_MESSAGE_BODY:]
        try:
            return self._cipher.decrypt(nonce, body, self._binding + context)
        except InvalidTag:
            raise ValueError("moved, changed, or sealed under another key") from None


def nonces() -> Iterator[bytes]:
    """Give random nonces without end, drawn many at a time: a draw costs as much as a sealing."""
    while True:
        drawn = token_bytes(NONCE_SIZE * _NONCES_DRAWN)
        for at in range(0, len(drawn), NONCE_SIZE):
            yield drawn[at : at + NONCE_SIZE]


class Permutation(NamedTuple):
    """Both ways of one permutation; a context keeps nothing between blocks, so it serves all calls."""

    forth: CipherContext
    back: CipherContext


def permutation(key: bytes) -> Permutation:
    """Return AES-256 of single 16-byte blocks (FIPS 197)."""
    cipher = Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305 - one block is a permutation, not a message
    return Permutation(cipher.encryptor(), cipher.decryptor())


def hkdf_sha256(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """Derive ``length`` bytes from ``key`` for the use that ``info`` names (RFC 5869)."""
    return HKDF(SHA256(), length, salt, info).derive(key)


class Tagger:
    """HMAC-SHA-256 of many short messages under one key (RFC 2104).

    It is set up once: a copy for each message costs half of what the standard library's would.
    """

    __slots__ = ("_keyed",)

    def __init__(self, key: bytes) -> None:
        self._keyed = HMAC(key, SHA256())

    def tag(self, message: bytes, length: int) -> bytes:
        """Return the first ``length`` bytes."""
        one = self._keyed.copy()
        one.update(message)
        return one.finalize()[:length]

    def tags(self, messages: Iterable[bytes], length: int) -> list[bytes]:
        """Return the first ``length`` bytes for each message."""
        fresh, tags = self._keyed.copy, []
        for message in messages:
            one = fresh()
            one.update(message)
            tags.append(one.finalize()[:length])
        return tags
