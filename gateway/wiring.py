"""The only place that knows everyone: builds the gate from its settings; it holds no rule."""

import gc
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from adapters import synthetic, tvs
from adapters.consent import iso27560, kantara
from adapters.delivery.folder import FolderDelivery
from audit.export import Publication, export_log
from audit.log import Log
from audit.note import Signer
from audit.storage import LogStorage, PayloadSealer, StoredHead
from audit.tree import root
from audit.verify import Fault, verify_store
from gateway.actions.breakglass import Emergencies
from gateway.actions.clients import AGREED, ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.disclose import Disclose, Gate
from gateway.actions.explain import Explain
from gateway.actions.ingest import Ingest
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.profiles import Known, ProfileWriter
from gateway.actions.receipts import Issuer, ReceiptDesk
from gateway.actions.search import Search
from gateway.actions.sweep import ConsentSweep
from gateway.actions.terms import SearchTerms
from gateway.actions.withhold import WithholdDesk
from gateway.actions.wording import Wording
from gateway.api.context import Actions, Sources
from gateway.api.identity import InsecureTokens, Persona
from gateway.app import create_app
from gateway.crypto.blind_index import KeyedIndex
from gateway.crypto.firewall import Firewall
from gateway.crypto.keyring import Keyring
from gateway.crypto.payloads import LogPayloadSealer
from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.crypto.root import RootKeyFile
from gateway.crypto.sealing import FieldVault
from gateway.domain.delivery import Delivery
from gateway.domain.errors import SettingsError
from gateway.domain.ports import Clock, Source
from gateway.domain.purposes import Matrix
from gateway.settings import Mode, Settings
from gateway.store import migrations
from gateway.store.candidates import Candidates
from gateway.store.consents import Consents
from gateway.store.database import DATA_FILE, Database
from gateway.store.deliveries import Deliveries
from gateway.store.glasses import Glasses
from gateway.store.introductions import Introductions
from gateway.store.key_store import KeyStore
from gateway.store.ledger import LogLedger
from gateway.store.log_reader import LogReader
from gateway.store.log_storage import LogStorage as StoredLog
from gateway.store.notices import Notices
from gateway.store.subjects import Subjects
from gateway.store.withholdings import Withholdings
from gateway.telemetry import SpanTelemetry
from policies.catalogue import Catalogue, load
from policies.enforcer import check
from policies.enforcer import load_policy as load_catalogue
from policies.parameters import load_parameters
from policies.texts import load_texts

FOLDER_MODE = 0o700
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
class AuditOffice:
    """Everything one may ask of the log itself."""

    storage: LogStorage
    sealer: PayloadSealer
    signer: Signer
    publication: Publication

    def verify(self) -> list[Fault]:
        """Check the live store; every fault is named."""
        return verify_store(self.storage, self.sealer, self.signer.verifier)

    def head(self) -> StoredHead:
        """Return the head as stored."""
        return self.storage.head()

    def root_of(self, head: StoredHead) -> str:
        """Return the root hash of a head, in hexadecimal."""
        return root(head.frontier).hex()

    def export(self, folder: Path, *, payloads: bool) -> None:
        """Write the log to a folder that verifies offline."""
        export_log(self.storage, folder, self.signer.verifier, self.sealer if payloads else None)

    def prove(self, index: int) -> str:
        """Return the tlog-proof of one entry."""
        return self.publication.prove(index)

    def checkpoint(self) -> str:
        """Return the last signed checkpoint; empty while the log is empty."""
        return self.publication.checkpoint()

    def tile(self, path: str) -> bytes:
        """Return a tile or entry bundle by its path; raises ``ValueError`` when there is none."""
        return self.publication.tile(path)

    def vkey(self) -> str:
        """Return the verifier key, one line."""
        return str(self.signer.verifier)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gate, built and open; close it to let the log finish."""

    settings: Settings
    catalogue: Catalogue
    actions: Actions
    audit: AuditOffice
    telemetry: SpanTelemetry
    database: Database
    log: Log

    def app(self) -> FastAPI:
        """Return the HTTP application; it closes the gate when it stops."""
        return create_app(self.actions, self.ready, self.telemetry.exposition, self.close)

    def ready(self) -> str | None:
        """Say why the gate cannot serve now, or ``None``."""
        frozen = self.audit.head().frozen
        return f"the log is frozen: {frozen}" if frozen else None

    def source_for(self, name: str) -> Source:
        """Return the reader for a delivery by its file name."""
        return tvs.source_for(name, self.catalogue.fields, _limits(self.settings))

    def token(self, persona: Persona) -> str:
        """Sign a token of the insecure demo door."""
        if self.actions.tokens is None:
            raise SettingsError("local tokens exist in demo mode only")
        return self.actions.tokens.issue(persona, self.actions.gate.clock.now())

    def key_counts(self) -> dict[str, object]:
        """Count the keys of each kind."""
        return dict(KeyStore(self.database).counts())

    def close(self) -> None:
        """Answer all that waits for the log, then close the store."""
        self.log.close()
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
    database = _opened(settings, create=create)
    keys = KeyStore(database)
    keyring = Keyring(RootKeyFile(settings.root_key).read(), keys)
    storage = StoredLog(database)
    sealer = LogPayloadSealer(keyring, keys)
    signer = Signer(settings.origin, keyring.named("log-signing"))
    log = Log(storage, sealer, signer)
    audit = AuditOffice(storage, sealer, signer, Publication(storage, signer.verifier))
    telemetry = SpanTelemetry(exporter)
    gate = Gate(
        policy.matrix,
        policy.catalogue.fields,
        Subjects(database),
        LogLedger(log),
        FieldVault(keyring, keys, settings.tenant),
        PairwisePseudonyms(keyring),
        Firewall(),
        telemetry,
        clock or SystemClock(),
    )
    actions = _actions(settings, policy.catalogue, gate, database, keyring, audit)
    return Gateway(settings, policy.catalogue, actions, audit, telemetry, database, log)


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
    log = LogReader(audit.storage, audit.sealer, audit.publication)
    consents = ConsentDesk(gate, Consents(database), terms, wording, introductions)
    return Actions(
        gate=gate,
        disclose=disclose,
        clients=ListClients(gate, disclose),
        agreed=ListClients(gate, disclose, AGREED),
        search=Search(gate, disclose, Candidates(database), index, settings.search_budget),
        consents=consents,
        texts=wording.texts,
        receipts=ReceiptDesk(gate, consents, wording, _issuer(settings)),
        introductions=Introduce(gate, disclose, introductions, partners),
        links=LinkDesk(gate, frozenset(catalogue.codes.gemeenten), partners),
        withholdings=WithholdDesk(gate, Withholdings(database), terms, partners),
        notices=NoticeDesk(gate, Notices(database)),
        sweep=ConsentSweep(gate, Consents(database), partners),
        ingest=Ingest(
            gate,
            Deliveries(database),
            ProfileWriter(gate, terms, index, Known(catalogue.codes, load_parameters(), partners)),
            catalogue.codes,
        ),
        oversee=Oversee(gate, log, partners),
        inspect=Inspect(gate, disclose, log, partners),
        explain=Explain(gate, log),
        emergencies=Emergencies(gate, Glasses(database)),
        index=index,
        sources=_sources(settings, catalogue),
        tokens=_tokens(settings, catalogue, keyring),
        auditlog=audit,
    )


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


def _opened(settings: Settings, *, create: bool) -> Database:
    """Open the store, making folder, root key and schema where asked; refuse a lost root key."""
    exists = _exists(settings)
    if not create and not exists:
        raise _no_store(settings)
    settings.data.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if not settings.root_key.exists():
        if exists:
            raise SettingsError(f"the root key {settings.root_key} is gone; restore it")
        RootKeyFile(settings.root_key).create()
    database = Database.open(settings.data)
    migrations.upgrade(database)
    return database


def _exists(settings: Settings) -> bool:
    return (settings.data / DATA_FILE).exists()


def _no_store(settings: Settings) -> SettingsError:
    return SettingsError(f"{settings.data} holds no store; make one with: doelpoort init")


@cache
def load_policy() -> Policy:
    """Read, compile and verify, once, the rules that come with the program."""
    return Policy(*load_catalogue())


def check_policy(folder: Path | None) -> dict[str, object]:
    """Check a catalogue completely: texts too, and the table against casbin cell by cell."""
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
    _opened(settings, create=False).close()


def store_status(settings: Settings) -> dict[str, object]:
    """Return for each part of the store the schema version it has and the one needed."""
    if not _exists(settings):
        raise _no_store(settings)
    database = Database.open(settings.data)
    try:
        return {
            s.chain: f"{s.current or 'empty'} (needs {s.wanted})"
            for s in migrations.status(database)
        }
    finally:
        database.close()


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
