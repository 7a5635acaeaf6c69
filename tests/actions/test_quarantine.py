"""The quarantine desk: seen on record, corrected by the same checks, released, discarded; each row once."""

import json
from uuid import UUID

import pytest

from adapters.tvs import Limits, source_for
from gateway.actions.disclose import Disclose
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.quarantine import QuarantineDesk, Spot
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import InvalidRequestError
from gateway.domain.quarantine import Fate
from tests.actions.house import House, row, run
from tests.fakes.deliveries import Deliveries

BAD_BSN = "123456789"
WHY = "Nagevraagd: deze regel is de juiste."


def desk(house: House) -> QuarantineDesk:
    """Return the desk of a house."""
    source = source_for("x.json", house.catalogue.fields, Limits())
    return QuarantineDesk(
        house.gate,
        Disclose(house.gate),
        Deliveries(house.world),
        house.ingest,
        source,
        house.catalogue.codes,
    )


def corrected(**values: str | None) -> dict[str, JsonValue]:
    """Return the second row as someone corrects it."""
    found: dict[str, JsonValue] = json.loads(json.dumps(row(2, **values)))
    return found


def quarantined(house: House) -> Spot:
    """Deliver one sound row and one that is quarantined; return where the second is."""
    delivered = house.deliver(row(1), row(2, bsn=BAD_BSN))
    house.forget()
    return Spot(delivered.delivery, 3)


def show(house: House, spot: Spot) -> dict[str, object]:
    """Take every byte of a row."""

    async def once() -> bytes:
        async with desk(house).shown(house.casemanager, spot) as released:
            return b"".join(released.chunks)

    shown: dict[str, object] = json.loads(run(once()))
    return shown


def test_waiting_rows_are_listed_without_values(house: House) -> None:
    """Row and reasons, and nothing opened."""
    spot = quarantined(house)
    (found,) = run(desk(house).rows(house.casemanager, spot.delivery))
    assert (found.row, found.reasons, found.fate) == (3, ("bsn: fails the 11-proef",), None)
    assert house.vault.opened == []
    assert run(desk(house).rows(house.casemanager, UUID(int=9))) == []


def test_a_row_is_shown_once_the_log_says_so(house: House) -> None:
    """It leaves as it came, between the entry that it does and the entry that it did."""
    assert show(house, quarantined(house))["bsn"] == BAD_BSN
    assert house.kinds() == ["delivery.quarantined: shown", "disclosure.outcome: sent"]


def test_a_corrected_row_comes_in_as_any_other(house: House) -> None:
    """It is stored as a delivery of its own, the old values are gone, and both entries say where."""
    spot = quarantined(house)
    delivered = run(desk(house).correct(house.casemanager, spot, corrected()))
    assert delivered.report["accepted"] == 1
    assert len(house.world.people) == 2
    (found,) = run(desk(house).rows(house.casemanager, spot.delivery))
    assert (found.fate, found.sealed) == (Fate.CORRECTED, b"")
    assert house.kinds()[-1] == "delivery.quarantined: corrected"
    assert house.records[-1].detail == {
        "row": 3,
        "in": str(spot.delivery),
        "by": str(delivered.delivery),
    }


def test_a_correction_that_is_still_wrong_changes_nothing(house: House) -> None:
    """It is refused by field and reason, without the value, and the row waits on."""
    spot = quarantined(house)
    with pytest.raises(InvalidRequestError) as refused:
        run(desk(house).correct(house.casemanager, spot, corrected(bsn=BAD_BSN)))
    assert str(refused.value) == "klantprofiel: bsn: fails the 11-proef"
    assert (house.kinds(), len(house.world.deliveries)) == ([], 1)
    assert show(house, spot)["bsn"] == BAD_BSN


def test_a_correction_broken_off_is_ended_by_sending_it_again(house: House) -> None:
    """Stored but not settled, the same correction stores nothing twice and settles."""
    spot = quarantined(house)

    def stop() -> None:
        raise RuntimeError("killed")

    house.ledger.before.extend([lambda: None] * 3)
    house.ledger.before.append(stop)
    with pytest.raises(RuntimeError):
        run(desk(house).correct(house.casemanager, spot, corrected()))
    delivered = run(desk(house).correct(house.casemanager, spot, corrected()))
    assert delivered.seen_before
    assert len(house.world.people[house.subject(2)].stored) == 1


def test_a_row_that_only_another_spoke_against_is_released(house: House) -> None:
    """Of two with one number a person chooses: it comes in as it came, with who and why on record."""
    delivered = house.deliver(row(1), row(1, roepnaam="Sela"))
    house.forget()
    spot = Spot(delivered.delivery, 3)
    released = run(desk(house).release(house.casemanager, spot, WHY))
    assert released.report["accepted"] == 1
    settled = run(desk(house).rows(house.casemanager, spot.delivery))
    assert [(one.row, one.fate) for one in settled] == [(2, None), (3, Fate.RELEASED)]
    last = house.records[-1]
    assert (last.outcome, last.actor) == ("released", house.casemanager.actor)
    assert last.detail == {
        "row": 3,
        "in": str(spot.delivery),
        "by": str(released.delivery),
        "why": WHY,
    }


def test_a_row_about_someone_whose_profile_does_not_open_waits_on(house: House) -> None:
    """Neither released nor corrected: it would only be kept once more; the attempt is on record."""
    house.lose_key(house.person(2))
    spot = Spot(house.deliver(row(2, roepnaam="Anders")).delivery, 2)
    house.forget()
    for again in (
        desk(house).release(house.casemanager, spot, WHY),
        desk(house).correct(house.casemanager, spot, corrected()),
    ):
        with pytest.raises(InvalidRequestError, match="does not open"):
            run(again)
    assert house.kinds() == ["profile.stored: failed"] * 2
    (found,) = run(desk(house).rows(house.casemanager, spot.delivery))
    assert found.fate is None
    assert len(house.world.quarantine) == 1


def test_a_row_that_is_wrong_itself_cannot_be_released(house: House) -> None:
    """No judgement makes a wrong number right: it must be corrected, and waits."""
    spot = quarantined(house)
    with pytest.raises(InvalidRequestError) as refused:
        run(desk(house).release(house.casemanager, spot, WHY))
    assert str(refused.value) == "klantprofiel: bsn: fails the 11-proef"
    with pytest.raises(InvalidRequestError, match="reden"):
        run(desk(house).release(house.casemanager, spot, "-"))
    assert (house.kinds(), len(house.world.people)) == ([], 1)


def test_a_discarded_row_is_gone_for_good(house: House) -> None:
    """Its values are deleted on record; it can be neither shown nor settled again."""
    spot = quarantined(house)
    run(desk(house).discard(house.casemanager, spot))
    assert house.kinds() == ["delivery.quarantined: discarded"]
    with pytest.raises(InvalidRequestError, match="does not wait"):
        run(desk(house).discard(house.casemanager, spot))
    with pytest.raises(InvalidRequestError, match="does not wait"):
        run(desk(house).correct(house.casemanager, spot, corrected()))
    with pytest.raises(InvalidRequestError, match="does not wait"):
        show(house, spot)


def test_only_coa_is_at_the_desk(house: House) -> None:
    """Anyone else is refused before it is looked whether there is such a row, on record."""
    spot = quarantined(house)
    for attempt in (
        desk(house).rows(house.klantmanager, spot.delivery),
        desk(house).discard(house.klantmanager, spot),
        desk(house).correct(house.klantmanager, spot, corrected()),
        desk(house).release(house.klantmanager, spot, WHY),
    ):
        with pytest.raises(DisclosureRefusedError):
            run(attempt)
    assert house.kinds() == ["disclosure.denied: refused"] * 4
