"""The daily round: derived fields follow the day, purposes close, and fields go when they must."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.retain import Retained
from gateway.domain.identifiers import SubjectId
from gateway.domain.reasons import Reason
from tests.actions.house import AGENCIES, DAY, SITE, House, row, run

MONTH = timedelta(days=30)


def made(house: House) -> Retained:
    """Make the round."""
    return run(house.retain(house.casemanager))


def value(house: House, subject: SubjectId, name: str) -> bytes | None:
    """Read a sealed value, as the vault alone can."""
    profile = house.world.profile(subject)
    assert profile is not None
    return house.vault.open(profile, house.mask(name)).get(
        house.catalogue.fields[name].number  # type: ignore[index]  # a name of the dictionary
    )


def test_a_birthday_is_followed_on_its_day(house: House) -> None:
    """Age band and majority change with the day; the entry names the fields and no value."""
    subject = house.person(1, geboortedatum="2008-03-04")
    assert (value(house, subject, "meerderjarig"), value(house, subject, "leeftijdsband")) == (
        b"false",
        b'"16-17"',
    )
    house.clock.wait(2 * DAY)
    assert made(house) == Retained(seen=1, revised=1)
    assert (value(house, subject, "meerderjarig"), value(house, subject, "leeftijdsband")) == (
        b"true",
        b'"18-24"',
    )
    assert value(house, subject, "roepnaam") == b'"Selam"'
    record = house.records[-1]
    assert (record.kind.value, record.outcome) == ("profile.stored", "revised")
    assert {"meerderjarig", "leeftijdsband"} <= set(record.fields)


def test_coming_of_age_is_kept_and_no_day_of_it(house: House) -> None:
    """Beside the sealed profile stands only whether; the round of the birthday says so."""
    subject = house.person(1, geboortedatum="2010-03-04", meerderjarig=False)
    assert not house.world.people[subject].facts.sixteen
    house.clock.wait(2 * DAY)
    assert made(house) == Retained(seen=1, revised=1)
    facts = house.world.people[subject].facts
    assert (facts.sixteen, facts.eighteen) == (True, False)
    assert "2010" not in repr(facts)
    assert made(house) == Retained(seen=1)


def touch(house: House, subject: SubjectId) -> None:
    """Let something happen to someone."""
    person = house.world.people[subject]
    house.world.people[subject] = replace(person, epoch=person.epoch + 1)


def test_who_did_not_change_is_left_alone(house: House) -> None:
    """A second round writes nothing about anyone, and opens nothing but what it looks at."""
    house.people(3)
    versions = [len(person.stored) for person in house.world.people.values()]
    assert made(house) == made(house) == Retained(seen=3)
    assert [len(person.stored) for person in house.world.people.values()] == versions
    assert house.kinds() == ["delivery.quarantined: term passed"] * 2


def test_a_profile_that_does_not_open_keeps_nobody_waiting(house: House) -> None:
    """It is left and told of, on record; the others get what the day brings."""
    lost, _ = house.people(2, geboortedatum="2008-03-04")
    house.lose_key(lost)
    house.clock.wait(2 * DAY)
    assert made(house) == Retained(seen=2, revised=1, unreadable=1)
    told = [record for record in house.records if record.subject == lost]
    assert [(one.outcome, one.detail) for one in told] == [("failed", {"why": "UNREADABLE_VALUE"})]


def test_what_was_delivered_is_not_derived_over(house: House) -> None:
    """A right to work that the source told stays, whatever the age says."""
    subject = house.person(1, mag_werken=False, geboortedatum="2008-03-04")
    house.clock.wait(2 * DAY)
    made(house)
    assert value(house, subject, "mag_werken") == b"false"


def test_search_follows_the_day_too(house: House) -> None:
    """Her search terms are those of today, and what she withheld stays out of them."""
    subject = house.person(1, geboortedatum="2008-03-04")
    house.consent(subject, "P04", AGENCIES, guardian=True)
    before = house.world.people[subject].terms
    house.clock.wait(2 * DAY)
    made(house)
    assert house.index.term("nt2_niveau_spreken", ">=A2") in before
    assert house.index.term("nt2_niveau_spreken", ">=A2") in house.world.people[subject].terms


def test_purposes_close_a_month_after_the_handover_and_their_fields_go(house: House) -> None:
    """From then on P02 is refused for its term; what only it named is gone, from every version."""
    subject = house.person(1, overdracht_status="gevoerd", overdracht_notitie="Rustig begonnen.")
    house.clock.wait(DAY)
    house.deliver(row(1, overdracht_status="gevoerd", overdracht_notitie="Alles verteld."))
    assert house.show(house.klantmanager, "P02", subject, "roepnaam").values
    assert made(house) == Retained(seen=1, closed=1)
    house.clock.wait(MONTH)
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.klantmanager, "P02", subject)
    assert refusal.value.reason is Reason.RETENTION_PASSED
    assert made(house).revised == 1
    assert value(house, subject, "overdracht_notitie") is None
    assert value(house, subject, "roepnaam") == b'"Selam"'
    assert "overdracht_notitie" in str(house.records[-1].detail["gone"])
    stored = house.world.people[subject].stored
    assert [bool(one.parts) for one in stored] == [False] * (len(stored) - 1) + [True]
    assert made(house) == Retained(seen=1)


def test_a_new_town_opens_them_again(house: House) -> None:
    """Whoever is linked anew after a handover has another one before her."""
    subject = house.person(1, overdracht_status="gevoerd")
    made(house)
    house.clock.wait(DAY)
    linked = {"koppel_gemeente_code": "0344", "koppel_datum": "2026-03-03"}
    house.deliver(row(1, overdracht_status="gevoerd", koppel_status="omgekoppeld", **linked))
    assert house.world.people[subject].closed
    made(house)
    assert house.world.people[subject].closed == ()


def test_a_page_that_changed_meanwhile_is_found_by_the_next_round(house: House) -> None:
    """Who is delivered while the round goes is skipped, not overwritten."""
    subject = house.person(1, geboortedatum="2008-03-04")
    house.clock.wait(2 * DAY)
    later = row(1, geboortedatum="2008-03-04", roepnaam="Sel", profiel_peildatum="2026-03-04")
    house.ledger.before.extend((lambda: None, lambda: touch(house, subject)))

    assert made(house) == Retained(seen=1, skipped=1)
    house.deliver(later)
    assert made(house) == Retained(seen=1)
    assert value(house, subject, "roepnaam") == b'"Sel"'


def test_quarantined_rows_go_after_their_term(house: House) -> None:
    """Thirty days later what could not be accepted is gone."""
    house.deliver(row(1, geboortedatum="gisteren", opvanglocatie_code=SITE))
    house.clock.wait(MONTH)
    made(house)
    assert house.world.quarantine
    house.clock.wait(DAY)
    made(house)
    assert house.world.quarantine == {}


def test_an_erased_profile_is_passed_by(house: House) -> None:
    """Whose key is gone has nothing to derive, and stops nobody."""
    first, second = house.people(2, geboortedatum="2008-03-04")
    house.world.keys.destroy(first.bytes, "profile")
    house.clock.wait(2 * DAY)
    assert made(house) == Retained(seen=2, revised=1)
    assert value(house, second, "meerderjarig") == b"true"


def test_the_round_is_made_by_coa_only(house: House) -> None:
    """Anyone else is refused on record."""
    with pytest.raises(DisclosureRefusedError):
        run(house.retain(house.klantmanager))
    assert house.kinds() == ["disclosure.denied: refused"]
