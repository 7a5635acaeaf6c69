"""What one hands to a log, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.entry import (
    EVENT_ID_BYTES,
    SALT_BYTES,
    EntryError,
    check_leaf,
    check_payload,
    read_leaf,
    read_payload,
    write_leaf,
    write_payload,
)
from audit.storage import PayloadSealer, RefusedError, StoredRow
from audit.tree import leaf_hash


@dataclass(frozen=True, slots=True)
class Submission:
    """An event for the log.

    ``leaf`` stays for ever and names nobody (``audit.entry.LEAF_KEYS``); ``payload`` is sealed for
    ``subject``, an opaque handle; ``companions`` stand or fall with the entry. A retry is the same
    in all of these, ``event_id`` (16 random bytes) included: the log takes it once, and answers
    again. ``retry`` says that it may be known already; who leaves it out pays a second commit.
    """

    event_id: bytes
    leaf: Mapping[str, str | int]
    payload: Mapping[str, object]
    subject: bytes | None = None
    companions: tuple[object, ...] = ()
    retry: bool = False


class Receipt(NamedTuple):
    """Where an entry stands, and the signed checkpoint that includes it.

    Every entry is answered with one, and a tuple is made three times faster than a dataclass.
    """

    event_id: bytes
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for
    leaf_hash: bytes
    checkpoint: str


Answer = Receipt | RefusedError


def check(submissions: Sequence[Submission]) -> None:
    """Refuse a call with a malformed submission, or with one event twice (``EntryError``)."""
    for submission in submissions:
        if len(submission.event_id) != EVENT_ID_BYTES:
            raise EntryError("event_id is not 16 bytes")
        check_leaf(submission.leaf)
        check_payload(submission.payload)
    if len({submission.event_id for submission in submissions}) != len(submissions):
        raise EntryError("event_id occurs twice in one call")


def repeats(submission: Submission, row: StoredRow, origin: str, sealer: PayloadSealer) -> bool:
    """Tell whether a stored entry is this submission's; of an erased payload nothing is asked.

    Raises ``ValueError`` when the stored entry cannot be read.
    """
    stored = read_leaf(row.leaf)
    tag = None if submission.subject is None else sealer.tag(submission.subject)
    leaf = write_leaf(submission.event_id, submission.leaf, origin, stored.commitment)
    if (row.leaf, row.leaf_hash, row.tag) != (leaf, leaf_hash(leaf), tag):
        return False
    salted = row.payload and sealer.open(row.tag, stored.commitment, row.payload)
    if not salted:
        return True
    link, salt = read_payload(salted).link, salted[:SALT_BYTES]
    return salted == write_payload(submission.event_id, submission.payload, link, salt)
