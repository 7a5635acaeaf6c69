"""Deliveries: nothing lost, nothing twice, nothing replaced by something older, all on record."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import BinaryIO
from uuid import UUID

import pytest

from gateway.actions import ingest
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.profiles import UNREADABLE
from gateway.domain.changes import OpenDelivery
from gateway.domain.deliveries import ReadDelivery
from gateway.domain.errors import DeliveryRefusedError, LedgerUnavailableError
from gateway.domain.events import DeliveryProcessed, ProfileUnreadable
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationKind
from tests.actions.house import DAY, MINUTE, SITE, House, Rows, row, run
from tests.fakes.deliveries import Deliveries

BAD_BSN = "123456789"


def counts(report: Mapping[str, object]) -> tuple[object, ...]:
    """Take the four parts of a report, and the duplicates."""
    names = ("accepted", "warnings", "held", "quarantined", "duplicates")
    return tuple(report[name] for name in names)


def stored(house: House, number: int = 1) -> dict[str, object]:
    """Open a whole profile as it is stored."""
    dossier = house.world.dossier(house.subject(number))
    assert dossier is not None
    assert dossier.profile is not None
    opened = house.vault.open(dossier.profile, -1)
    fields = house.catalogue.fields
    return {fields.names(1 << number)[0]: json.loads(v) for number, v in opened.items()}


def test_who_cannot_be_read_keeps_no_row_back(house: House) -> None:
    """Her row waits in quarantine with the reason, on record; once she opens again her row is taken."""
    house.deliver(row(1), row(2))
    subject = house.subject(1)
    key = house.world.keys.get(subject.bytes, "profile")
    assert key is not None
    house.lose_key(subject)
    house.forget()
    delivered = house.deliver(row(1, roepnaam="Anders"), row(2, roepnaam="Anders"))
    assert counts(delivered.report) == (1, 0, 0, 1, 0)
    assert house.kinds()[1:-1] == [
        "profile.stored: failed",
        "profile.stored: stored",
        "delivery.quarantined: quarantined",
    ]
    assert (house.records[1].subject, house.records[1].detail) == (
        subject,
        {"why": "UNREADABLE_VALUE"},
    )
    assert ProfileUnreadable("UnreadableValueError") in house.telemetry.events
    assert stored(house, 2)["roepnaam"] == "Anders"
    (waiting,) = house.world.quarantine.values()
    assert waiting.reasons == (UNREADABLE,)
    house.world.keys.add([key])
    assert counts(house.deliver(row(1, roepnaam="Anders")).report) == (1, 0, 0, 0, 0)
    assert stored(house, 1)["roepnaam"] == "Anders"


def test_a_number_that_was_led_to_another_profile_replaces_nothing(house: House) -> None:
    """Whoever exchanges the tags of two people below the gate gets neither row into the other's profile."""
    one, two = house.people(2)
    people, before = house.world.people, (stored(house, 1), stored(house, 2))
    people[one], people[two] = (
        replace(people[one], v_tag=people[two].v_tag),
        replace(people[two], v_tag=people[one].v_tag),
    )
    delivered = house.deliver(row(1, roepnaam="Anders"), row(2, roepnaam="Anders"))
    assert counts(delivered.report) == (0, 0, 0, 2, 0)
    assert {one.reasons for one in house.world.quarantine.values()} == {(UNREADABLE,)}
    assert (stored(house, 2), stored(house, 1)) == before


def test_every_row_is_stored_or_quarantined_on_record(house: House) -> None:
    """Each stored version and each quarantined row has its entry, between received and processed."""
    delivered = house.deliver(row(1), row(2, bsn=BAD_BSN), row(3))
    assert counts(delivered.report) == (2, 0, 0, 1, 0)
    assert house.kinds() == [
        "delivery: received",
        "profile.stored: stored",
        "profile.stored: stored",
        "delivery.quarantined: quarantined",
        "delivery: processed",
    ]
    processed = house.records[-1].detail
    assert processed == {
        "accepted": 2,
        "warnings": 0,
        "held": 0,
        "quarantined": 1,
        "in": str(delivered.delivery),
    }
    assert house.telemetry.events == [DeliveryProcessed(2, 0, 0, 1, 0)]


def test_the_report_names_row_person_and_reason(house: House) -> None:
    """A quarantined row is named with field and reason, never with the value."""
    report = house.deliver(row(1, bsn=BAD_BSN)).report
    assert report["rows"] == [
        {
            "row": 2,
            "vNummer": "0999000001",
            "outcome": "quarantined",
            "reasons": ["bsn: fails the 11-proef"],
        }
    ]
    assert report["blockedColumns"] == ["religie"]
    assert BAD_BSN not in json.dumps(report)


def test_the_same_file_again_answers_with_the_first_report(house: House) -> None:
    """The second time nothing is processed and nothing is written: the sender has all of it."""
    first = house.deliver(row(1), row(2, bsn=BAD_BSN))
    house.forget()
    again = house.deliver(row(1), row(2, bsn=BAD_BSN))
    assert again == replace(first, seen_before=True)
    assert house.kinds() == []


def test_a_second_delivery_updates_who_changed(house: House) -> None:
    """Only who changed gets a new version; the version names the fields that differ."""
    house.deliver(row(1), row(2))
    house.forget()
    house.clock.wait(DAY)
    house.deliver(row(1, roepnaam="Sela", werkambitie=None), row(2))
    versions = house.world.people[house.subject(1)].stored
    assert [one.version for one in versions] == [1, 2]
    names = house.catalogue.fields.names(versions[1].changed)
    assert {"roepnaam", "werkambitie"} <= set(names)
    assert {"achternaam", "v_nummer"} & set(names) == set()
    assert len(house.world.people[house.subject(2)].stored) == 1
    kinds = [record.kind for record in house.records]
    assert kinds.count(RecordKind.PROFILE) == 1


def test_what_a_delivery_leaves_out_is_cleared(house: House) -> None:
    """A delivery holds a whole profile."""
    house.deliver(row(1))
    house.deliver(row(1, roepnaam=None))
    assert "roepnaam" not in stored(house)


def test_an_older_profile_never_replaces_a_newer_one(house: House) -> None:
    """A row with an older peildatum changes nothing, and the report says so."""
    house.deliver(row(1, roepnaam="Nieuw"))
    report = house.deliver(row(1, roepnaam="Oud", profiel_peildatum="2026-02-01")).report
    assert stored(house)["roepnaam"] == "Nieuw"
    assert isinstance(report["rows"], list)
    (line,) = report["rows"]
    assert isinstance(line, dict)
    assert line["signals"] == ["profiel_peildatum: older than what is stored; not replaced"]


def test_the_same_peildatum_with_other_values_is_news(house: House) -> None:
    """A correction of the same day replaces."""
    house.deliver(row(1))
    house.deliver(row(1, roepnaam="Gecorrigeerd"))
    assert stored(house)["roepnaam"] == "Gecorrigeerd"


def test_exact_copies_collapse(house: House) -> None:
    """A row that came twice in one file is stored once and counted as duplicate."""
    assert counts(house.deliver(row(1), row(1)).report) == (2, 0, 0, 0, 1)
    assert len(house.world.people[house.subject(1)].stored) == 1


def test_a_quarantined_row_is_kept_under_seal(house: House) -> None:
    """What could not be accepted opens only with its delivery and row."""
    delivery = house.deliver(row(1, bsn=BAD_BSN)).delivery
    assert house.world.people == {}
    (kept,) = house.world.quarantine.values()
    where = delivery.bytes + (2).to_bytes(4, "big")
    opened = json.loads(house.vault.open_blob("delivery", where, kept.sealed))
    assert opened["bsn"] == BAD_BSN
    assert kept.reasons == ("bsn: fails the 11-proef",)


def test_a_held_field_waits_while_the_rest_is_shared(house: House) -> None:
    """Free text with words of health is stored and withheld for review; nothing else waits."""
    house.deliver(row(1, werkambitie="Ik ben ziek en wil in de zorg werken."))
    share = house.show(house.klantmanager, "P02", house.subject(1), "achternaam", "werkambitie")
    assert share.refused == (("werkambitie", "HELD_FOR_REVIEW"),)
    assert list(share.values) == ["achternaam"]
    assert "werkambitie" in stored(house)


def test_a_clean_text_ends_the_hold(house: House) -> None:
    """A later delivery without those words is shared again."""
    house.deliver(row(1, werkambitie="Ik ben ziek."))
    house.deliver(row(1))
    share = house.show(house.klantmanager, "P02", house.subject(1), "werkambitie")
    assert "werkambitie" in share.values


def test_what_follows_from_the_values_is_sealed_with_them(house: House) -> None:
    """Derived fields are stored at intake, so that no source is opened later."""
    house.deliver(row(1))
    assert stored(house)["meerderjarig"] is True


def test_facts_and_relations_come_with_the_profile(house: House) -> None:
    """Where she stays, who she is linked to and her target group are known outside the seal."""
    house.deliver(row(1))
    person = house.world.people[house.subject(1)]
    assert {(e.kind, e.party) for e in person.relations} == {
        (RelationKind.GEKOPPELD, "0243"),
        (RelationKind.VERBLIJFT, "AZC-HDW-01"),
    }
    facts = person.facts
    assert (facts.doelgroep, facts.reception_gemeente, facts.coa_regio) == (
        "statushouder",
        "0243",
        "Oost",
    )


def test_who_has_departed_is_no_longer_guided_at_her_former_site(house: House) -> None:
    """A delivery without a site, or with another, ends COA's access there; her town keeps its own."""
    subject = house.person(1)
    assert house.show(house.casemanager, "P03", subject, "roepnaam").values
    for site in ("AZC-UTR-02", SITE, None):
        house.clock.wait(MINUTE)
        house.deliver(row(1, opvanglocatie_code=site))
        if site != SITE:
            with pytest.raises(DisclosureRefusedError) as refusal:
                house.show(house.casemanager, "P03", subject, "roepnaam")
            assert refusal.value.reason is Reason.NOT_OWN_LOCATION
    assert house.world.people[subject].relations[-1].kind is RelationKind.VERTROKKEN
    assert house.show(house.klantmanager, "P02", subject, "roepnaam").values


def test_an_unknown_place_leaves_no_facts(house: House) -> None:
    """Without a reception site there is no region to go by."""
    house.deliver(row(1, opvanglocatie_code=None))
    facts = house.world.people[house.subject(1)].facts
    assert (facts.reception_site, facts.reception_gemeente) == (None, None)


def test_blind_terms_come_with_a_link(house: House) -> None:
    """Who is linked can be found by her own municipality."""
    house.deliver(row(1))
    terms = house.world.people[house.subject(1)].terms
    assert house.index.term("nt2_niveau_spreken", ">=A2") in terms
    assert house.index.term("bemiddelingspostcode4", "38") in terms


def test_a_delivery_without_a_peildatum_counts_as_todays(house: House) -> None:
    """A row that does not say of when it is, is of the day it came."""
    house.deliver(row(1, profiel_peildatum=None))
    assert house.world.people[house.subject(1)].stored[0].as_of == "2026-03-02"


# --- what goes wrong midway -----------------------------------------------------------------


@pytest.mark.parametrize("fault", ["lose", "keep"])
@pytest.mark.parametrize("at", range(6))
def test_a_delivery_that_stopped_goes_on_where_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch, at: int, fault: str
) -> None:
    """Whichever commit fails, lost or only unanswered, the same file again ends as if unbroken."""
    monkeypatch.setattr(ingest, "BATCH", 2)
    rows = [row(1), row(2, bsn=BAD_BSN), row(3), row(1), row(4), row(5, bsn=BAD_BSN)]
    house.ledger.before.extend([lambda: None] * at)
    house.ledger.before.append(lambda: setattr(house.inner, fault, 1))
    with pytest.raises(LedgerUnavailableError):
        house.deliver(*rows)
    report = house.deliver(*rows).report
    assert counts(report) == (4, 0, 0, 2, 1)
    assert len(house.world.people) == 3
    assert all(len(person.stored) == 1 for person in house.world.people.values())
    assert len(house.world.quarantine) == 2
    assert len(house.world.deliveries) == 1
    kinds = [record.kind for record in house.records]
    assert kinds.count(RecordKind.PROFILE) == 3
    assert kinds.count(RecordKind.QUARANTINE) == 2


def test_two_deliveries_of_one_person_at_once_end_well(house: House) -> None:
    """When another delivery stored a version in between, the row is judged again on top of it."""
    house.deliver(row(1))
    house.clock.wait(MINUTE)

    def meanwhile() -> None:
        person = house.world.people[house.subject(1)]
        newer = replace(person.stored[-1], version=2, content=b"else")
        dossier = house.world.dossier(house.subject(1))
        assert dossier is not None
        assert dossier.profile is not None
        blank = replace(dossier.profile, version=2)
        parts = house.vault.seal(blank, {})
        house.world.people[house.subject(1)] = replace(
            person, stored=(*person.stored, replace(newer, parts=parts))
        )

    house.ledger.before.extend([lambda: None, meanwhile])
    house.deliver(row(1, roepnaam="Later"))
    versions = house.world.people[house.subject(1)].stored
    assert [one.version for one in versions] == [1, 2, 3]
    assert stored(house)["roepnaam"] == "Later"


def test_a_profile_that_never_rests_ends_in_try_again(house: House) -> None:
    """After four attempts the delivery stops, to go on when it is sent again."""
    house.deliver(row(1))

    def meanwhile() -> None:
        person = house.world.people[house.subject(1)]
        last = person.stored[-1]
        blank = house.world.profile(house.subject(1))
        assert blank is not None
        parts = house.vault.seal(replace(blank, version=last.version + 1), {})
        newer = replace(last, version=last.version + 1, parts=parts)
        house.world.people[house.subject(1)] = replace(person, stored=(*person.stored, newer))

    house.ledger.before.extend([lambda: None, *[meanwhile] * 4])
    with pytest.raises(LedgerUnavailableError, match="try again"):
        house.deliver(row(1, roepnaam="Later"))


def test_the_same_file_twice_at_once_is_one_delivery(house: House) -> None:
    """When another request opened the same file first, this one joins it."""
    digest = ingest.digest_of(io.BytesIO(json.dumps(row(1)).encode()))

    def meanwhile() -> None:
        change = OpenDelivery(UUID(int=77), digest, house.clock.moment)
        house.world._one(change, house.clock.moment)

    house.ledger.before.append(meanwhile)
    assert house.deliver(row(1)).delivery == UUID(int=77)
    assert len(house.world.people) == 1


def test_a_delivery_that_the_log_rejects_without_trace_stops(house: House) -> None:
    """When the file counts as known and yet cannot be found, nothing is processed."""
    house.deliver(row(1))
    house.forget()

    class Forgetful(Deliveries):
        """Finds nothing."""

        async def by_digest(self, digest: bytes) -> None:
            return None

    profiles = house.ingest._profiles
    house.ingest = ingest.Ingest(
        house.gate, Forgetful(house.world), profiles, house.catalogue.codes
    )
    with pytest.raises(LedgerUnavailableError, match="same file"):
        house.deliver(row(1))
    assert house.records == []


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A source that cannot read."""

    def read(self, stream: BinaryIO) -> AbstractContextManager[ReadDelivery]:
        """Refuse."""
        raise DeliveryRefusedError("no table in it")


def test_a_file_that_cannot_be_read_leaves_no_more_than_its_refusal(house: House) -> None:
    """It opens no delivery and may be sent again when it is whole; that it was refused is on record."""
    with pytest.raises(DeliveryRefusedError):
        run(house.ingest(house.casemanager, io.BytesIO(b"?"), Unreadable()))
    assert house.world.deliveries == {}
    assert house.kinds() == ["delivery: refused"]
    assert house.records[0].detail == {
        "sha256": hashlib.sha256(b"?").hexdigest(),
        "why": "no table in it",
    }


def test_progress_is_told_in_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits hears how many rows each batch took."""
    monkeypatch.setattr(ingest, "BATCH", 2)
    told: list[int] = []
    stream = io.BytesIO(b"\n".join(json.dumps(row(n)).encode() for n in (1, 2, 3)))
    run(house.ingest(house.casemanager, stream, Rows(), told.append))
    assert told == [2, 1]


# --- who may ---------------------------------------------------------------------------------


def outsiders(house: House) -> Sequence[tuple[Caller, Reason]]:
    """Name callers who may not deliver, and why."""
    return [
        (house.klantmanager, Reason.ACTOR_NOT_ALLOWED),
        (house.matcher, Reason.PURPOSE_NOT_IN_AGREEMENT),
        (house.caller("coa", "bewoner_matcher"), Reason.PURPOSE_NOT_IN_AGREEMENT),
        (house.caller("coa", "werkgever"), Reason.ACTOR_NOT_ALLOWED),
    ]


def test_only_coa_delivers(house: House) -> None:
    """Anyone else is refused before a byte is read, and her try is on record."""
    for caller, reason in outsiders(house):
        with pytest.raises(DisclosureRefusedError) as refusal:
            house.deliver(row(1), caller=caller)
        assert refusal.value.reason is reason
    assert {record.kind for record in house.records} == {RecordKind.DENIED}
    assert house.world.deliveries == {}


def test_only_coa_reads_reports(house: House) -> None:
    """A report names people by V-nummer; a resident who matches, or a town, may not read it."""
    delivery = house.deliver(row(1)).delivery
    for caller, _ in outsiders(house):
        with pytest.raises(DisclosureRefusedError):
            run(house.ingest.report(caller, delivery))
        with pytest.raises(DisclosureRefusedError):
            run(house.ingest.recent(caller))


def test_a_report_can_be_read_again_on_record(house: House) -> None:
    """The report comes back as it was, and its reading is in the log."""
    first = house.deliver(row(1))
    again = run(house.ingest.report(house.casemanager, first.delivery))
    assert again == replace(first, seen_before=True)
    assert house.records[-1].outcome == "report read"


def test_there_is_no_report_of_what_never_came_or_is_not_done(house: House) -> None:
    """An unknown or unfinished delivery has no report."""
    assert run(house.ingest.report(house.casemanager, UUID(int=1))) is None
    house.ledger.before.extend([lambda: None, lambda: setattr(house.inner, "lose", 1)])
    with pytest.raises(LedgerUnavailableError):
        house.deliver(row(1))
    (delivery,) = house.world.deliveries
    assert run(house.ingest.report(house.casemanager, delivery)) is None


def test_the_newest_deliveries_are_listed(house: House) -> None:
    """Finished or not, the newest comes first."""
    one = house.deliver(row(1)).delivery
    house.clock.wait(MINUTE)
    other = house.deliver(row(2)).delivery
    listed = run(house.ingest.recent(house.casemanager))
    assert [state.delivery for state in listed] == [other, one]
