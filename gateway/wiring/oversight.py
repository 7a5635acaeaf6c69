"""Builds what overseers look back with, and what another logbook is told; it holds no rule."""

from adapters.logbook.adl import AdlRecords
from adapters.logbook.fhir import FhirEvents
from adapters.logbook.nen7513 import Nen7513Events
from adapters.logbook.otlp import OtlpLogbook
from gateway.actions.extract import Extract
from gateway.actions.gate import Gate
from gateway.actions.kinship import Kinship
from gateway.actions.oversee import Oversee
from gateway.actions.project import Project
from gateway.actions.review import ReviewDesk
from gateway.actions.signal import SignalDesk
from gateway.api.context import Hindsight
from gateway.app import API_VERSION
from gateway.domain.archive import LogArchive
from gateway.domain.event_formats import EventFormat
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.outbox import Outbox
from gateway.store.signals import Signals


def hindsight(
    settings: Settings, gate: Gate, oversee: Oversee, database: Database, archive: LogArchive
) -> Hindsight:
    """Build the desks where overseers look back over a period."""
    review = ReviewDesk(gate, oversee, archive)
    signals = SignalDesk(gate, oversee, review, Signals(database), Kinship(gate, archive))
    formats: dict[str, EventFormat] = {
        "fhir": FhirEvents(settings.origin, settings.public_url),
        "adl": AdlRecords(settings.origin, API_VERSION),
        "nen7513": Nen7513Events(settings.origin, settings.tenant),
    }
    return Hindsight(review, signals, Extract(gate, oversee, archive), formats)


def projection(
    settings: Settings, gate: Gate, database: Database, archive: LogArchive
) -> Project | None:
    """Build the way to the other logbook; ``None`` where no address is set."""
    if not settings.logbook_url:
        return None
    secret = settings.logbook_token_file
    logbook = OtlpLogbook(
        settings.logbook_url,
        f"{settings.public_url.rstrip('/')}/v1/verwerkingsactiviteiten",
        API_VERSION,
        secret.read_text(encoding="utf-8").strip() if secret else None,
    )
    return Project(Outbox(database), archive, logbook, gate.pseudonyms, gate.telemetry)
