"""The anchored heads against the log as it is now, and on their way out.

1. Each is signed by this log, and the log goes on from it.
2. Each timestamp that can be checked here (its roots are given) is over that head.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.export import Publication
from audit.findings import Fault
from audit.note import NoteError, VerifierKey
from audit.shelf import Shelf
from audit.tree import verify_consistency
from gateway.domain.anchors import AnchoredHead, AnchoredHeads, TimestampError, Timestamps
from gateway.keeper.publishing import PublishedHeads
from gateway.keeper.stamping import text_of


@dataclass(frozen=True, slots=True)
class Anchors:
    """What vouches for a log from outside; without ``timestamps`` their tokens are left unread."""

    published: PublishedHeads
    heads: AnchoredHeads
    timestamps: Timestamps | None

    def faults(self, shelf: Shelf) -> Iterator[Fault]:
        """Check every anchored head, each with its shard (1, 2)."""
        for base, kept in groupby(self.heads.all(), key=lambda head: head.base):
            shard = shelf.holding(base)
            publication, key = shelf.publication(shard), shelf.key(shard)
            try:
                now = verify_checkpoint(publication.checkpoint(), key)
            except NoteError as error:
                yield Fault("anchored heads", f"cannot be compared: {error}")
                return
            for head in kept:
                why = self._wrong(head, publication, key, now)
                if why is not None:
                    yield Fault(f"anchored head of size {head.end}", why)

    def export(self, folder: Path) -> int:
        """Write note and timestamp of each head into a folder; return how many there are.

        A file is named by how many entries all shards had up to there.
        ``openssl ts -verify`` takes the text of a note, up to its blank line, as data.
        """
        folder.mkdir(parents=True, exist_ok=True)
        kept = self.heads.all()
        for head in kept:
            (folder / f"{head.end}.checkpoint").write_bytes(head.note.encode())
            if head.token is not None:
                (folder / f"{head.end}.txt").write_bytes(text_of(head.note).encode())
                (folder / f"{head.end}.tsr").write_bytes(head.token)
        return len(kept)

    def _wrong(
        self, head: AnchoredHead, publication: Publication, key: VerifierKey, now: Checkpoint
    ) -> str | None:
        try:
            seen = verify_checkpoint(head.note, key)
            if seen.size != head.size:
                return "is not of this size"
            proof = publication.prove_consistency(seen.size, now.size)
            verify_consistency(seen.size, now.size, proof, seen.root, now.root)
            if self.timestamps is not None and head.token is not None:
                self.timestamps.check(text_of(head.note).encode(), head.token)
        except TimestampError as error:
            return str(error)
        except ValueError as error:
            return f"the log does not go on from it ({error})"
        return None
