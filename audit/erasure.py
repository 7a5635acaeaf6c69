"""An erasure: the entry that names the entries whose payloads are gone, so that no loss is silent.

1. Its leaf has the type ``erasure``; its payload, about nobody, holds ``erased``: ascending runs of
   indexes ``[first, end)`` that all lie before it. Only the log's own key opens which entries went
   together; a stranger sees that an erasure took place, not whose.
2. The payload of an entry is gone when its row holds none, or when its key is destroyed. Leaf, tag
   and count stay, and with them every proof.
3. What is gone must be named, and what is named must be gone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from audit.entry import EntryError

ERASURE = "erasure"

Run = tuple[int, int]
"""The indexes from the first up to but not including the second."""

_KEY = "erased"
_PAIR = 2


def erasure_of(indexes: Iterable[int]) -> dict[str, object]:
    """Return the payload of the entry that names these indexes (1); the rest is the caller's."""
    return {_KEY: [list(run) for run in runs_of(sorted(set(indexes)))]}


def erased_by(payload: Mapping[str, object], index: int) -> list[Run]:
    """Read what the erasure at ``index`` names (1); raises ``EntryError``."""
    listed = payload.get(_KEY)
    if not isinstance(listed, list) or not all(_is_pair(pair) for pair in listed):
        raise EntryError("erasure: names no runs of entries")
    bounds = [bound for pair in listed for bound in pair]
    if any(one >= other for one, other in pairwise(bounds)):
        raise EntryError("erasure: its runs do not ascend")
    if bounds and not 0 <= bounds[0] < bounds[-1] <= index:
        raise EntryError("erasure: names an entry that is not before it")
    return [(first, end) for first, end in listed]


def runs_of(indexes: Iterable[int]) -> list[Run]:
    """Gather ascending indexes into runs."""
    runs: list[Run] = []
    for index in indexes:
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def without(runs: Iterable[Run], others: Iterable[Run]) -> Iterator[Run]:
    """Give what is in ``runs`` and in none of the others; runs may touch and overlap."""
    taken = _merged(others)
    at = 0
    for run in _merged(runs):
        first, end = run
        while at and taken[at - 1][1] > first:
            at -= 1
        while at < len(taken) and taken[at][0] < end:
            if taken[at][0] > first:
                yield first, taken[at][0]
            first = max(first, taken[at][1])
            at += 1
        if first < end:
            yield first, end


def place(run: Run) -> str:
    """Name a run of entries."""
    first, end = run
    return f"entry {first}" if end == first + 1 else f"entries {first} to {end - 1}"


def _merged(runs: Iterable[Run]) -> Sequence[Run]:
    merged: list[Run] = []
    for first, end in sorted(runs):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list) and len(pair) == _PAIR and all(type(bound) is int for bound in pair)
    )
