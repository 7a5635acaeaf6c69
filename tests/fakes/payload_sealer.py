"""A payload sealer whose keys live in memory; a tag it never made is an error, as the port says."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TAG_BYTES = 16
_NONCE_BYTES = 12


@dataclass(slots=True)
class MemoryPayloadSealer:
    """Makes a key for each subject it is asked to tag; ``destroy`` forgets one for good."""

    own: bytes = b"\x07" * 32
    keys: dict[bytes, bytes | None] = field(default_factory=dict)

    def tag(self, subject: bytes) -> bytes:
        """Tag a subject, and make her key at first sight."""
        tag = sha256(self.own + b"tag" + subject).digest()[:TAG_BYTES]
        self.keys.setdefault(tag, os.urandom(32))
        return tag

    def for_batch(self, tags: Collection[bytes]) -> Self:
        """Serve a batch from the same keys; a tag that was never made is an error later."""
        assert None not in tags
        return self

    def destroy(self, subject: bytes) -> None:
        """Destroy a subject's key; her payloads stay shut from now on."""
        self.keys[self.tag(subject)] = None

    def seal(self, tag: bytes | None, context: bytes, plaintext: bytes) -> bytes:
        """Seal under the key of the tag; raises ``ValueError`` when there is none."""
        key = self._key(tag)
        if key is None:
            raise ValueError("the key is destroyed")
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, plaintext, context)

    def open(self, tag: bytes | None, context: bytes, sealed: bytes) -> bytes | None:
        """Open under the key of the tag; ``None`` when it is destroyed."""
        key = self._key(tag)
        if key is None:
            return None
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
        except InvalidTag as error:
            raise ValueError("the payload was changed") from error

    def _key(self, tag: bytes | None) -> bytes | None:
        if tag is None:
            return self.own
        if tag not in self.keys:
            raise ValueError("the tag is not known")
        return self.keys[tag]
