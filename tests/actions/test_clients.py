"""The worklist: people with whom one has a relation, a page at a time, each page a disclosure."""

from dataclasses import replace

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.identifiers import FieldName, RoleId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind
from tests.actions.house import AGENCY, DAY, House, row


def test_a_klantmanager_sees_the_people_linked_to_her_town(house: House) -> None:
    """People of another town are not listed, not opened, and not in the log."""
    house.deliver(row(1), row(2, koppel_gemeente_code="0344"))
    house.forget()
    shares, onward = house.list_clients(house.klantmanager, "P02")
    assert [share.subject for share in shares] == [house.subject(1)]
    assert onward is None
    assert {record.subject for record in house.records} == {None, house.subject(1)}


def test_the_list_shows_the_worklist_columns_only(house: House) -> None:
    """A list shows what a worklist needs, not all that the purpose would allow."""
    house.person(1, bsn="999959086", moedertaal="tir")
    ((share,), _) = house.list_clients(house.klantmanager, "P02")
    assert "achternaam" in share.values
    assert {"bsn", "moedertaal"} & {*share.values, *share.missing} == set()


def test_a_casemanager_sees_who_stays_at_her_site(house: House) -> None:
    """COA's own list goes by reception site."""
    house.deliver(row(1), row(2, opvanglocatie_code="AZC-UTR-02"))
    shares, _ = house.list_clients(house.casemanager, "P03")
    assert [share.subject for share in shares] == [house.subject(1)]


def test_who_was_unlinked_is_off_the_list(house: House) -> None:
    """A relation that ended names the party still, yet the decision leaves her out."""
    subject = house.person(1)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.ONTKOPPELD, "0243")
    assert house.list_clients(house.klantmanager, "P02") == ([], None)


def test_pages_follow_each_other_without_gap_or_repeat(house: House) -> None:
    """A hundred and twenty people come in three pages, each once, the last without a way on."""
    people = house.people(120)
    seen, after, sizes = [], None, []
    while True:
        shares, after = house.list_clients(house.klantmanager, "P02", after)
        seen += [share.subject for share in shares]
        sizes.append(len(shares))
        if after is None:
            break
    assert sizes == [50, 50, 20]
    assert sorted(seen) == sorted(people)


def test_exactly_fifty_need_no_second_page(house: House) -> None:
    """A full page with nobody after it has no way on."""
    house.people(50)
    shares, onward = house.list_clients(house.klantmanager, "P02")
    assert (len(shares), onward) == (50, None)


def test_the_place_to_go_on_is_nobodys_reference(house: House) -> None:
    """The place in the list does not tell who stands there."""
    people = house.people(51)
    shares, onward = house.list_clients(house.klantmanager, "P02")
    assert onward is not None
    assert onward not in {share.reference for share in shares}
    assert house.pseudonyms.resolve(house.klantmanager.partner.oin, onward) not in people


def test_an_agency_lists_who_was_introduced_to_it(house: House) -> None:
    """The agency's list holds the one who agreed to be introduced."""
    one, _ = house.people(2)
    house.consent(one, "P05", AGENCY)
    shares, _ = house.list_clients(house.matcher, "P05")
    assert [share.subject for share in shares] == [one]
    assert FieldName("achternaam") in shares[0].values


@pytest.mark.parametrize(
    ("partner", "role", "purpose", "reason"),
    [
        ("harderwijk", "gemeente_klantmanager", "P05", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("harderwijk", "werkgever", "P02", Reason.ACTOR_NOT_ALLOWED),
        ("harderwijk", "gemeente_klantmanager", "P98", Reason.PURPOSE_UNKNOWN),
    ],
)
def test_who_may_list_no_one_is_refused_on_record(
    house: House, partner: str, role: str, purpose: str, reason: Reason
) -> None:
    """A list for a purpose that one has not is refused, with one log entry and no page."""
    assert refused(house, house.caller(partner, role), purpose) is reason
    assert house.kinds() == ["disclosure.denied: refused"]


def test_an_agreement_is_not_enough_without_a_rule(house: House) -> None:
    """A role that the agreement names but no rule does, lists no one."""
    caller = house.klantmanager
    agreement = caller.partner.agreement
    purposes = {RoleId("klusser"): agreement.purposes[caller.role]}
    partner = replace(caller.partner, agreement=replace(agreement, purposes=purposes))
    odd = replace(caller, partner=partner, role=RoleId("klusser"))
    assert refused(house, odd, "P02") is Reason.PURPOSE_NOT_IN_AGREEMENT


def refused(house: House, caller: Caller, purpose: str) -> Reason:
    """Ask for a list, and return the reason of the refusal."""
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.list_clients(caller, purpose)
    return refusal.value.reason
