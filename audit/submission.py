"""What one hands to a log, and what it answers."""

from collections.abc import Mapping
from typing import NamedTuple

from audit.storage import RefusedError


class Submission(NamedTuple):
    """An event for the log.

    ``leaf`` stays for ever and names nobody (``audit.entry.LEAF_KEYS``); ``payload`` is sealed for
    ``subject``, an opaque handle; ``companions`` stand or fall with the entry. A retry is the same
    in all of these, ``event_id`` (16 bytes, given once) included: the log takes it once, and answers
    again. ``retry`` says that it may be known already; who leaves it out pays a second commit.
    """

    event_id: bytes
    leaf: Mapping[str, str | int]
    payload: Mapping[str, object]
    subject: bytes | None = None
    companions: tuple[object, ...] = ()
    retry: bool = False


class Turn(NamedTuple):
    """Closes the shard that is open and opens the next, by the label; each with an entry.

    The log itself puts in these what joins the two (``audit.shards``).
    """

    label: str
    closing: Submission
    opening: Submission


class Receipt(NamedTuple):
    """Where an entry stands, by its place, and the signed checkpoint of its shard that includes it.

    Every entry is answered with one, and a tuple is made three times faster than a dataclass.
    """

    event_id: bytes
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks for
    leaf_hash: bytes
    checkpoint: str


Answer = Receipt | RefusedError
