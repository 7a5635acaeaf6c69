"""Mijn gegevens: a resident comes in with a code, stops a sharing, and nothing slips out of it."""

import re
from urllib.parse import urlencode
from uuid import UUID

import httpx

from gateway.domain.callers import acting
from tests.journeys.poort import AGENCY_OIN, CASEMANAGER, MATCHER, Poort
from tests.journeys.residents import Resident, resident

SELAM = resident(1)
DOOR = "/mijn-gegevens"
FORM = "application/x-www-form-urlencoded"


def code_for(poort: Poort, one: Resident) -> str:
    """Let her casemanager make a code, which may stand on the paper and nowhere else."""
    actions, rooms = poort.gateway.actions, poort.gateway.web.rooms
    known = UUID(poort.reference(CASEMANAGER, "P03", one))
    persona = poort.persona(CASEMANAGER)
    subject = actions.gate.pseudonyms.resolve(persona.partner.oin, known)
    caller = acting(persona, rooms.codes.opvanglocaties)
    code = poort.run(rooms.desks.own.access.make(caller, subject))
    poort.watch.marks.add(code)
    return code


def send(poort: Poort, path: str, **form: str) -> httpx.Response:
    """Send a form of a page."""
    return poort.ask(None, "POST", f"{DOOR}/{path}", urlencode(form).encode(), content_type=FORM)


def come_in(poort: Poort, one: Resident, code: str) -> httpx.Response:
    """Send the code with her birth date."""
    year, month, day = str(one.profile["geboortedatum"]).split("-")
    return send(poort, "openen", code=code, dag=day, maand=month, jaar=year)


def test_she_stops_what_an_agency_sees(poort: Poort) -> None:
    """The agency sees her, she stops it on her phone, and it sees her no more."""
    poort.lever([SELAM])
    poort.toestemming(SELAM, "P05", AGENCY_OIN)
    known = poort.known_as(MATCHER, SELAM)
    assert poort.vraag(MATCHER, known, "P05", ["roepnaam"]).status_code == 200
    assert come_in(poort, SELAM, code_for(poort, SELAM)).status_code == 303
    page = poort.ask(None, "GET", f"{DOOR}/overzicht").text
    (stop,) = re.findall(rf'action="{DOOR}/(stoppen/[^"]+)"', page)
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    assert send(poort, stop, csrf=token).status_code == 303
    assert poort.vraag(MATCHER, known, "P05", ["roepnaam"]).status_code == 403
    looked = poort.ask(None, "GET", f"{DOOR}/wie-keek").text
    assert "Uitzendbureau Voorbeeld" in looked
    assert poort.ask(None, "GET", f"{DOOR}/alles").status_code == 200
    assert send(poort, "meenemen/json", csrf=token).status_code == 200
    assert send(poort, "einde", csrf=token).status_code == 200
    assert poort.ask(None, "GET", f"{DOOR}/overzicht").status_code == 303


def test_what_is_typed_at_the_door_is_never_echoed(poort: Poort) -> None:
    """Her name, numbers and birth date in the wrong places come back nowhere, nor does her code."""
    poort.lever([SELAM])
    code = code_for(poort, SELAM)
    for wrong in (SELAM.name, SELAM.v_nummer, code):
        answer = send(poort, "openen", code=wrong, dag=SELAM.name, maand=wrong, jaar="1")
        assert answer.status_code == 403
    assert come_in(poort, SELAM, code).status_code == 303
