"""Turns the drafts of one batch into rows, each with its place, count, commitment and seal."""

import secrets
from collections.abc import Iterator, Sequence
from hashlib import sha256

from audit.draft import Draft
from audit.entry import NO_ENTRY, SALT_BYTES, commit
from audit.storage import PayloadSealer, StoredRow, Tail
from audit.tails import Lookup

_NO_TAIL = Tail(0, NO_ENTRY)


def rows_of(
    drafts: Sequence[Draft], first: int, sealer: PayloadSealer, tails_of: Lookup
) -> list[StoredRow]:
    """Write the rows from index ``first`` on; keys, counts and salts are got once for all.

    What ``tails_of`` gives is moved on with each row.
    """
    subjects = {draft.subject for draft in drafts if draft.subject is not None}
    tags = {subject: sealer.tag(subject) for subject in subjects}
    tails = tails_of(tags.values())
    seal = sealer.for_batch(tags.values()).seal
    rows = []
    for index, (draft, salt) in enumerate(zip(drafts, _salts(len(drafts)), strict=True), first):
        tag, link = None, None
        if draft.subject is not None:
            tag = tags[draft.subject]
            counter, before = tails.get(tag, _NO_TAIL)
            link = counter + 1, before
            tails[tag] = Tail(counter + 1, index)
        salted = draft.payload(link, salt)
        commitment = commit(salted)
        leaf = draft.leaf(commitment)
        hashed = sha256(b"\x00" + leaf).digest()
        sealed = seal(tag, commitment, salted)
        rows.append(
            StoredRow(index, draft.event_id, hashed, leaf, sealed, tag, link[0] if link else None)
        )
    return rows


def _salts(count: int) -> Iterator[bytes]:
    drawn = secrets.token_bytes(SALT_BYTES * count)
    return (drawn[at : at + SALT_BYTES] for at in range(0, len(drawn), SALT_BYTES))
