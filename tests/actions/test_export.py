"""Exports: every page a disclosure, kept sealed, gone on with after a crash, handed over once."""

import asyncio
import io
import json
from collections import Counter
from hashlib import sha256
from typing import Any, Final
from uuid import UUID
from zipfile import ZipFile

import pytest

from adapters import tvs
from adapters.bundle import Bundle
from gateway.actions.export import ExportDesk, Handed, Press, Wish
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.withhold import WithholdingWish
from gateway.domain.decisions import Ask
from gateway.domain.errors import GatewayError, InvalidRequestError, LedgerUnavailableError
from gateway.domain.exports import PEOPLE_A_PART, TERM, Export, ExportState
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.records import RecordKind
from gateway.domain.relations import RelationKind
from gateway.domain.subjects import WithholdingKind
from tests.actions.house import MINUTE, House, run
from tests.fakes.exports import Exports
from tests.fakes.parcels import Parcels

HARDERWIJK: Final = "0243"
PEOPLE: Final = 20
MANY: Final = 2 * PEOPLE_A_PART + PEOPLE


class Office:
    """A desk for exports in a house with people of Harderwijk."""

    def __init__(self, house: House, people: int = PEOPLE) -> None:
        self.house = house
        self.subjects = house.people(people, **LINKED)
        self.kept = Exports(house.world)
        fields = house.catalogue.fields
        formats = {name: make(fields) for name, make in tvs.WRITERS.items()}
        self.press = Press({**formats, "zoekprofiel": formats["json"]}, Bundle(fields), Parcels())
        self.desk = ExportDesk(
            house.gate, house.disclose, self.kept, self.press, dict(house.catalogue.partners)
        )
        house.forget()

    def open(self, form: str = "json", purpose: str = "P02", **wish: Any) -> Export:  # noqa: ANN401 - a wish
        """Ask for a file of the klantmanager's people."""
        caller = wish.pop("caller", self.house.klantmanager)
        return run(self.desk.open(Wish(Ask(caller, purpose), form, **wish)))

    def make(self, export: Export) -> None:
        """Make it whole."""
        run(self.desk.make(export.export_id))

    def fetch(
        self, export: Export, caller: Caller | None = None
    ) -> tuple[bytes, str | None] | None:
        """Fetch it, take every byte, and return it with its signature."""

        async def once() -> tuple[bytes, str | None] | None:
            async with self.desk.fetch(
                caller or self.house.klantmanager, export.export_id
            ) as found:
                return _taken(found)

        return run(once())

    def file(self, **wish: Any) -> ZipFile:  # noqa: ANN401 - a wish
        """Ask, make, fetch and open."""
        export = self.open(**wish)
        self.make(export)
        got = self.fetch(export)
        assert got is not None
        return ZipFile(io.BytesIO(got[0]))

    def told(self, kind: RecordKind) -> list[SubjectId | None]:
        """List whom the log's entries of a kind are about."""
        return [one.subject for one in self.house.records if one.kind is kind]


LINKED: Final = {
    "koppel_gemeente_code": HARDERWIJK,
    "koppel_status": "gekoppeld",
    "koppel_datum": "2026-02-01",
    "verblijfstitel_code": "26",
    "doelgroep": "statushouder",
}


@pytest.fixture
def office() -> Office:
    """Open a desk."""
    return Office(House())


@pytest.fixture
def crowded() -> Office:
    """Open a desk with people for three pages."""
    return Office(House(), MANY)


def _taken(found: Handed | None) -> tuple[bytes, str | None] | None:
    if found is None:
        return None
    return b"".join(found.released.chunks), found.signature


def _people(parcel: ZipFile) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(parcel.read("export.json"))["klantprofielen"]
    return found


def test_everyone_is_in_the_file_once_with_an_entry_of_her_own(crowded: Office) -> None:
    """A caseload of three pages: as many people as intents, all under the one parent."""
    parcel = crowded.file()
    numbers = [one["v_nummer"] for one in _people(parcel)]
    assert len(set(numbers)) == len(numbers) == MANY
    intents = [one for one in crowded.house.records if one.kind is RecordKind.INTENT]
    (parent,) = [one for one in crowded.house.records if one.kind is RecordKind.BULK]
    assert Counter(one.subject for one in intents) == Counter(crowded.subjects)
    assert {one.parent for one in intents} == {parent.event_id}


def test_the_manifest_accounts_for_the_file(office: Office) -> None:
    """Purpose, recipient, policy, count, entries and the digest of every other file stand in it."""
    parcel = office.file()
    manifest = json.loads(parcel.read("manifest.json"))
    assert manifest["doel"].startswith("P02_")
    assert manifest["ontvanger"]["naam"] == "Gemeente Harderwijk"
    assert manifest["beleid"] == office.house.gate.matrix.digest
    assert manifest["aantal"] == PEOPLE
    listed = {one["naam"]: one for one in manifest["bestanden"]}
    assert listed.keys() == set(parcel.namelist()) - {"manifest.json"}
    for name, one in listed.items():
        data = parcel.read(name)
        assert (one["sha256"], one["bytes"]) == (sha256(data).hexdigest(), len(data))
    entries = {str(one.event_id) for one in office.house.records if one.kind is RecordKind.INTENT}
    assert {one["id"] for one in manifest["verstrekkingen"]} == entries


def test_what_was_withheld_is_told_and_absent(office: Office) -> None:
    """A refused field is in no column; the page beside the file names it, from whom, and why."""
    someone = office.subjects[3]
    wish = WithholdingWish(
        someone, WithholdingKind.RESTRICTED, frozenset({FieldName("roepnaam")}), frozenset({"P02"})
    )
    run(office.house.withholdings.record(office.house.casemanager, wish))
    parcel = office.file()
    with_name = [one for one in _people(parcel) if "roepnaam" in one]
    assert len(with_name) == PEOPLE - 1
    page = parcel.read("toelichting.html").decode()
    reference = office.house.pseudonyms.reference(office.house.klantmanager.partner.oin, someone)
    assert "Roepnaam" in page
    assert str(reference) in page


def test_people_asked_for_by_name_are_refused_on_record(office: Office) -> None:
    """In a selection a stranger has a denial of her own, and stands in the manifest with the reason."""
    stranger = office.house.person(500, koppel_gemeente_code=None, koppel_status="niet_gekoppeld")
    office.house.forget()
    parcel = office.file(people=(office.subjects[0], stranger))
    assert len(_people(parcel)) == 1
    assert json.loads(parcel.read("manifest.json"))["geweigerd"][0]["reden"] == "SUBJECT_UNKNOWN"
    assert office.told(RecordKind.DENIED) == [stranger]


def test_a_caseload_says_nothing_of_people_who_were_not_asked_for(office: Office) -> None:
    """Who was linked before and is no longer shown leaves no trace in file, page or log."""
    gone = office.subjects[0]
    office.house.clock.moment += MINUTE
    office.house.relate(gone, RelationKind.ONTKOPPELD, HARDERWIJK)
    office.house.clock.moment += 40 * 24 * 60 * MINUTE
    office.house.forget()
    parcel = office.file()
    assert len(_people(parcel)) == PEOPLE - 1
    assert json.loads(parcel.read("manifest.json"))["geweigerd"] == []
    assert gone not in office.told(RecordKind.DENIED)


def test_a_crash_costs_at_most_one_page(crowded: Office) -> None:
    """Whoever goes on begins at the page that is missing: each person once, each with an entry."""
    office, export = crowded, crowded.open()

    def crash(done: int) -> None:
        if done == PEOPLE_A_PART:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(office.desk.make(export.export_id, crash))
    again = ExportDesk(
        office.house.gate,
        office.house.disclose,
        office.kept,
        office.press,
        dict(office.house.catalogue.partners),
    )
    office.desk = again
    office.make(export)
    got = office.fetch(export)
    assert got is not None
    numbers = [one["v_nummer"] for one in _people(ZipFile(io.BytesIO(got[0])))]
    assert len(set(numbers)) == len(numbers) == MANY
    assert Counter(office.told(RecordKind.INTENT)) == Counter(office.subjects)


def test_a_page_that_was_lost_is_decided_again_and_stands_once(crowded: Office) -> None:
    """Where the log went away before a page was kept, its people have two entries and one place."""
    office, export = crowded, crowded.open()
    office.house.ledger.before.extend([lambda: None, lambda: None, _lost])
    with pytest.raises(LedgerUnavailableError):
        office.make(export)
    office.make(export)
    got = office.fetch(export)
    assert got is not None
    assert len(_people(ZipFile(io.BytesIO(got[0])))) == MANY
    assert sorted(set(Counter(office.told(RecordKind.INTENT)).values())) == [1, 2]


def _lost() -> None:
    raise LedgerUnavailableError("gone for a moment")


def test_a_file_leaves_once(office: Office) -> None:
    """The second time there is nothing, and nothing of it is kept."""
    export = office.open()
    assert office.fetch(export) is None
    office.make(export)
    assert office.fetch(export) is not None
    assert office.fetch(export) is None
    assert office.kept.part(export.export_id, 0) is None


def test_a_file_that_nobody_fetched_runs_out(office: Office) -> None:
    """After a day it cannot be fetched or made, and the next wish sweeps its parts away."""
    export = office.open()
    office.make(export)
    office.house.clock.moment += TERM
    assert office.fetch(export) is None
    found = run(office.desk.state(office.house.klantmanager, export.export_id))
    assert found is not None
    assert found[1] is ExportState.EXPIRED
    office.open()
    assert office.kept.part(export.export_id, 0) is None


def test_who_withdrew_in_between_is_left_out(office: Office) -> None:
    """What was sealed yesterday does not leave today when it may no longer be shown."""
    export = office.open()
    office.make(export)
    wish = WithholdingWish(office.subjects[7], WithholdingKind.RESTRICTED, frozenset(), frozenset())
    run(office.house.withholdings.record(office.house.casemanager, wish))
    got = office.fetch(export)
    assert got is not None
    parcel = ZipFile(io.BytesIO(got[0]))
    assert len(_people(parcel)) == PEOPLE - 1
    assert json.loads(parcel.read("manifest.json"))["aantal"] == PEOPLE - 1


def test_a_file_is_its_askers_own(office: Office) -> None:
    """A colleague, another role and another town find nothing under its id."""
    export = office.open()
    office.make(export)
    others = (
        office.house.caller("harderwijk", "gemeente_klantmanager", "klantmanager-2"),
        office.house.caller("harderwijk", "gemeente_huisvesting", "klantmanager-1"),
        office.house.caller("utrecht", "gemeente_klantmanager", "klantmanager-1"),
    )
    for other in others:
        assert office.fetch(export, other) is None
        assert run(office.desk.state(other, export.export_id)) is None
    assert run(office.desk.state(office.house.klantmanager, UUID(int=1))) is None


def test_whoever_may_not_ask_is_refused_on_record(office: Office) -> None:
    """A purpose that is not in the agreement makes no export, and a denial in the log."""
    with pytest.raises(DisclosureRefusedError):
        office.open(purpose="P05")
    assert [one.kind for one in office.house.records] == [RecordKind.DENIED]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"form": "docx"}, "formaat: is not one of"),
        ({"key": {"kty": "bad"}}, "sleutel: "),
        ({"purpose": "P04", "form": "json"}, "doel: finds people"),
        ({"purpose": "P99"}, "PURPOSE_UNKNOWN"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(
    office: Office, wish: dict[str, Any], why: str
) -> None:
    """An unknown format or purpose, a bad key and a search to be kept each say what is wrong."""
    with pytest.raises(GatewayError, match=why):
        office.open(**wish)


def test_an_agency_cannot_keep_a_search(office: Office) -> None:
    """What an agency finds is shown and not kept, in whatever format."""
    with pytest.raises(InvalidRequestError, match="municipality"):
        office.open(caller=office.house.matcher, purpose="P04", form="zoekprofiel")


def test_a_key_encrypts_and_a_signature_is_of_what_leaves(office: Office) -> None:
    """With a key the parcel is sealed for its holder; the signature is over the sealed bytes."""
    export = office.open(key={"kty": "good"}, signed=True)
    office.make(export)
    got = office.fetch(export)
    assert got is not None
    data, signature = got
    assert data.startswith(b"good:")
    assert ZipFile(io.BytesIO(data[5:][::-1])).namelist()
    assert signature == f"signed:{len(data)}"


def test_a_question_after_it_goes_on_with_it(office: Office) -> None:
    """Whoever asks how far it is sets it going again, and hears when it is whole."""
    export = office.open()
    found = run(office.desk.state(office.house.klantmanager, export.export_id))
    assert found is not None
    progress, state = found
    assert (progress.done, progress.shown, state) == (PEOPLE, PEOPLE, ExportState.READY)


def test_progress_is_told_page_by_page(crowded: Office) -> None:
    """The numbers told go up to the whole."""
    export, told = crowded.open(), list[int]()
    run(crowded.desk.make(export.export_id, told.append))
    assert told == [0, PEOPLE_A_PART, 2 * PEOPLE_A_PART, MANY]


def test_no_byte_leaves_before_its_entry(office: Office) -> None:
    """Where the log does not take the last entry, nothing is opened, and the file can be had later."""
    export = office.open()
    office.make(export)
    office.house.ledger.before.append(_lost)
    with pytest.raises(GatewayError):
        office.fetch(export)
    assert office.fetch(export) is not None


def test_two_who_make_the_same_file_make_it_once(office: Office) -> None:
    """Of two at work on one export each page is kept by one of them only."""
    export = office.open()

    async def both() -> None:
        await asyncio.gather(
            office.desk.make(export.export_id),
            office.desk.make(export.export_id),
            return_exceptions=True,
        )
        await office.desk.make(export.export_id)

    run(both())
    assert office.kept.part(export.export_id, export.parts - 1) is not None
    assert office.kept.part(export.export_id, export.parts) is None
    got = office.fetch(export)
    assert got is not None
    assert len(_people(ZipFile(io.BytesIO(got[0])))) == PEOPLE
