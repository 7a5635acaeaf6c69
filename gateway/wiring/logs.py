"""Builds the log of a gate with all that guards and anchors it; it holds no rule."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from adapters.peers.http import HttpExchange
from audit.cosigner import Cosigner, Ed25519Cosigner, MlDsaCosigner
from audit.guard import FileGuard
from audit.log import Limits, Log
from audit.note import NoteError, Signer, VerifierKey
from audit.policy import Policy, PolicyError
from audit.rolling import RollingCheck
from audit.shards import origin_of
from audit.shelf import Shelf
from audit.storage import UnavailableError
from audit.witness import Witness
from audit.witness_store import FolderWitnessStore
from gateway.crypto.keyring import Keyring
from gateway.crypto.payloads import LogPayloadSealer
from gateway.crypto.timestamps import TrustedTimestamps
from gateway.domain.anchors import Exchange
from gateway.domain.errors import SettingsError
from gateway.domain.keys import KeyStore
from gateway.domain.ports import Clock, Telemetry
from gateway.domain.upkeep import Job, Noted, unnoted
from gateway.keeper.adoption import Adopted, adopt
from gateway.keeper.anchors import Anchors
from gateway.keeper.office import AuditOffice
from gateway.keeper.publishing import PublishedHeads
from gateway.keeper.rounds import Rounds, Work
from gateway.keeper.stamping import Stamping
from gateway.keeper.watch import LogWatch
from gateway.keeper.witnessing import OpenLog, Witnessing, seen_by
from gateway.settings import Settings
from gateway.store.anchored_heads import StoredHeads
from gateway.store.database import Database
from gateway.store.log_storage import LogStorage
from gateway.store.versions import StoredVersions

AT_START = 2.0
"""Seconds that each witness has to say what it has seen; the first entry waits for it."""

FRESH_ROUNDS = 3
"""For so many rounds a cosigned head is shown before a newer one that no witness saw."""


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """The log, open for writing, and everyone who keeps it."""

    log: Log
    office: AuditOffice
    watch: LogWatch
    witnessing: Witnessing | None
    stamping: Stamping | None
    rolling: RollingCheck

    def rounds(self, settings: Settings, telemetry: Telemetry, noted: Noted = unnoted) -> Rounds:
        """Return what is done for the log while the gate is served."""
        works = [Work("watch", 1.0, self.watch.why_not)]
        if settings.log_check_rate:
            rate = settings.log_check_rate
            works.append(Work("check", 1.0, lambda: self._check(rate), Job.CHECK))
        if self.witnessing is not None:
            every, demand = settings.witness_seconds, self.witnessing.demand
            works.append(Work("witness", every, demand, Job.WITNESS))
        if self.stamping is not None:
            every, stamping = settings.timestamp_seconds, self.stamping
            works.append(Work("timestamp", every, stamping, Job.TIMESTAMP))
        return Rounds(works, telemetry, noted)

    def settled(self) -> str | None:
        """Wait until the head was judged for the first time; say why the log is frozen, or ``None``."""
        with suppress(UnavailableError):
            self.log.append([])
        return self.watch.why_not()

    def _check(self, entries: int) -> None:
        found = self.rolling.step(entries)
        if found is not None:
            self.log.accuse(found)


@dataclass(frozen=True, slots=True)
class Cabinet:
    """The keys and the store that a log is built on."""

    database: Database
    keyring: Keyring
    keys: KeyStore


def open_log(settings: Settings, cabinet: Cabinet, clock: Clock, telemetry: Telemetry) -> OpenedLog:
    """Open the log for writing; it judges its head at once."""
    office = open_office(settings, cabinet, clock)
    policy, exchange = _policy(settings), HttpExchange()
    elsewhere = seen_by(policy, HttpExchange(AT_START)) if policy else ()
    guard = FileGuard(office.mark, office.signer.key, elsewhere)
    limits = Limits(waiting=settings.log_waiting)
    log = Log(office.storage, office.sealer, office.signer, limits, guard)
    anchors = office.anchors
    opened = OpenLog(office.shelf, log)
    heads = anchors.published, anchors.heads
    witnessing = Witnessing(opened, policy, exchange, heads, clock) if policy else None
    return OpenedLog(
        log,
        office,
        LogWatch(log, office.storage, telemetry),
        witnessing,
        _stamping(settings, anchors, exchange),
        RollingCheck(office.storage, office.signer.key),
    )


def open_office(settings: Settings, cabinet: Cabinet, clock: Clock) -> AuditOffice:
    """Open the log for reading only."""
    keyring = cabinet.keyring
    storage = LogStorage(cabinet.database, told=bool(settings.logbook_url))
    signer = Signer(settings.origin, keyring.named("log-signing"))
    heads = StoredHeads(cabinet.database)
    cosigners = partial(_cosigners, settings.origin, keyring)
    published = PublishedHeads(storage, cosigners, heads, clock, _fresh(settings))
    return AuditOffice(
        storage,
        LogPayloadSealer(keyring, cabinet.keys),
        signer,
        Shelf(storage, signer.key),
        Shelf(storage, signer.key, settings.log_minimum),
        Anchors(published, heads, _timestamps(settings)),
        StoredVersions(cabinet.database, keyring.subject_tag),
        settings.guard_file,
        settings.log_minimum,
        lambda label: next((one.verifier for one in cosigners(label)), None),
        _policy(settings),
    )


def adopt_store(settings: Settings, cabinet: Cabinet, clock: Clock) -> Adopted:
    """Take the store as it is; the gate must not run."""
    office = open_office(settings, cabinet, clock)
    return adopt(office, FileGuard(office.mark, office.signer.key))


def open_witness(settings: Settings, keyring: Keyring, logs: bytes) -> tuple[Witness, VerifierKey]:
    """Build the witness for the logs that a tlog-policy file lists, and its key."""
    cosigner = Ed25519Cosigner(settings.witness_name, keyring.named("witness-signing"))
    try:
        policy = Policy.parse(logs)
    except PolicyError as error:
        raise SettingsError(f"logs to witness: {error}") from None
    store = FolderWitnessStore(settings.data / "witness")
    witness = Witness([peer.key for peer in policy.logs], [cosigner], store)
    return witness, cosigner.verifier


def _policy(settings: Settings) -> Policy | None:
    if settings.witness_policy is None:
        return None
    try:
        return Policy.parse(settings.witness_policy.read_bytes())
    except (PolicyError, OSError) as error:
        raise SettingsError(f"witness_policy: {error}") from None


def _fresh(settings: Settings) -> timedelta:
    rounds = FRESH_ROUNDS if settings.witness_policy is not None else 0
    return timedelta(seconds=rounds * settings.witness_seconds)


def _cosigners(origin: str, keyring: Keyring, label: str) -> Sequence[Cosigner]:
    """Cosign a shard with ML-DSA-44 where the installed library has it."""
    name, key = origin_of(origin, label), "log-signing-mldsa" + (f"-{label}" if label else "")
    try:
        return [MlDsaCosigner(name, keyring.named(key))]
    except NoteError:
        return []


def _timestamps(settings: Settings) -> TrustedTimestamps | None:
    if settings.timestamp_roots is None:
        return None
    try:
        return TrustedTimestamps(settings.timestamp_roots.read_bytes())
    except OSError as error:
        raise SettingsError(f"timestamp_roots: {error.strerror}") from None


def _stamping(settings: Settings, anchors: Anchors, exchange: Exchange) -> Stamping | None:
    if not settings.timestamp_url or anchors.timestamps is None:
        return None
    return Stamping(
        anchors.timestamps, exchange, settings.timestamp_url, anchors.published, anchors.heads
    )
