"""Writes an entry as far as that can be done before the log gives it its place.

1. An entry is checked and written once, by whoever hands it to the log; the one who holds the head's
   lock only joins pieces.
2. What a draft lacks is its link, its salt, and the commitment that follows from them.
"""

from binascii import hexlify
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from audit.entry import (
    EVENT_ID_BYTES,
    MAX_INTEGER,
    SALT_BYTES,
    VERSION,
    EntryError,
    canonical,
    check_leaf,
    check_payload,
    read_leaf,
    read_payload,
)
from audit.storage import PayloadSealer, StoredRow
from audit.submission import Submission
from audit.tree import leaf_hash

_OPEN: Final = MAX_INTEGER + 1
"""Holds the place of a count and of an index before: no content has so large a number."""

_BEFORE_ORIGIN: Final = len('","id":"') + 2 * EVENT_ID_BYTES + len('","log":')

_COUNT: Final = b'"count":%d,' % _OPEN
_PREV: Final = b',"prev":%d' % _OPEN


class Draft(NamedTuple):
    """A submission, with what stands around the places that are still open (2)."""

    event_id: bytes
    around_commitment: tuple[bytes, bytes]
    around_link: tuple[bytes, bytes, bytes]
    subject: bytes | None
    companions: tuple[object, ...]
    retry: bool
    origin: bytes

    def moved(self, origin: bytes) -> "Draft":
        """Return the same for another shard of the log."""
        before, own = self.around_commitment
        head, tail = own[:_BEFORE_ORIGIN], own[_BEFORE_ORIGIN + len(self.origin) :]
        return self._replace(around_commitment=(before, head + origin + tail), origin=origin)

    def leaf(self, commitment: bytes) -> bytes:
        """Return the leaf's bytes."""
        before, after = self.around_commitment
        return before + hexlify(commitment) + after

    def payload(self, link: tuple[int, int] | None, salt: bytes) -> bytes:
        """Return salt || payload, which is what gets committed to and sealed; a link is (count, before)."""
        before, between, after = self.around_link
        if link is None:
            return b"%b%b%b%b" % (salt, before, between, after)
        return b'%b%b"count":%d,%b,"prev":%d%b' % (salt, before, link[0], between, link[1], after)


def drafts(submissions: Sequence[Submission], origin: bytes) -> list[Draft]:
    """Check the submissions of one call and write what can be written of them (1).

    ``origin`` is written as JSON already. Raises ``EntryError``, also where one event occurs twice.
    """
    made = [draft(submission, origin) for submission in submissions]
    if len(made) > 1 and len({one.event_id for one in made}) < len(made):
        raise EntryError("event_id occurs twice in one call")
    return made


def draft(submission: Submission, origin: bytes) -> Draft:
    """Check a submission and write what can be written of it (1); raises ``EntryError``."""
    event_id, leaf, payload, subject, companions, retry = submission
    if len(event_id) != EVENT_ID_BYTES:
        raise EntryError("event_id is not 16 bytes")
    around_commitment = _around_commitment(event_id, leaf, origin)
    around_link = _around_link(event_id, payload)
    return Draft(event_id, around_commitment, around_link, subject, companions, retry, origin)


def repeats(made: Draft, row: StoredRow, sealer: PayloadSealer) -> bool:
    """Tell whether a stored entry is this draft's; of an erased payload nothing is asked.

    It may stand in another shard than the draft was made for. Raises ``ValueError`` when the stored
    entry cannot be read.
    """
    stored = read_leaf(row.leaf)
    commitment, made = stored.commitment, made.moved(canonical(stored.origin))
    tag = None if made.subject is None else sealer.tag(made.subject)
    leaf = made.leaf(commitment)
    if (row.leaf, row.leaf_hash, row.tag) != (leaf, leaf_hash(leaf), tag):
        return False
    salted = row.payload and sealer.open(row.tag, commitment, row.payload)
    if not salted:
        return True
    return salted == made.payload(read_payload(salted).link, salted[:SALT_BYTES])


def _around_commitment(
    event_id: bytes, leaf: Mapping[str, object], origin: bytes
) -> tuple[bytes, bytes]:
    at = leaf.get("at")
    if type(at) is not int or not 0 <= at < MAX_INTEGER:
        check_leaf(leaf)  # names what is wrong
        raise EntryError("leaf: at is not a moment")
    before, after = _beside_at(leaf)
    own = b'","id":"%b","log":%b' % (hexlify(event_id), origin)
    return b'{"at":%d%b,"c":"' % (at, before), b'%b%b,"v":%d}' % (own, after, VERSION)


def _beside_at(leaf: Mapping[str, object]) -> tuple[bytes, bytes]:
    try:
        return _parted(tuple([item for item in leaf.items() if item[0] != "at"]))
    except TypeError:  # a value that has no hash is no value of a leaf
        check_leaf(leaf)
        raise


@lru_cache(maxsize=1024)
def _parted(rest: tuple[tuple[str, object], ...]) -> tuple[bytes, bytes]:
    """Check and write a leaf's content but for its moment, before and after the log's own members.

    Of many entries only the moment differs, and nothing in a leaf is about a person.
    """
    leaf = check_leaf({"at": 0, **dict(rest)})
    before = canonical({key: value for key, value in leaf.items() if key < "c"})
    after = canonical({key: value for key, value in leaf.items() if key > "c"})
    return before.removeprefix(b'{"at":0')[:-1], b"," + after[1:-1]


def _around_link(event_id: bytes, payload: Mapping[str, object]) -> tuple[bytes, bytes, bytes]:
    check_payload(payload)
    written = canonical({**payload, "id": event_id.hex(), "count": _OPEN, "prev": _OPEN})
    before, rest = written.split(_COUNT)
    between, after = rest.split(_PREV)
    return before, between, after
