"""What a cosigner signs: a time, and a checkpoint it found consistent (c2sp.org/tlog-cosignature).

With Ed25519 that is the checkpoint's text; with ML-DSA-44 the tree in it, or a part of that tree, so
that extension lines are not covered. A time counts seconds since 1970; 0 makes no statement.
"""

from audit.encoding import NoteError
from audit.tree import HASH_BYTES, Subtree

TIME_BYTES = 8
MAX_TIME = 2**63 - 1
MAX_NAME_BYTES = 255


def text_message(text: str, time: int) -> bytes:
    """Return what an Ed25519 cosigner signs; raises ``NoteError`` for a time that cannot be."""
    _check_time(time)
    return b"cosignature/v1\ntime %d\n%b" % (time, text.encode())


def tree_message(
    cosigner: str, time: int, origin: str, subtree: Subtree, subtree_root: bytes
) -> bytes:
    """Return what an ML-DSA-44 cosigner signs; raises ``NoteError`` for what cannot be said.

    A checkpoint is the subtree from 0 to its size. A part that starts later has the time 0.
    """
    _check_time(time)
    if subtree.start and time:
        raise NoteError("a subtree that does not start at 0 has no time")
    if len(subtree_root) != HASH_BYTES or not 0 <= subtree.start <= subtree.end <= MAX_TIME:
        raise NoteError("this is no subtree with its root")
    bounds = subtree.start.to_bytes(TIME_BYTES) + subtree.end.to_bytes(TIME_BYTES)
    named = _named(cosigner) + time.to_bytes(TIME_BYTES) + _named(origin)
    return b"subtree/v1\n\0" + named + bounds + subtree_root


def timed(time: int, signature: bytes) -> bytes:
    """Join time and signature as a signature line carries them."""
    return time.to_bytes(TIME_BYTES) + signature


def split_timed(raw: bytes) -> tuple[int, bytes]:
    """Split what ``timed`` joined."""
    return int.from_bytes(raw[:TIME_BYTES]), raw[TIME_BYTES:]


def _check_time(time: int) -> None:
    if not 0 <= time <= MAX_TIME:
        raise NoteError("the time of the cosignature is out of range")


def _named(name: str) -> bytes:
    raw = name.encode()
    if not 0 < len(raw) <= MAX_NAME_BYTES:
        raise NoteError("a cosigner or origin has a name of 1 to 255 bytes")
    return bytes([len(raw)]) + raw
