"""Keep the log: its state, its guard, its witnesses and timestamps, and being a witness for others."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from gateway import wiring
from gateway.actions.erase import Repeated
from gateway.commands.audit import app
from gateway.commands.shared import Data, Json, console, opened, settings_for, show
from gateway.domain.anchors import AnchoredHead
from gateway.domain.errors import InvalidRequestError, SettingsError
from gateway.keeper.adoption import Adopted


@app.command()
def status(data: Data = None, as_json: Json = False) -> None:
    """Say how the log stands: size, guard, why it is frozen if it is, who vouches for it; exit 1."""
    with opened(data) as gateway:
        frozen = gateway.log.settled()
        found = gateway.audit.examine()
        cosigned = gateway.audit.anchors.heads.newest_cosigned()
        stamped = [h for h in gateway.audit.anchors.heads.all() if h.token is not None]
        report: dict[str, object] = {
            "size": found.size,
            "root": found.root.hex(),
            "frozen": frozen or "no",
            "judged": found.judged or "whole",
            "guard": str(gateway.audit.mark),
            "guardSize": "none" if found.marked is None else found.marked,
            "guardSays": found.followed or "goes on",
            "cosigned": _seen(cosigned),
            "timestamped": _seen(stamped[-1] if stamped else None),
        }
    show(report, as_json=as_json, title="log")
    raise typer.Exit(1 if frozen else 0)


def _seen(head: AnchoredHead | None) -> str:
    return f"{head.end} at {head.at:%Y-%m-%dT%H:%MZ}" if head else "never"


@app.command("adopt-guard")
def adopt_guard(
    actor: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why the store is as it is; stands in the log.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Go on from the store as it is, after a deliberate restore; the gate must not be running.

    Refused for a log that forked or was changed. Entries that were lost stay lost, and witnesses who
    saw them will refuse this log for good. That it was adopted is its next entry.
    """
    if not reason.strip():
        raise InvalidRequestError("reason", "is needed")
    adopted = wiring.adopt_guard(settings_for(data), wiring.SystemClock())
    with opened(data) as gateway:
        index, again = asyncio.run(_recorded(gateway, adopted, actor, reason))
    report = {
        "size": adopted.size,
        "guardSize": "none" if adopted.marked is None else adopted.marked,
        "lifted": adopted.lifted or "nothing",
        "index": index,
        "erasedAgain": again.profiles,
    }
    show(report, as_json=as_json, title="adopted")


async def _recorded(
    gateway: wiring.Gateway, adopted: Adopted, actor: str, reason: str
) -> tuple[int, Repeated]:
    receipt = await gateway.record_adoption(adopted, actor, reason)
    return receipt.index, await gateway.actions.copies.repeat(actor)


@app.command("witness-now")
def witness_now(data: Data = None, as_json: Json = False) -> None:
    """Ask the configured witnesses to cosign the newest head; exit 1 unless the quorum did."""
    with opened(data) as gateway:
        if gateway.log.witnessing is None:
            raise SettingsError("no witnesses: set DOELPOORT_WITNESS_POLICY")
        done = gateway.log.witnessing()
        if done is None:
            raise InvalidRequestError("log", "is empty")
    report = {
        "size": done.size,
        "cosigned": done.cosigned,
        "failed": done.failed,
        "quorum": "met" if done.quorum else "not met",
    }
    show(report, as_json=as_json, title="witnesses")
    raise typer.Exit(0 if done.quorum else 1)


@app.command("timestamp-now")
def timestamp_now(data: Data = None, as_json: Json = False) -> None:
    """Have the newest head timestamped by the configured authority (RFC 3161)."""
    with opened(data) as gateway:
        if gateway.log.stamping is None:
            raise SettingsError("set DOELPOORT_TIMESTAMP_URL and DOELPOORT_TIMESTAMP_ROOTS")
        done = gateway.log.stamping()
        if done is None:
            raise InvalidRequestError("log", "is empty")
    show({"size": done.size, "at": done.at.isoformat()}, as_json=as_json, title="timestamp")


@app.command("anchors")
def export_anchors(
    folder: Annotated[Path, typer.Argument(help="Folder to write.")], data: Data = None
) -> None:
    """Write the heads that witnesses and authorities vouch for, with cosignatures and tokens."""
    with opened(data) as gateway:
        count = gateway.audit.anchors.export(folder)
    console.print(f"{count} anchored head(s): {folder}")


def witness(
    logs: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="Logs to cosign (tlog-policy file).")
    ],
    listen: Annotated[str, typer.Option(help="Address and port.")] = "127.0.0.1:8010",
    data: Data = None,
    key: Annotated[bool, typer.Option("--vkey", help="Only print the witness's key.")] = False,
) -> None:
    """Serve as a witness for partners' logs: cosign what goes on from what was seen before."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or len(port) > len("65535"):
        raise InvalidRequestError("listen", "reads address:port")
    asgi, line = wiring.witness_app(settings_for(data), logs)
    typer.echo(line)
    if not key:
        uvicorn.run(asgi, host=host, port=int(port), access_log=False, log_level="warning")
