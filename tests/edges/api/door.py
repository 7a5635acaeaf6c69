"""A gate behind its HTTP door: a real store and log, a still clock, and a handful of people."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

import httpx
import sqlalchemy as sa
from fastapi import FastAPI

from audit.entry import read_leaf, read_payload
from gateway import wiring
from gateway.domain.callers import Persona
from gateway.domain.identifiers import ActorId, Oin, RoleId, SubjectId
from gateway.domain.partners import Partner
from gateway.settings import Settings
from gateway.store.tables import profile_version
from tests.fakes.clock import Clock

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE: Final = "AZC-HDW-01"
AGENCY: Final = "00000099000000004000"
EMPLOYER: Final = "00000099000000005000"
OWN: Final = 1
OTHER: Final = 2
FOUND: Final = range(3, 15)
SPARE: Final = 15
CSV: Final = "text/csv"

# One partner for each role that an agreement can name.
ROLES: Final[Mapping[str, str]] = {
    "coa_casemanager": "coa",
    "coa_regievoerder": "coa",
    "coa_coordinator_meedoenbalie": "coa",
    "bewoner_matcher": "coa",
    "analist": "coa",
    "beleidseigenaar": "coa",
    "beheerder": "coa",
    "privacy_officer": "uitzendbureau",
    "gemeente_klantmanager": "harderwijk",
    "gemeente_huisvesting": "harderwijk",
    "gemeente_matcher": "harderwijk",
    "gemeente_burgerzaken": "harderwijk",
    "jobcoach_gemeente": "harderwijk",
    "maatschappelijke_begeleiding": "instelling",
    "cursusinstelling": "instelling",
    "uitzendbureau_matcher": "uitzendbureau",
    "werkgever": "werkgever",
    "autoriteit_persoonsgegevens": "ap",
    "betrokkene": "betrokkene",
}


@dataclass(slots=True)
class Door:
    """Asks the application as a client would, in the role of anyone."""

    gateway: wiring.Gateway
    app: FastAPI
    clock: Clock

    def ask(
        self,
        method: str,
        path: str,
        role: str | None = "coa_casemanager",
        **request: Any,  # noqa: ANN401 - what httpx takes
    ) -> httpx.Response:
        """Send one request in a role; ``None`` brings no token."""
        headers = dict(request.pop("headers", {}))
        if role is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(role)}")

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as c:
                return await c.request(method, path, headers=headers, **request)

        return asyncio.run(once())

    def listed(self, path: str, member: str, role: str = "coa_casemanager") -> list[dict[str, Any]]:
        """Follow a list to its end; how many others stand in it differs from run to run."""
        page = self.ask("GET", path, role).json()
        rows: list[dict[str, Any]] = page[member]
        while page["volgende"]:
            page = self.ask("GET", f"{path}?na={page['volgende']}", role).json()
            rows += page[member]
        return rows

    def partner(self, slug: str) -> Partner:
        """Return a partner by its short name."""
        return next(p for p in self.gateway.catalogue.partners.values() if p.slug == slug)

    def persona(self, role: str, partner: str | None = None, actor: str | None = None) -> Persona:
        """Return someone in a role; a worker of COA works at the site of Harderwijk."""
        organisation = self.partner(partner or ROLES[role])
        herself = self.subject(OWN) if role == "betrokkene" else None
        return Persona(
            organisation, RoleId(role), ActorId(actor or f"{role}-1"), frozenset({HERE}), herself
        )

    def token(
        self, role: str, partner: str | None = None, lifetime: timedelta = timedelta(hours=1)
    ) -> str:
        """Sign a token for a role."""
        tokens = self.gateway.actions.tokens
        assert tokens is not None
        return tokens.issue(self.persona(role, partner), self.clock.now(), lifetime)

    def subject(self, number: int) -> SubjectId:
        """Return the id of a person by her number."""
        actions = self.gateway.actions
        tag = actions.index.term("v_nummer", v_nummer(number))
        return asyncio.run(actions.gate.subjects.stored([tag]))[tag].subject

    def reference(self, role: str, number: int, partner: str | None = None) -> str:
        """Return the reference by which a role's organisation knows a person."""
        oin: Oin = self.partner(partner or ROLES[role]).oin
        return str(self.gateway.actions.gate.pseudonyms.reference(oin, self.subject(number)))

    def disclose(
        self,
        role: str,
        doel: str,
        number: int,
        *velden: str,
        **request: Any,  # noqa: ANN401 - what httpx takes
    ) -> httpx.Response:
        """Ask for a person's fields."""
        body: dict[str, object] = {"clientRef": self.reference(role, number), "doel": doel}
        if velden:
            body["velden"] = list(velden)
        return self.ask("POST", "/v1/verstrekkingen", role, json=body, **request)

    def consent(
        self, number: int, doel: str, ontvanger: str = AGENCY, **wish: object
    ) -> httpx.Response:
        """Record a consent as the casemanager, and let a minute pass."""
        headers = wish.pop("headers", {})
        body = {
            "clientRef": self.reference("coa_casemanager", number),
            "doel": doel,
            "ontvanger": ontvanger,
            "taal": "tir",
            "tekstVersie": "1",
        } | wish
        return self.ask("POST", "/v1/toestemmingen", json=body, headers=headers)

    def relate(self, number: int, soort: str, partij: str) -> httpx.Response:
        """Record a relation as the casemanager."""
        body = {
            "clientRef": self.reference("coa_casemanager", number),
            "soort": soort,
            "partij": partij,
        }
        return self.ask("POST", "/v1/koppelingen", json=body)

    def deliver(self, *rows: Mapping[str, object], role: str = "coa_casemanager") -> httpx.Response:
        """Deliver rows as JSON."""
        return self.ask("POST", "/v1/leveringen", role, content=document(*rows), headers=JSON)

    @contextmanager
    def spoilt(self, number: int) -> Iterator[None]:
        """Change one byte of what is sealed of a person, below the gate; put it back after."""
        subject, at = self.subject(number), profile_version.c
        dossiers = asyncio.run(self.gateway.actions.gate.subjects.load([subject]))
        profile = dossiers[subject].profile
        assert profile is not None
        parts, hers = profile.parts, (at.subject == subject) & (at.version == profile.version)

        def put(stored: bytes) -> None:
            with self.gateway.database.data.writing() as connection:
                connection.execute(sa.update(profile_version).where(hers).values(parts=stored))

        put(parts[:8] + bytes((parts[8] ^ 1,)) + parts[9:])
        try:
            yield
        finally:
            put(parts)

    def payload(self, index: int) -> Mapping[str, Any]:
        """Open the payload of a log entry, as an officer with the key could."""
        audit = self.gateway.audit
        (stored,) = audit.storage.rows(index, index + 1)
        assert stored.payload is not None
        opened = audit.sealer.open(stored.tag, read_leaf(stored.leaf).commitment, stored.payload)
        assert opened is not None
        return read_payload(opened).content


JSON: Final = {"Content-Type": "application/json"}


def document(*rows: Mapping[str, object]) -> bytes:
    """Write a TVS delivery."""
    return json.dumps(
        {"leverancier": "COA", "peildatum": "2026-03-01", "klantprofielen": list(rows)}
    ).encode()


def event(number: int, profile: Mapping[str, object], source: str = "IBIS") -> bytes:
    """Write an event of a feed; the same number of a source has the same id."""
    name = str(uuid5(NAMESPACE_OID, f"{source} {number}"))
    whole = {"bron": source, "id": name, "volgnummer": number, "klantprofiel": profile}
    return json.dumps(whole).encode() + b"\n"


def v_nummer(number: int) -> str:
    """Return a synthetic V-nummer."""
    return f"09990{number:05d}"


def row(number: int, **values: object) -> dict[str, object]:
    """Return someone linked to Harderwijk who stays at its site."""
    whole: dict[str, object] = {
        "v_nummer": v_nummer(number),
        "achternaam": f"Voorbeeld{number}",
        "voornamen": "Selam",
        "roepnaam": "Selam",
        "geboortedatum": "1990-05-01",
        "doelgroep": "nareiziger",
        "opvanglocatie_code": HERE,
        "koppel_gemeente_code": "0243",
        "koppel_datum": "2026-02-01",
        "koppel_status": "gekoppeld",
        "profiel_peildatum": "2026-03-01",
        "nt2_niveau_spreken": "A2",
        "engels_niveau": "B1",
        "beschikbaar_uren": 32,
        "bemiddelingspostcode4": "3841",
        "bsn_status": "toegekend",
    }
    return whole | values


def opened(folder: Path, access_sets: Path | None = None) -> Door:
    """Open a gate on a folder, and let its people in."""
    clock = Clock(NOON)
    settings = Settings(data=folder, access_sets=access_sets)
    gateway = wiring.build(settings, create=True, clock=clock)
    door = Door(gateway, gateway.app(), clock)
    elsewhere = {"opvanglocatie_code": "AZC-UTR-02", "koppel_gemeente_code": "0344"}
    numbers = (OWN, *FOUND, *range(SPARE, SPARE + 5))
    delivered = door.deliver(row(OTHER, **elsewhere), *(row(number) for number in numbers))
    assert delivered.status_code == 201, delivered.text
    for number in (OWN, *FOUND):
        assert door.consent(number, "P04", "soort:uitzendbureau").status_code == 201
    for ontvanger in (AGENCY, EMPLOYER):
        assert door.consent(OWN, "P05", ontvanger).status_code == 201
        assert door.relate(OWN, "aanbod", ontvanger).status_code == 201
    return door


def unknown() -> str:
    """Return a reference that nobody gave."""
    return str(UUID(int=7))
