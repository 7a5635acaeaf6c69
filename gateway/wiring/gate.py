"""Builds the gate: settings in, the actions and their doors out; it holds no rule."""

import gc
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter
from starlette.types import ASGIApp

from adapters import synthetic, tvs
from adapters.delivery.folder import FolderDelivery
from gateway.actions.collect import Collect
from gateway.actions.gate import Gate
from gateway.actions.project import Project
from gateway.actions.push import PushNotices
from gateway.actions.rules import CurrentLedger, PolicyInForce
from gateway.api.context import Actions
from gateway.api.witness import create_witness_app
from gateway.app import create_app, with_screens
from gateway.crypto.firewall import Firewall
from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.crypto.sealing import FieldVault
from gateway.domain.callers import Persona
from gateway.domain.delivery import Delivery
from gateway.domain.errors import SettingsError
from gateway.domain.policy_changes import Edition
from gateway.domain.ports import Clock, Entry, Source
from gateway.domain.purposes import Matrix
from gateway.domain.records import Receipt
from gateway.keeper.adoption import Adopted, recorded
from gateway.keeper.courier import Courier
from gateway.keeper.diary import Diary
from gateway.keeper.office import AuditOffice
from gateway.keeper.turning import Turned, YearTurn
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.job_runs import StoredRuns
from gateway.store.ledger import LogLedger, submission_of
from gateway.store.subjects import Subjects
from gateway.telemetry import SpanTelemetry
from gateway.web.app import Web
from gateway.wiring.desks import Bench, archive_of, desks
from gateway.wiring.intake import collect_of, errand_of, limits_of
from gateway.wiring.logs import OpenedLog, open_log, open_witness
from gateway.wiring.oversight import projection
from gateway.wiring.policy import rules_of
from gateway.wiring.pushing import push_of
from gateway.wiring.screens import screens
from gateway.wiring.stores import (
    bury,
    cabinet_of,
    existing_place,
    open_store,
)
from policies.catalogue import Catalogue, load
from policies.editions import edition_of
from policies.enforcer import check
from policies.enforcer import load_policy as load_catalogue
from policies.parameters import load_parameters
from policies.texts import load_texts

COLLECT_AFTER = 50_000
SWITCH_AFTER = 0.001
"""Seconds that a thread may keep the interpreter while another waits for it; Python says 0.005."""


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
    push: PushNotices
    collect: Collect
    web: Web
    rules: PolicyInForce
    diary: Diary

    def app(self) -> FastAPI:
        """Return the HTTP application; it closes the gate when it stops."""
        app = create_app(
            self.actions, self.ready, self.telemetry.exposition, self.close, self._beside()
        )
        return with_screens(app, self.web)

    @contextmanager
    def _beside(self) -> Iterator[None]:
        """Do what is done beside the requests, for as long as they are served."""
        noted = self.diary.round
        with ExitStack() as stack:
            stack.enter_context(self.log.rounds(self.settings, self.telemetry, noted))
            stack.enter_context(Courier("notice-courier", partial(self.push.run, noted=noted)))
            stack.enter_context(Courier("policy-courier", self.rules.watch))
            clock = self.actions.gate.clock
            watch = errand_of(self.settings, self.catalogue, self.collect, clock, noted)
            if watch is not None:
                stack.enter_context(Courier("intake-courier", watch))
            if self.project is not None:
                stack.enter_context(Courier("log-courier", partial(self.project.run, noted=noted)))
            yield

    def ready(self) -> str | None:
        """Say why the gate cannot serve now, or ``None``."""
        frozen = self.log.watch.why_not()
        return f"the log is frozen: {frozen}" if frozen else None

    def source_for(self, name: str) -> Source:
        """Return the reader for a delivery by its file name."""
        return tvs.source_for(name, self.catalogue.fields, limits_of(self.settings))

    def token(self, persona: Persona) -> str:
        """Sign a token of the insecure demo door."""
        if self.actions.tokens is None:
            raise SettingsError("local tokens exist in demo mode only")
        return self.actions.tokens.issue(persona, self.actions.gate.clock.now())

    async def record_adoption(self, adopted: Adopted, actor: str, reason: str) -> Receipt:
        """Record that the store was adopted as the log goes on."""
        gate = self.actions.gate
        return await recorded(gate.ledger, gate.clock, adopted, actor, reason)

    def turn_log(self, actor: str, reason: str) -> Turned:
        """Close the shard of the log that is open, and open that of this year."""
        return self._turn()(actor, reason, self.actions.gate.clock.now())

    def turn_log_if_due(self, actor: str) -> Turned | None:
        """Do so where the settings let the daily round do it, once a year."""
        now = self.actions.gate.clock.now()
        if not self.settings.log_yearly or not self._turn().due(now):
            return None
        return self.turn_log(actor, "a new year")

    def _turn(self) -> YearTurn:
        return YearTurn(self.audit, self.log.log, lambda record: submission_of(Entry(record)))

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
    rules = rules_of(read_edition(None), database, clock)
    gate = Gate(
        rules,
        policy.catalogue.fields,
        Subjects(database, keyring.subject_tag),
        CurrentLedger(LogLedger(log.log, settings.log_wait_seconds), rules),
        FieldVault(keyring, keys, settings.tenant),
        PairwisePseudonyms(keyring),
        Firewall(),
        telemetry,
        clock,
    )
    bury(settings, keys)
    actions = desks(Bench(settings, policy.catalogue, gate, rules, database, keyring, audit))
    project = projection(settings, gate, database, archive_of(audit))
    web = screens(settings, policy.catalogue, actions, database, audit)
    return Gateway(
        settings,
        policy.catalogue,
        actions,
        audit,
        telemetry,
        database,
        log,
        project,
        push_of(settings, gate, database),
        collect_of(settings, policy.catalogue, actions.ingest, telemetry),
        web,
        rules,
        Diary(StoredRuns(database), clock),
    )


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


def read_edition(folder: Path | None) -> Edition:
    """Read a whole edition of the rules, verified, to be laid beside another."""
    return shipped_edition() if folder is None else edition_of(*load_catalogue(folder), folder)


@cache
def shipped_edition() -> Edition:
    """Read, once, the edition that comes with the program."""
    policy = load_policy()
    return edition_of(policy.catalogue, policy.matrix)


def upgrade_store(settings: Settings) -> None:
    """Bring an existing store's schema up to date."""
    existing_place(settings).upgrade()


def make_roles(settings: Settings) -> tuple[str, ...]:
    """Make the database's roles of least privilege; return the names of those that were missing."""
    return existing_place(settings).make_roles()


def witness_app(settings: Settings, logs: Path, clock: Clock | None = None) -> tuple[ASGIApp, str]:
    """Return the witness for the logs that a tlog-policy file lists, and its key's line."""
    database = open_store(settings, create=True)
    try:
        keyring = cabinet_of(settings, database).keyring
        witness, key = open_witness(settings, keyring, logs.read_bytes())
    finally:
        database.close()
    return create_witness_app(witness, str(key), clock or SystemClock()), str(key)


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


def settle_down() -> None:
    """Set the interpreter for many short pieces of work at once, for as long as the process lives.

    What start-up made is frozen, and collected is rarely: waiting requests would set it off all the
    time. The log's writer and the event loop hand the interpreter to each other sooner, as each
    waits for the other's answers.
    """
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    sys.setswitchinterval(SWITCH_AFTER)
