"""Texts held for review: seen on record, released as seen, and held anew only for other words."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.held_texts import HeldText
from gateway.actions.quarantine import Spot
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import FieldName
from tests.actions.house import House, row, run

ILL = "Ik was ziek en wil in de zorg werken."
WHY = "De tekst gaat over haar werk."


def held(house: House, **values: object) -> Spot:
    """Deliver someone whose text is held; return where it waits."""
    delivered = house.deliver(row(1, werkambitie=ILL, **values))
    house.forget()
    return Spot(delivered.delivery, 2)


def look(house: House, spot: Spot) -> dict[str, Any]:
    """Take every byte of what is held."""

    async def once() -> bytes:
        async with house.texts_held.shown(house.casemanager, spot) as released:
            return b"".join(released.chunks)

    found: dict[str, Any] = json.loads(run(once()))
    return found


def release(house: House, spot: Spot, version: int = 1, reason: str = WHY) -> None:
    """Release a text."""
    run(house.texts_held.release(house.casemanager, spot, version, reason))


def shared(house: House) -> bool:
    """Tell whether a klantmanager is shown the text."""
    share = house.show(house.klantmanager, "P02", house.subject(1), "werkambitie", "achternaam")
    return "werkambitie" in share.values


def test_what_waits_is_listed_without_values(house: House) -> None:
    """Row, version and names of fields; nothing is opened, and a delivery without any has none."""
    spot = held(house)
    house.deliver(row(2))
    house.forget()
    listed = run(house.texts_held.texts(house.casemanager, spot.delivery))
    assert listed == [HeldText(2, 1, (FieldName("werkambitie"),))]
    assert house.vault.opened == []


def test_a_text_is_shown_in_her_own_log(house: House) -> None:
    """Only what is held is opened, once the entry about her says so."""
    spot = held(house)
    assert look(house, spot) == {"rij": 2, "versie": 1, "velden": {"werkambitie": ILL}}
    first = house.records[0]
    assert house.kinds() == ["delivery.quarantined: text shown", "disclosure.outcome: sent"]
    assert (first.subject, first.fields) == (house.subject(1), ("werkambitie",))


def test_a_released_text_is_shared(house: House) -> None:
    """Who released it and why is on record, and it waits no more."""
    spot = held(house)
    assert not shared(house)
    house.forget()
    release(house, spot)
    (entry,) = house.records
    assert (entry.outcome, entry.actor) == ("text released", house.casemanager.actor)
    assert (entry.subject, entry.detail["why"]) == (house.subject(1), WHY)
    assert shared(house)
    assert run(house.texts_held.texts(house.casemanager, spot.delivery)) == []
    with pytest.raises(InvalidRequestError, match="no text that waits"):
        release(house, spot)


def test_a_text_that_is_kept_back_stays_so(house: House) -> None:
    """Who decided and why is in her log; nobody is shown it, and it can be released still."""
    spot = held(house)
    run(house.texts_held.keep(house.casemanager, spot, 1, WHY))
    (entry,) = house.records
    assert (entry.outcome, entry.subject) == ("text kept back", house.subject(1))
    assert (entry.fields, entry.detail["why"]) == (("werkambitie",), WHY)
    assert not shared(house)
    with pytest.raises(InvalidRequestError, match="versie"):
        run(house.texts_held.keep(house.casemanager, spot, 2, WHY))
    release(house, spot)
    assert shared(house)


def test_released_words_stay_released_until_they_change(house: House) -> None:
    """A delivery that changes something else holds nothing; one with other such words does."""
    release(house, held(house))
    house.deliver(row(1, werkambitie=ILL, roepnaam="Sela"))
    assert shared(house)
    house.deliver(row(1, werkambitie=f"{ILL} Nu ook.", roepnaam="Sela"))
    assert not shared(house)
    house.deliver(row(1, werkambitie=f"{ILL} Nu ook.", roepnaam="Selam"))
    assert not shared(house)


def test_only_the_version_that_was_looked_at_is_released(house: House) -> None:
    """Where other words came meanwhile, or anything about her changed, nothing is released."""
    spot = held(house)
    house.deliver(row(1, werkambitie=f"{ILL} Nu ook."))
    with pytest.raises(InvalidRequestError, match="versie"):
        release(house, spot)
    person = house.subject(1)

    def meanwhile() -> None:
        changed = house.world.people[person]
        house.world.people[person] = replace(changed, epoch=changed.epoch + 1)

    house.ledger.before.append(meanwhile)
    with pytest.raises(LedgerUnavailableError):
        release(house, spot, version=2)
    assert not shared(house)


def test_a_row_without_such_a_text_has_nothing_to_release(house: House) -> None:
    """Nor one that is not there; and a reason is more than a dash."""
    spot = held(house)
    for nowhere in (Spot(spot.delivery, 3), Spot(UUID(int=9), 2)):
        with pytest.raises(InvalidRequestError, match="no text that waits"):
            look(house, nowhere)
    with pytest.raises(InvalidRequestError, match="reden"):
        release(house, spot, reason="-")
    assert house.kinds() == []


def test_only_coa_releases(house: House) -> None:
    """Anyone else is refused, on record, before it is looked whether there is such a text."""
    spot, desk = held(house), house.texts_held
    with pytest.raises(DisclosureRefusedError):
        run(desk.texts(house.klantmanager, spot.delivery))
    with pytest.raises(DisclosureRefusedError):
        run(desk.release(house.klantmanager, spot, 1, WHY))
    assert house.kinds() == ["disclosure.denied: refused"] * 2
