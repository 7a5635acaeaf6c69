"""Plaatsing: from a speed date of three to work, and on to aftercare and its end, each on her own word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.logbook import of_kind
from tests.journeys.poort import AGENCY_OIN, CASEMANAGER, MATCHER, MovableClock, Poort, Worker
from tests.journeys.residents import SITE, Resident, resident

EMPLOYER_OIN = "00000099000000005000"
EMPLOYER = Worker("werkgever", "werkgever", "werkgever-1")
COORDINATOR = Worker("coa", "coa_coordinator_meedoenbalie", "coordinator-1", frozenset({SITE}))
STATUSHOUDER = 41
PEOPLE: Sequence[Resident] = [
    resident(n, None, doelgroep="statushouder" if n == STATUSHOUDER else "nareiziger")
    for n in range(30, 42)
]
BY_NUMBER = {"bsn", "vNummer", "wDocumentNummer"}


@dataclass(frozen=True, slots=True)
class Speeddate:
    """Three of whom nobody knew the name, by what each will say; and the id of each request."""

    agrees: Resident
    refuses: Resident
    waits: Resident
    requests: Mapping[str, str]


@pytest.fixture(name="date")
def fixture_date(poort: Poort, clock: MovableClock) -> Speeddate:
    """Let the matcher find three people and ask to introduce them to one employer."""
    poort.lever(PEOPLE)
    for one in PEOPLE[:11]:
        poort.toestemming(one, "P04", "soort:uitzendbureau")
    found = poort.zoek(MATCHER)
    wish = {
        "kandidaten": [{"kandidaatRef": one["kandidaatRef"]} for one in found["kandidaten"][:3]],
        "sessie": found["sessie"],
        "werkgever": EMPLOYER_OIN,
        "functie": "5120",
        "groep": "speeddate Meedoenbalie",
    }
    answer = poort.ask(MATCHER, "POST", "/v1/voorstellen", wish)
    assert answer.status_code == 201, answer.text
    clock.pass_by(hours=1)
    names = {row["clientRef"]: row["velden"] for row in poort.clienten(CASEMANAGER, "P03")}
    asked = {
        names[row["clientRef"]]["achternaam"]: row["id"] for row in voorstellen(poort, CASEMANAGER)
    }
    assert set(asked.values()) == {one["id"] for one in answer.json()["voorstellen"]}
    agrees, refuses, waits = (one for one in PEOPLE if one.name in asked)
    return Speeddate(agrees, refuses, waits, asked)


def voorstellen(poort: Poort, who: Worker) -> list[dict[str, Any]]:
    """List introductions as someone sees them."""
    answer = poort.ask(who, "GET", "/v1/voorstellen")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["voorstellen"]
    return rows


def zegt(poort: Poort, wie: Resident, doel: str, ontvanger: str, *, ja: bool = True) -> None:
    """Let someone say yes or no, told in Somali."""
    wens = {
        "vNummer": wie.v_nummer,
        "doel": doel,
        "ontvanger": ontvanger,
        "taal": "som",
        "tekstVersie": "1",
        "gegeven": ja,
    }
    answer = poort.ask(CASEMANAGER, "POST", "/v1/toestemmingen", wens)
    assert answer.status_code == 201, answer.text


def werk(poort: Poort, wie: Resident, soort: str, partij: str) -> None:
    """Let the coordinator record an offer, a placement or its end."""
    body = {"vNummer": wie.v_nummer, "soort": soort, "partij": partij}
    answer = poort.ask(COORDINATOR, "POST", "/v1/koppelingen", body)
    assert answer.status_code == 201, answer.text


def agrees_to_both(poort: Poort, wie: Resident) -> None:
    """Let someone agree to be named to the agency and to the employer."""
    for recipient in (AGENCY_OIN, EMPLOYER_OIN):
        zegt(poort, wie, "P05", recipient)


def test_only_who_agreed_is_named(poort: Poort, date: Speeddate) -> None:
    """One agrees in Somali, one refuses, one is still thinking: one name, one no, one open."""
    agrees_to_both(poort, date.agrees)
    zegt(poort, date.refuses, "P05", AGENCY_OIN, ja=False)
    rows = {row["id"]: row for row in voorstellen(poort, MATCHER)}
    told = {
        name: (rows[id_]["aanvrager"]["status"], rows[id_]["werkgever"]["status"])
        for name, id_ in date.requests.items()
    }
    assert told == {
        date.agrees.name: ("akkoord", "akkoord"),
        date.refuses.name: ("geweigerd", "gevraagd"),
        date.waits.name: ("gevraagd", "gevraagd"),
    }
    (reference,) = [row["clientRef"] for row in rows.values() if row["clientRef"]]
    named = poort.vraag(MATCHER, reference, "P05", ["achternaam"]).json()
    assert named["velden"] == {"achternaam": date.agrees.name}
    known = poort.known_as(EMPLOYER, date.agrees)
    shown = poort.vraag(EMPLOYER, known, "P05").json()["velden"]
    assert shown["roepnaam"] == date.agrees.profile["roepnaam"]
    assert not BY_NUMBER & set(shown)


def test_the_entry_of_her_consent_names_the_request(poort: Poort, date: Speeddate) -> None:
    """The log leads from what was asked to what she said."""
    zegt(poort, date.agrees, "P05", AGENCY_OIN)
    entry = of_kind(poort.gateway, "consent")[-1]
    assert entry.payload["detail"]["introductions"] == date.requests[date.agrees.name]
    assert len(of_kind(poort.gateway, "introduction")) == 3


def test_one_employer_asks_about_several_at_once(poort: Poort, date: Speeddate) -> None:
    """A batch for a work permit: one is granted, each of the others refused with her own reason."""
    hired, status = date.agrees, PEOPLE[STATUSHOUDER - 30]
    early, silent, *_ = (one for one in PEOPLE[:11] if one.name not in date.requests)
    for one in (hired, early, silent, status):
        agrees_to_both(poort, one)
    for one in (hired, silent, status):
        werk(poort, one, "aanbod", EMPLOYER_OIN)
    for one in (hired, status):
        zegt(poort, one, "P06", EMPLOYER_OIN)
    zegt(poort, date.refuses, "P05", EMPLOYER_OIN, ja=False)
    asked = [hired, early, silent, status, date.refuses, date.waits]
    body = {"clientRefs": [poort.known_as(EMPLOYER, one) for one in asked], "doel": "P06"}
    answer = poort.ask(EMPLOYER, "POST", "/v1/verstrekkingen/_batch", body).json()
    (granted,) = answer["verstrekkingen"]
    assert granted["velden"]["achternaam"] == hired.name
    assert granted["velden"]["bsnStatus"] == "toegekend"
    assert not BY_NUMBER & set(granted["velden"])
    assert [row["reden"] for row in answer["geweigerd"]] == [
        "STAGE_NOT_REACHED",
        "CONSENT_SCOPE_MISMATCH",
        "NOT_FOR_THIS_GROUP",
        "SUBJECT_UNKNOWN",
        "SUBJECT_UNKNOWN",
    ]
    parent = answer["ontvangstbewijs"]["id"]
    under = [
        *of_kind(poort.gateway, "disclosure.intent"),
        *of_kind(poort.gateway, "disclosure.denied"),
    ]
    assert sum(entry.payload.get("parent") == parent for entry in under) == len(asked)


def test_coordinator_sees_a_batch_without_consent(poort: Poort, date: Speeddate) -> None:
    """COA's own coordinator guides placements by her task, for residents of her own sites."""
    asked = [poort.known_as(COORDINATOR, one) for one in (date.agrees, date.waits)]
    body = {"clientRefs": asked, "doel": "P06", "velden": ["achternaam", "twvStatus", "bsn"]}
    answer = poort.ask(COORDINATOR, "POST", "/v1/verstrekkingen/_batch", body).json()
    assert [one["velden"]["achternaam"] for one in answer["verstrekkingen"]] == [
        date.agrees.name,
        date.waits.name,
    ]
    refused = answer["verstrekkingen"][0]["geweigerd"]
    assert {"veld": "bsn", "reden": "FIELD_NOT_IN_PURPOSE"} in refused


def test_each_stage_opens_in_its_turn(poort: Poort, clock: MovableClock, date: Speeddate) -> None:
    """Offer, permit, number's status, placement, aftercare, end: none opens before its stage."""
    one = date.agrees
    agrees_to_both(poort, one)
    for purpose in ("P06", "P07", "P08"):
        zegt(poort, one, purpose, AGENCY_OIN)
    clock.pass_by(days=1)
    known = poort.reference(MATCHER, "P05", one)
    assert stages(poort, known) == ["STAGE_NOT_REACHED"] * 3
    werk(poort, one, "aanbod", AGENCY_OIN)
    assert stages(poort, known) == [200, 200, "STAGE_NOT_REACHED"]
    number = poort.vraag(MATCHER, known, "P07").json()["velden"]
    assert number == {"clientRef": known, "bsnStatus": "toegekend"}
    clock.pass_by(days=14)
    werk(poort, one, "geplaatst", AGENCY_OIN)
    assert stages(poort, known) == [200, 200, 200]
    aftercare = poort.vraag(MATCHER, known, "P08").json()["velden"]
    assert aftercare["telefoonnummerAzc"] == one.profile["telefoonnummer_azc"]
    assert "achternaam" not in aftercare
    clock.pass_by(days=90)
    werk(poort, one, "beeindigd", AGENCY_OIN)
    assert stages(poort, known) == [404, 404, 404]


def stages(poort: Poort, reference: str) -> list[int | str]:
    """Ask as the matcher for permit, number's status and aftercare; say what came of it."""
    answers = [poort.vraag(MATCHER, reference, purpose) for purpose in ("P06", "P07", "P08")]
    return [answer.json().get("reden", answer.status_code) for answer in answers]
