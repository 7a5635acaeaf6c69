"""Everything one may ask of the log itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.examination import Examination, examine
from audit.export import ExportError, Publication, UpTo, export_log
from audit.note import Signer, VerifierKey
from audit.policy import Policy, Witnessed
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

    ``minimum`` is the index below which the log is pruned: nothing that only concerns entries below
    it is shown (``public``) or exported. ``mldsa`` is the key of the cosignature on published heads, where there is one;
    ``policy`` names those who are asked to cosign them.
    """

    storage: LogStorage
    sealer: PayloadSealer
    signer: Signer
    publication: Publication
    public: Publication
    anchors: Anchors
    versions: VersionBook
    mark: Path
    minimum: int = 0
    mldsa: VerifierKey | None = None
    policy: Policy | None = None

    def verify(self, *, payloads: bool = True) -> list[Fault]:
        """Check the live store, payloads opened or not; all faults are named.

        Of a log that holds, the anchored heads are compared with it, and with its payloads the
        versions of profiles.
        """
        sealer = self.sealer if payloads else None
        faults = verify_store(self.storage, sealer, self.signer.verifier)
        anchored = self.anchors.faults(self.publication, self.signer.verifier)
        kept = version_faults(self.versions) if payloads else ()
        return faults or [*anchored, *kept]

    def examine(self) -> Examination:
        """Say what the log says of itself, and what is true (``audit.examination``)."""
        return examine(self.storage, self.signer.verifier, self.mark)

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

    def export(self, folder: Path, *, payloads: bool, witnessed: bool = False) -> None:
        """Write the log to a folder that verifies offline; ``witnessed``: as far as it was cosigned.

        Raises ``ExportError``.
        """
        sealer = self.sealer if payloads else None
        log = self._cosigned_log() if witnessed else self.storage
        export_log(log, folder, self.signer.verifier, sealer, self.minimum)

    def _cosigned_log(self) -> UpTo:
        found = self.witnessed()
        if found is None or not 0 < found.size <= self.head().size:
            raise ExportError("no head of this log was cosigned as the witnesses' policy asks")
        return UpTo(found.head, self.storage)

    def prove(self, index: int) -> str:
        """Return the tlog-proof of one entry."""
        return self.publication.prove(index)

    def vouch(self, index: int, moment: datetime) -> Vouched:
        """Check one entry under the newest head, and the cosignatures of the published one."""
        own = [self.mldsa] if self.mldsa else []
        asked = self.policy.witnesses.values() if self.policy else ()
        keys = [*own, *(peer.key for peer in asked)]
        return vouch(self.publication, self.checkpoint(), keys, index, moment)

    def witnessed(self) -> Witnessed | None:
        """Return the newest head that witnesses cosigned, with the policy that judges them."""
        head = self.anchors.heads.newest_cosigned() if self.policy else None
        return None if self.policy is None or head is None else Witnessed(self.policy, head.note)

    def checkpoint(self) -> str:
        """Return the published head; empty while the log is empty."""
        return self.anchors.published.shown()

    def tile(self, path: str) -> bytes:
        """Return a tile or entry bundle by its path; raises ``ValueError`` when there is none."""
        return self.public.tile(path)

    def vkey(self) -> str:
        """Return the verifier key, one line."""
        return str(self.signer.verifier)


def _seen(head: AnchoredHead | None) -> SeenHead | None:
    return SeenHead(head.size, head.at) if head else None
