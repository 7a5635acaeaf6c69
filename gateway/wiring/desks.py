"""Builds every desk of the gate, and hands each what it needs; it holds no rule."""

from dataclasses import dataclass

from adapters import tvs
from adapters.consent import iso27560, kantara
from adapters.feed import MEDIA_TYPE
from gateway.actions.breakglass import Emergencies
from gateway.actions.clients import AGREED, ListClients
from gateway.actions.consent import ConsentDesk
from gateway.actions.copies import CopyDesk
from gateway.actions.count import CountPeople
from gateway.actions.disclose import Disclose
from gateway.actions.erase import Erase
from gateway.actions.evaluate import Evaluate
from gateway.actions.explain import Explain
from gateway.actions.gate import Gate
from gateway.actions.held_texts import TextDesk
from gateway.actions.ingest import Ingest
from gateway.actions.inspect import Inspect
from gateway.actions.introduce import Introduce
from gateway.actions.keys import KeyDesk
from gateway.actions.link import LinkDesk
from gateway.actions.notices import NoticeDesk
from gateway.actions.oversee import Oversee
from gateway.actions.profiles import Known, ProfileWriter
from gateway.actions.quarantine import QuarantineDesk
from gateway.actions.receipts import Issuer, ReceiptDesk
from gateway.actions.rectify import RectifyDesk
from gateway.actions.reidentify import Reidentify
from gateway.actions.retain import Retain
from gateway.actions.rules import PolicyInForce
from gateway.actions.search import Search, SearchIndex
from gateway.actions.statistics import AnalystDesk
from gateway.actions.sweep import ConsentSweep
from gateway.actions.terms import SearchTerms
from gateway.actions.waiting import WaitingList, asked_of
from gateway.actions.withhold import WithholdDesk
from gateway.actions.wording import Wording
from gateway.api.context import Actions, Sources
from gateway.api.identity import InsecureTokens
from gateway.crypto.blind_index import KeyedIndex
from gateway.crypto.keyring import Keyring
from gateway.crypto.payloads import under_her_key
from gateway.crypto.rotation import KeyKeeper
from gateway.crypto.shredding import KeyShredder
from gateway.domain.identifiers import Oin
from gateway.domain.partners import Partner
from gateway.keeper.office import AuditOffice
from gateway.settings import Mode, Settings
from gateway.store.candidates import Candidates
from gateway.store.consents import Consents
from gateway.store.database import Database
from gateway.store.deliveries import Deliveries
from gateway.store.glasses import Glasses
from gateway.store.introductions import Introductions
from gateway.store.key_store import KeyStore
from gateway.store.log_archive import LogArchive
from gateway.store.log_reader import LogReader
from gateway.store.look_ups import LookUps
from gateway.store.notices import Notices
from gateway.store.orphans import StoredOrphans
from gateway.store.placements import StoredPlacements
from gateway.store.rectifications import Rectifications
from gateway.store.statistics import Statistics
from gateway.store.traces import LogTraces
from gateway.store.withholdings import Withholdings
from gateway.wiring.files import export_desk
from gateway.wiring.handovers import handover_desks
from gateway.wiring.intake import feed_of, limits_of
from gateway.wiring.keys import rekey_index, repseudonymise
from gateway.wiring.machines import machine_door
from gateway.wiring.oversight import hindsight
from gateway.wiring.policy import policy_desk
from gateway.wiring.pushing import subscription_desk
from gateway.wiring.stores import (
    destroyed_list,
    roots_of,
)
from policies.access_sets import CompiledSet, load_sets
from policies.catalogue import Catalogue
from policies.parameters import load_parameters
from policies.texts import load_texts


@dataclass(frozen=True, slots=True)
class Bench:
    """What desks are built from."""

    settings: Settings
    catalogue: Catalogue
    gate: Gate
    rules: PolicyInForce
    database: Database
    keyring: Keyring
    audit: AuditOffice

    @property
    def partners(self) -> dict[Oin, Partner]:
        """Every organisation with an agreement."""
        return dict(self.catalogue.partners)

    @property
    def keys(self) -> KeyStore:
        """Where the wrapped keys are."""
        return KeyStore(self.database)


def desks(bench: Bench) -> Actions:
    """Build everything that routes, commands and pages may call."""
    catalogue, gate, database = bench.catalogue, bench.gate, bench.database
    settings, partners, codes = bench.settings, bench.partners, catalogue.codes
    index, log = KeyedIndex(bench.keyring), reader_of(bench.audit)
    terms = SearchTerms(gate.vault, index, catalogue.fields)
    wording = Wording(load_texts(catalogue), partners, settings.mode is Mode.DEMO)
    known, disclose = Known(codes, load_parameters(), partners), Disclose(gate)
    ingest = Ingest(gate, Deliveries(database), ProfileWriter(gate, terms, index, known), codes)
    consents = ConsentDesk(gate, Consents(database), terms, wording, Introductions(database))
    oversee = Oversee(gate, log, LookUps(database), partners)
    erase, explain = _erase(bench), Explain(gate, log)
    rectify = RectifyDesk(gate, disclose, Rectifications(database), log, partners)
    counting = (gate, Statistics(database), index, codes, known.parameters)
    return Actions(
        gate=gate,
        disclose=disclose,
        exports=export_desk(catalogue, gate, disclose, database, bench.keyring),
        clients=ListClients(gate, disclose),
        agreed=ListClients(gate, disclose, AGREED),
        search=_search(bench, disclose, index),
        consents=consents,
        wording=wording,
        receipts=ReceiptDesk(gate, consents, wording, _issuer(settings)),
        requests=WaitingList(gate, disclose, asked_of(Consents(database))),
        introductions=Introduce(gate, disclose, Introductions(database), partners),
        links=LinkDesk(gate, terms, frozenset(codes.gemeenten), partners),
        handovers=handover_desks(catalogue, gate, disclose, database, log),
        withholdings=WithholdDesk(gate, Withholdings(database), terms, partners),
        notices=NoticeDesk(gate, Notices(database)),
        subscriptions=subscription_desk(settings, gate, database),
        sweep=ConsentSweep(gate, Consents(database), partners),
        ingest=ingest,
        feed=feed_of(settings, catalogue, gate, database, ingest),
        quarantine=_quarantine(bench, disclose, ingest),
        texts_held=TextDesk(gate, disclose, ingest, index),
        oversee=oversee,
        hindsight=hindsight(settings, gate, oversee, database, archive_of(bench.audit)),
        reidentify=Reidentify(gate, LookUps(database)),
        retain=Retain(gate, terms, known, StoredPlacements(database)),
        inspect=Inspect(gate, disclose, log, rectify, partners),
        rectify=rectify,
        explain=explain,
        policy=policy_desk(catalogue, gate, bench.rules, database, log),
        evaluate=Evaluate(gate, explain, _sets(settings)),
        address=settings.public_url,
        emergencies=Emergencies(gate, Glasses(database)),
        erase=erase,
        copies=CopyDesk(gate.ledger, gate.clock, erase),
        counting=CountPeople(*counting),
        statistics=AnalystDesk(*counting),
        keys=_key_desk(bench),
        rekey=rekey_index(gate, database, bench.keyring, index, codes),
        repseudonymise=repseudonymise(gate, database, bench.keyring),
        index=index,
        sources=_sources(settings, catalogue),
        tokens=_tokens(settings, catalogue, bench.keyring),
        machines=machine_door(settings, catalogue, gate, database, bench.keyring),
        auditlog=bench.audit,
    )


def _key_desk(bench: Bench) -> KeyDesk:
    keeper = KeyKeeper(bench.keyring, bench.keys, roots_of(bench.settings))
    orphans = StoredOrphans(bench.database, bench.keys, bench.keyring.subject_tag)
    return KeyDesk(bench.gate, keeper, bench.audit.versions, orphans)


def _search(bench: Bench, disclose: Disclose, index: KeyedIndex) -> Search:
    areas = bench.catalogue.codes.postcode_areas
    found_by = SearchIndex(Candidates(bench.database, index), index, areas)
    return Search(bench.gate, disclose, found_by, bench.settings.search_budget)


def _sets(settings: Settings) -> tuple[CompiledSet, ...]:
    """Read the policy sets beside our own, where there are any."""
    return load_sets(settings.access_sets) if settings.access_sets else ()


def _erase(bench: Bench) -> Erase:
    traces = LogTraces(bench.audit.storage, bench.audit.sealer, under_her_key)
    shredder = KeyShredder(bench.keyring, bench.keys, destroyed_list(bench.settings).write_down)
    return Erase(bench.gate.ledger, bench.gate.clock, shredder, traces)


def reader_of(audit: AuditOffice) -> LogReader:
    """Return the log as who looks something up in it reads it."""
    return LogReader(audit.storage, audit.sealer, audit.shelf)


def archive_of(audit: AuditOffice) -> LogArchive:
    """Return the log as overseers and projections read it."""
    return LogArchive(audit.storage, audit.sealer, audit.shelf, audit.witnessed)


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
    limits = limits_of(settings)
    sources = {
        media_type: tvs.source_for(media_type, catalogue.fields, limits)
        for media_type in tvs.MEDIA_TYPES
    }
    return Sources(sources, settings.max_delivery_bytes, MEDIA_TYPE)


def _quarantine(bench: Bench, disclose: Disclose, ingest: Ingest) -> QuarantineDesk:
    fields, codes = bench.catalogue.fields, bench.catalogue.codes
    corrections = tvs.source_for("levering.json", fields, limits_of(bench.settings))
    deliveries = Deliveries(bench.database)
    return QuarantineDesk(bench.gate, disclose, deliveries, ingest, corrections, codes)
