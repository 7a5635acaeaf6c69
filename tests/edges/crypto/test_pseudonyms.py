"""Each recipient knows a subject by another name, and only the gate maps back."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.domain.identifiers import SubjectId
from tests.edges.crypto.people import AMAL, BASHIR, Strongroom

ROOM = Strongroom()
NAMES = PairwisePseudonyms(ROOM.keyring)
RECIPIENT = "00000099000000001000"
OTHER = "00000099000000002000"


@given(st.text(max_size=40), st.uuids())
def test_leads_back_to_the_subject(recipient: str, subject: UUID) -> None:
    """For any recipient a reference leads back to its subject, and is not her id."""
    reference = NAMES.reference(recipient, SubjectId(subject))
    assert NAMES.resolve(recipient, reference) == subject
    assert reference != subject


@given(st.uuids(), st.text(max_size=30), st.text(max_size=30))
def test_recipients_cannot_link(subject: UUID, one: str, two: str) -> None:
    """Two recipients hold different references, and one's reference means nobody to the other."""
    mine = NAMES.reference(one, SubjectId(subject))
    theirs = NAMES.reference(two, SubjectId(subject))
    assert (mine == theirs) == (one == two)
    assert (NAMES.resolve(two, mine) == subject) == (one == two)


def test_difference_of_subjects_does_not_show() -> None:
    """Ids that differ in one bit have references that differ in about half of theirs, for each recipient."""
    base = AMAL.int
    for recipient in (RECIPIENT, OTHER):
        reference = NAMES.reference(recipient, AMAL)
        apart = [
            (
                NAMES.reference(recipient, SubjectId(UUID(int=base ^ 1 << bit))).int ^ reference.int
            ).bit_count()
            for bit in range(128)
        ]
        assert 56 < sum(apart) / len(apart) < 72
        assert min(apart) > 24


@given(st.uuids())
def test_invented_reference_means_somebody_unknown(reference: UUID) -> None:
    """Any reference resolves to exactly one id, so an invented one is answered as an unknown one."""
    subject = NAMES.resolve(RECIPIENT, reference)
    assert NAMES.reference(RECIPIENT, subject) == reference


def test_stays_the_same_after_a_restart() -> None:
    """A recipient keeps her references when the gate restarts, and another gate has others."""
    again = PairwisePseudonyms(ROOM.keyring)
    elsewhere = PairwisePseudonyms(Strongroom().keyring)
    reference = NAMES.reference(RECIPIENT, BASHIR)
    assert again.reference(RECIPIENT, BASHIR) == reference
    assert elsewhere.reference(RECIPIENT, BASHIR) != reference


def test_many_sessions_do_not_disturb_each_other() -> None:
    """References hold though more recipients come by than the gate remembers."""
    reference = NAMES.reference(RECIPIENT, AMAL)
    sessions = {NAMES.reference(f"session {number}", AMAL) for number in range(1100)}
    assert len(sessions) == 1100
    assert NAMES.reference(RECIPIENT, AMAL) == reference
