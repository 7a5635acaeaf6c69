"""Parcels that only say what was done to them."""

from collections.abc import Mapping

from gateway.domain.errors import InvalidRequestError


class Parcels:
    """Marks what would be encrypted, and names what would be signed."""

    def check(self, key: Mapping[str, object]) -> None:
        """Take keys that say they are good."""
        if key.get("kty") != "good":
            raise InvalidRequestError("sleutel", "is no good")

    def seal(self, data: bytes, key: Mapping[str, object]) -> bytes:
        """Turn the bytes around, under the key's name."""
        return str(key["kty"]).encode() + b":" + data[::-1]

    def sign(self, data: bytes) -> str:
        """Count the bytes."""
        return f"signed:{len(data)}"

    def public_key(self) -> Mapping[str, object]:
        """Return nothing secret."""
        return {"kty": "good"}
