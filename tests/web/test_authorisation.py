"""Every screen, every role: who has it, who does not, and that no screen was forgotten."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Final

import httpx
import pytest

from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.sessions import Identity
from gateway.web.app import SCREENS
from tests.edges.api.door import OTHER, OWN, ROLES, Door, unknown
from tests.web.visitor import HERE, Visitor

COOKIE: Final = "doelpoort-demo"
EVERYONE: Final = frozenset({*ROLES, "nobody"})
SIGNED_IN: Final = frozenset(ROLES)
KLANTMANAGER: Final = frozenset({"gemeente_klantmanager"})
AGENCY: Final = frozenset({"uitzendbureau_matcher"})
SEARCHERS: Final = AGENCY | {"gemeente_matcher", "bewoner_matcher"}
INTRODUCED: Final = AGENCY | {"werkgever"}
RECIPIENTS: Final = INTRODUCED | KLANTMANAGER
OFFICER: Final = frozenset({"privacy_officer"})
OPERATOR: Final = frozenset({"beheerder"})
OVERSEERS: Final = OFFICER | {"autoriteit_persoonsgegevens"}
DOSSIER: Final = "/overdrachten/{ref:uuid}"
COORDINATOR: Final = frozenset({"coa_coordinator_meedoenbalie"})
CASEMANAGER: Final = frozenset({"coa_casemanager"})
BEWONER: Final = "/bewoners/{ref:uuid}"
NOBODY: Final = frozenset[str]()
HERS: Final = (
    "/mijn-gegevens/overzicht",
    "/mijn-gegevens/stoppen/{toestemming:uuid}",
    "/mijn-gegevens/wie-keek",
    "/mijn-gegevens/alles",
    "/mijn-gegevens/klopt-niet",
    "/mijn-gegevens/klopt-niet/stuur",
    "/mijn-gegevens/meenemen",
    "/mijn-gegevens/meenemen/{vorm}",
    "/mijn-gegevens/einde",
)
"""A resident's own pages: no role opens them, and ``test_own`` shows that her own session does."""

# Who has each screen; a new screen without a row fails.
MATRIX: Final[Mapping[str, frozenset[str]]] = {
    "/": SIGNED_IN,
    "/aanmelden": EVERYONE,
    "/aanmelden/vertrek": EVERYONE,
    "/aanmelden/terug": EVERYONE,
    "/aanmelden/wie": EVERYONE,
    "/aanmelden/extra": SIGNED_IN,
    "/aanmelden/bewijs": SIGNED_IN,
    "/aanmelden/einde": EVERYONE,
    "/rol": SIGNED_IN,
    "/rol/kies": SIGNED_IN,
    "/afmelden": SIGNED_IN,
    "/taal/{taal}": EVERYONE,
    **dict.fromkeys(("/beheer", "/beheer/overeenkomsten", "/beheer/regels"), OPERATOR),
    "/openbaar/doelen": EVERYONE,
    "/openbaar/dpia": EVERYONE,
    "/overdrachten": KLANTMANAGER,
    "/overdrachten/toewijzen": KLANTMANAGER,
    "/overdrachten/weergaven": KLANTMANAGER,
    "/overdrachten/weergaven/weg": KLANTMANAGER,
    "/werkverdeling": KLANTMANAGER,
    DOSSIER: KLANTMANAGER,
    DOSSIER + "/waarom/{veld}": KLANTMANAGER,
    DOSSIER + "/overdracht": KLANTMANAGER,
    DOSSIER + "/overdracht/ontvangst": KLANTMANAGER,
    DOSSIER + "/overdracht/driegesprek": KLANTMANAGER,
    DOSSIER + "/overdracht/driegesprek/{gesprek:uuid}": KLANTMANAGER,
    DOSSIER + "/overdracht/vraag": KLANTMANAGER,
    DOSSIER + "/overdracht/doorgeven": KLANTMANAGER,
    "/overdrachten/doorgegeven": KLANTMANAGER,
    DOSSIER + "/overdracht/doorgegeven": KLANTMANAGER,
    DOSSIER + "/overdracht/terughalen": KLANTMANAGER,
    **dict.fromkeys(
        (
            "/toezicht",
            "/logboek",
            "/logboek/tijdlijnen",
            "/logboek/{index:whole}",
            "/logboek/{index:whole}/bewijs",
            "/logboek/gebeurtenis/{id:uuid}",
            "/beoordelen",
            "/beoordelen/signaal/{id:uuid}",
            "/beoordelen/signaal/{id:uuid}/oordeel",
            "/beoordelen/noodtoegang",
            "/beoordelen/noodtoegang/{id:uuid}",
            "/beoordelen/noodtoegang/{id:uuid}/oordeel",
            "/beoordelen/heridentificatie",
            "/beoordelen/heridentificatie/vraag",
            "/beoordelen/heridentificatie/{id:uuid}/goedkeuren",
            "/onderzoek/steekproef",
            "/onderzoek/steekproef/trek",
            "/verantwoording/toestemmingen",
            "/verantwoording/cijfers",
        ),
        OFFICER,
    ),
    **dict.fromkeys(
        (
            "/onderzoek",
            "/onderzoek/datalek",
            "/onderzoek/bewijsbundel",
            "/onderzoek/bewijsbundel/haal",
            "/verantwoording",
        ),
        OVERSEERS,
    ),
    **dict.fromkeys(
        (
            "/beleid",
            "/beleid/{voorstel:uuid}",
            "/beleid/{voorstel:uuid}/goedkeuren",
            "/beleid/{voorstel:uuid}/in-werking",
            "/beleid/terugdraaien",
        ),
        OFFICER | {"beleidseigenaar"},
    ),
    "/beleid/voorstel": frozenset({"beleidseigenaar"}),
    "/bewoners": CASEMANAGER,
    "/bewoners/zoek": CASEMANAGER,
    BEWONER: CASEMANAGER,
    BEWONER + "/toestemmingen/{toestemming:uuid}/intrekken": CASEMANAGER,
    BEWONER + "/toestemmingen/{toestemming:uuid}/bewijs": CASEMANAGER,
    "/bewoners/bewijs/{toestemming:uuid}": CASEMANAGER,
    BEWONER + "/code": CASEMANAGER,
    BEWONER + "/code/maak": CASEMANAGER,
    "/mijn-gegevens": EVERYONE,
    "/mijn-gegevens/taal": EVERYONE,
    "/mijn-gegevens/taal/{taal}": EVERYONE,
    "/mijn-gegevens/code/{code}": EVERYONE,
    "/mijn-gegevens/openen": EVERYONE,
    **dict.fromkeys(HERS, NOBODY),
    "/verzoeken": CASEMANAGER,
    "/verzoeken/voorstellen": CASEMANAGER,
    **dict.fromkeys(
        (
            "/vragen",
            "/vragen/{vraag:uuid}/antwoord",
            "/rectificaties",
            "/rectificaties/{verzoek:uuid}/afhandelen",
            "/leveringen",
            "/leveringen/nieuw",
            "/leveringen/{levering:uuid}",
            "/leveringen/{levering:uuid}/ontvangstbevestiging",
            "/leveringen/{levering:uuid}/verslag",
            "/leveringen/{levering:uuid}/quarantaine/{rij:whole}",
            "/leveringen/{levering:uuid}/quarantaine/{rij:whole}/corrigeren",
            "/leveringen/{levering:uuid}/quarantaine/{rij:whole}/verwerpen",
            "/leveringen/{levering:uuid}/quarantaine/{rij:whole}/vrijgeven",
            "/leveringen/{levering:uuid}/teksten/{rij:whole}",
            "/leveringen/{levering:uuid}/teksten/{rij:whole}/achterhouden",
            "/leveringen/{levering:uuid}/teksten/{rij:whole}/vrijgeven",
            "/noodtoegang",
            "/noodtoegang/open",
        ),
        CASEMANAGER,
    ),
    BEWONER + "/gesprek/{keuze}": CASEMANAGER,
    BEWONER + "/gesprek/{keuze}/antwoord": CASEMANAGER,
    BEWONER + "/voorbeeld/{keuze}": CASEMANAGER,
    "/kandidaten": SEARCHERS,
    "/kandidaten/zoek": SEARCHERS,
    "/kandidaten/gevonden": SEARCHERS,
    "/kandidaten/keuze": AGENCY,
    "/kandidaten/vraag": AGENCY,
    "/voorstellen": AGENCY,
    "/voorstellen/{voorstel:uuid}/intrekken": AGENCY,
    "/profielen": INTRODUCED,
    "/profielen/{ref:uuid}": INTRODUCED,
    "/profielen/{ref:uuid}/werk": AGENCY,
    "/profielen/{ref:uuid}/werk/plaatsing": AGENCY,
    "/profielen/{ref:uuid}/werk/einde": AGENCY,
    "/profielen/{ref:uuid}/werk/contact": AGENCY,
    "/bestanden": RECIPIENTS,
    "/bestanden/{bestand:uuid}": RECIPIENTS,
    "/bestanden/{bestand:uuid}/ophalen": RECIPIENTS,
    "/plaatsingen": INTRODUCED | COORDINATOR,
    "/plaatsingen/{ref:uuid}": COORDINATOR,
    "/plaatsingen/{ref:uuid}/stap": COORDINATOR,
    "/nazorg": AGENCY | {"jobcoach_gemeente"},
    "/verwijderen": RECIPIENTS,
    "/verwijderen/{melding:uuid}/bevestig": RECIPIENTS,
}


def visits() -> Iterator[tuple[str, str, str]]:
    """Name each screen with its method and each caller."""
    for screen in SCREENS:
        for caller in sorted(EVERYONE):
            yield screen.path, screen.methods[0], caller


def test_every_screen_has_a_row() -> None:
    """The matrix names the screens that there are, and no other."""
    assert {screen.path for screen in SCREENS} == set(MATRIX)


@pytest.fixture(scope="module")
def visitors(door: Door) -> Mapping[str, Visitor]:
    """Sign in once in each role, past the open door."""
    return {"nobody": Visitor(door)} | {role: _in_role(door, role) for role in ROLES}


def _in_role(door: Door, role: str) -> Visitor:
    partner = door.partner(ROLES[role])
    identity = Identity(ActorId(f"test-{role}"), "Test", partner.oin, (RoleId(role),))
    desk = door.gateway.web.rooms.desks.sessions
    opened = asyncio.run(desk.open(identity, None, "test"))
    return Visitor(door, {COOKIE: opened.id})


@pytest.mark.parametrize(("path", "method", "caller"), [*visits()])
def test_a_screen_lets_in_whom_it_names(
    door: Door, visitors: Mapping[str, Visitor], path: str, method: str, caller: str
) -> None:
    """Who has a screen is not sent away; another role reads 403, and nobody is sent to sign in."""
    visitor = Visitor(door, dict(visitors[caller].cookies))
    address = path.replace("{ref:uuid}", door.reference("gemeente_klantmanager", OWN))
    address = address.replace("{keuze}", "P04.uitzendbureau")
    address = address.replace("{veld}", "achternaam").replace("{taal}", "en")
    address = address.replace("{code}", "1").replace("{vorm}", "json")
    address = re.sub(r"{\w+:uuid}", unknown(), re.sub(r"{\w+:whole}", "0", address))
    answer = visitor.get(address) if method == "GET" else _post(visitor, address)
    if path in HERS:
        assert answer.headers.get("location") == "/mijn-gegevens"
        return
    to_sign_in = answer.headers.get("location", "").startswith("/aanmelden?")
    if caller in MATRIX[path]:
        assert not to_sign_in
        assert "hoort niet bij uw rol" not in answer.text
    elif caller == "nobody":
        assert to_sign_in
    else:
        assert answer.status_code == 403
        assert "hoort niet bij uw rol" in answer.text


def _post(visitor: Visitor, address: str) -> httpx.Response:
    """Post without a token: who may come in gets as far as the form, which is refused."""
    return visitor.post(address, {}, Origin=HERE)


@pytest.mark.parametrize("number", [OTHER, None])
def test_someone_elses_client_looks_like_no_client(
    visitors: Mapping[str, Visitor], door: Door, number: int | None
) -> None:
    """A person of another municipality, and one who does not exist, give the same page."""
    reference = door.reference("gemeente_klantmanager", number) if number is not None else unknown()
    for end in ("", "/overdracht", "/overdracht/doorgegeven", "/waarom/achternaam"):
        answer = visitors["gemeente_klantmanager"].get(f"/overdrachten/{reference}{end}")
        assert answer.status_code == 404
        assert "Deze pagina is er niet" in answer.text
        assert "Voorbeeld2" not in answer.text
