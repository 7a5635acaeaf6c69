"""What is wrong is reported, corrected at the source or refused, and told to whoever had it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.rectify import Complaint
from gateway.api.rectifications import RectificatiesJson
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.notices import NoticeKind
from gateway.domain.partners import Caller
from gateway.domain.records import Receipt
from gateway.domain.rectification import RectificationState
from tests.actions.house import MINUTE, House, row, run

HARDERWIJK = "00000099000000002430"
WRONG = Complaint(FieldName("roepnaam"), "Zij heet Sara.")


def herself(house: House, subject: SubjectId) -> Caller:
    """Return the resident as a caller."""
    return replace(house.caller("betrokkene", "betrokkene", "resident-1"), subject=subject)


def report(house: House, subject: SubjectId, complaint: Complaint = WRONG) -> Receipt:
    """Let the klantmanager say that a field is wrong."""
    return run(house.rectify.ask(house.klantmanager, subject, "P02", complaint))


def waiting(house: House) -> list[dict[str, Any]]:
    """List what waits for the casemanager."""

    async def page() -> bytes:
        async with house.rectify.waiting(house.casemanager, None, RectificatiesJson) as one:
            return b"".join(one.released.chunks)

    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(run(page()).decode())[0]
    return found


def test_a_recipient_reports_and_coa_reads_it(house: House) -> None:
    """The open item names the field, who reports it, and the words; the store keeps no words."""
    subject = house.person(1)
    receipt = report(house, subject)
    (line,) = waiting(house)
    assert (line["id"], line["veld"], line["gemeldDoor"], line["toelichting"]) == (
        str(receipt.event_id),
        "roepnaam",
        HARDERWIJK,
        WRONG.words,
    )
    assert "Sara" not in str(house.world.rectifications)


def test_words_are_opened_once_it_stands_who_reads_them(house: House) -> None:
    """Where the log does not take that a casemanager lists what waits, no word of it is opened."""
    report(house, house.person(1))
    house.inner.lose = 1
    with pytest.raises(LedgerUnavailableError):
        waiting(house)
    assert house.log.opened_one == []
    assert [line["toelichting"] for line in waiting(house)] == [WRONG.words]


def test_the_same_message_again_is_the_same_request(house: House) -> None:
    """A retry, at once or an hour later, gets the first receipt, and leaves one open item."""
    subject = house.person(1)
    again = replace(WRONG, retry_key="k")
    first, second = report(house, subject, again), report(house, subject, again)
    house.clock.wait(60 * MINUTE)
    assert first == second == report(house, subject, again)
    assert len(waiting(house)) == 1
    assert report(house, subject, replace(again, retry_key="l")).event_id != first.event_id


def test_who_may_not_have_the_field_cannot_report_it(house: House) -> None:
    """A stranger, and a field beyond the purpose: refused like any question."""
    subject = house.person(1)
    for caller, complaint in (
        (house.caller("utrecht", "gemeente_klantmanager"), WRONG),
        (house.klantmanager, replace(WRONG, field=FieldName("opvanglocatie_gemeente_code"))),
    ):
        with pytest.raises(DisclosureRefusedError):
            run(house.rectify.ask(caller, subject, "P02", complaint))
    assert house.world.rectifications == {}


def test_a_correction_comes_from_the_source_and_is_told_to_whoever_had_it(house: House) -> None:
    """Before a delivery changed the field it is not corrected; after it the recipients hear so."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    request = report(house, subject).event_id
    house.clock.wait(MINUTE)
    house.deliver(row(1, werkambitie="Ik wil bakker worden."))
    with pytest.raises(InvalidRequestError, match="no delivery changed the field"):
        run(house.rectify.close(house.casemanager, request, refused=None))
    house.clock.wait(MINUTE)
    house.deliver(row(1, roepnaam="Sara"))
    house.clock.wait(MINUTE)
    closed, _ = run(house.rectify.close(house.casemanager, request, refused=None))
    assert closed.state is RectificationState.GECORRIGEERD
    (notice,) = [one.notice for one in house.world.notices.values()]
    assert (notice.recipient, notice.cause.kind) == (HARDERWIJK, NoticeKind.RECTIFIED)
    assert house.records[-1].detail["told"] == HARDERWIJK
    assert waiting(house) == []


def test_a_refusal_has_its_reason_and_tells_no_recipient(house: House) -> None:
    """The reason stands in the log with the request; it is closed once."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    asked = run(house.inspect.say_not_right(herself(house, subject), WRONG))
    why = "In het paspoort staat Selam."
    run(house.rectify.close(house.casemanager, asked.event_id, refused=why))
    assert house.records[-1].detail == {"request": str(asked.event_id), "why": why}
    assert house.world.notices == {}
    with pytest.raises(InvalidRequestError, match="not open"):
        run(house.rectify.close(house.casemanager, asked.event_id, refused=why))


def test_only_who_guides_her_handles_it(house: House) -> None:
    """Neither who reported it, nor herself, nor another site closes a request."""
    subject = house.person(1)
    request = report(house, subject).event_id
    elsewhere = house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))
    for caller in (house.klantmanager, herself(house, subject), elsewhere):
        with pytest.raises(DisclosureRefusedError):
            run(house.rectify.close(caller, request, refused="Nee."))
    assert len(waiting(house)) == 1
