"""Builds what takes deliveries from a watched folder, and feeds of events; it holds no rule."""

from functools import partial
from pathlib import Path

from adapters import tvs
from adapters.delivery.inbox import FolderInbox
from adapters.feed import EventLines
from gateway.actions.collect import Collect
from gateway.actions.feed import Feed
from gateway.actions.gate import Gate
from gateway.actions.ingest import Ingest
from gateway.domain.errors import SettingsError
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.inboxes import Inbox
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.ports import Clock, Telemetry
from gateway.domain.upkeep import Noted
from gateway.keeper.courier import Errand
from gateway.settings import Settings
from gateway.store.database import Database
from gateway.store.feeds import StoredFeeds
from policies.catalogue import Catalogue

WATCHER = ActorId("watch-folder")


def collect_of(
    settings: Settings, catalogue: Catalogue, ingest: Ingest, telemetry: Telemetry
) -> Collect:
    """Build what empties an inbox."""
    limits = limits_of(settings)
    return Collect(ingest, lambda name: tvs.source_for(name, catalogue.fields, limits), telemetry)


def feed_of(
    settings: Settings, catalogue: Catalogue, gate: Gate, database: Database, ingest: Ingest
) -> Feed:
    """Build what takes in feeds; an event goes on as a delivery in JSON."""
    limits = limits_of(settings)
    source = tvs.source_for("gebeurtenis.json", catalogue.fields, limits)
    lines = EventLines(limits.max_bytes, limits.max_rows)
    return Feed(gate, StoredFeeds(database), ingest, source, lines)


def limits_of(settings: Settings) -> tvs.Limits:
    """Return how large a delivery may be."""
    return tvs.Limits(max_bytes=settings.max_delivery_bytes, max_rows=settings.max_delivery_rows)


def inbox(folder: Path, still: float, clock: Clock) -> Inbox:
    """Return the inbox of a folder; raises ``SettingsError`` where there is none."""
    if not folder.is_dir():
        raise SettingsError("intake_folder: is not a folder")
    return FolderInbox(folder, still, lambda: clock.now().timestamp())


def watcher(catalogue: Catalogue) -> Caller:
    """Return in whose name a folder is watched: COA's own system."""
    coa = next(one for one in catalogue.partners.values() if one.kind is PartnerKind.COA)
    return Caller(coa, RoleId("coa_casemanager"), WATCHER)


def errand_of(
    settings: Settings, catalogue: Catalogue, collect: Collect, clock: Clock, noted: Noted
) -> Errand | None:
    """Return what watches the folder that the settings name, if they name one."""
    if settings.intake_folder is None:
        return None
    watched = inbox(settings.intake_folder, settings.intake_still_seconds, clock)
    return partial(collect.run, watcher(catalogue), watched, noted=noted)
