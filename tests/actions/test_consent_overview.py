"""Consents are counted for overseers, each organisation its own, and the look is on record."""

from datetime import UTC

import pytest

from gateway.actions.consent_overview import ConsentCensus
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.oversee import Inquiry
from gateway.domain.consent_overview import ConsentOverview
from gateway.domain.partners import Caller
from gateway.domain.records import RecordKind
from tests.actions.house import AGENCY, EMPLOYER, House, run
from tests.fakes.consents import Consents


def officer(house: House, partner: str) -> Caller:
    """Return a privacy officer."""
    return house.caller(partner, "privacy_officer", "fg-1")


def overview(house: House, caller: Caller) -> ConsentOverview:
    """Count the consents."""
    census = ConsentCensus(house.gate, house.oversee, Consents(house.world))
    return run(census.overview(caller, Inquiry(), UTC))


def test_coa_counts_all_and_an_agency_what_names_it(house: House) -> None:
    """COA sees every recipient, an agency itself alone, a municipality that nobody named nothing."""
    first, second = house.people(2)
    house.consent(first, "P05")
    house.consent(second, "P05", EMPLOYER)
    seen = {
        partner: [one.recipient for one in overview(house, officer(house, partner)).counts]
        for partner in ("coa", "uitzendbureau", "harderwijk")
    }
    assert seen == {"coa": [AGENCY, EMPLOYER], "uitzendbureau": [AGENCY], "harderwijk": []}


def test_a_consent_moves_from_running_to_over_at_its_term(house: House) -> None:
    """Nothing is recorded meanwhile: the term alone makes the difference, and the month stays."""
    subject = house.person(1)
    house.consent(subject, "P05")
    (now,) = overview(house, officer(house, "coa")).counts
    assert (now.running, now.over) == (1, 0)
    assert now.next_end is not None
    house.clock.moment = now.next_end
    later = overview(house, officer(house, "coa"))
    assert [(one.running, one.over, one.next_end) for one in later.counts] == [(0, 1, None)]
    assert [(one.given, one.withdrawn) for one in later.months] == [(1, 0)]


def test_the_look_is_on_record_and_names_nobody(house: House) -> None:
    """One entry of oversight for each look, without a subject; others are refused."""
    house.consent(house.person(1), "P05")
    house.forget()
    receipt = overview(house, officer(house, "coa")).receipt
    (noted,) = house.records
    assert (noted.kind, noted.outcome, noted.subject) == (RecordKind.OVERSIGHT, "consents", None)
    assert receipt.event_id == noted.event_id
    with pytest.raises(DisclosureRefusedError):
        overview(house, house.casemanager)
