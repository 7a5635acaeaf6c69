"""Warme overdracht: COA delivers, the klantmanager opens a dossier, and can prove that she did."""

import pytest

from audit.checkpoint import verify_checkpoint
from audit.note import VerifierKey
from audit.proof import TlogProof
from audit.tree import verify_inclusion
from tests.journeys.logbook import logged
from tests.journeys.poort import CASEMANAGER, KLANTMANAGER, UTRECHTER, MovableClock, Poort
from tests.journeys.residents import BLOCKED, HARDERWIJK, UTRECHT, resident

SELAM, SENAIT = resident(1), resident(2)
YONAS = resident(3, UTRECHT)
INVENTED = "7b9e1f8e-3c55-4c0f-9a51-0a64f1d1a001"


@pytest.fixture(autouse=True)
def _delivered(poort: Poort) -> None:
    report = poort.lever([SELAM, SENAIT, YONAS])
    assert report["accepted"] == 3


def test_klantmanager_sees_exactly_who_is_linked_to_her_town(poort: Poort) -> None:
    """The list of Harderwijk holds its two linked people, with the columns of a worklist only."""
    rows = poort.clienten(KLANTMANAGER, "P02")
    assert {row["velden"]["achternaam"] for row in rows} == {SELAM.name, SENAIT.name}
    assert all("werkervaring" not in row["velden"] for row in rows)
    assert all(row["velden"]["koppelGemeenteCode"] == HARDERWIJK for row in rows)


def test_dossier_holds_what_the_handover_needs_and_nothing_blocked(poort: Poort) -> None:
    """P02 opens identity, language and work; what may never be stored is not there to be opened."""
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    dossier = poort.vraag(KLANTMANAGER, reference, "P02").json()
    velden = dossier["velden"]
    assert velden["bsn"] == SELAM.profile["bsn"]
    assert velden["vNummer"] == SELAM.v_nummer
    assert velden["werkervaring"][0]["taken"] == SELAM.profile["werkervaring"][0]["taken"]
    assert velden["clientRef"] == reference
    assert dossier["geweigerd"] == []
    assert {duty["regel"] for duty in dossier["verplichtingen"]} == {
        "P02-gemeente_klantmanager",
        "P02-gemeente_klantmanager-work",
    }
    asked = poort.vraag(KLANTMANAGER, reference, "P02", [*BLOCKED, "achternaam"]).json()
    assert set(asked["velden"]) == {"achternaam"}
    assert len(asked["geweigerd"]) == len(BLOCKED)


def test_receipt_is_proven_by_the_published_checkpoint(poort: Poort) -> None:
    """A receipt's leaf is in the log: `audit prove` and the public checkpoint and key say so."""
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    receipt = poort.vraag(KLANTMANAGER, reference, "P02").json()["ontvangstbewijs"]
    leaf_hash = bytes.fromhex(receipt["leafHash"])
    key = VerifierKey.parse(poort.ask(None, "GET", "/auditlog/vkey").text.strip())
    published = verify_checkpoint(poort.ask(None, "GET", "/auditlog/checkpoint").text, key)
    proof = TlogProof.decode(poort.command("audit", "prove", str(receipt["index"])))
    assert proof.index == receipt["index"]
    verify_inclusion(leaf_hash, proof.index, published.size, proof.hashes, published.root)
    promised = verify_checkpoint(receipt["checkpoint"], key)
    assert receipt["index"] < promised.size <= published.size
    entry = list(logged(poort.gateway))[receipt["index"]]
    assert (entry.kind, entry.leaf_hash) == ("disclosure.intent", receipt["leafHash"])


def test_stranger_and_invention_look_the_same(poort: Poort) -> None:
    """To Utrecht someone else's client, an invented one and a borrowed reference are one 404."""
    harderwijk = poort.reference(KLANTMANAGER, "P02", SELAM)
    utrecht = poort.known_as(UTRECHTER, SELAM)
    before = poort.gateway.audit.head().size
    answers = [poort.vraag(UTRECHTER, ref, "P02") for ref in (utrecht, INVENTED, harderwijk)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.raw) for answer in answers}) == 1
    assert poort.gateway.audit.head().size == before + 3
    assert {e.kind for e in logged(poort.gateway, before)} == {"disclosure.denied"}


def test_relink_moves_access_at_once(poort: Poort, clock: MovableClock) -> None:
    """When COA records `omgekoppeld`, the old town's next request is refused and the new one's not."""
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    utrecht = poort.known_as(UTRECHTER, SELAM)
    assert poort.vraag(UTRECHTER, utrecht, "P02").status_code == 404
    clock.pass_by(minutes=5)
    poort.koppel(SELAM, "omgekoppeld", UTRECHT)
    assert poort.vraag(KLANTMANAGER, reference, "P02").status_code == 404
    opened = poort.vraag(UTRECHTER, utrecht, "P02")
    assert opened.json()["velden"]["achternaam"] == SELAM.name
    assert [row["velden"]["achternaam"] for row in poort.clienten(KLANTMANAGER, "P02")] == [
        SENAIT.name
    ]
    names = {row["velden"]["achternaam"] for row in poort.clienten(UTRECHTER, "P02")}
    assert names == {SELAM.name, YONAS.name}


def test_delivery_that_relinks_moves_access_too(poort: Poort, clock: MovableClock) -> None:
    """A later delivery with another municipality ends the old town's access at its next request."""
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    clock.pass_by(days=1)
    moved = resident(1, UTRECHT, koppel_status="omgekoppeld", koppel_datum="2026-11-03")
    poort.lever([moved], "2026-11-03")
    clock.pass_by(days=1)
    assert poort.vraag(KLANTMANAGER, reference, "P02").status_code == 404
    assert SELAM.name in {r["velden"]["achternaam"] for r in poort.clienten(UTRECHTER, "P02")}


def test_casemanager_of_another_site_sees_no_one(poort: Poort) -> None:
    """Guidance (P03) is for the residents of one's own site: elsewhere the list is empty."""
    elsewhere = type(CASEMANAGER)(
        "coa", "coa_casemanager", "casemanager-9", frozenset({"AZC-ALM-01"})
    )
    assert len(poort.clienten(CASEMANAGER, "P03")) == 3
    assert poort.clienten(elsewhere, "P03") == []
