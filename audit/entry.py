"""One entry: a leaf that stays for ever and names nobody, and the payload it commits to.

1. Leaf and payload are canonical JSON: sorted keys, no spaces, UTF-8, no fractions, no null.
2. The leaf takes a closed list of keys; personal data has no key to stand under.
3. The commitment ``c`` is SHA-256(0x02 || salt || payload) with 32 random bytes of salt. What gets
   sealed is salt || payload: once its key is destroyed, ``c`` tells nothing.
4. The payload names its event; about a subject it counts her entries from 1 and gives the index of
   the one before (-1: none), so that nothing can be left out unseen.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import orjson

VERSION = 1
EVENT_ID_BYTES = 16
SALT_BYTES = 32
NO_ENTRY = -1

LEAF_KEYS: Mapping[str, type[str | int]] = {
    "type": str,
    "at": int,
    "outcome": str,
    "purpose": str,
    "basis": str,
    "policy": str,
    "recipient": str,
    "before": str,
    "next": str,
}
"""What a submission may put in a leaf; ``type`` and ``at`` (ms since 1970) must be there.

``before`` and ``next`` join shards (``audit.shards``).
"""

PAYLOAD_KEYS = frozenset({"id", "count", "prev"})
"""What the log itself puts in a payload."""

MAX_INTEGER = 2**53
"""What every whole number stays below."""

_OWN_KEYS = frozenset({"v", "id", "log", "c"})
_NEEDED = ("type", "at")
_MAX_TEXT = 1024
_MAX_DEPTH = 8
_HEX = re.compile("[0-9a-f]+")


class EntryError(ValueError):
    """A leaf or payload that is not as the format says; the text names the key, never the value."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A stored leaf: what the log put in it, and the content that was submitted."""

    event_id: bytes
    origin: str
    commitment: bytes
    content: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Payload:
    """An opened payload: what the log put in it, and the content that was submitted.

    A link is (count, index before).
    """

    event_id: str
    link: tuple[int, int] | None
    content: Mapping[str, object]


def check_leaf(leaf: Mapping[str, object]) -> Mapping[str, str | int]:
    """Refuse a leaf with any key, type or length that the list does not allow (``EntryError``)."""
    checked: dict[str, str | int] = {}
    for key, value in leaf.items():
        if key not in LEAF_KEYS:
            raise EntryError("leaf: a key is not on the list")
        if not isinstance(value, LEAF_KEYS[key]) or isinstance(value, bool):
            raise EntryError(f"leaf: {key} has the wrong type")
        if isinstance(value, str) and (len(value) > _MAX_TEXT or not value.isprintable()):
            raise EntryError(f"leaf: {key} is too long or not plain text")
        if isinstance(value, int) and not 0 <= value < MAX_INTEGER:
            raise EntryError(f"leaf: {key} is out of range")
        checked[key] = value
    for key in _NEEDED:
        if key not in leaf:
            raise EntryError(f"leaf: {key} is missing")
    return checked


def check_payload(payload: Mapping[str, object]) -> None:
    """Refuse a payload that cannot be written in one way only (``EntryError``)."""
    if not PAYLOAD_KEYS.isdisjoint(payload):
        raise EntryError("payload: id, count and prev are the log's own")
    if not _are_texts(payload):
        raise EntryError("payload: a key is not a text")
    for key, value in payload.items():
        if not (type(value) is str and value.isascii()) and not _is_plain(value, _MAX_DEPTH):
            raise EntryError(f"payload: {key!r} holds more than texts, whole numbers and lists")


def canonical(value: object) -> bytes:
    """Write JSON in the one way a hash can rely on; ``TypeError`` where UTF-8 cannot write a text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def commit(salted: bytes) -> bytes:
    """Return the commitment to salt || payload (3)."""
    return sha256(b"\x02" + salted).digest()


def read_leaf(raw: bytes) -> Leaf:
    """Read a stored leaf; raises ``EntryError`` unless it is exactly as ``write_leaf`` writes."""
    stored = _read(raw, "leaf")
    content = check_leaf({key: stored[key] for key in stored.keys() - _OWN_KEYS})
    version, origin = stored.get("v"), stored.get("log")
    if type(version) is not int or version != VERSION:
        raise EntryError("leaf: v is not a version known here")
    if not isinstance(origin, str):
        raise EntryError("leaf: log is missing")
    event_id = _from_hex(stored.get("id"), EVENT_ID_BYTES, "id")
    return Leaf(event_id, origin, _from_hex(stored.get("c"), sha256().digest_size, "c"), content)


def read_payload(salted: bytes) -> Payload:
    """Read an opened payload; raises ``EntryError``."""
    stored = _read(salted[SALT_BYTES:], "payload")
    event_id, count, before = stored.get("id"), stored.get("count"), stored.get("prev")
    if not isinstance(event_id, str):
        raise EntryError("payload: id is missing")
    content = {key: value for key, value in stored.items() if key not in PAYLOAD_KEYS}
    if count is None and before is None:
        return Payload(event_id, None, content)
    if type(count) is not int or type(before) is not int:
        raise EntryError("payload: count and prev are not whole numbers")
    return Payload(event_id, (count, before), content)


def _read(raw: bytes, what: str) -> dict[str, object]:
    try:
        stored: object = orjson.loads(raw)
        known = isinstance(stored, dict) and canonical(stored) == raw
    except (ValueError, TypeError) as error:  # the second: nested deeper than is ever written
        raise EntryError(f"{what}: not JSON") from error
    if not isinstance(stored, dict) or not known:
        raise EntryError(f"{what}: not canonical JSON")
    return stored


def _from_hex(value: object, width: int, key: str) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * width or not _HEX.fullmatch(value):
        raise EntryError(f"leaf: {key} is not {width} bytes in hex")
    return bytes.fromhex(value)


def _is_plain(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return value.isascii() or _are_texts((value,))
    if isinstance(value, int):
        return -MAX_INTEGER < value < MAX_INTEGER and not isinstance(value, bool)
    if not depth or not isinstance(value, dict | list | tuple):
        return False
    items: Iterable[object] = value
    if isinstance(value, dict):
        if not _are_texts(value):
            return False
        items = value.values()
    return _are_texts(items) or all(_is_plain(item, depth - 1) for item in items)


def _are_texts(values: Iterable[object]) -> bool:
    """Tell whether all are texts that UTF-8 can write (no halves of surrogate pairs), in one pass in C."""
    try:
        "".join(values).encode()  # type: ignore[arg-type]  # it refuses what is no text
    except (TypeError, UnicodeEncodeError):
        return False
    return True
