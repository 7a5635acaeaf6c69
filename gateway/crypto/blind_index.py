"""Equal values are found by equal keyed terms; a term shows no value, and terms of two names do not match."""

from functools import lru_cache
from unicodedata import normalize

from gateway.crypto.keyring import Keyring
from gateway.crypto.primitives import KEY_SIZE, hkdf_sha256, hmac_sha256

TERM_SIZE = 16
_NAMES_KEPT = 256


class KeyedIndex:
    """The port ``gateway.domain.ports.BlindIndex``, from the key named ``index``."""

    def __init__(self, keyring: Keyring) -> None:
        self._key = keyring.named("index")
        self._for = lru_cache(_NAMES_KEPT)(self._derive)

    def term(self, name: str, value: str) -> bytes:
        """Return the term of a value under the key for ``name``; 16 bytes.

        Outer spaces, capitals and the way letters are composed do not matter.
        """
        return hmac_sha256(self._for(name), _folded(value).encode("utf-8"), TERM_SIZE)

    def _derive(self, name: str) -> bytes:
        return hkdf_sha256(self._key, b"", b"doelpoort index\0" + name.encode("utf-8"), KEY_SIZE)


def _folded(value: str) -> str:
    return normalize("NFC", normalize("NFC", value.strip()).casefold())
