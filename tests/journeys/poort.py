"""A gate as its users meet it: workers of partners who send requests, and a clock that can move."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
from typer.testing import CliRunner

from gateway import wiring
from gateway.__main__ import app as command_line
from gateway.commands.shared import partner_named
from gateway.domain.callers import Persona
from gateway.domain.identifiers import ActorId, RoleId, SubjectId
from gateway.domain.ports import Clock
from gateway.domain.subjects import Dossier
from gateway.settings import Settings
from tests.journeys.residents import SITE, Resident, delivery
from tests.journeys.tampering import Change, tampered
from tests.journeys.watch import Watch

AGENCY_OIN = "00000099000000004000"
JSON = "application/json"

Answer = TypeVar("Answer")


@dataclass(slots=True)
class MovableClock:
    """A clock that stands still until a story goes on."""

    moment: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment of the story."""
        return self.moment

    def pass_by(self, **time: float) -> None:
        """Let time pass: ``pass_by(days=1)``."""
        self.moment += timedelta(**time)


@dataclass(frozen=True, slots=True)
class Worker:
    """Someone at a desk: her organisation, her role, and the reception sites she works for."""

    partner: str
    role: str
    actor: str
    sites: frozenset[str] = frozenset()


CASEMANAGER = Worker("coa", "coa_casemanager", "casemanager-1", frozenset({SITE}))
COA_OFFICER = Worker("coa", "privacy_officer", "fg-coa")
KLANTMANAGER = Worker("harderwijk", "gemeente_klantmanager", "klantmanager-1")
UTRECHTER = Worker("utrecht", "gemeente_klantmanager", "klantmanager-2")
MATCHER = Worker("uitzendbureau", "uitzendbureau_matcher", "matcher-1")


class Poort:
    """One gate on one data folder, asked over HTTP; every exchange is kept by the watch."""

    def __init__(self, folder: Path, clock: Clock, watch: Watch) -> None:
        self.folder = folder
        self.watch = watch
        self.gateway = wiring.build(
            Settings(data=folder), create=True, clock=clock, exporter=watch.spans
        )
        self.gateway.telemetry._toss = lambda: True  # every event is traced, not one in twenty
        self._loop = asyncio.Runner()
        self._client = self._knock(self.gateway)

    def close(self) -> None:
        """Stop the gate; what it let slip stays with the watch."""
        with self._loop as loop:
            loop.run(self._client.aclose())
        self.watch.search_log(self.gateway)
        self.watch.keep("metrics", self.gateway.telemetry.exposition().encode())
        self.watch.search_folder(self.folder)
        if (url := self.gateway.settings.database_url) is not None:
            self.watch.search_database(url.get_secret_value(), self.gateway.settings.tenant)
        self.gateway.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def _knock(gateway: wiring.Gateway) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(gateway.app(), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://poort.example")

    def tamper(self, short: str, role: str, change: Change) -> None:
        """Let the rules of one purpose and role be other than the law says."""
        self.gateway = tampered(self.gateway, short, role, change)
        self._client = self._knock(self.gateway)

    def token(self, who: Worker) -> str:
        """Sign a token for a worker."""
        return self.gateway.token(self.persona(who))

    def persona(self, who: Worker) -> Persona:
        """Return a worker in her role."""
        partner = partner_named(who.partner, self.gateway.catalogue.partners)
        return Persona(partner, RoleId(who.role), ActorId(who.actor), frozenset(who.sites))

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do something at the gate itself, between the requests."""
        return self._loop.run(work)

    def ask(
        self, who: Worker | None, method: str, path: str, body: object = None, **headers: str
    ) -> httpx.Response:
        """Send one request; without ``who`` nobody is signed in. ``headers`` are as in Python."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            named["Authorization"] = f"Bearer {self.token(who)}"
        if isinstance(body, bytes):
            request = self._client.request(method, path, headers=named, content=body)
        else:
            request = self._client.request(method, path, headers=named, json=body)
        answer = self._loop.run(request)
        self.watch.saw(answer)
        return answer

    def lever(self, residents: Sequence[Resident], as_of: str = "2026-11-01") -> dict[str, Any]:
        """Let COA deliver residents; return the report."""
        for one in residents:
            self.watch.marks |= one.marks
            self.watch.blocked |= one.blocked
        return _json(self.deliver(delivery(residents, as_of)), 201)

    def deliver(self, content: bytes, media_type: str = JSON) -> httpx.Response:
        """Let COA send a file."""
        return self.ask(CASEMANAGER, "POST", "/v1/leveringen", content, content_type=media_type)

    def clienten(self, who: Worker, doel: str) -> list[dict[str, Any]]:
        """Read a worker's whole list, page by page."""
        found: list[dict[str, Any]] = []
        path = f"/v1/clienten?doel={doel}"
        onward = ""
        while True:
            page = _json(self.ask(who, "GET", path + onward), 200)
            found += page["clienten"]
            if page["volgende"] is None:
                return found
            onward = f"&na={page['volgende']}"

    def reference(self, who: Worker, doel: str, resident: Resident) -> str:
        """Find someone by name on a worker's list."""
        return next(
            str(row["clientRef"])
            for row in self.clienten(who, doel)
            if row["velden"].get("achternaam") == resident.name
        )

    def known_as(self, who: Worker, resident: Resident) -> str:
        """Return the reference by which a worker's organisation would know someone."""
        pseudonyms = self.gateway.actions.gate.pseudonyms
        partners = self.gateway.catalogue.partners
        seen = self.reference(CASEMANAGER, "P03", resident)
        subject = pseudonyms.resolve(partner_named("coa", partners).oin, UUID(seen))
        return str(pseudonyms.reference(partner_named(who.partner, partners).oin, subject))

    def vraag(
        self, who: Worker, reference: str, doel: str, velden: Sequence[str] | None = None
    ) -> httpx.Response:
        """Ask for someone's fields for a purpose."""
        body: dict[str, object] = {"clientRef": reference, "doel": doel}
        if velden is not None:
            body["velden"] = list(velden)
        return self.ask(who, "POST", "/v1/verstrekkingen", body)

    def zoek(self, who: Worker, filters: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Search candidates without names."""
        body = {"filters": dict(filters or {})}
        return _json(self.ask(who, "POST", "/v1/kandidaten/_zoek", body), 200)

    def toestemming(self, resident: Resident, doel: str, ontvanger: str) -> dict[str, Any]:
        """Let a resident agree, told in Tigrinya with an interpreter."""
        wens = {
            "vNummer": resident.v_nummer,
            "doel": doel,
            "ontvanger": ontvanger,
            "taal": "tir",
            "tekstVersie": "1",
            "tolk": True,
        }
        return _json(self.ask(CASEMANAGER, "POST", "/v1/toestemmingen", wens), 201)

    def trek_in(self, toestemming: Mapping[str, Any]) -> dict[str, Any]:
        """Let a resident take a consent back."""
        path = f"/v1/toestemmingen/{toestemming['id']}/_intrekken"
        return _json(self.ask(CASEMANAGER, "POST", path), 200)

    def koppel(self, resident: Resident, soort: str, gemeente: str) -> dict[str, Any]:
        """Let COA record a link with a municipality."""
        body = {"vNummer": resident.v_nummer, "soort": soort, "partij": gemeente}
        return _json(self.ask(CASEMANAGER, "POST", "/v1/koppelingen", body), 201)

    def dossier(self, subject: str) -> Dossier:
        """Load what a decision about someone rests on."""
        known = SubjectId(UUID(subject))
        return self._loop.run(self.gateway.actions.gate.subjects.load([known]))[known]

    def command(self, *words: str, code: int = 0) -> str:
        """Run a ``doelpoort`` command on the same folder; return what it printed."""
        return command(*words, "--data", str(self.folder), code=code, watch=self.watch)


def command(*words: str, code: int = 0, watch: Watch | None = None) -> str:
    """Run a ``doelpoort`` command in this process, which must exit with ``code``; return its output."""
    result = CliRunner().invoke(command_line, words)
    if watch is not None:
        watch.keep(f"output of {words[0]}", result.output.encode())
    assert result.exit_code == code, f"{words[0]} gave {result.exit_code}: {result.output}"
    return result.stdout


def _json(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    found: dict[str, Any] = answer.json()
    return found
