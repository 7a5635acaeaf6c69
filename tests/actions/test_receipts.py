"""A receipt tells of one consent, to those who may know of it, and not before it is on record."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.receipts import Issuer, ReceiptDesk
from gateway.domain.consent_statements import ConsentStatement, ContactPoint
from gateway.domain.consents import ConsentEventKind
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import Oin
from gateway.domain.partners import Caller
from tests.actions.house import AGENCIES, AGENCY, MINUTE, House, run

CONTACT = ContactPoint("Balie", "Weg 1", "0000 AA", "Stad", "balie@example.org", "000-0000000")
URL = "https://poort.example"


def told(statement: ConsentStatement, receipt_id: UUID, moment: datetime) -> dict[str, Any]:
    """Hand on what a format is told."""
    return {"statement": statement, "id": receipt_id, "moment": moment}


@pytest.fixture
def desk(house: House) -> ReceiptDesk:
    """Make a desk with one plain format."""
    return ReceiptDesk(house.gate, house.consents, house.wording, Issuer(CONTACT, URL, {"a": told}))


def given(
    house: House, desk: ReceiptDesk, consent_id: UUID, caller: Caller | None = None
) -> dict[str, Any]:
    """Give the receipt, to the casemanager unless another is named."""
    return run(desk.give(caller or house.casemanager, consent_id, "a"))


def test_it_says_what_was_agreed_and_names_nobody(house: House, desk: ReceiptDesk) -> None:
    """Scope, words and history; she is the pseudonym by which the recipient knows her."""
    subject = house.person(1)
    recorded = house.consent(subject, "P05", interpreter=True, read_back=True)
    statement: ConsentStatement = given(house, desk, recorded.consent.consent_id)["statement"]
    assert statement.given_by == str(house.pseudonyms.reference(Oin(AGENCY), subject))
    assert statement.recorded_by == "casemanager-1"
    assert (statement.controller.identifier, statement.recipient.identifier) == (
        house.casemanager.partner.oin,
        AGENCY,
    )
    assert statement.fields == recorded.consent.scope.fields
    assert statement.text.sha256 == recorded.consent.scope.text_digest
    assert statement.method == "asked in ti, with an interpreter, read back and confirmed"
    assert [event.state for event in statement.events] == [ConsentEventKind.GIVEN]
    assert statement.expires == recorded.consent.expires
    assert statement.retention
    assert statement.explicit is False
    ended = f"{URL}/v1/toestemmingen/{recorded.consent.consent_id}/_intrekken"
    assert statement.withdraw_at == ended
    query = "doel=P05&soort=uitzendbureau&taal=ti&versie=1"
    assert statement.notice_url == f"{URL}/v1/toestemmingsteksten?{query}"


def test_it_tells_how_the_consent_went_on(house: House, desk: ReceiptDesk) -> None:
    """A withdrawal stands in the history, and in that of no other consent."""
    subject = house.person(1)
    first, second = (house.consent(subject, "P08").consent.consent_id for _ in range(2))
    house.clock.wait(MINUTE)
    run(house.consents.withdraw(house.casemanager, first))
    states = [
        [event.state for event in given(house, desk, one)["statement"].events]
        for one in (first, second)
    ]
    assert states == [
        [ConsentEventKind.GIVEN, ConsentEventKind.WITHDRAWN],
        [ConsentEventKind.GIVEN],
    ]


def test_a_kind_of_organisation_can_be_the_recipient(house: House, desk: ReceiptDesk) -> None:
    """Being findable is agreed to for all agencies, and so the receipt says."""
    recorded = house.consent(house.person(1), "P04", AGENCIES)
    recipient = given(house, desk, recorded.consent.consent_id)["statement"].recipient
    assert (recipient.identifier, recipient.name) == (
        AGENCIES,
        "any uitzendbureau with an agreement",
    )


def test_health_in_a_home_is_agreed_to_explicitly(house: House, desk: ReceiptDesk) -> None:
    """A consent by GDPR art. 9(2)(a) is marked as such."""
    recorded = house.consent(house.person(1), "P01", "00000099000000002430")
    assert given(house, desk, recorded.consent.consent_id)["statement"].explicit is True


def test_it_is_on_record_before_it_leaves(house: House, desk: ReceiptDesk) -> None:
    """The receipt's id is that of its log entry; without an entry there is no receipt."""
    recorded = house.consent(house.person(1), "P05")
    receipt = given(house, desk, recorded.consent.consent_id)
    record = house.records[-1]
    assert (record.kind.value, record.outcome) == ("consent", "receipt given")
    assert (record.event_id, record.subject) == (receipt["id"], recorded.subject)
    assert record.detail == {"consent": str(recorded.consent.consent_id), "format": "a"}
    people = house.world.people
    later = replace(people[recorded.subject], epoch=people[recorded.subject].epoch + 1)
    house.ledger.before.append(lambda: people.update({recorded.subject: later}))
    with pytest.raises(LedgerUnavailableError):
        given(house, desk, recorded.consent.consent_id)


def test_she_gets_her_own_and_strangers_get_none(house: House, desk: ReceiptDesk) -> None:
    """A consent of somebody else, and one that nobody gave, are refused alike."""
    subject, other = house.people(2)
    consent_id = house.consent(subject, "P05").consent.consent_id
    herself = replace(house.caller("betrokkene", "betrokkene", "resident-1"), subject=subject)
    assert given(house, desk, consent_id, herself)["statement"].consent_id == consent_id
    elsewhere = house.caller("coa", "coa_casemanager", "c-2", sites=("AZC-UTR-02",))
    for caller in (house.matcher, elsewhere, replace(herself, subject=other)):
        for asked in (consent_id, uuid4()):
            with pytest.raises(DisclosureRefusedError):
                given(house, desk, asked, caller)
    assert [record.outcome for record in house.records].count("receipt given") == 1


def test_an_unknown_format_is_a_wrong_question(house: House, desk: ReceiptDesk) -> None:
    """It names the formats there are, and nothing is recorded."""
    consent_id = house.consent(house.person(1), "P05").consent.consent_id
    house.forget()
    with pytest.raises(InvalidRequestError, match=r"^formaat: is not one of a$"):
        run(desk.give(house.casemanager, consent_id, "b"))
    assert house.records == []
