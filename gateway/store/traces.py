"""Finds in the log what only a subject's own key opens; the port is ``gateway.domain.erasing.Traces``."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from audit.entry import Leaf, read_leaf, read_payload
from audit.erasure import ERASURE, erased_by
from audit.storage import LogStorage, PayloadSealer, StoredRow
from gateway.domain.erasing import Told
from gateway.domain.identifiers import SubjectId
from gateway.domain.records import RecordKind


class LogTraces:
    """Looks through a subject's entries; ``hers`` tells a payload that her key sealed."""

    def __init__(
        self, storage: LogStorage, sealer: PayloadSealer, hers: Callable[[bytes], bool]
    ) -> None:
        self._storage = storage
        self._sealer = sealer
        self._hers = hers

    def of(self, subject: SubjectId) -> Sequence[int]:
        """Return the indexes of her entries whose payloads are sealed under her key; ascending."""
        return self.under(self._sealer.tag(subject.bytes))

    def under(self, tag: bytes) -> Sequence[int]:
        """Return the same for the tag under which the log knows someone."""
        rows = self._storage.about(tag)
        return [row.index for row in rows if row.payload is not None and self._hers(row.payload)]

    def told(self) -> Told:
        """Read the whole log for what it says was erased."""
        profiles: set[SubjectId] = set()
        indexes: set[int] = set()
        for row in self._storage.rows(0, self._storage.head().end):
            leaf = read_leaf(row.leaf)
            if leaf.content["type"] == RecordKind.PROFILE_ERASED:
                profiles |= self._whose(row, leaf)
            elif leaf.content["type"] == ERASURE:
                indexes |= self._named(row, leaf)
        return Told(frozenset(profiles), frozenset(indexes))

    def _whose(self, row: StoredRow, leaf: Leaf) -> set[SubjectId]:
        content = self._opened(row, leaf)
        return {SubjectId(UUID(str(content["subject"])))} if content else set()

    def _named(self, row: StoredRow, leaf: Leaf) -> set[int]:
        content = self._opened(row, leaf)  # the log's own key opens it: it never goes
        return set(chain.from_iterable(range(*run) for run in erased_by(content, row.index)))

    def _opened(self, row: StoredRow, leaf: Leaf) -> Mapping[str, object]:
        """Open what an entry told; empty when it is erased itself."""
        if row.payload is None:
            return {}
        salted = self._sealer.open(row.tag, leaf.commitment, row.payload)
        return {} if salted is None else read_payload(salted).content
