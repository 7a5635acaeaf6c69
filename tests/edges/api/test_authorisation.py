"""Who may do what, to whom: every route, every role, her own people and others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from tests.edges.api.door import (
    AGENCY,
    EMPLOYER,
    HERE,
    JSON,
    OTHER,
    OWN,
    ROLES,
    Door,
    document,
    row,
)

PURPOSES: Final = {
    "coa_casemanager": "P03",
    "coa_regievoerder": "P01",
    "coa_coordinator_meedoenbalie": "P06",
    "bewoner_matcher": "P04",
    "analist": "P09",
    "privacy_officer": "P10",
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
NOBODY: Final = "nobody"
CALLERS: Final = (*ROLES, NOBODY)
ALL: Final = frozenset(CALLERS)
PERSONS: Final = frozenset(ROLES) - {
    "analist", "privacy_officer", "autoriteit_persoonsgegevens", "bewoner_matcher",
}  # fmt: skip
DESK: Final = frozenset({"coa_casemanager", "coa_regievoerder", "coa_coordinator_meedoenbalie"})

Try = Callable[[Door, str | None, int], httpx.Response]


@dataclass(frozen=True, slots=True)
class Row:
    """One route: how to try it about a person, and which roles get which answer.

    ``may`` get 2xx about their own people and ``elsewhere`` about others; all other roles get
    ``refused``, and who brings no token 401 unless the route is open.
    """

    attempt: Try
    may: frozenset[str]
    elsewhere: int = 404
    refused: int = 403
    open: bool = False


def _disclose(door: Door, role: str | None, number: int) -> httpx.Response:
    known = role or "gemeente_klantmanager"
    body = {"clientRef": door.reference(known, number), "doel": PURPOSES[known]}
    return door.ask("POST", "/v1/verstrekkingen", role, json=body)


def _consent(door: Door, role: str | None, number: int) -> httpx.Response:
    body = {
        "clientRef": door.reference(role or "coa_casemanager", number),
        "doel": "P05",
        "ontvanger": EMPLOYER,
        "taal": "tir",
        "tekstVersie": "P05-1",
    }
    return door.ask("POST", "/v1/toestemmingen", role, json=body)


def _withdraw(door: Door, role: str | None, number: int) -> httpx.Response:
    """Withdraw a fresh consent of a person; her own casemanager recorded it."""
    given = _consent_by_own_site(door, number)
    return door.ask("POST", f"/v1/toestemmingen/{given}/_intrekken", role)


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
        "tekstVersie": "P08-1",
    }
    headers = {"Authorization": f"Bearer {token}"}
    answer = door.ask("POST", "/v1/toestemmingen", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


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


def _report(door: Door, role: str | None, number: int) -> httpx.Response:
    listed = door.ask("GET", "/v1/leveringen").json()["leveringen"]
    return door.ask("GET", f"/v1/leveringen/{listed[0]['id']}", role)


def _get(path: str) -> Try:
    return lambda door, role, _: door.ask("GET", path, role)


def _tile(door: Door, role: str | None, number: int) -> httpx.Response:
    return door.ask("GET", "/auditlog/tile/entries/000.p/5", role)


MATRIX: Final[Mapping[tuple[str, str], Row]] = {
    ("POST", "/v1/verstrekkingen"): Row(_disclose, PERSONS, refused=404),
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
    ("POST", "/v1/koppelingen"): Row(_relate, DESK),
    ("POST", "/v1/leveringen"): Row(_deliver, frozenset({"coa_casemanager"}), 200),
    ("GET", "/v1/leveringen"): Row(_get("/v1/leveringen"), frozenset({"coa_casemanager"}), 200),
    ("GET", "/v1/leveringen/{levering_id}"): Row(_report, frozenset({"coa_casemanager"}), 200),
    ("GET", "/auditlog/checkpoint"): Row(_get("/auditlog/checkpoint"), ALL, 200, open=True),
    ("GET", "/auditlog/vkey"): Row(_get("/auditlog/vkey"), ALL, 200, open=True),
    ("GET", "/auditlog/tile/{path:path}"): Row(
        _tile, frozenset({"privacy_officer", "autoriteit_persoonsgegevens"}), 200
    ),
    ("GET", "/v1/openapi.json"): Row(_get("/v1/openapi.json"), ALL, 200, open=True),
    ("GET", "/health/live"): Row(_get("/health/live"), ALL, 200, open=True),
    ("GET", "/health/ready"): Row(_get("/health/ready"), ALL, 200, open=True),
    ("GET", "/metrics"): Row(_get("/metrics"), ALL, 200, open=True),
}


def test_every_route_has_a_row(door: Door) -> None:
    """A new route without a line in this table fails."""
    routes = {
        (method, route.path)
        for route in iter_route_contexts(door.app.routes)
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
    """About her own people and about others, each role gets her status and no other."""
    line = MATRIX[route]
    role = None if caller == NOBODY else caller
    own = line.attempt(door, role, OWN).status_code
    other = line.attempt(door, role, OTHER).status_code
    if role is None and not line.open:
        assert (own, other) == (401, 401)
    elif caller in line.may:
        assert own in {200, 201}
        assert (200 if other == 201 else other) == line.elsewhere
    else:
        assert (own, other) == (line.refused, line.refused)
