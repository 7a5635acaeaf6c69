"""Inzage: a resident sees who asked about her, and officers find the same entries by case number."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from audit.note import VerifierKey
from audit.proof import TlogProof
from gateway.commands.shared import partner_named
from gateway.domain.callers import Persona
from gateway.domain.identifiers import ActorId, RoleId, SubjectId
from tests.journeys.logbook import logged
from tests.journeys.poort import (
    AGENCY_OIN,
    CASEMANAGER,
    COA_OFFICER,
    KLANTMANAGER,
    MATCHER,
    UTRECHTER,
    MovableClock,
    Poort,
    Worker,
)
from tests.journeys.residents import Resident, resident

SELAM, SENAIT = resident(1), resident(2)
CASE = "AVG15-2026-0042"
FG_HARDERWIJK = Worker("harderwijk", "privacy_officer", "fg-harderwijk")
AP = Worker("ap", "autoriteit_persoonsgegevens", "ap-1")
COA = "Centraal Orgaan opvang asielzoekers"
HARDERWIJK, UTRECHT = "Gemeente Harderwijk", "Gemeente Utrecht"
AGENCY, HERSELF = "Uitzendbureau Voorbeeld B.V.", "Bewoners, ieder voor zichzelf"


@pytest.fixture(autouse=True)
def _busy_day(poort: Poort, clock: MovableClock) -> None:
    """Harderwijk sees her name, Utrecht is refused, the agency sees her once and then no more."""
    poort.lever([SELAM, SENAIT])
    poort.clienten(CASEMANAGER, "P03")
    clock.pass_by(minutes=1)
    asked = poort.vraag(KLANTMANAGER, _reference(poort, KLANTMANAGER), "P02", ["achternaam"])
    assert asked.status_code == 200
    assert poort.vraag(UTRECHTER, _reference(poort, UTRECHTER), "P02").status_code == 404
    given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
    known = _reference(poort, MATCHER)
    assert poort.vraag(MATCHER, known, "P05", ["roepnaam"]).status_code == 200
    clock.pass_by(minutes=1)
    poort.trek_in(given)
    assert poort.vraag(MATCHER, known, "P05", ["roepnaam"]).status_code == 403


def _subject(poort: Poort, one: Resident) -> SubjectId:
    """Return a resident's id, without leaving a trace in the log."""
    actions = poort.gateway.actions
    tag = actions.index.term("v_nummer", one.v_nummer)
    return poort._loop.run(actions.gate.subjects.stored([tag]))[tag].subject


def _reference(poort: Poort, who: Worker) -> str:
    """Return how a worker's organisation knows Selam."""
    partner = partner_named(who.partner, poort.gateway.catalogue.partners)
    pseudonyms = poort.gateway.actions.gate.pseudonyms
    return str(pseudonyms.reference(partner.oin, _subject(poort, SELAM)))


def as_resident(
    poort: Poort, one: Resident, method: str, path: str, body: object = None
) -> httpx.Response:
    """Send a request as a resident."""
    bewoners = partner_named("betrokkene", poort.gateway.catalogue.partners)
    persona = Persona(
        bewoners, RoleId("betrokkene"), ActorId("zij"), frozenset(), _subject(poort, one)
    )
    token = f"Bearer {poort.gateway.token(persona)}"
    return poort.ask(None, method, path, body, Authorization=token)


def inzage(poort: Poort, one: Resident) -> dict[str, Any]:
    """Let a resident look."""
    answer = as_resident(poort, one, "GET", "/v1/inzage")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def zoek(poort: Poort, who: Worker, **vraag: object) -> list[dict[str, Any]]:
    """Look in the log, and turn its pages."""
    found: list[dict[str, Any]] = []
    onward: int | None = None
    while True:
        body = vraag if onward is None else {**vraag, "na": onward}
        answer = poort.ask(who, "POST", "/v1/logboek/_zoek", body)
        assert answer.status_code == 200, answer.text
        found += answer.json()["regels"]
        onward = answer.json()["volgende"]
        if onward is None:
            return found


def test_she_sees_each_disclosure_and_denial_in_order(poort: Poort) -> None:
    """Organisation, purpose, names of fields, moment and outcome; her own look is the last."""
    shown = inzage(poort, SELAM)["ontvangers"]
    assert [(one["organisatie"], one["uitkomst"]) for one in shown] == [
        (COA, "sent"),
        (HARDERWIJK, "sent"),
        (UTRECHT, "refused"),
        (AGENCY, "sent"),
        (AGENCY, "refused"),
        (HERSELF, "sent"),
    ]
    assert [one["velden"] for one in shown if one["organisatie"] == HARDERWIJK] == [["achternaam"]]
    assert shown[4]["reden"] == "CONSENT_WITHDRAWN"
    assert [one["index"] for one in shown] == sorted({one["index"] for one in shown})
    assert [one["op"] for one in shown] == sorted(one["op"] for one in shown)


def test_her_own_data_and_consents_are_all_there(poort: Poort) -> None:
    """What was delivered about her comes back, and the consent she took back stands as withdrawn."""
    shown = inzage(poort, SELAM)
    assert shown["geweigerd"] == []
    assert shown["velden"]["achternaam"] == SELAM.name
    assert shown["velden"]["bsn"] == SELAM.profile["bsn"]
    (consent,) = shown["toestemmingen"]
    assert (consent["status"], consent["ontvanger"]) == ("withdrawn", AGENCY_OIN)
    assert shown["velden"]["toestemmingId"] == [consent["id"]]
    assert shown["velden"]["toestemmingIngetrokkenOp"] == [consent["beeindigdOp"]]


def test_nothing_is_left_out_or_added(poort: Poort) -> None:
    """The entries shown are exactly those that the log counts about her, from 1 without gap."""
    complete = inzage(poort, SELAM)["volledigheid"]
    subject = str(_subject(poort, SELAM))
    about = [e for e in logged(poort.gateway) if e.payload.get("subject") == subject]
    shown = [(line["index"], line["teller"], line["soort"]) for line in complete["regels"]]
    assert shown == [(e.index, e.counter, e.kind) for e in about[:-1]]  # then her look's outcome
    assert [count for _, count, _ in shown] == [*range(1, complete["aantal"] + 1)]
    assert complete["sluitend"] is True
    assert not any(line["gewist"] for line in complete["regels"])


def test_no_worker_is_named_to_her(poort: Poort) -> None:
    """Of who worked there, she learns the organisation."""
    text = as_resident(poort, SELAM, "GET", "/v1/inzage").text
    for worker in (KLANTMANAGER, UTRECHTER, MATCHER, CASEMANAGER):
        assert worker.actor not in text


def test_another_resident_sees_nothing_of_hers(poort: Poort) -> None:
    """Senait's token opens Senait's data and log; the two share no entry and no value."""
    hers, other = inzage(poort, SELAM), inzage(poort, SENAIT)
    assert other["velden"]["achternaam"] == SENAIT.name
    assert SELAM.name not in str(other)
    lines = {one["index"] for one in hers["volledigheid"]["regels"]}
    assert not lines & {one["index"] for one in other["volledigheid"]["regels"]}
    assert [one["organisatie"] for one in other["ontvangers"]] == [COA, HERSELF]


def test_officers_find_the_same_entries_by_case_number(poort: Poort) -> None:
    """Each officer finds her organisation's share of what she was shown; the authority all of it."""
    shown = inzage(poort, SELAM)["ontvangers"]
    named = {"vNummer": SELAM.v_nummer, "zaaknummer": CASE}
    for officer, name in ((COA_OFFICER, COA), (FG_HARDERWIJK, HARDERWIJK)):
        found = {line["index"] for line in zoek(poort, officer, **named)}
        assert {one["index"] for one in shown if one["organisatie"] == name} <= found
        assert not {one["index"] for one in shown if one["organisatie"] not in {name, COA}} & found
    everything = [line["index"] for line in zoek(poort, AP, **named)]
    assert {one["index"] for one in shown} <= set(everything)
    assert everything == sorted(everything, reverse=True)


def test_a_look_about_her_is_hers_to_know(poort: Poort) -> None:
    """Who looked her up in a log, and under which case, stands among what she sees."""
    zoek(poort, FG_HARDERWIJK, vNummer=SELAM.v_nummer, zaaknummer=CASE)
    refused = poort.ask(FG_HARDERWIJK, "POST", "/v1/logboek/_zoek", {"vNummer": SELAM.v_nummer})
    assert (refused.status_code, refused.json()["reden"]) == (403, "SECOND_PERSON_NEEDED")
    last = inzage(poort, SELAM)["ontvangers"][-3:-1]
    assert [(one["organisatie"], one["soort"], one["uitkomst"]) for one in last] == [
        (HARDERWIJK, "oversight", "entries"),
        (HARDERWIJK, "disclosure.denied", "refused"),
    ]


def test_an_officer_proves_an_entry_to_a_stranger(poort: Poort) -> None:
    """The denial that Utrecht's officer finds verifies with nothing but the published key."""
    officer = Worker("utrecht", "privacy_officer", "fg-utrecht")
    (line,) = zoek(poort, officer, soort="disclosure.denied")
    proven = poort.ask(officer, "GET", f"/v1/logboek/{line['index']}/bewijs").json()
    key = VerifierKey.parse(poort.command("audit", "vkey").strip())
    TlogProof.decode(proven["bewijs"]).verify(proven["blad"].encode(), key)
    assert f'"id":"{UUID(line["id"]).hex}"' in proven["blad"]
    assert poort.ask(FG_HARDERWIJK, "GET", f"/v1/logboek/{line['index']}/bewijs").status_code == 404


def test_what_is_not_right_reaches_coa_without_her_words(poort: Poort) -> None:
    """COA's officer sees that she asked, about which field; another organisation sees nothing."""
    body = {"veld": "geboortedatum", "toelichting": "Ik ben een jaar jonger."}
    asked = as_resident(poort, SELAM, "POST", "/v1/inzage/_klopt-niet", body)
    assert asked.status_code == 202
    (line,) = zoek(poort, COA_OFFICER, soort="rectification")
    assert (line["index"], line["velden"]) == (asked.json()["index"], ["geboortedatum"])
    assert "jonger" not in str(line)
    assert zoek(poort, FG_HARDERWIJK, soort="rectification") == []
