"""Run the gate: serve, token, doctor, db."""

import asyncio
from pathlib import Path
from typing import Annotated
from urllib.request import urlopen

import typer
import uvicorn

from gateway import wiring
from gateway.actions.references import numbered
from gateway.commands.shared import (
    Data,
    Json,
    complaints,
    opened,
    partner_named,
    settings_for,
    show,
)
from gateway.domain.callers import Persona
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, RoleId, SubjectId, VNummer
from gateway.settings import Mode

db = typer.Typer(help="The store's schema.", no_args_is_help=True)


def serve(data: Data = None) -> None:
    """Serve the gate over HTTP until stopped."""
    gateway = wiring.build(settings_for(data))
    run(gateway)


def run(gateway: wiring.Gateway) -> None:
    """Run the HTTP server on an open gateway; closes it at the end."""
    settings = gateway.settings
    if settings.mode is Mode.DEMO:
        complaints.print("INSECURE demo mode: local tokens, loopback only, synthetic people only")
    wiring.settle_down()
    uvicorn.run(
        gateway.app(),
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def token(  # noqa: PLR0913, PLR0917 - one argument an option
    role: Annotated[str, typer.Option(help="Role to act in, such as gemeente_klantmanager.")],
    partner: Annotated[str, typer.Option(help="Organisation: slug, OIN or gemeentecode.")],
    actor: Annotated[str, typer.Option(help="Name of the worker in the log.")] = "demo",
    locatie: Annotated[
        list[str] | None, typer.Option(help="Reception site of a COA worker (default: all).")
    ] = None,
    v_nummer: Annotated[
        str | None, typer.Option(help="Whose own data it opens, for the role betrokkene.")
    ] = None,
    data: Data = None,
) -> None:
    """Print a bearer token for an hour; demo settings only."""
    with opened(data, create=True) as gateway:
        organisation = partner_named(partner, gateway.catalogue.partners)
        sites = frozenset(locatie or gateway.catalogue.codes.opvanglocaties)
        herself = _resident(gateway, v_nummer) if v_nummer else None
        persona = Persona(organisation, RoleId(role), ActorId(actor), sites, herself)
        typer.echo(gateway.token(persona))


def _resident(gateway: wiring.Gateway, v_nummer: str) -> SubjectId:
    """Find a synthetic resident of the demo by her number."""
    try:
        number = VNummer(v_nummer)
    except ValueError as error:
        raise InvalidRequestError("v-nummer", "is not ten digits") from error
    actions = gateway.actions
    found = asyncio.run(numbered(actions.gate.subjects, actions.index, number))
    if found is None:
        raise InvalidRequestError("v-nummer", "is not of anyone in this store")
    return found.subject


def doctor(
    data: Data = None,
    as_json: Json = False,
    live: Annotated[bool, typer.Option(help="Only ask a running gate whether it lives.")] = False,
) -> None:
    """Say whether the gate can run here: settings, key, store, policy, log; exit 1 if not."""
    if live:
        _live(data)
        return
    with opened(data) as gateway:
        gateway.log.settled()
        why_not = gateway.ready()
        report: dict[str, object] = {
            "data": str(gateway.settings.data),
            "store": wiring.store_status(gateway.settings)["store"],
            "mode": gateway.settings.mode,
            "policy": gateway.actions.gate.matrix.digest,
            "entries": gateway.audit.head().end,
            "guard": str(gateway.audit.mark),
            "guardApart": "yes" if gateway.settings.log_guard else "no: set DOELPOORT_LOG_GUARD",
            "ready": why_not or "yes",
        }
    show(report, as_json=as_json, title="doctor")
    raise typer.Exit(1 if why_not else 0)


def _live(data: Path | None) -> None:
    settings = settings_for(data)
    host = settings.host if settings.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 - compared, not bound
    with urlopen(f"http://{host}:{settings.port}/health/live", timeout=3) as answer:
        raise typer.Exit(0 if answer.status == 200 else 1)  # noqa: PLR2004 - HTTP OK


@db.command()
def upgrade(data: Data = None) -> None:
    """Bring the store's schema to this version; refused while the folder has no store."""
    wiring.upgrade_store(settings_for(data))
    typer.echo("the schema is up to date")


@db.command()
def status(data: Data = None, as_json: Json = False) -> None:
    """Show which schema version the store has and which this program needs."""
    show(wiring.store_status(settings_for(data)), as_json=as_json, title="store")


@db.command()
def roles(data: Data = None) -> None:
    """Make PostgreSQL's roles of least privilege, and grant each what it is for; run as the owner."""
    made = wiring.make_roles(settings_for(data))
    typer.echo(f"made: {', '.join(made) or 'none, all were there'}; each is granted what it is for")
