"""A root key in OpenBao or HashiCorp Vault: its Transit engine wraps, and never gives the key away.

``POST /v1/transit/encrypt/KEY`` and ``…/decrypt/KEY`` with base64 texts; ``associated_data`` binds a
key to its place, so the key must be of an AEAD type (``aes256-gcm96``).
"""

from base64 import b64decode, b64encode
from pathlib import Path

import httpx2

from gateway.crypto.root import UnavailableRootError
from gateway.domain.errors import SettingsError, UnreadableValueError

TIMEOUT = 5.0
_REFUSED = 400


class TransitRoot:
    """A key of a Transit engine, by its address (``https://…:8200``), name and a token's file.

    The token is read at each use, so that an agent may renew it.
    """

    number = 16

    def __init__(
        self,
        address: str,
        key: str,
        token_file: Path,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._key = key
        self._token_file = token_file
        self._client = httpx2.Client(base_url=address, timeout=TIMEOUT, transport=transport)

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        """Return the engine's ciphertext, ASCII such as ``vault:v1:…``."""
        data = self._ask("encrypt", {"plaintext": _text(key), "associated_data": _text(bound)})
        return str(data["ciphertext"]).encode("ascii")

    def unwrap(self, sealed: bytes, bound: bytes) -> bytes:
        """Have the engine open what it sealed."""
        asked = {"ciphertext": sealed.decode("ascii", "replace"), "associated_data": _text(bound)}
        try:
            return b64decode(str(self._ask("decrypt", asked)["plaintext"]), validate=True)
        except ValueError:
            raise UnreadableValueError("kek key: moved or changed") from None

    def _ask(self, what: str, body: dict[str, str]) -> dict[str, object]:
        try:
            answer = self._client.post(
                f"/v1/transit/{what}/{self._key}",
                json=body,
                headers={"X-Vault-Token": self._token()},
            )
        except httpx2.HTTPError as error:
            raise UnavailableRootError(f"transit: no answer ({type(error).__name__})") from None
        if answer.status_code == _REFUSED and what == "decrypt":
            raise UnreadableValueError("kek key: moved or changed")
        if answer.is_error:
            raise UnavailableRootError(f"transit: {what} answered {answer.status_code}")
        return dict(answer.json()["data"])

    def _token(self) -> str:
        try:
            return self._token_file.read_text("ascii").strip()
        except (OSError, ValueError):
            raise SettingsError("transit token file: cannot be read") from None


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
