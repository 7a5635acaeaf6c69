"""A root key in a hardware security module: PKCS#11 wraps with AES-GCM, and the key never leaves it.

The token's secret key (AES-256, not extractable) is found by its label. PKCS#11 v2.40 and later.
"""

from pathlib import Path
from secrets import token_bytes

import pkcs11

from gateway.crypto.primitives import NONCE_SIZE
from gateway.crypto.root import UnavailableRootError
from gateway.domain.errors import SettingsError, UnreadableValueError

_TAG_BITS = 128


class HsmRoot:
    """A key of a token, by the module's library, the token's and the key's label, and a PIN's file.

    A session is opened for each use: key-encryption keys are few, and kept in memory once open.
    """

    number = 17

    def __init__(self, module: Path, token: str, key: str, pin_file: Path) -> None:
        self._module, self._token, self._key, self._pin_file = module, token, key, pin_file

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Return nonce (12) and sealed key (48)."""
        nonce = token_bytes(NONCE_SIZE)
        return nonce + self._use("encrypt", nonce, key, bound)

    def unwrap(self, sealed: bytes, bound: bytes) -> bytes:
        """Have the module open what it sealed."""
        return self._use("decrypt", sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], bound)

    def _use(self, what: str, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        mechanism = pkcs11.Mechanism.AES_GCM
        how = pkcs11.GCMParams(nonce, bound, _TAG_BITS)
        try:
            with self._session() as session:
                key = session.get_key(pkcs11.ObjectClass.SECRET_KEY, label=self._key)
                return bytes(getattr(key, what)(data, mechanism=mechanism, mechanism_param=how))
        except pkcs11.PKCS11Error as error:
            if what == "decrypt" and isinstance(error, _CHANGED):
                raise UnreadableValueError("kek key: moved or changed") from None
            raise UnavailableRootError(f"pkcs11: {type(error).__name__}") from None

    def _session(self) -> pkcs11.Session:
        try:
            pin = self._pin_file.read_text("utf-8").strip()
        except (OSError, ValueError):
            raise SettingsError("pkcs11 pin file: cannot be read") from None
        try:
            library = pkcs11.lib(str(self._module))
        except RuntimeError:
            raise SettingsError("pkcs11 module: cannot be loaded") from None
        return library.get_token(token_label=self._token).open(user_pin=pin)


_CHANGED = (
    pkcs11.exceptions.EncryptedDataInvalid,
    pkcs11.exceptions.EncryptedDataLenRange,
    pkcs11.exceptions.GeneralError,  # what SoftHSM says of a tag that is wrong
)
