"""All shards of one log side by side, for those who read it by places or by origins."""

from collections.abc import Iterable
from itertools import groupby
from threading import Lock

from audit.evidence import Evidence, EvidenceError, gather_evidence
from audit.export import ExportError, Publication
from audit.note import VerifierKey
from audit.policy import Witnessed
from audit.shards import Keys, Shard, heads_of, shards_of
from audit.storage import LogStorage, PayloadSealer, StoredHead


class Shelf:
    """The shards of one log, each with its publication; safe to call from several threads.

    Below ``minimum``, a place, the log is pruned: what only concerns entries before it is not shown.
    """

    def __init__(self, storage: LogStorage, keys: Keys, minimum: int = 0) -> None:
        self._storage = storage
        self._keys = keys
        self._minimum = minimum
        self._known: dict[int, Publication] = {}
        self._adding = Lock()

    def shards(self) -> list[Shard]:
        """List all shards, oldest first; the last one is open."""
        return shards_of(self._storage)

    def open(self) -> Shard:
        """Return the shard that is open."""
        return self._of(self._storage.head())

    def holding(self, place: int) -> Shard:
        """Return the shard in which a place lies, or would; ``ExportError`` when it is missing."""
        return self._of(self._head(place))

    def named(self, origin: str) -> Shard:
        """Return the shard of an origin; raises ``ExportError`` when there is none."""
        for shard in self.shards():
            if self.key(shard).name == origin:
                return shard
        raise ExportError("this store has no log of this origin")

    def labelled(self, label: str) -> Shard:
        """Return the shard of a label; raises ``ExportError`` when there is none."""
        for shard in self.shards():
            if shard.label == label:
                return shard
        raise ExportError("the log has no shard of this label")

    def key(self, shard: Shard) -> VerifierKey:
        """Return the key by which the checkpoints of a shard verify."""
        return self._keys(shard.label)

    def publication(self, shard: Shard) -> Publication:
        """Return what readers of a shard may fetch."""
        with self._adding:
            if shard.base not in self._known:
                minimum = max(self._minimum - shard.base, 0)
                self._known[shard.base] = Publication(shard, self.key(shard), minimum)
            return self._known[shard.base]

    def prove(self, place: int) -> str:
        """Return the tlog-proof of the entry at a place, by its index; raises as a publication does."""
        head = self._head(place)
        return self.publication(self._of(head)).prove(place - head.base, head)

    def evidence(
        self, places: Iterable[int], opener: PayloadSealer, witnessed: Witnessed | None = None
    ) -> list[Evidence]:
        """Gather entries with their proofs, a bundle for each shard that holds some; oldest first.

        Raises as ``gather_evidence`` does.
        """
        found = []
        for shard, chosen in groupby(sorted(set(places)), key=self.holding):
            indexes = [place - shard.base for place in chosen]
            known = witnessed if witnessed and self.vouched(shard, witnessed) else None
            found.append(gather_evidence(shard, self.key(shard), indexes, opener, known))
        if not found:
            raise EvidenceError("a bundle has at least one entry")
        return found

    def vouched(self, shard: Shard, witnessed: Witnessed) -> bool:
        """Tell whether what witnesses cosigned is a head of a shard."""
        return witnessed.note.startswith(f"{self.key(shard).name}\n")

    def _head(self, place: int) -> StoredHead:
        """Read the head of the shard in which a place lies, or would: one read, if it is open."""
        head = self._storage.head()
        if head.base <= place:
            return head
        for head in reversed(heads_of(self._storage)):
            if head.base <= max(place, 0):
                return head
        raise ExportError("the shard of this entry is missing")

    def _of(self, head: StoredHead) -> Shard:
        return Shard(self._storage, head.base, head.label)
