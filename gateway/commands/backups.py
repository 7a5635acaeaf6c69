"""Back the store up while it serves, and put a backup back: data and keys apart, both on the record."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway import wiring
from gateway.actions.erase import Repeated
from gateway.commands.data import OPERATOR
from gateway.commands.shared import Data, Json, complaints, opened, settings_for, show
from gateway.domain.errors import InvalidRequestError
from gateway.store.copies import Folders
from gateway.wiring.stores import Restored

Target = Annotated[Path, typer.Argument(help="Folder of the backup.", file_okay=False)]
Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="Folder of the keys' part (default: keys in the backup's folder)."),
]


def backup(folder: Target, keys: Keys = None, data: Data = None, as_json: Json = False) -> None:
    """Copy data and keys, each as one moment sees it, to folders of their own; the gate may serve.

    Keep the keys' part seven days at most: a destroyed key has to be gone everywhere.
    """
    with opened(data) as gateway:
        begun = asyncio.run(gateway.actions.copies.begun(OPERATOR))
        made, wrapped = wiring.back_up(
            gateway.settings, wiring.SystemClock(), _folders(folder, keys)
        )
    report = {
        "at": made.at,
        "size": made.size,
        "data": f"{made.bytes} bytes, {made.sha256}",
        "keys": f"{wrapped.bytes} bytes, {wrapped.sha256}",
        "keepKeysUntil": wrapped.keep_until,
        "index": begun.index,
    }
    show(report, as_json=as_json, title="backup")


def restore(  # noqa: PLR0913, PLR0917 - a command line names each of its options
    folder: Target,
    actor: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why; stands in the log.")],
    keys: Keys = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the store that stands here.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of the store; no gate may run. Root key and guard stay as they are.

    Keys that were destroyed since stay destroyed. When entries were signed after the backup was made,
    the log stands still until someone adopts it: exit 1, and doelpoort audit adopt-guard.
    """
    if not reason.strip():
        raise InvalidRequestError("reason", "is needed")
    settings = settings_for(data)
    clock = wiring.SystemClock()
    restored = wiring.restore(settings, clock, _folders(folder, keys), replace=replace)
    if restored.keys.moment < restored.data.moment:
        complaints.print("the keys are older than the data: what is newer cannot be read")
    report = {
        "from": restored.data.at,
        "size": restored.data.size,
        "guardSize": "none" if restored.marked is None else restored.marked,
        "buried": restored.buried,
        "log": restored.against or "goes on",
    }
    if restored.against is None:
        with opened(data) as gateway:
            gateway.log.settled()
            again = asyncio.run(_recorded(gateway, restored, actor, reason))
        report["erasedAgain"] = again.profiles
    show(report, as_json=as_json, title="restored")
    if restored.against is not None:
        complaints.print("next: doelpoort audit adopt-guard")
    raise typer.Exit(1 if restored.against else 0)


async def _recorded(
    gateway: wiring.Gateway, restored: Restored, actor: str, reason: str
) -> Repeated:
    desk = gateway.actions.copies
    detail: dict[str, str | int] = {
        "from": restored.data.at,
        "size": restored.data.size,
        "buried": restored.buried,
    }
    await desk.restored(actor, reason, detail)
    return await desk.repeat(actor)


def _folders(folder: Path, keys: Path | None) -> Folders:
    return Folders(folder / "data", keys or folder / "keys")
