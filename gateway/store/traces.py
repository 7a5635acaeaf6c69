"""Finds in the log what only a subject's own key opens; the port is ``gateway.domain.erasing.Traces``."""

from collections.abc import Callable, Sequence

from audit.storage import LogStorage, PayloadSealer
from gateway.domain.identifiers import SubjectId


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
        rows = self._storage.about(self._sealer.tag(subject.bytes))
        return [row.index for row in rows if row.payload is not None and self._hers(row.payload)]
