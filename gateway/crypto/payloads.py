"""Payloads of the log are sealed under the subject's log key, so that they end when she may be forgotten.

Associated data: ``doelpoort log`` and a zero byte, whose key (1: 0 the log's own, 1 the subject's),
the tag where there is one (16), the context. The first byte of a sealed payload says whose key.
"""

from collections.abc import Collection, Mapping

from gateway.crypto.keyring import LOG, Keyring
from gateway.crypto.primitives import MessageCipher, nonces
from gateway.domain.errors import UnreadableValueError
from gateway.domain.keys import KeyStore

_OWN = b"\0"
_SUBJECT = b"\1"
_BINDING = b"doelpoort log\0"


class LogPayloadSealer:
    """Seals what the log may have to forget; the protocol is ``audit.storage.PayloadSealer``.

    A tag without a key belongs to someone who is not known (any more): such a payload is sealed
    under the log's own key, so that a question about an invented subject is on the record too and
    makes no keys. Keys are asked of the store for each batch: one that is destroyed opens nothing.
    """

    def __init__(self, keyring: Keyring, keys: KeyStore) -> None:
        self._keyring = keyring
        self._keys = keys

    def tag(self, subject: bytes) -> bytes:
        """Return the keyed tag under which the store may know the subject; 16 bytes."""
        return self._keyring.subject_tag(subject)

    def for_batch(self, tags: Collection[bytes]) -> "BatchSealer":
        """Read the keys of these tags in one go, and no others; let go of it after the batch."""
        found = self._keys.newest(tags, LOG)
        return BatchSealer(self._keyring, self._keys, {tag: found.get(tag) for tag in tags})

    def open(self, tag: bytes | None, context: bytes, sealed: bytes) -> bytes | None:
        """Open one payload, as ``BatchSealer.open`` does."""
        return self.for_batch(() if tag is None else (tag,)).open(tag, context, sealed)


class BatchSealer:
    """Seals and opens for the tags of one batch; each key is unwrapped when first asked for."""

    def __init__(
        self, keyring: Keyring, keys: KeyStore, wrapped: Mapping[bytes, bytes | None]
    ) -> None:
        self._keyring = keyring
        self._keys = keys
        self._wrapped = wrapped
        self._ciphers: dict[bytes, MessageCipher] = {}
        self._own: MessageCipher | None = None
        self._nonces = nonces()

    def seal(self, tag: bytes | None, context: bytes, plaintext: bytes) -> bytes:
        """Seal under the key of ``tag``, bound to ``context`` (the commitment)."""
        nonce = next(self._nonces)
        cipher = None if tag is None else self._ciphers.get(tag) or self._subject_cipher(tag)
        if cipher is not None:
            return _SUBJECT + cipher.seal(nonce, context, plaintext)
        return _OWN + self._own_cipher().seal(nonce, (tag or b"") + context, plaintext)

    def open(self, tag: bytes | None, context: bytes, sealed: bytes) -> bytes | None:
        """Open a payload; ``None`` when its key is destroyed. Raises ``ValueError`` when changed."""
        whose = sealed[:1]
        if whose == _OWN:
            return self._own_cipher().open((tag or b"") + context, sealed[1:])
        if whose != _SUBJECT or tag is None:
            raise ValueError("not a sealed payload of this entry")
        cipher = self._subject_cipher(tag)
        if cipher is not None:
            return cipher.open(context, sealed[1:])
        if self._keys.destroyed(tag, LOG):
            return None
        raise ValueError("the payload's tag never had a key")

    def _own_cipher(self) -> MessageCipher:
        if self._own is None:
            self._own = MessageCipher(self._keyring.named("log"), _BINDING + _OWN)
        return self._own

    def _subject_cipher(self, tag: bytes) -> MessageCipher | None:
        cipher = self._ciphers.get(tag)
        wrapped = self._wrapped[tag] if cipher is None else None
        if wrapped is None:
            return cipher
        try:
            key = self._keyring.unwrap(tag, LOG, wrapped)
        except UnreadableValueError as error:
            raise ValueError(str(error)) from None
        cipher = self._ciphers[tag] = MessageCipher(key, _BINDING + _SUBJECT + tag)
        return cipher


def under_her_key(sealed: bytes) -> bool:
    """Tell whether a sealed payload opens under its subject's own key, and not under the log's."""
    return sealed.startswith(_SUBJECT)
