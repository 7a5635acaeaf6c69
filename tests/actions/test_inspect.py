"""Inzage: a resident sees all of her own, each time it was asked for, and that nothing is left out."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.inspect import Inspection
from gateway.actions.rectify import Complaint
from gateway.domain.consents import ConsentEventKind
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from tests.actions.house import AGENCY, DAY, MINUTE, House, row, run, v_nummer
from tests.fakes.format import Lines


def herself(house: House, subject: SubjectId) -> Caller:
    """Return a resident as she asks for her own data."""
    return replace(house.caller("betrokkene", "betrokkene", "bewoner-1"), subject=subject)


def look(house: House, caller: Caller) -> tuple[Inspection, Disclosed]:
    """Open what is known, take every byte, and return it with the share shown."""
    lines = Lines()

    async def once() -> Inspection:
        async with house.inspect(caller, lines) as inspection:
            b"".join(inspection.released.chunks)
            return inspection

    inspection = run(once())
    shares: Sequence[Disclosed] = lines.shares
    return inspection, shares[0]


def test_she_sees_all_that_is_kept_about_her(house: House) -> None:
    """Every field the gate holds, numbers set by law too, opened after the entry was durable."""
    subject = house.person(1)
    _, share = look(house, herself(house, subject))
    assert share.values[FieldName("v_nummer")] == f'"{v_nummer(1)}"'.encode()
    assert share.values[FieldName("roepnaam")] == b'"Selam"'
    assert share.refused == ()
    assert house.journal == ["disclosure.intent", "open", "disclosure.outcome"]


def test_each_time_it_was_asked_for_is_there(house: House) -> None:
    """Disclosures and refusals in order, by organisation, with fields, moment and outcome."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam", "achternaam")
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    house.clock.wait(MINUTE)
    with pytest.raises(DisclosureRefusedError):
        house.show(utrecht, "P02", subject, "roepnaam")
    inspection, _ = look(house, herself(house, subject))
    names = {one.slug: one.name for one in house.catalogue.partners.values()}
    assert [(one.organisation, one.outcome) for one in inspection.shared] == [
        (names["harderwijk"], "sent"),
        (names["utrecht"], "refused"),
        (names["betrokkene"], "sent"),
    ]
    first = inspection.shared[0].event.told
    assert first is not None
    assert set(first.fields) == {"roepnaam", "achternaam"}
    moments = [one.event.at for one in inspection.shared]
    assert moments[1] - moments[0] == MINUTE


def test_a_list_tells_what_became_of_it_too(house: House) -> None:
    """A page with only her on it has her outcome; an intent without one counts as sent."""
    subject = house.person(1)
    house.list_clients(house.klantmanager, "P02")
    inspection, _ = look(house, herself(house, subject))
    assert [one.outcome for one in inspection.shared] == ["sent", "sent"]


def test_a_disclosure_that_failed_is_told_as_failed(house: House) -> None:
    """What broke before the last byte is not called sent."""
    subject = house.person(1)

    async def broken() -> None:
        lines = Lines()
        async with house.disclose.one(house.question(house.klantmanager, "P02", lines, subject)):
            raise KeyError

    with pytest.raises(KeyError):
        run(broken())
    inspection, _ = look(house, herself(house, subject))
    assert inspection.shared[0].outcome == "failed"


def test_nothing_about_her_is_left_out(house: House) -> None:
    """Every entry counts, from 1 without gap; when one is missing the answer says so."""
    subject = house.person(1)
    house.person(2)
    for _ in range(3):
        house.show(house.klantmanager, "P02", subject, "roepnaam")
    inspection, _ = look(house, herself(house, subject))
    assert [event.count for event in inspection.events] == [*range(1, len(inspection.events) + 1)]
    own = [i for i, r in enumerate(house.records) if r.subject == subject]
    assert [event.index for event in inspection.events] == own[:-1]  # the outcome comes after
    assert inspection.whole


@pytest.mark.parametrize("lost", [0, 1])
def test_a_gap_is_not_hidden(house: House, lost: int) -> None:
    """A log that lost an entry of hers is not called whole."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.log.lost.add(lost)
    inspection, _ = look(house, herself(house, subject))
    assert not inspection.whole


def test_erased_entries_keep_their_place(house: House) -> None:
    """Where the log key is gone the count still stands, and nothing is told."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.log.erased.add(subject)
    inspection, _ = look(house, herself(house, subject))
    assert {event.told for event in inspection.events} == {None}
    assert inspection.whole


def test_her_consents_are_there_however_they_stand(house: House) -> None:
    """Given, refused, withdrawn and run out: all of them, as they stand now."""
    subject = house.person(1)
    house.consent(subject, "P04", "soort:uitzendbureau", expires=house.clock.now() + DAY)
    house.clock.wait(MINUTE)
    house.consent(subject, "P08", given=False)
    house.clock.wait(MINUTE)
    given = house.consent(subject, "P05")
    house.clock.wait(MINUTE)
    run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    house.clock.wait(timedelta(days=2))
    inspection, share = look(house, herself(house, subject))
    kind = ConsentEventKind
    assert [state for _, state in inspection.consents] == [
        kind.EXPIRED,
        kind.REFUSED,
        kind.WITHDRAWN,
    ]
    shown = {name: json.loads(value) for name, value in share.values.items()}
    names = [name for name in shown if name.startswith("toestemming_")]
    assert len(names) == 8
    assert {len(shown[FieldName(name)]) for name in names} == {3}
    assert shown[FieldName("toestemming_id")][2] == str(given.consent.consent_id)
    assert shown[FieldName("toestemming_ontvanger")][1:] == [AGENCY, AGENCY]
    withdrawn = shown[FieldName("toestemming_ingetrokken_op")]
    assert [moment is None for moment in withdrawn] == [True, True, False]
    assert shown[FieldName("toestemming_vervaldatum")][1] is None


def test_her_casemanager_is_shown_the_ledger_too(house: House) -> None:
    """Guidance (P03) sees how consents stand; without any the fields are missing."""
    subject = house.person(1)
    names = ("toestemming_id", "toestemming_taal")
    assert set(house.show(house.casemanager, "P03", subject, *names).missing) == set(names)
    house.consent(subject, "P05")
    share = house.show(house.casemanager, "P03", subject, *names)
    assert share.values[FieldName("toestemming_taal")] == b'["tir"]'


def test_she_sees_herself_and_no_one_else(house: House) -> None:
    """Another's token opens another's data; a worker, or a resident nobody knows, gets nothing."""
    house.person(1)
    house.deliver(row(2))
    one, other = house.subject(1), house.subject(2)
    house.show(house.klantmanager, "P02", other, "roepnaam")
    inspection, share = look(house, herself(house, one))
    assert share.subject == one
    assert {event.tag for event in inspection.events} == {inspection.events[0].tag}
    for caller, reason in (
        (house.klantmanager, Reason.NOT_OWN_RECORD),
        (house.caller("betrokkene", "betrokkene"), Reason.NOT_OWN_RECORD),
        (replace(house.klantmanager, subject=one), Reason.PURPOSE_NOT_IN_AGREEMENT),
    ):
        with pytest.raises(DisclosureRefusedError) as refused:
            look(house, caller)
        assert refused.value.reason is reason
        assert house.records[-1].kind is RecordKind.DENIED
        with pytest.raises(DisclosureRefusedError):
            run(house.inspect.say_not_right(caller, Complaint(None, "Nee.")))


def test_what_is_not_right_is_on_record_in_her_words(house: House) -> None:
    """The request stands in the log with the field and her words; nothing else keeps them."""
    subject = house.person(1)
    receipt = run(
        house.inspect.say_not_right(
            herself(house, subject), Complaint(FieldName("roepnaam"), "Ik heet Sara.")
        )
    )
    (record,) = house.records
    assert (record.kind, record.outcome) == (RecordKind.RECTIFICATION, "requested")
    assert (record.subject, record.fields) == (subject, ("roepnaam",))
    assert record.detail == {"words": "Ik heet Sara."}
    assert (receipt.index, record.purpose) == (0, "P11_inzage_betrokkene")


def test_without_the_log_nothing_is_shown_or_taken(house: House) -> None:
    """No entry, no byte; no entry, no request."""
    subject = house.person(1)
    house.inner.lose = 2
    with pytest.raises(LedgerUnavailableError):
        look(house, herself(house, subject))
    with pytest.raises(LedgerUnavailableError):
        run(house.inspect.say_not_right(herself(house, subject), Complaint(None, "Nee.")))
    assert house.vault.opened == []
