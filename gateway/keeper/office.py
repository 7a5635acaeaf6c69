"""Everything one may ask of the log itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from audit.examination import Examination, examine
from audit.export import ExportError, Publication, UpTo, export_log
from audit.note import Signer, VerifierKey
from audit.policy import Policy, Witnessed
from audit.shards import LABEL, Shard
from audit.shelf import Shelf
from audit.storage import LogStorage, PayloadSealer, StoredHead
from audit.tree import root
from audit.verify import Fault, verify_store
from gateway.domain.anchors import AnchoredHead
from gateway.domain.upkeep import LogHealth, SeenHead
from gateway.domain.versions import VersionBook
from gateway.domain.vouching import Vouched
from gateway.keeper.anchors import Anchors
from gateway.keeper.versions import version_faults
from gateway.keeper.vouching import vouch


@dataclass(frozen=True, slots=True)
class AuditOffice:
    """Reads, checks, proves and shows one log; ``mark`` is its guard's file.

    ``minimum`` is the place below which the log is pruned: nothing that only concerns entries below
    it is shown (``public``) or exported. ``mldsa`` gives the key of the cosignature on published heads
    of a shard, where there is one; ``policy`` names those who are asked to cosign them.
    """

    storage: LogStorage
    sealer: PayloadSealer
    signer: Signer
    shelf: Shelf
    public: Shelf
    anchors: Anchors
    versions: VersionBook
    mark: Path
    minimum: int = 0
    mldsa: Callable[[str], VerifierKey | None] = lambda _: None
    policy: Policy | None = None

    @property
    def publication(self) -> Publication:
        """What readers of the open shard may fetch, were nothing pruned."""
        return self.shelf.publication(self.shelf.open())

    def verify(self, *, payloads: bool = True) -> list[Fault]:
        """Check the live store, payloads opened or not; all faults are named.

        Of a log that holds, the anchored heads are compared with it, and with its payloads the
        versions of profiles.
        """
        sealer = self.sealer if payloads else None
        faults = verify_store(self.storage, sealer, self.signer.key)
        kept = version_faults(self.versions) if payloads else ()
        return faults or [*self.anchors.faults(self.shelf), *kept]

    def examine(self) -> Examination:
        """Say what the log says of itself, and what is true (``audit.examination``)."""
        return examine(self.storage, self.signer.key, self.mark)

    def health(self) -> LogHealth:
        """Say how the log stands; see ``gateway.domain.upkeep``."""
        found, heads = self.examine(), self.anchors.heads
        stamped = [head for head in heads.all() if head.token is not None]
        return LogHealth(
            found.size,
            found.root.hex(),
            found.frozen,
            found.judged,
            found.marked,
            found.followed,
            _seen(heads.newest_cosigned()),
            _seen(stamped[-1] if stamped else None),
        )

    def head(self) -> StoredHead:
        """Return the head as stored."""
        return self.storage.head()

    def root_of(self, head: StoredHead) -> str:
        """Return the root hash of a head, in hexadecimal."""
        return root(head.frontier).hex()

    def export(
        self, folder: Path, *, payloads: bool, witnessed: bool = False, log: str | None = None
    ) -> None:
        """Write a shard, the open one unless ``log`` is its origin, to a folder that verifies offline.

        ``witnessed``: as far as it was cosigned. Raises ``ExportError``.
        """
        sealer = self.sealer if payloads else None
        shard = self.shelf.open() if log is None else self.shelf.named(log)
        minimum = min(max(self.minimum - shard.base, 0), shard.head().size)
        entries = self._cosigned(shard) if witnessed else shard
        export_log(entries, folder, self.shelf.key(shard), sealer, minimum)

    def _cosigned(self, shard: Shard) -> UpTo:
        found = self.witnessed()
        known = found is not None and self.shelf.vouched(shard, found)
        if found is None or not known or not 0 < found.size <= shard.head().size:
            raise ExportError("no head of this log was cosigned as the witnesses' policy asks")
        return UpTo(replace(found.head, base=shard.base, label=shard.label), shard)

    def prove(self, place: int) -> str:
        """Return the tlog-proof of the entry at a place."""
        return self.shelf.prove(place)

    def vouch(self, place: int, moment: datetime) -> Vouched:
        """Check one entry under its shard's newest head, and the cosignatures of the published one."""
        shard = self.shelf.holding(place)
        own = self.mldsa(shard.label)
        asked = self.policy.witnesses.values() if self.policy else ()
        keys = [*([own] if own else []), *(peer.key for peer in asked)]
        shown, index = self.checkpoint(shard.label), place - shard.base
        found = vouch(self.shelf.publication(shard), shown, keys, index, moment)
        return replace(found, index=place)

    def witnessed(self) -> Witnessed | None:
        """Return the last head that witnesses cosigned, with the policy that judges them."""
        head = self.anchors.heads.newest_cosigned() if self.policy else None
        return None if self.policy is None or head is None else Witnessed(self.policy, head.note)

    def checkpoint(self, label: str | None = None) -> str:
        """Return the published head of the open shard or of one by label; empty while the log is.

        Raises ``ValueError`` when there is no such shard.
        """
        shard = self._shard(label)
        head = shard.head()
        if head.base == self.storage.head().base:
            return self.anchors.published.shown()
        return self.anchors.published.of(head)

    def tile(self, path: str, label: str | None = None) -> bytes:
        """Return a tile or entry bundle by its path; raises ``ValueError`` when there is none."""
        return self.public.publication(self._shard(label)).tile(path)

    def vkey(self, label: str | None = None) -> str:
        """Return the verifier key of a shard, one line; raises ``ValueError`` as the others do."""
        return str(self.shelf.key(self._shard(label)))

    def labels(self) -> list[str]:
        """List the shards by their labels, oldest first; the first has an empty one."""
        return [shard.label for shard in self.shelf.shards()]

    def label_of(self, log: str | None) -> str:
        """Return the label of the shard of an origin, be it one to come; of none, the open one's.

        Raises ``ExportError`` for what is no origin of this log.
        """
        if log is None:
            return self.shelf.open().label
        own = self.signer.verifier.name
        label = log.removeprefix(f"{own}/")
        if log != own and (label == log or not LABEL.fullmatch(label)):
            raise ExportError("this store has no log of this origin")
        return "" if log == own else label

    def _shard(self, label: str | None) -> Shard:
        return self.shelf.open() if label is None else self.shelf.labelled(label)


def _seen(head: AnchoredHead | None) -> SeenHead | None:
    return SeenHead(head.end, head.at) if head else None
