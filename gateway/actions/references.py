"""Who is meant by a reference or a number that may have been given out under an older key.

Known and unknown take the same work: one look-up of all that a reference could stand for, and none
while the key has one version, for then it stands for one id.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from gateway.actions.gate import Gate
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import SubjectId, VNummer
from gateway.domain.ports import BlindIndex, StoredProfile, Subjects

NUMBER = "v_nummer"


async def meant(gate: Gate, recipient: str, reference: UUID) -> SubjectId:
    """Return whom the recipient's reference stands for; an invented one stands for no one."""
    return (await all_meant(gate, recipient, [reference]))[reference]


async def all_meant(
    gate: Gate, recipient: str, references: Sequence[UUID]
) -> Mapping[UUID, SubjectId]:
    """Return whom each reference stands for, looked up together."""
    meanings = {one: gate.pseudonyms.meanings(recipient, one) for one in references}
    unsure = [found for found in meanings.values() if len(found) > 1]
    possible = {subject for found in unsure for subject in found}
    known = await gate.subjects.known(possible) if possible else frozenset()
    return {
        reference: next((subject for subject in found if subject in known), found[0])
        for reference, found in meanings.items()
    }


async def numbered(subjects: Subjects, index: BlindIndex, number: VNummer) -> StoredProfile | None:
    """Find the current profile of whose V-nummer it is; ``None`` for no one, or someone erased."""
    tags = index.terms(NUMBER, number.reveal())
    found = await subjects.stored(tags)
    return next((found[tag] for tag in tags if tag in found), None)


async def whose(gate: Gate, index: BlindIndex, text: str) -> SubjectId:
    """Return whose V-nummer it is; one that nobody has stands, steadily, for no one.

    Raises ``InvalidRequestError`` for what is no V-nummer.
    """
    try:
        number = VNummer(text)
    except ValueError as error:
        raise InvalidRequestError("vNummer", "is not ten digits") from error
    stored = await numbered(gate.subjects, index, number)
    nobody = SubjectId(UUID(bytes=index.term(NUMBER, number.reveal())[:16]))
    return stored.subject if stored else nobody
