"""Signed notes: text that carries its own signatures, and the keys that check them.

The format is c2sp.org/signed-note. A key is known by its name and its key id, which is always
recomputed; signatures of unknown keys are ignored; one bad signature of a known key refuses the
whole note. Base64 is read in its one canonical form, so that no byte can change unseen.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from audit.cosignature import split_timed, text_message, tree_message
from audit.encoding import NoteError, decode_base64, encode_base64
from audit.tree import Subtree
from audit.treehead import parse_checkpoint

__all__ = [
    "COSIGNATURE",
    "COSIGNATURE_MLDSA44",
    "ED25519",
    "NoteError",
    "Signature",
    "Signer",
    "VerifierKey",
    "add_lines",
    "claims",
    "keep_signatures",
    "open_note",
    "signature_line",
    "signatures_of",
]

ED25519 = 0x01
COSIGNATURE = 0x04
COSIGNATURE_MLDSA44 = 0x06
SEED_BYTES = 32
KEY_BYTES = {ED25519: 32, COSIGNATURE: 32, COSIGNATURE_MLDSA44: 1312}
KEY_ID_BYTES = 4
MAX_SIGNATURES = 100
MAX_BYTES = 1_000_000

_SIGNATURE_MARK = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; ``str`` gives its vkey line. Raises ``NoteError``.

    Type 01 signs the text itself (Ed25519); types 04 (Ed25519) and 06 (ML-DSA-44) sign a time and a
    checkpoint (c2sp.org/tlog-cosignature).
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise NoteError("a key name is plain text without space or plus sign, and not empty")
        if self.kind not in KEY_BYTES:
            raise NoteError("the key type is not known here")
        if len(self.public) != KEY_BYTES[self.kind]:
            raise NoteError(f"a key of this type has {KEY_BYTES[self.kind]} bytes")

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
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"

    def verify(self, text: str, signature: bytes) -> int | None:
        """Check a signature over a note's text; return its time, in seconds since 1970, if it has one.

        Raises ``NoteError``, also where the installed library does not offer the key's type.
        """
        try:
            if self.kind == ED25519:
                self._check(signature, text.encode())
                return None
            time, rest = split_timed(signature)
            self._check(rest, self._message(text, time))
        except InvalidSignature as error:
            raise NoteError("a signature of a known key is wrong") from error
        return time

    def verify_subtree(
        self, origin: str, subtree: Subtree, subtree_root: bytes, signature: bytes
    ) -> int:
        """Check a cosignature over a part of a log, for keys of type 06; return its time."""
        if self.kind != COSIGNATURE_MLDSA44:
            raise NoteError("only an ML-DSA-44 cosigner signs subtrees")
        time, rest = split_timed(signature)
        try:
            self._check(rest, tree_message(self.name, time, origin, subtree, subtree_root))
        except InvalidSignature as error:
            raise NoteError("the signature over the subtree is wrong") from error
        return time

    def _message(self, text: str, time: int) -> bytes:
        if self.kind == COSIGNATURE:
            return text_message(text, time)
        tree = parse_checkpoint(text)
        return tree_message(self.name, time, tree.origin, Subtree(0, tree.size), tree.root)

    def _check(self, signature: bytes, message: bytes) -> None:
        if self.kind != COSIGNATURE_MLDSA44:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
            return
        try:
            key = MLDSA44PublicKey.from_public_bytes(self.public)
        except UnsupportedAlgorithm as error:
            raise NoteError("ML-DSA-44 is not offered by the installed library") from error
        key.verify(signature, message)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that was checked: whose, and when, for a cosignature (seconds since 1970)."""

    key: VerifierKey
    time: int | None


class Signer:
    """Signs notes with an Ed25519 key, made from its name and its seed of 32 secret bytes."""

    __slots__ = ("_key", "_shards", "verifier")

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise NoteError("an Ed25519 seed has 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, ED25519, self._key.public_key().public_bytes_raw())
        self._shards: dict[str, Signer] = {"": self}

    def of(self, label: str) -> "Signer":
        """Return the signer of a shard of this log, with a name and a key of its own.

        No tlog-policy may list one key for two logs.
        """
        if label not in self._shards:
            seed = hmac.digest(self._key.private_bytes_raw(), b"shard " + label.encode(), "sha256")
            self._shards[label] = Signer(f"{self.verifier.name}/{label}", seed)
        return self._shards[label]

    def key(self, label: str) -> VerifierKey:
        """Return the key by which the checkpoints of a shard verify."""
        return self.of(label).verifier

    def sign(self, text: str) -> str:
        """Return the note: the text with one signature line; raises ``NoteError``."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise NoteError("a note's text ends in a newline and has no control characters")
        return f"{text}\n{signature_line(self.verifier, self._key.sign(text.encode()))}"


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """Return the line that carries a signature."""
    return f"{_SIGNATURE_MARK}{key.name} {encode_base64(key.key_id + signature)}\n"


def open_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """Return the text of a note that at least one of ``keys`` signed.

    Raises ``NoteError`` when it is malformed, when no known key signed, or one did so wrongly.
    """
    return signatures_of(note, keys)[0]


def signatures_of(note: str, keys: Sequence[VerifierKey]) -> tuple[str, tuple[Signature, ...]]:
    """Return the text with all signatures of ``keys``, in order; raises as ``open_note`` does."""
    text, lines = _split(note)
    checked = tuple(signature for _, signature in _checked(text, lines, keys))
    if not checked:
        raise NoteError("no known key signed the note")
    return text, checked


def keep_signatures(note: str, keys: Sequence[VerifierKey]) -> str:
    """Return the note with the first signature of each of ``keys`` only; raises as ``open_note``."""
    text, lines = _split(note)
    kept: dict[VerifierKey, str] = {}
    for line, signature in _checked(text, lines, keys):
        kept.setdefault(signature.key, line)
    if not kept:
        raise NoteError("no known key signed the note")
    return f"{text}\n{''.join(kept.values())}"


def add_lines(note: str, lines: Iterable[str]) -> str:
    """Return the note with further signature lines; raises ``NoteError`` for what would be none."""
    longer = note + "".join(lines)
    if _split(longer)[0] != _split(note)[0]:
        raise NoteError("the lines to add change the note's text")
    return longer


def claims(note: str) -> set[tuple[str, bytes]]:
    """List by name and key id who claims to have signed; nothing is checked but the form."""
    return {(name, blob[:KEY_ID_BYTES]) for name, blob in _split(note)[1]}


def _checked(
    text: str, lines: Sequence[tuple[str, bytes]], keys: Sequence[VerifierKey]
) -> Iterator[tuple[str, Signature]]:
    """Check each line of a known key."""
    known = {(key.name, key.key_id): key for key in keys}
    for name, blob in lines:
        key = known.get((name, blob[:KEY_ID_BYTES]))
        if key is not None:
            signature = blob[KEY_ID_BYTES:]
            yield signature_line(key, signature), Signature(key, key.verify(text, signature))


def _is_name(name: str) -> bool:
    if not name or _CONTROL.search(name):
        return False
    return not any(sign.isspace() or sign == "+" for sign in name)


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
