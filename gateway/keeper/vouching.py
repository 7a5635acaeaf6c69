"""Checks one entry: it is under the newest signed head, which goes on from the cosigned one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from audit.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from audit.export import Publication
from audit.note import VerifierKey, signatures_of
from audit.proof import TlogProof
from audit.tree import verify_consistency
from gateway.domain.vouching import Cosigned, Vouched


def vouch(
    publication: Publication,
    published: str,
    cosigners: Sequence[VerifierKey],
    index: int,
    moment: datetime,
) -> Vouched:
    """Check an entry; ``published`` is the head that everyone may see, with its cosignatures."""
    key = publication.key
    try:
        proof = TlogProof.decode(publication.prove(index))  # it verifies, or is not given
        head = verify_checkpoint(proof.checkpoint, key)
        cosigned = tuple(_cosigned(publication, head, published, cosigners))
    except ValueError as error:
        return Vouched(index, 0, "", key.name, (), moment, str(error))
    return Vouched(index, head.size, head.root.hex(), key.name, cosigned, moment)


def _cosigned(
    publication: Publication, head: Checkpoint, published: str, cosigners: Sequence[VerifierKey]
) -> Iterator[Cosigned]:
    """Yield the cosignatures of the published head, once the newest head goes on from it."""
    text, signatures = signatures_of(published, [publication.key, *cosigners])
    shown = parse_checkpoint(text)
    first, last = sorted((shown, head), key=lambda one: one.size)
    proof = publication.prove_consistency(first.size, last.size)
    verify_consistency(first.size, last.size, proof, first.root, last.root)
    for signature in signatures:
        if signature.time is not None:
            at = datetime.fromtimestamp(signature.time, UTC)
            yield Cosigned(signature.key.name, shown.size, at)
