"""The link desk: COA records relations, and whoever one ends loses access at once."""

from dataclasses import replace
from uuid import UUID

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import SubjectId
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationEvent, RelationKind
from tests.actions.house import AGENCY, DAY, SITE, House, run


def record(house: House, subject: SubjectId, role: str, kind: RelationKind, party: str) -> None:
    """Record a relation in a role of COA."""
    event = RelationEvent(kind, party, house.clock.now(), "coa")
    run(house.links.record(house.caller("coa", role), subject, event))


def test_a_new_link_moves_access(house: House) -> None:
    """After a re-link the new town may ask and the old one may not."""
    subject = house.person(1)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.OMGEKOPPELD, "0344")
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    assert house.show(utrecht, "P02", subject).values
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.klantmanager, "P02", subject)
    assert refusal.value.reason is Reason.NOT_LINKED


def test_someone_whose_profile_does_not_open_is_linked_all_the_same(house: House) -> None:
    """She is linked without search terms, and that her profile did not open is on record."""
    subject = house.person(1)
    house.lose_key(subject)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.OMGEKOPPELD, "0344")
    assert house.kinds() == ["profile.stored: failed", "relation: omgekoppeld"]


def test_the_log_says_what_was_recorded(house: House) -> None:
    """The entry names kind, party and moment, and its receipt comes back."""
    subject = house.person(1)
    receipt = house.relate(subject, RelationKind.AANBOD, AGENCY)
    (entry,) = house.records
    assert (entry.kind, entry.outcome, entry.subject) == (RecordKind.RELATION, "aanbod", subject)
    assert entry.detail == {"party": AGENCY, "at": house.clock.moment.isoformat()}
    assert receipt.event_id == entry.event_id


@pytest.mark.parametrize(
    "role", ["coa_casemanager", "coa_regievoerder", "coa_coordinator_meedoenbalie"]
)
def test_each_role_that_guides_links_or_places_may_record(house: House, role: str) -> None:
    """The three roles of COA that work with residents each record under their own purpose."""
    subject = house.person(1, doelgroep="nareiziger")
    record(house, subject, role, RelationKind.GEPLAATST, AGENCY)
    assert house.world.people[subject].relations[-1].kind is RelationKind.GEPLAATST


@pytest.mark.parametrize("role", ["bewoner_matcher", "analist", "privacy_officer"])
def test_no_other_role_of_coa_may(house: House, role: str) -> None:
    """Who matches, counts or oversees records nothing."""
    subject = house.person(1)
    with pytest.raises(DisclosureRefusedError) as refusal:
        record(house, subject, role, RelationKind.GEPLAATST, AGENCY)
    assert refusal.value.reason is Reason.PURPOSE_NOT_IN_AGREEMENT


def test_a_municipality_cannot_link_by_itself(house: House) -> None:
    """A town that is linked may read, not write: no one gives herself access."""
    subject = house.person(1)
    event = RelationEvent(RelationKind.GEHUISVEST, "0243", house.clock.now(), "harderwijk")
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(house.links.record(house.klantmanager, subject, event))
    assert refusal.value.reason is Reason.ACTOR_NOT_ALLOWED
    assert house.kinds() == ["disclosure.denied: refused"]


@pytest.mark.parametrize(
    ("kind", "party", "why"),
    [
        (RelationKind.GEKOPPELD, "9999", "partij: is not a municipality"),
        (RelationKind.GEKOPPELD, AGENCY, "partij: is not a municipality"),
        (RelationKind.AANBOD, "0243", "partij: is not a partner"),
        (RelationKind.VERBLIJFT, SITE, "soort: where she stays"),
        (RelationKind.VERBLIJFT, AGENCY, "soort: where she stays"),
        (RelationKind.VERTROKKEN, SITE, "soort: where she stays"),
    ],
)
def test_a_relation_names_a_party_of_its_kind(
    house: House, kind: RelationKind, party: str, why: str
) -> None:
    """Links go to municipalities and work to partners; where she stays the delivery says."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match=why):
        house.relate(subject, kind, party)
    assert house.records == []


def test_someone_unknown_or_elsewhere_is_hidden(house: House) -> None:
    """A casemanager cannot record about a resident of another site, nor learn that she exists."""
    subject = house.person(1, opvanglocatie_code="AZC-UTR-02")
    for about in (subject, SubjectId(UUID(int=3))):
        house.forget()
        with pytest.raises(DisclosureRefusedError) as refusal:
            house.relate(about, RelationKind.AANBOD, AGENCY)
        assert refusal.value.decision.hidden
        assert house.kinds() == ["disclosure.denied: refused"]


def test_something_in_between_is_told(house: House) -> None:
    """When the subject's epoch moved before the commit, the recorder must look again."""
    subject = house.person(1)

    def meanwhile() -> None:
        house.world.people[subject] = replace(house.world.people[subject], epoch=9)

    house.ledger.before.append(meanwhile)
    with pytest.raises(LedgerUnavailableError, match="ask again"):
        house.relate(subject, RelationKind.AANBOD, AGENCY)
