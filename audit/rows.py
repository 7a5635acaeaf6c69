"""Turns the submissions of one batch into rows, each with its place, count, commitment and seal."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.entry import NO_ENTRY, SALT_BYTES, commit, write_leaf, write_payload
from audit.storage import BatchSealer, LogTransaction, PayloadSealer, StoredRow, Tail
from audit.submission import Submission
from audit.tree import leaf_hash

_NO_TAIL = Tail(0, NO_ENTRY)


def rows_of(
    submissions: Sequence[Submission],
    first: int,
    origin: str,
    sealer: PayloadSealer,
    transaction: LogTransaction,
) -> list[StoredRow]:
    """Write the rows from index ``first`` on; keys, counts and salts are got once for all."""
    subjects = {one.subject for one in submissions if one.subject is not None}
    tags = {subject: sealer.tag(subject) for subject in subjects}
    tails = dict(transaction.tails(tags.values())) if tags else {}
    writer = _Writer(origin, sealer.for_batch(tags.values()), tags, tails)
    numbered = enumerate(submissions, first)
    salts = _salts(len(submissions))
    return [
        writer.row(index, one, salt) for (index, one), salt in zip(numbered, salts, strict=True)
    ]


def _salts(count: int) -> Iterator[bytes]:
    drawn = secrets.token_bytes(SALT_BYTES * count)
    return (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))


@dataclass(frozen=True, slots=True)
class _Writer:
    """What the rows of one batch share; ``tails`` moves on with each row."""

    origin: str
    sealer: BatchSealer
    tags: Mapping[bytes, bytes]
    tails: dict[bytes, Tail]

    def row(self, index: int, submission: Submission, salt: bytes) -> StoredRow:
        event_id = submission.event_id
        tag = None if submission.subject is None else self.tags[submission.subject]
        link = None if tag is None else self._link(tag, index)
        salted = write_payload(event_id, submission.payload, link, salt)
        commitment = commit(salted)
        leaf = write_leaf(event_id, submission.leaf, self.origin, commitment)
        sealed = self.sealer.seal(tag, commitment, salted)
        counter = link[0] if link else None
        return StoredRow(index, event_id, leaf_hash(leaf), leaf, sealed, tag, counter)

    def _link(self, tag: bytes, index: int) -> tuple[int, int]:
        counter, before = self.tails.get(tag, _NO_TAIL)
        self.tails[tag] = Tail(counter + 1, index)
        return counter + 1, before
