"""The keys that seal the store: status, verify, rotate, move-root; no command shows a key."""

import asyncio
from typing import Annotated

import typer
from rich.progress import Progress

from gateway.commands.recall import operator
from gateway.commands.shared import Data, Json, complaints, opened, show
from gateway.domain.keys import RootKind

keys = typer.Typer(help="The keys that seal the store.", no_args_is_help=True)


@keys.command("status")
def keys_status(data: Data = None, as_json: Json = False) -> None:
    """Show the kind of root, the versions of the key-encryption key, and counts of keys."""
    with opened(data) as gateway:
        show(gateway.actions.keys.status(), as_json=as_json, title="keys")


@keys.command("verify")
def keys_verify(data: Data = None, as_json: Json = False) -> None:
    """Open every key once; exit 1 when one does not open."""
    with opened(data) as gateway:
        unreadable = gateway.actions.keys.unreadable()
        show({"unreadable": unreadable}, as_json=as_json, title="keys")
    raise typer.Exit(1 if unreadable else 0)


@keys.command("rotate")
def keys_rotate(data: Data = None, as_json: Json = False) -> None:
    """Wrap every key under a new key-encryption key; what was broken off is finished first.

    The gate may serve meanwhile. Exit 1 when keys were left under an older one.
    """
    with opened(data) as gateway, Progress(console=complaints, transient=True) as bar:
        counts = gateway.actions.keys.status()
        total = sum(count for count in counts.values() if isinstance(count, int))
        task = bar.add_task("keys", total=total)
        desk, caller = gateway.actions.keys, operator(gateway)
        rotated = asyncio.run(desk.rotate(caller, lambda done: bar.update(task, completed=done)))
    report = {
        "version": rotated.version,
        "moved": rotated.moved,
        "unreadable": rotated.unreadable,
        "left": rotated.left,
        "scrubbed": rotated.scrubbed,
    }
    show(report, as_json=as_json, title="rotated")
    raise typer.Exit(1 if rotated.left else 0)


@keys.command("move-root")
def keys_move_root(
    to: Annotated[RootKind, typer.Argument(help="The root to move to; `file` makes a new file.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Wrap the key-encryption keys under another root; then set DOELPOORT_ROOT to it."""
    with opened(data) as gateway:
        moved = asyncio.run(gateway.actions.keys.move_root(operator(gateway), to))
    show({"root": str(to), "keks": moved}, as_json=as_json, title="root moved")
