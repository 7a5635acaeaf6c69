"""Who may do what, to whom: every route, every role, her own people and others."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import UUID

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from gateway.actions.search import found_as
from gateway.api.authzen import BASE, DISCOVERY, ENDPOINTS
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.domain.partners import Caller
from tests.edges.api.door import (
    AGENCY,
    EMPLOYER,
    HERE,
    JSON,
    OTHER,
    OWN,
    ROLES,
    SPARE,
    Door,
    document,
    event,
    opened,
    row,
)
from tests.edges.api.steward import activated, approved, narrower, proposed, rolled_back

PURPOSES: Final = {
    "coa_casemanager": "P03",
    "coa_regievoerder": "P01",
    "coa_coordinator_meedoenbalie": "P06",
    "bewoner_matcher": "P04",
    "analist": "P09",
    "beheerder": "P10",
    "privacy_officer": "P10",
    "beleidseigenaar": "P10",
    "gemeente_klantmanager": "P02",
    "gemeente_huisvesting": "P01",
    "gemeente_matcher": "P04",
    "gemeente_burgerzaken": "P07",
    "jobcoach_gemeente": "P08",
    "maatschappelijke_begeleiding": "P02",
    "cursusinstelling": "P03",
    "uitzendbureau_matcher": "P05",
    "werkgever": "P05",
    "autoriteit_persoonsgegevens": "P10",
    "betrokkene": "P11",
}
MATCHER: Final = "uitzendbureau_matcher"
NOBODY: Final = "nobody"
AIMLESS: Final = frozenset({"beheerder", "beleidseigenaar"})
KLANTMANAGER: Final = "gemeente_klantmanager"
TALK: Final[dict[str, object]] = {
    "scenario": "snelle_start",
    "vorm": "online",
    "gepland": "2026-05-01T10:00:00Z",
    "instemming": True,
}
ASKED: Final[dict[str, object]] = {"onderwerp": "opleiding", "tekst": "Is het diploma gezien?"}
LOOKED: Final = "Nagevraagd en bekeken."
CASE: Final = "AVG15-2026-0042"
BREACH: Final = "AVG33-2026-0042"
NEW: Final = count(1)
"""Tells apart what is sent twice; a random number could read as someone's own."""

DAY: Final = {"van": "2026-03-01T12:00:00Z", "tot": "2026-03-03T00:00:00Z"}
EARLY: Final = DAY | {"tot": "2026-03-02T12:30:00Z"}
"""Before anyone tried anything: what is looked back on does not grow with the table."""

CALLERS: Final = (*ROLES, NOBODY)
ALL: Final = frozenset(CALLERS)
PERSONS: Final = frozenset(ROLES) - AIMLESS - {
    "analist", "privacy_officer", "autoriteit_persoonsgegevens", "bewoner_matcher",
}  # fmt: skip
SYSTEMS: Final = frozenset(ROLES) - {"betrokkene"}
EXPORTERS: Final = frozenset(ROLES) - AIMLESS - {"bewoner_matcher"}
OWNER: Final = frozenset({"beleidseigenaar"})
DESK: Final = frozenset({"coa_casemanager", "coa_regievoerder", "coa_coordinator_meedoenbalie"})

OVERSEERS: Final = frozenset({"privacy_officer", "autoriteit_persoonsgegevens"})

Try = Callable[[Door, str | None, int], httpx.Response]


@dataclass(frozen=True, slots=True)
class Row:
    """One route: how to try it about a person, and which roles get which answer.

    ``may`` get 2xx about their own people and ``elsewhere`` about others; all other roles get
    ``refused``, and who brings no token 401 unless the route is open. The policy owner, who has no
    purpose at all, gets ``purposeless`` where that is said.
    """

    attempt: Try
    may: frozenset[str]
    elsewhere: int = 404
    refused: int = 403
    open: bool = False
    purposeless: int | None = None


def _disclose(door: Door, role: str | None, number: int) -> httpx.Response:
    known = role or "gemeente_klantmanager"
    body = {"clientRef": door.reference(known, number), "doel": PURPOSES[known]}
    return door.ask("POST", "/v1/verstrekkingen", role, json=body)


def _explain(door: Door, role: str | None, number: int) -> httpx.Response:
    known = role or "gemeente_klantmanager"
    body = {"clientRef": door.reference(known, number), "doel": PURPOSES[known]}
    return door.ask("POST", "/v1/verstrekkingen/_uitleg", role, json=body)


def _as(door: Door, role: str) -> dict[str, str]:
    """Sign in as someone whom no other test knows: a broken glass opens nothing for theirs."""
    assert door.gateway.actions.tokens is not None
    persona = door.persona(role, actor="nood-1")
    token = door.gateway.actions.tokens.issue(persona, door.clock.now())
    return {"Authorization": f"Bearer {token}"}


def _break_glass(door: Door, role: str | None, number: int) -> httpx.Response:
    known = role or "gemeente_klantmanager"
    body = {
        "clientRef": door.reference(known, number),
        "doel": "P03",
        "reden": "Bewoner staat onverwacht aan de balie.",
    }
    headers = _as(door, role) if role else {}
    return door.ask("POST", "/v1/noodtoegang", role, json=body, headers=headers)


def _review_glass(door: Door, role: str | None, number: int) -> httpx.Response:
    """Review a fresh break-glass, an officer as COA's."""
    glass = _break_glass(door, "coa_casemanager", number).json()["id"]
    officer = role == "privacy_officer"
    headers = {"Authorization": f"Bearer {door.token('privacy_officer', 'coa')}"} if officer else {}
    body = {"oordeel": "justified", "toelichting": "Nagegaan bij de balie zelf."}
    path = f"/v1/noodtoegang/{glass}/_beoordelen"
    return door.ask("POST", path, role, json=body, headers=headers)


def _export(door: Door, role: str | None, number: int) -> httpx.Response:
    """Ask for a file with one person; whoever may not be shown is left out of it."""
    known = role or "gemeente_klantmanager"
    private = (MATCHER, "werkgever", "privacy_officer")
    forms = {"gemeente_matcher": "zoekprofiel"} | dict.fromkeys(private, "setu-json")
    body = {
        "clientRefs": [door.reference(known, number)],
        "doel": "P05" if known == "bewoner_matcher" else PURPOSES[known],
        "formaat": forms.get(known, "json"),
    }
    return door.ask("POST", "/v1/exports", role, json=body)


def _exported(after: str) -> Try:
    def attempt(door: Door, role: str | None, number: int) -> httpx.Response:
        opened = _export(door, role, number)
        known = opened.json().get("id", str(UUID(int=7)))
        door.ask("GET", f"/v1/exports/{known}", role)
        return door.ask("GET", f"/v1/exports/{known}{after}", role)

    return attempt


def _batch(door: Door, role: str | None, number: int) -> httpx.Response:
    """Ask for a batch of one; whom nobody was shown of, it did not find."""
    known = role or "gemeente_klantmanager"
    body = {"clientRefs": [door.reference(known, number)], "doel": PURPOSES[known]}
    answer = door.ask("POST", "/v1/verstrekkingen/_batch", role, json=body)
    shown = answer.status_code != 200 or answer.json()["verstrekkingen"]
    return answer if shown else httpx.Response(404)


def _introduce(door: Door, role: str | None, number: int) -> httpx.Response:
    caller = Caller(door.partner(ROLES[role or MATCHER]), RoleId(role or MATCHER), ActorId("m"))
    session = "0" * 32
    reference = door.gateway.actions.gate.pseudonyms.reference(
        found_as(caller, session), door.subject(number)
    )
    body = {"kandidaatRef": str(reference), "sessie": session}
    return door.ask("POST", "/v1/voorstellen", role, json=body)


def _take_back(door: Door, role: str | None, number: int) -> httpx.Response:
    """Take back what the matcher asked of a person; of who cannot be found she asked nothing."""
    asked = _introduce(door, MATCHER, number).json().get("id", UUID(int=7))
    return door.ask("POST", f"/v1/voorstellen/{asked}/_intrekken", role)


def _consent(door: Door, role: str | None, number: int) -> httpx.Response:
    body = {
        "clientRef": door.reference(role or "coa_casemanager", number),
        "doel": "P05",
        "ontvanger": EMPLOYER,
        "taal": "tir",
        "tekstVersie": "1",
    }
    return door.ask("POST", "/v1/toestemmingen", role, json=body)


def _withdraw(door: Door, role: str | None, number: int) -> httpx.Response:
    """Withdraw a fresh consent of a person; her own casemanager recorded it."""
    given = _consent_by_own_site(door, number)
    return door.ask("POST", f"/v1/toestemmingen/{given}/_intrekken", role)


def _renew(door: Door, role: str | None, number: int) -> httpx.Response:
    """Renew a fresh consent of a person."""
    given = _consent_by_own_site(door, number)
    return door.ask("POST", f"/v1/toestemmingen/{given}/_verlengen", role, json={})


def _receipt(door: Door, role: str | None, number: int) -> httpx.Response:
    given = _consent_by_own_site(door, number)
    return door.ask("GET", f"/v1/toestemmingen/{given}/bewijs", role)


def _consent_by_own_site(door: Door, number: int) -> str:
    persona = door.persona("coa_casemanager")
    site = "AZC-UTR-02" if number == OTHER else HERE
    there = type(persona)(
        persona.partner, persona.role, persona.actor, frozenset({site}), persona.subject
    )
    assert door.gateway.actions.tokens is not None
    token = door.gateway.actions.tokens.issue(there, door.clock.now())
    body = {
        "clientRef": door.reference("coa_casemanager", number),
        "doel": "P08",
        "ontvanger": AGENCY,
        "taal": "tir",
        "tekstVersie": "1",
    }
    headers = {"Authorization": f"Bearer {token}"}
    answer = door.ask("POST", "/v1/toestemmingen", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _own_site(door: Door, number: int, path: str, body: dict[str, object]) -> httpx.Response:
    """Ask as the casemanager of the site where a person stays."""
    site = "AZC-UTR-02" if number == OTHER else HERE
    there = replace(door.persona("coa_casemanager"), locations=frozenset({site}))
    assert door.gateway.actions.tokens is not None
    token = door.gateway.actions.tokens.issue(there, door.clock.now())
    return door.ask("POST", path, json=body, headers={"Authorization": f"Bearer {token}"})


def _restriction(door: Door, role: str, number: int) -> dict[str, object]:
    """Restrict something that no other test asks for."""
    return {
        "clientRef": door.reference(role, number),
        "soort": "beperking",
        "velden": ["pvtDatum"],
        "doelen": ["P12"],
    }


def _withhold(door: Door, role: str | None, number: int) -> httpx.Response:
    body = _restriction(door, role or "coa_casemanager", number)
    return door.ask("POST", "/v1/beperkingen", role, json=body)


def _lift(door: Door, role: str | None, number: int) -> httpx.Response:
    """Lift a fresh restriction of a person; her own casemanager recorded it."""
    body = _restriction(door, "coa_casemanager", number)
    made = _own_site(door, number, "/v1/beperkingen", body).json()["id"]
    return door.ask("POST", f"/v1/beperkingen/{made}/_opheffen", role)


def _unshield(door: Door, role: str | None, number: int) -> httpx.Response:
    """Show someone who was never hidden, so that the others still find her."""
    body = {"clientRef": door.reference(role or "coa_casemanager", number), "afgeschermd": False}
    return door.ask("POST", "/v1/afschermingen", role, json=body)


def _confirm(door: Door, role: str | None, number: int) -> httpx.Response:
    """Confirm a fresh notice to the agency about a person."""
    given = _consent_by_own_site(door, number)
    ended = _own_site(door, number, f"/v1/toestemmingen/{given}/_intrekken", {})
    assert ended.status_code == 200, ended.text
    waiting = asyncio.run(door.gateway.actions.notices._notices.unconfirmed(Oin(AGENCY)))
    fresh = next(one.notice for one in waiting if str(one.notice.cause.consent) == given)
    return door.ask("POST", f"/v1/meldingen/{fresh.notice_id}/_bevestigen", role)


def _subscribe(door: Door, role: str | None, number: int) -> httpx.Response:
    """Subscribe a system, and end that again where it was made."""
    url = f"http://127.0.0.1:9/meldingen/{number}"
    made = door.ask("POST", "/v1/abonnementen", role, json={"url": url})
    if made.is_success:
        door.ask("DELETE", f"/v1/abonnementen/{made.json()['id']}", role)
    return made


def _unsubscribe(door: Door, role: str | None, number: int) -> httpx.Response:
    """End a fresh subscription of the agency."""
    url = f"http://127.0.0.1:9/meldingen/{number}"
    made = door.ask("POST", "/v1/abonnementen", MATCHER, json={"url": url}).json()["id"]
    ended = door.ask("DELETE", f"/v1/abonnementen/{made}", role)
    door.ask("DELETE", f"/v1/abonnementen/{made}", MATCHER)
    return ended


def _relate(door: Door, role: str | None, number: int) -> httpx.Response:
    body = {
        "clientRef": door.reference(role or "coa_casemanager", number),
        "soort": "voorgesteld",
        "partij": EMPLOYER,
    }
    return door.ask("POST", "/v1/koppelingen", role, json=body)


def _clients(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", "/v1/clienten", role)


def _search(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("POST", "/v1/kandidaten/_zoek", role, json={})


def _deliver(door: Door, role: str | None, number: int) -> httpx.Response:
    content = document(row(9_000 + number))
    return door.ask("POST", "/v1/leveringen", role, content=content, headers=JSON)


def _feed(door: Door, role: str | None, number: int) -> httpx.Response:
    content = event(1, row(9_400))
    headers = {"Content-Type": "application/x-ndjson"}
    return door.ask("POST", "/v1/leveringen/gebeurtenissen", role, content=content, headers=headers)


def _skip(door: Door, role: str | None, number: int) -> httpx.Response:
    """Give up the next event of the feed, whichever that is."""
    feeds = door.ask("GET", "/v1/leveringen/gebeurtenissen").json()["bronnen"]
    through = max([one["positie"] for one in feeds if one["bron"] == "TVS"], default=0) + 1
    body = {"bron": "TVS", "tot": through, "reden": "De bron kent deze gebeurtenis niet."}
    return door.ask("POST", "/v1/leveringen/gebeurtenissen/_overslaan", role, json=body)


def _report(door: Door, role: str | None, number: int) -> httpx.Response:
    listed = door.ask("GET", "/v1/leveringen").json()["leveringen"]
    return door.ask("GET", f"/v1/leveringen/{listed[0]['id']}", role)


def _quarantined(door: Door, number: int) -> str:
    """Let a row wait in quarantine; return its path."""
    content = document(row(number, bsn="123456789"))
    delivered = door.ask("POST", "/v1/leveringen", content=content, headers=JSON).json()
    return f"/v1/leveringen/{delivered['id']}/quarantaine"


def _quarantine(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", _quarantined(door, 9_100 + number), role)


def _quarantined_row(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", f"{_quarantined(door, 9_100 + number)}/2", role)


def _correct_row(door: Door, role: str | None, number: int) -> httpx.Response:
    path = f"{_quarantined(door, 9_200 + number)}/2/_corrigeren"
    return door.ask("POST", path, role, json={"klantprofiel": row(9_200 + number)})


def _release_row(door: Door, role: str | None, number: int) -> httpx.Response:
    """Release one of two rows under one number, of a delivery that is new each time."""
    twins = (row(9_600, roepnaam=f"Selam de {next(NEW)}e") for _ in range(2))
    delivered = door.deliver(*twins).json()
    path = f"/v1/leveringen/{delivered['id']}/quarantaine/2/_vrijgeven"
    return door.ask("POST", path, role, json={"reden": LOOKED})


def _held(door: Door, number: int) -> str:
    """Let a text wait, with words that are new each time; return where."""
    text = f"Ik was {next(NEW)} dagen ziek."
    delivered = door.deliver(row(9_500 + number, werkambitie=text)).json()
    return f"/v1/leveringen/{delivered['id']}/teksten"


def _held_texts(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", _held(door, number), role)


def _held_text(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", f"{_held(door, number)}/2", role)


def _decide_on_text(deed: str) -> Try:
    def attempt(door: Door, role: str | None, number: int) -> httpx.Response:
        path = _held(door, number)
        version = door.ask("GET", path).json()["teksten"][0]["versie"]
        body = {"reden": LOOKED, "versie": version}
        return door.ask("POST", f"{path}/2/{deed}", role, json=body)

    return attempt


def _discard_row(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("POST", f"{_quarantined(door, 9_300 + number)}/2/_verwerpen", role)


def _acknowledgement(door: Door, role: str | None, number: int) -> httpx.Response:
    listed = door.ask("GET", "/v1/leveringen").json()["leveringen"]
    return door.ask("GET", f"/v1/leveringen/{listed[0]['id']}/ontvangstbevestiging", role)


def _logbook(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("POST", "/v1/logboek/_zoek", role, json={"zaaknummer": CASE})


def _proof(door: Door, role: str | None, number: int) -> httpx.Response:
    """Ask for the proof of an entry of the agency's own officer."""
    last = _logbook(door, "privacy_officer", number).json()["regels"][0]["index"]
    return door.ask("GET", f"/v1/logboek/{last}/bewijs?zaaknummer={CASE}", role)


def _look_up(door: Door, role: str | None, number: int) -> httpx.Response:
    body = {
        "clientRef": door.reference(role or "privacy_officer", number),
        "reden": "Zij vraagt wie haar gegevens zag.",
    }
    return door.ask("POST", "/v1/heridentificaties", role, json=body)


def _approve_look_up(door: Door, role: str | None, number: int) -> httpx.Response:
    """Approve what another officer of the agency asked."""
    assert door.gateway.actions.tokens is not None
    persona = door.persona("privacy_officer", actor="fg-2")
    token = door.gateway.actions.tokens.issue(persona, door.clock.now())
    body = {
        "clientRef": door.reference("privacy_officer", number),
        "reden": "Zij vraagt wie haar gegevens zag.",
    }
    headers = {"Authorization": f"Bearer {token}"}
    asked = door.ask("POST", "/v1/heridentificaties", json=body, headers=headers).json()["id"]
    return door.ask("POST", f"/v1/heridentificaties/{asked}/_goedkeuren", role)


def _table(door: Door, role: str | None, number: int) -> httpx.Response:
    """Ask for a table that was counted a moment ago, about everyone."""
    coa = door.partner("coa")
    if role == "analist":
        job = Caller(coa, RoleId("poort"), ActorId("nightly-count"))
        asyncio.run(door.gateway.actions.counting(job))
    body = {"tabel": "werk-per-doelgroep", "dimensies": ["doelgroep"]}
    return door.ask("POST", "/v1/statistieken/_bevragen", role, json=body)


def _looking_back(path: str, **body: object) -> Try:
    """Look back over the first half hour, within a case of a breach."""
    whole = EARLY | {"zaaknummer": BREACH} | body
    return lambda door, role, _: door.ask("POST", f"/v1/logboek/{path}", role, json=whole)


def _judge(door: Door, role: str | None, number: int) -> httpx.Response:
    """Judge a signal of the agency's log; who may judges a fresh one."""
    signal = _signal(door, number) if role == "privacy_officer" else UUID(int=7)
    opinion = DAY | {"oordeel": "explained", "toelichting": "Een verouderde verwijzing gebruikt."}
    return _looking_back(f"signalen/{signal}/_beoordelen", **opinion)(door, role, number)


def _signal(door: Door, number: int) -> str:
    """Make a signal: the agency's matcher asks about nobody she knows."""
    body = {"clientRef": str(UUID(int=7)), "doel": "P05"}
    assert door.ask("POST", "/v1/verstrekkingen", MATCHER, json=body).status_code == 404
    found = _looking_back("_signalen", **DAY)(door, "privacy_officer", number).json()["signalen"]
    fresh = {"regel": "no-relation", "stand": "open"}
    return next(str(one["id"]) for one in found if fresh.items() <= one.items())


def _not_right(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("POST", "/v1/inzage/_klopt-niet", role, json={"toelichting": "Nee."})


def _propose(door: Door, role: str | None, _: int) -> httpx.Response:
    return door.ask("POST", "/v1/beleid/voorstellen", role, json=narrower("Eigen voorstel"))


def _of_proposal(door: Door, role: str | None, ready: Callable[[Door], UUID]) -> str:
    """Make something to do it with, for who may."""
    return f"/v1/beleid/voorstellen/{ready(door) if role in OWNER else UUID(int=7)}"


def _proposal(door: Door, role: str | None, _: int) -> httpx.Response:
    return door.ask("GET", _of_proposal(door, role, proposed), role)


def _approve_policy(door: Door, role: str | None, _: int) -> httpx.Response:
    return door.ask("POST", f"{_of_proposal(door, role, proposed)}/_goedkeuren", role)


def _activate(door: Door, role: str | None, _: int) -> httpx.Response:
    """Bring a policy into force, and undo it: the gate is everyone's."""
    path = f"{_of_proposal(door, role, approved)}/_activeren"
    answer = door.ask("POST", path, role, json={})
    if answer.status_code == 200:
        rolled_back(door)
    return answer


def _roll_back(door: Door, role: str | None, _: int) -> httpx.Response:
    if role in OWNER:
        activated(door)
    return door.ask("POST", "/v1/beleid/_terugdraaien", role, json={"reden": "Toch niet"})


def _call_wrong(door: Door, role: str | None, number: int) -> httpx.Response:
    """Call a field wrong that the role was shown; whoever was shown none names any."""
    known = role or "gemeente_klantmanager"
    shown = _disclose(door, role, number)
    field = next(iter(shown.json()["velden"]), "roepnaam") if shown.is_success else "roepnaam"
    body = {
        "clientRef": door.reference(known, number),
        "doel": PURPOSES[known],
        "veld": field,
        "toelichting": "Nee.",
    }
    return door.ask("POST", "/v1/verstrekkingen/_klopt-niet", role, json=body)


def _handle(door: Door, role: str | None, number: int) -> httpx.Response:
    """Refuse what the klantmanager of her own town reported about a person."""
    partner = "utrecht" if number == OTHER else "harderwijk"
    headers = {"Authorization": f"Bearer {door.token('gemeente_klantmanager', partner)}"}
    body = {
        "clientRef": door.reference("gemeente_klantmanager", number, partner),
        "doel": "P02",
        "veld": "client_ref",
        "toelichting": "Nee.",
    }
    asked = door.ask("POST", "/v1/verstrekkingen/_klopt-niet", json=body, headers=headers)
    verdict = {"oordeel": "geweigerd", "toelichting": "Het klopt wel."}
    path = f"/v1/rectificaties/{asked.json()['id']}/_afhandelen"
    return door.ask("POST", path, role, json=verdict)


def _handover(path: str, **body: object) -> Try:
    """Write something of a person's handover, as her klantmanager would."""

    def attempt(door: Door, role: str | None, number: int) -> httpx.Response:
        whole = {"clientRef": door.reference(role or KLANTMANAGER, number), **body}
        return door.ask("POST", f"/v1/overdrachten/{path}", role, json=whole)

    return attempt


def _by_own_town(door: Door, number: int, path: str, body: dict[str, object]) -> httpx.Response:
    """Write something of a person's handover as the klantmanager of her own town."""
    partner = "utrecht" if number == OTHER else "harderwijk"
    headers = {"Authorization": f"Bearer {door.token(KLANTMANAGER, partner)}"}
    whole = {"clientRef": door.reference(KLANTMANAGER, number, partner), **body}
    return door.ask("POST", f"/v1/overdrachten/{path}", json=whole, headers=headers)


def _one_handover(door: Door, role: str | None, number: int) -> httpx.Response:
    reference = door.reference(role or KLANTMANAGER, number)
    return door.ask("GET", f"/v1/overdrachten/{reference}", role)


def _end_talk(door: Door, role: str | None, number: int) -> httpx.Response:
    """Cancel a fresh talk; what another role could not end, her own klantmanager ends."""
    planned = _by_own_town(door, number, "driegesprekken", TALK).json()["id"]
    body = {"status": "geannuleerd", "reden": "ander_moment"}
    path = f"driegesprekken/{planned}/_afronden"
    answer = door.ask("POST", f"/v1/overdrachten/{path}", role, json=body)
    if not answer.is_success:
        partner = "utrecht" if number == OTHER else "harderwijk"
        headers = {"Authorization": f"Bearer {door.token(KLANTMANAGER, partner)}"}
        door.ask("POST", f"/v1/overdrachten/{path}", json=body, headers=headers)
    return answer


def _plan_talk(door: Door, role: str | None, number: int) -> httpx.Response:
    """Plan a talk with someone with whom no other test does."""
    spare = SPARE if number == OWN else number
    return _handover("driegesprekken", **TALK)(door, role, spare)


def _answer_question(door: Door, role: str | None, number: int) -> httpx.Response:
    """Answer a fresh question of her own klantmanager."""
    asked = _by_own_town(door, number, "vragen", ASKED).json()["id"]
    body = {"antwoord": "Ja, het diploma is gezien."}
    return door.ask("POST", f"/v1/overdrachten/vragen/{asked}/_beantwoorden", role, json=body)


def _hand_on(door: Door, role: str | None, number: int) -> httpx.Response:
    """Hand on someone with a home whom no other test needs."""
    moving = SPARE + 1 if number == OWN else number
    if number == OWN and role == KLANTMANAGER:
        door.clock.wait(timedelta(seconds=1))
        assert door.relate(moving, "gehuisvest", "0243").status_code == 201
        door.clock.wait(timedelta(seconds=1))
    return _handover("_doorgeven", gemeente="0344")(door, role, moving)


def _fetch_back(door: Door, role: str | None, number: int) -> httpx.Response:
    """Take back whom only this test hands on."""
    moving = SPARE + 2 if number == OWN else number
    if number == OWN and role == KLANTMANAGER:
        door.clock.wait(timedelta(seconds=1))
        assert door.relate(moving, "gehuisvest", "0243").status_code == 201
        door.clock.wait(timedelta(seconds=1))
        assert _by_own_town(door, moving, "_doorgeven", {"gemeente": "0344"}).is_success
        door.clock.wait(timedelta(seconds=1))
    return _handover("_terughalen")(door, role, moving)


def _get(path: str) -> Try:
    return lambda door, role, _: door.ask("GET", path, role)


def _may_have(path: str) -> Try:
    """Ask the decision point, in a shape that each of its endpoints takes."""
    question = {
        "subject": {"type": "rol", "id": "werkgever"},
        "action": {"name": "P05"},
        "resource": {"type": "veld", "id": "roepnaam"},
    }
    return lambda door, role, _: door.ask("POST", f"{BASE}/{path}", role, json=question)


def _tile(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", "/auditlog/tile/entries/000.p/5", role)


def _shard_tile(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", "/auditlog/delen/eerste/tile/entries/000.p/5", role)


MATRIX: Final[Mapping[tuple[str, str], Row]] = {
    ("POST", "/v1/verstrekkingen"): Row(_disclose, PERSONS, refused=404, purposeless=403),
    ("POST", "/v1/verstrekkingen/_uitleg"): Row(_explain, PERSONS, refused=404, purposeless=200),
    ("POST", "/v1/verstrekkingen/_batch"): Row(_batch, PERSONS, refused=404, purposeless=403),
    ("POST", "/v1/exports"): Row(_export, EXPORTERS, 202),
    ("GET", "/v1/exports/{export_id}"): Row(_exported(""), EXPORTERS, 200, refused=404),
    ("GET", "/v1/exports/{export_id}/bestand"): Row(
        _exported("/bestand"), EXPORTERS, 200, refused=404
    ),
    ("POST", "/v1/voorstellen"): Row(_introduce, frozenset({MATCHER})),
    ("GET", "/v1/voorstellen"): Row(
        _get("/v1/voorstellen"), frozenset({MATCHER, "coa_casemanager"}), 200
    ),
    ("POST", "/v1/voorstellen/{voorstel_id}/_intrekken"): Row(_take_back, frozenset({MATCHER})),
    ("GET", "/v1/clienten"): Row(_clients, PERSONS - {"betrokkene"}, 200),
    ("POST", "/v1/kandidaten/_zoek"): Row(
        _search,
        frozenset({"uitzendbureau_matcher", "gemeente_matcher", "bewoner_matcher"}),
        200,
    ),
    ("POST", "/v1/toestemmingen"): Row(_consent, frozenset({"coa_casemanager", "betrokkene"})),
    ("POST", "/v1/toestemmingen/{toestemming_id}/_intrekken"): Row(
        _withdraw, frozenset({"coa_casemanager", "betrokkene"})
    ),
    ("POST", "/v1/toestemmingen/{toestemming_id}/_verlengen"): Row(
        _renew, frozenset({"coa_casemanager", "betrokkene"})
    ),
    ("GET", "/v1/toestemmingen/{toestemming_id}/bewijs"): Row(
        _receipt, frozenset({"coa_casemanager", "betrokkene"})
    ),
    ("GET", "/v1/toestemmingen"): Row(
        _get("/v1/toestemmingen"), frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/toestemmingsverzoeken"): Row(
        _get("/v1/toestemmingsverzoeken"), frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/toestemmingsteksten"): Row(
        _get("/v1/toestemmingsteksten?doel=P05&soort=uitzendbureau&taal=tir"),
        frozenset(ROLES),
        200,
    ),
    ("POST", "/v1/beperkingen"): Row(_withhold, frozenset({"coa_casemanager", "betrokkene"})),
    ("POST", "/v1/beperkingen/{beperking_id}/_opheffen"): Row(
        _lift, frozenset({"coa_casemanager", "betrokkene"})
    ),
    ("POST", "/v1/afschermingen"): Row(_unshield, frozenset({"coa_casemanager", "betrokkene"})),
    ("GET", "/v1/meldingen"): Row(_get("/v1/meldingen"), frozenset(ROLES), 200),
    ("POST", "/v1/meldingen/{melding_id}/_bevestigen"): Row(
        _confirm, frozenset({"uitzendbureau_matcher", "privacy_officer"}), 200, refused=404
    ),
    ("POST", "/v1/abonnementen"): Row(_subscribe, SYSTEMS, 200, refused=404),
    ("GET", "/v1/abonnementen"): Row(_get("/v1/abonnementen"), SYSTEMS, 200, refused=404),
    ("DELETE", "/v1/abonnementen/{abonnement_id}"): Row(
        _unsubscribe, frozenset({MATCHER, "privacy_officer"}), 200, refused=404
    ),
    ("GET", "/v1/beleid"): Row(_get("/v1/beleid"), OWNER, 200),
    ("POST", "/v1/beleid/voorstellen"): Row(_propose, OWNER, 200),
    ("GET", "/v1/beleid/voorstellen/{voorstel_id}"): Row(_proposal, OWNER, 200),
    ("POST", "/v1/beleid/voorstellen/{voorstel_id}/_goedkeuren"): Row(_approve_policy, OWNER, 200),
    ("POST", "/v1/beleid/voorstellen/{voorstel_id}/_activeren"): Row(_activate, OWNER, 200),
    ("POST", "/v1/beleid/_terugdraaien"): Row(_roll_back, OWNER, 200),
    ("POST", "/v1/koppelingen"): Row(_relate, DESK),
    ("POST", "/v1/leveringen"): Row(_deliver, frozenset({"coa_casemanager"}), 200),
    ("GET", "/v1/leveringen"): Row(_get("/v1/leveringen"), frozenset({"coa_casemanager"}), 200),
    ("POST", "/v1/leveringen/gebeurtenissen"): Row(_feed, frozenset({"coa_casemanager"}), 200),
    ("GET", "/v1/leveringen/gebeurtenissen"): Row(
        _get("/v1/leveringen/gebeurtenissen"), frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/leveringen/gebeurtenissen/_overslaan"): Row(
        _skip, frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/leveringen/{levering_id}"): Row(_report, frozenset({"coa_casemanager"}), 200),
    ("GET", "/v1/leveringen/{levering_id}/quarantaine"): Row(
        _quarantine, frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/leveringen/{levering_id}/quarantaine/{rij}"): Row(
        _quarantined_row, frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/leveringen/{levering_id}/quarantaine/{rij}/_corrigeren"): Row(
        _correct_row, frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/leveringen/{levering_id}/quarantaine/{rij}/_vrijgeven"): Row(
        _release_row, frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/leveringen/{levering_id}/teksten"): Row(
        _held_texts, frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/leveringen/{levering_id}/teksten/{rij}"): Row(
        _held_text, frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/leveringen/{levering_id}/teksten/{rij}/_vrijgeven"): Row(
        _decide_on_text("_vrijgeven"), frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/leveringen/{levering_id}/teksten/{rij}/_achterhouden"): Row(
        _decide_on_text("_achterhouden"), frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/leveringen/{levering_id}/quarantaine/{rij}/_verwerpen"): Row(
        _discard_row, frozenset({"coa_casemanager"}), 200
    ),
    ("GET", "/v1/leveringen/{levering_id}/ontvangstbevestiging"): Row(
        _acknowledgement, frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/logboek/_zoek"): Row(_logbook, OVERSEERS, 200),
    ("GET", "/v1/logboek/{index}/bewijs"): Row(_proof, OVERSEERS, 200),
    ("POST", "/v1/heridentificaties"): Row(_look_up, frozenset({"privacy_officer"}), 200),
    ("GET", "/v1/heridentificaties"): Row(
        _get("/v1/heridentificaties"), frozenset({"privacy_officer"}), 200
    ),
    ("POST", "/v1/heridentificaties/{heridentificatie_id}/_goedkeuren"): Row(
        _approve_look_up, frozenset({"privacy_officer"}), 200
    ),
    ("POST", "/v1/logboek/_overzicht"): Row(
        _looking_back("_overzicht", per="medewerker"), OVERSEERS, 200
    ),
    ("POST", "/v1/logboek/_signalen"): Row(_looking_back("_signalen"), OVERSEERS, 200),
    ("POST", "/v1/logboek/signalen/{signaal_id}/_beoordelen"): Row(
        _judge, frozenset({"privacy_officer"}), 200
    ),
    ("POST", "/v1/logboek/_datalek"): Row(_looking_back("_datalek"), OVERSEERS, 200),
    ("POST", "/v1/logboek/_steekproef"): Row(
        _looking_back("_steekproef", aantal=3, tot="2026-03-02T12:00:00Z"), OVERSEERS, 200
    ),
    ("POST", "/v1/logboek/_bewijsbundel"): Row(_looking_back("_bewijsbundel"), OVERSEERS, 200),
    ("POST", "/v1/logboek/_uitvoer"): Row(
        _looking_back("_uitvoer", formaat="fhir"), OVERSEERS, 200
    ),
    ("GET", "/v1/verwerkingsactiviteiten"): Row(
        _get("/v1/verwerkingsactiviteiten"), frozenset(ROLES), 200
    ),
    ("GET", "/v1/statistieken"): Row(_get("/v1/statistieken"), frozenset({"analist"}), 200),
    ("POST", "/v1/statistieken/_bevragen"): Row(_table, frozenset({"analist"}), 200),
    ("POST", "/v1/noodtoegang"): Row(
        _break_glass, frozenset({"coa_casemanager", "gemeente_klantmanager"}), 200
    ),
    ("GET", "/v1/noodtoegang"): Row(_get("/v1/noodtoegang"), frozenset({"privacy_officer"}), 200),
    ("POST", "/v1/noodtoegang/{noodtoegang_id}/_beoordelen"): Row(
        _review_glass, frozenset({"privacy_officer"}), 200
    ),
    ("POST", "/v1/verstrekkingen/_klopt-niet"): Row(
        _call_wrong, PERSONS, refused=404, purposeless=403
    ),
    ("GET", "/v1/rectificaties"): Row(
        _get("/v1/rectificaties"), frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/rectificaties/{rectificatie_id}/_afhandelen"): Row(
        _handle, frozenset({"coa_casemanager"})
    ),
    ("GET", "/v1/overdrachten"): Row(
        _get("/v1/overdrachten"), frozenset({KLANTMANAGER, "coa_casemanager"}), 200
    ),
    ("GET", "/v1/overdrachten/{client_ref}"): Row(
        _one_handover, frozenset({KLANTMANAGER, "coa_casemanager"})
    ),
    ("POST", "/v1/overdrachten/_bevestigen"): Row(
        _handover("_bevestigen"), frozenset({KLANTMANAGER})
    ),
    ("POST", "/v1/overdrachten/driegesprekken"): Row(_plan_talk, frozenset({KLANTMANAGER})),
    ("POST", "/v1/overdrachten/driegesprekken/{gesprek_id}/_afronden"): Row(
        _end_talk, frozenset({KLANTMANAGER})
    ),
    ("GET", "/v1/overdrachten/vragen"): Row(
        _get("/v1/overdrachten/vragen"), frozenset({"coa_casemanager"}), 200
    ),
    ("POST", "/v1/overdrachten/vragen"): Row(
        _handover("vragen", **ASKED), frozenset({KLANTMANAGER})
    ),
    ("POST", "/v1/overdrachten/vragen/{vraag_id}/_beantwoorden"): Row(
        _answer_question, frozenset({"coa_casemanager"})
    ),
    ("POST", "/v1/overdrachten/_doorgeven"): Row(_hand_on, frozenset({KLANTMANAGER})),
    ("GET", "/v1/overdrachten/doorgegeven"): Row(
        _get("/v1/overdrachten/doorgegeven"), frozenset({KLANTMANAGER}), 200
    ),
    ("POST", "/v1/overdrachten/_terughalen"): Row(_fetch_back, frozenset({KLANTMANAGER})),
    ("GET", "/v1/inzage"): Row(_get("/v1/inzage"), frozenset({"betrokkene"}), 200),
    ("POST", "/v1/inzage/_klopt-niet"): Row(_not_right, frozenset({"betrokkene"}), 202),
    ("GET", "/auditlog/checkpoint"): Row(_get("/auditlog/checkpoint"), ALL, 200, open=True),
    ("GET", "/auditlog/vkey"): Row(_get("/auditlog/vkey"), ALL, 200, open=True),
    ("GET", "/auditlog/tile/{path:path}"): Row(
        _tile, frozenset({"privacy_officer", "autoriteit_persoonsgegevens"}), 200
    ),
    ("GET", "/auditlog/delen"): Row(_get("/auditlog/delen"), ALL, 200, open=True),
    ("GET", "/auditlog/delen/{deel}/checkpoint"): Row(
        _get("/auditlog/delen/eerste/checkpoint"), ALL, 200, open=True
    ),
    ("GET", "/auditlog/delen/{deel}/vkey"): Row(
        _get("/auditlog/delen/eerste/vkey"), ALL, 200, open=True
    ),
    ("GET", "/auditlog/delen/{deel}/tile/{path:path}"): Row(
        _shard_tile, frozenset({"privacy_officer", "autoriteit_persoonsgegevens"}), 200
    ),
    **{
        ("POST", f"{BASE}/{path}"): Row(_may_have(path), ALL - {NOBODY}, 200)
        for path in ENDPOINTS.values()
    },
    ("GET", f"{BASE}/openapi.json"): Row(_get(f"{BASE}/openapi.json"), ALL, 200, open=True),
    ("GET", DISCOVERY): Row(_get(DISCOVERY), ALL, 200, open=True),
    ("GET", "/v1/openapi.json"): Row(_get("/v1/openapi.json"), ALL, 200, open=True),
    # No system is registered at this gate: its door is shut to all.
    ("POST", "/oauth/token"): Row(
        lambda door, role, _: door.ask("POST", "/oauth/token", role),
        frozenset(),
        refused=400,
        open=True,
    ),
    ("GET", "/.well-known/oauth-authorization-server"): Row(
        _get("/.well-known/oauth-authorization-server"), frozenset(), refused=404, open=True
    ),
    ("GET", "/health/live"): Row(_get("/health/live"), ALL, 200, open=True),
    ("GET", "/health/ready"): Row(_get("/health/ready"), ALL, 200, open=True),
    ("GET", "/metrics"): Row(_get("/metrics"), ALL, 200, open=True),
}


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate for this table alone, with a disclosure: every role tries everything here."""
    one = opened(tmp_path_factory.mktemp("matrix") / "data")
    assert one.disclose(MATCHER, "P05", OWN).status_code == 200
    one.clock.wait(timedelta(hours=1))
    yield one
    one.gateway.close()


def test_every_route_has_a_row(door: Door) -> None:
    """A new route without a line in this table fails."""
    (point,) = (one for one in door.app.routes if isinstance(one, Mount))
    routes = {
        (method, f"{base}{route.path}")
        for base, app in (("", door.app), (point.path, point.app))
        for route in iter_route_contexts(app.routes)  # type: ignore[attr-defined]  # an application
        for method in route.methods or ()
    }
    assert routes == set(MATRIX)


def test_every_role_of_an_agreement_has_a_column(door: Door) -> None:
    """A new role without a column fails."""
    partners = door.gateway.catalogue.partners.values()
    assert {role for one in partners for role in one.agreement.purposes} == set(ROLES)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", MATRIX, ids=" ".join)
def test_each_role_gets_what_the_table_says(
    door: Door, route: tuple[str, str], caller: str
) -> None:
    """About her own people and about others, each role gets her status and no other.

    Who has no purpose at all is refused before anyone is looked up.
    """
    line = MATRIX[route]
    role = None if caller == NOBODY else caller
    own = line.attempt(door, role, OWN).status_code
    other = line.attempt(door, role, OTHER).status_code
    if role is None and not line.open:
        assert (own, other) == (401, 401)
    elif caller in line.may:
        assert own in {200, 201, 202}
        assert (200 if other == 201 else other) == line.elsewhere
    else:
        purposeless = line.purposeless if caller in AIMLESS else None
        assert own == other == (purposeless or line.refused)
