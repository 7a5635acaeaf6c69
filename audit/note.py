"""Signed notes: text that carries its own signatures, and the keys that check them.

The format is c2sp.org/signed-note. A key is known by its name and its key id, which is always
recomputed; signatures of unknown keys are ignored; one bad signature of a known key refuses the
whole note. Base64 is read in its one canonical form, so that no byte can change unseen.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
COSIGNATURE = 0x04
KEY_BYTES = 32
KEY_ID_BYTES = 4
TIME_BYTES = 8
MAX_SIGNATURES = 100
MAX_BYTES = 1_000_000

_SIGNATURE_MARK = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


class NoteError(ValueError):
    """A note, key or checkpoint that cannot be accepted; the text says why."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; ``str`` gives its vkey line. Raises ``NoteError``.

    Type 01 signs the text itself (Ed25519), type 04 a time and the text (c2sp.org/tlog-cosignature).
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise NoteError("a key name has no spaces, no plus sign, and is not empty")
        if self.kind not in (ED25519, COSIGNATURE):
            raise NoteError("the key type is not known here")
        if len(self.public) != KEY_BYTES:
            raise NoteError("an Ed25519 key has 32 bytes")

    @classmethod
    def parse(cls, line: str) -> "VerifierKey":
        """Read a vkey line; raises ``NoteError``, also when its key id is not that of its key."""
        match = _VKEY.fullmatch(line)
        typed = decode_base64(match[3]) if match else b""
        if not match or not typed:
            raise NoteError("a vkey reads name+keyid+key")
        key = cls(match[1], typed[0], typed[1:])
        if key.key_id.hex() != match[2]:
            raise NoteError("the vkey's id is not that of its key")
        return key

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the hash of name, type and key."""
        hashed = sha256(b"%b\n%c%b" % (self.name.encode(), self.kind, self.public))
        return hashed.digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> None:
        """Check a signature over a note's text; raises ``NoteError``."""
        signed = text.encode()
        if self.kind == COSIGNATURE:
            moment, signature = signature[:TIME_BYTES], signature[TIME_BYTES:]
            signed = b"cosignature/v1\ntime %d\n%b" % (int.from_bytes(moment), signed)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature as error:
            raise NoteError("a signature of a known key is wrong") from error


class Signer:
    """Signs notes with an Ed25519 key, made from its name and its seed of 32 secret bytes."""

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise NoteError("an Ed25519 seed has 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, ED25519, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return the note: the text with one signature line; raises ``NoteError``."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise NoteError("a note's text ends in a newline and has no control characters")
        key = self.verifier
        blob = key.key_id + self._key.sign(text.encode())
        return f"{text}\n{_SIGNATURE_MARK}{key.name} {_base64(blob)}\n"


def open_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """Return the text of a note that at least one of ``keys`` signed.

    Raises ``NoteError`` when it is malformed, when no known key signed, or one did so wrongly.
    """
    text, signatures = _split(note)
    known = {(key.name, key.key_id): key for key in keys}
    verified = 0
    for name, blob in signatures:
        key = known.get((name, blob[:KEY_ID_BYTES]))
        if key is not None:
            key.verify(text, blob[KEY_ID_BYTES:])
            verified += 1
    if not verified:
        raise NoteError("no known key signed the note")
    return text


def claims(note: str) -> set[tuple[str, bytes]]:
    """List by name and key id who claims to have signed; nothing is checked but the form."""
    return {(name, blob[:KEY_ID_BYTES]) for name, blob in _split(note)[1]}


def decode_base64(text: str) -> bytes | None:
    """Decode canonical base64 (RFC 4648 section 4); ``None`` when it is not."""
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if _base64(decoded) == text else None


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def _is_name(name: str) -> bool:
    return bool(name) and not any(sign.isspace() or sign == "+" for sign in name)


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if _CONTROL.search(note) or len(note.encode()) > MAX_BYTES:
        raise NoteError("the note is too large or has control characters")
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n"):
        raise NoteError("the note has no signatures after a blank line")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("the note has more than 100 signatures")
    return text + "\n", list(_signatures(lines))


def _signatures(lines: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for line in lines:
        name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
        blob = decode_base64(encoded)
        if not line.startswith(_SIGNATURE_MARK) or not _is_name(name):
            raise NoteError("a signature line has no key name")
        if blob is None or len(blob) <= KEY_ID_BYTES:
            raise NoteError("a signature line has no signature")
        yield name, blob
