"""The only place that knows everyone: builds the gate from its settings; it holds no rule."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter
from starlette.types import ASGIApp

from adapters import synthetic, tvs
from adapters.consent import iso27560, kantara
from adapters.delivery.folder import FolderDelivery
from gateway.actions.breakglass import Emergencies
from gateway.actions.clients import AGREED, ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.copies import CopyDesk
from gateway.actions.count import CountPeople
from gateway.actions.disclose import Disclose, Gate
from gateway.actions.erase import Erase
from gateway.actions.explain import Explain
from gateway.actions.ingest import Ingest
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.keys import KeyDesk
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.profiles import Known, ProfileWriter
from gateway.actions.project import Project
from gateway.actions.receipts import Issuer, ReceiptDesk
from gateway.actions.rectify import RectifyDesk
from gateway.actions.reidentify import Reidentify
from gateway.actions.requests import OpenRequests
from gateway.actions.retain import Retain
from gateway.actions.search import Search
from gateway.actions.statistics import AnalystDesk
from gateway.actions.sweep import ConsentSweep
from gateway.actions.terms import SearchTerms
from gateway.actions.withhold import WithholdDesk
from gateway.actions.wording import Wording
from gateway.api.context import Actions, Sources
from gateway.api.identity import InsecureTokens
from gateway.api.witness import create_witness_app
from gateway.app import create_app, with_screens
from gateway.crypto.blind_index import KeyedIndex
from gateway.crypto.firewall import Firewall
from gateway.crypto.keyring import Keyring
from gateway.crypto.payloads import under_her_key
from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.crypto.rotation import KeyKeeper
from gateway.crypto.sealing import FieldVault
from gateway.crypto.shredding import KeyShredder
from gateway.domain.callers import Persona
from gateway.domain.delivery import Delivery
from gateway.domain.errors import SettingsError
from gateway.domain.ports import Clock, Source
from gateway.domain.purposes import Matrix
from gateway.domain.records import Receipt
from gateway.file_wiring import export_desk
from gateway.keeper.adoption import Adopted, recorded
from gateway.keeper.courier import Courier
from gateway.keeper.office import AuditOffice
from gateway.key_wiring import rekey_index, repseudonymise
from gateway.log_wiring import OpenedLog, open_log, open_witness
from gateway.oversight_wiring import hindsight, projection
from gateway.settings import Mode, Settings
from gateway.store.candidates import Candidates
from gateway.store.consents import Consents
from gateway.store.database import Database
from gateway.store.deliveries import Deliveries
from gateway.store.glasses import Glasses
from gateway.store.introductions import Introductions
from gateway.store.key_store import KeyStore
from gateway.store.ledger import LogLedger
from gateway.store.log_archive import LogArchive
from gateway.store.log_reader import LogReader
from gateway.store.look_ups import LookUps
from gateway.store.notices import Notices
from gateway.store.rectifications import Rectifications
from gateway.store.statistics import Statistics
from gateway.store.subjects import Subjects
from gateway.store.traces import LogTraces
from gateway.store.withholdings import Withholdings
from gateway.store_wiring import (
    bury,
    cabinet_of,
    destroyed_list,
    existing_place,
    open_store,
    roots_of,
)
from gateway.telemetry import SpanTelemetry
from gateway.web.app import Web
from gateway.web_wiring import screens
from policies.catalogue import Catalogue, load
from policies.enforcer import check
from policies.enforcer import load_policy as load_catalogue
from policies.parameters import load_parameters
from policies.texts import load_texts

COLLECT_AFTER = 50_000


class SystemClock:
    """The wall clock, in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force: the catalogue as read, and the table compiled from it."""

    catalogue: Catalogue
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gate, built and open; close it to let the log finish."""

    settings: Settings
    catalogue: Catalogue
    actions: Actions
    audit: AuditOffice
    telemetry: SpanTelemetry
    database: Database
    log: OpenedLog
    project: Project | None
    web: Web

    def app(self) -> FastAPI:
        """Return the HTTP application; it closes the gate when it stops."""
        app = create_app(
            self.actions, self.ready, self.telemetry.exposition, self.close, self._beside()
        )
        return with_screens(app, self.web)

    @contextmanager
    def _beside(self) -> Iterator[None]:
        """Do what is done beside the requests, for as long as they are served."""
        with ExitStack() as stack:
            stack.enter_context(self.log.rounds(self.settings, self.telemetry))
            if self.project is not None:
                stack.enter_context(Courier(self.project))
            yield

    def ready(self) -> str | None:
        """Say why the gate cannot serve now, or ``None``."""
        frozen = self.log.watch.why_not()
        return f"the log is frozen: {frozen}" if frozen else None

    def source_for(self, name: str) -> Source:
        """Return the reader for a delivery by its file name."""
        return tvs.source_for(name, self.catalogue.fields, _limits(self.settings))

    def token(self, persona: Persona) -> str:
        """Sign a token of the insecure demo door."""
        if self.actions.tokens is None:
            raise SettingsError("local tokens exist in demo mode only")
        return self.actions.tokens.issue(persona, self.actions.gate.clock.now())

    async def record_adoption(self, adopted: Adopted, actor: str, reason: str) -> Receipt:
        """Record that the store was adopted as the log goes on."""
        gate = self.actions.gate
        return await recorded(gate.ledger, gate.clock, adopted, actor, reason)

    def close(self) -> None:
        """Answer all that waits for the log, then close the store."""
        self.log.log.close()
        self.database.close()


def build(
    settings: Settings,
    *,
    create: bool = False,
    clock: Clock | None = None,
    exporter: SpanExporter | None = None,
) -> Gateway:
    """Open the gate on its data folder; ``create`` makes one where there is none."""
    policy = load_policy()
    database = open_store(settings, create=create)
    cabinet = cabinet_of(settings, database)
    keys, keyring = cabinet.keys, cabinet.keyring
    telemetry = SpanTelemetry(exporter)
    clock = clock or SystemClock()
    log = open_log(settings, cabinet, clock, telemetry)
    audit = log.office
    gate = Gate(
        policy.matrix,
        policy.catalogue.fields,
        Subjects(database),
        LogLedger(log.log, settings.log_wait_seconds),
        FieldVault(keyring, keys, settings.tenant),
        PairwisePseudonyms(keyring),
        Firewall(),
        telemetry,
        clock,
    )
    bury(settings, keys)
    actions = _actions(settings, policy.catalogue, gate, database, keyring, audit)
    project = projection(settings, gate, database, _archive(audit))
    web = screens(settings, policy.catalogue, actions, database, load_parameters())
    return Gateway(
        settings, policy.catalogue, actions, audit, telemetry, database, log, project, web
    )


def _actions(  # noqa: PLR0913, PLR0917 - wiring joins them all
    settings: Settings,
    catalogue: Catalogue,
    gate: Gate,
    database: Database,
    keyring: Keyring,
    audit: AuditOffice,
) -> Actions:
    partners = dict(catalogue.partners)
    index = KeyedIndex(keyring)
    terms = SearchTerms(gate.vault, index, catalogue.fields)
    wording = Wording(load_texts(catalogue), partners, settings.mode is Mode.DEMO)
    disclose = Disclose(gate)
    introductions = Introductions(database)
    counts, parameters = Statistics(database), load_parameters()
    log = LogReader(audit.storage, audit.sealer, audit.publication)
    consents = ConsentDesk(gate, Consents(database), terms, wording, introductions)
    oversee = Oversee(gate, log, LookUps(database), partners)
    known = Known(catalogue.codes, parameters, partners)
    erase = _erase(settings, gate, audit, keyring, KeyStore(database))
    rectify = RectifyDesk(gate, disclose, Rectifications(database), log, partners)
    return Actions(
        gate=gate,
        disclose=disclose,
        exports=export_desk(catalogue, gate, disclose, database, keyring),
        clients=ListClients(gate, disclose),
        agreed=ListClients(gate, disclose, AGREED),
        search=Search(gate, disclose, Candidates(database), index, settings.search_budget),
        consents=consents,
        texts=wording.texts,
        receipts=ReceiptDesk(gate, consents, wording, _issuer(settings)),
        requests=OpenRequests(gate, disclose, Consents(database)),
        introductions=Introduce(gate, disclose, introductions, partners),
        links=LinkDesk(gate, frozenset(catalogue.codes.gemeenten), partners),
        withholdings=WithholdDesk(gate, Withholdings(database), terms, partners),
        notices=NoticeDesk(gate, Notices(database)),
        sweep=ConsentSweep(gate, Consents(database), partners),
        ingest=Ingest(
            gate,
            Deliveries(database),
            ProfileWriter(gate, terms, index, known),
            catalogue.codes,
        ),
        oversee=oversee,
        hindsight=hindsight(settings, gate, oversee, database, _archive(audit)),
        reidentify=Reidentify(gate, LookUps(database)),
        retain=Retain(gate, terms, known),
        inspect=Inspect(gate, disclose, log, rectify, partners),
        rectify=rectify,
        explain=Explain(gate, log),
        emergencies=Emergencies(gate, Glasses(database)),
        erase=erase,
        copies=CopyDesk(gate.ledger, gate.clock, erase),
        counting=CountPeople(gate, counts, index, catalogue.codes, parameters),
        statistics=AnalystDesk(gate, counts, index, catalogue.codes, parameters),
        keys=KeyDesk(gate, KeyKeeper(keyring, KeyStore(database), roots_of(settings))),
        rekey=rekey_index(gate, database, keyring, index, catalogue.codes),
        repseudonymise=repseudonymise(gate, database, keyring),
        index=index,
        sources=_sources(settings, catalogue),
        tokens=_tokens(settings, catalogue, keyring),
        auditlog=audit,
    )


def _erase(
    settings: Settings, gate: Gate, audit: AuditOffice, keyring: Keyring, keys: KeyStore
) -> Erase:
    traces = LogTraces(audit.storage, audit.sealer, under_her_key)
    shredder = KeyShredder(keyring, keys, destroyed_list(settings).write_down)
    return Erase(gate.ledger, gate.clock, shredder, traces)


def _archive(audit: AuditOffice) -> LogArchive:
    return LogArchive(audit.storage, audit.sealer, audit.publication)


def _issuer(settings: Settings) -> Issuer:
    formats = {"iso27560": iso27560.receipt, "kantara": kantara.receipt}
    return Issuer(settings.contact, settings.public_url.rstrip("/"), formats)


def _tokens(settings: Settings, catalogue: Catalogue, keyring: Keyring) -> InsecureTokens | None:
    """Open the insecure door in demo mode; production has none."""
    if settings.mode is not Mode.DEMO:
        return None
    key = keyring.named("token-signing")
    return InsecureTokens(key, catalogue.partners, catalogue.codes.opvanglocaties)


def _sources(settings: Settings, catalogue: Catalogue) -> Sources:
    limits = _limits(settings)
    sources = {
        media_type: tvs.source_for(media_type, catalogue.fields, limits)
        for media_type in tvs.MEDIA_TYPES
    }
    return Sources(sources, settings.max_delivery_bytes)


def _limits(settings: Settings) -> tvs.Limits:
    return tvs.Limits(max_bytes=settings.max_delivery_bytes, max_rows=settings.max_delivery_rows)


@cache
def load_policy() -> Policy:
    """Read, compile and verify, once, the rules that come with the program."""
    return Policy(*load_catalogue())


def check_policy(folder: Path | None) -> dict[str, object]:
    """Check a catalogue completely: parameters and texts too, and the table against casbin."""
    load_parameters(folder)
    load_texts(load(folder), folder)
    report = check(folder, every=True)
    return {
        "rules": report.rules,
        "purposes": report.purposes,
        "partners": report.partners,
        "cells": report.cells,
        "digest": report.digest,
    }


def upgrade_store(settings: Settings) -> None:
    """Bring an existing store's schema up to date."""
    existing_place(settings).upgrade()


def make_roles(settings: Settings) -> tuple[str, ...]:
    """Make the database's roles of least privilege; return the names of those that were missing."""
    return existing_place(settings).make_roles()


def witness_app(settings: Settings, logs: Path) -> tuple[ASGIApp, str]:
    """Return the witness for the logs that a tlog-policy file lists, and its key's line."""
    database = open_store(settings, create=True)
    try:
        keyring = cabinet_of(settings, database).keyring
        witness, key = open_witness(settings, keyring, logs.read_bytes())
    finally:
        database.close()
    return create_witness_app(witness, str(key), SystemClock()), str(key)


def store_status(settings: Settings) -> dict[str, str]:
    """Say what the store is on, and for each part the schema it has and the one needed."""
    return existing_place(settings).status()


def folder(root_folder: Path) -> Delivery:
    """Return the channel that delivers into a folder."""
    return FolderDelivery(root_folder)


def write_population(stream: BinaryIO, count: int, seed: int) -> None:
    """Write a TVS delivery of synthetic people as of today."""
    codes = load_policy().catalogue.codes
    day = SystemClock().now().date()
    synthetic.write_json(stream, synthetic.population(count, seed, day, codes), day)


def calm_collector() -> None:
    """Freeze what start-up made and collect rarely: waiting requests would set it off all the time."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
