"""Base64 in its one canonical form, so that no byte of a note can change unseen."""

from base64 import b64decode, b64encode


class NoteError(ValueError):
    """A note, key or checkpoint that cannot be accepted; the text says why."""


def encode_base64(raw: bytes) -> str:
    """Write base64 (RFC 4648 section 4)."""
    return b64encode(raw).decode()


def decode_base64(text: str) -> bytes | None:
    """Decode canonical base64; ``None`` when it is not."""
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if encode_base64(decoded) == text else None
