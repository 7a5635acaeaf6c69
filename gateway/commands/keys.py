"""The keys of the store: status, verify, and the turning over of each kind; no command shows a key."""

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
    """Show the kind of root, versions of the keys, counts of keys, and how far a rotation is."""
    with opened(data) as gateway:
        actions = gateway.actions
        index, pseudonyms = asyncio.run(actions.rekey.progress()), actions.repseudonymise.progress()
        orphans = {"orphans": actions.keys.orphans()}
        report = {**actions.keys.counts(), **orphans, **index, **pseudonyms}
        show(report, as_json=as_json, title="keys")


@keys.command("verify")
def keys_verify(data: Data = None, as_json: Json = False) -> None:
    """Open every key once; exit 1 when one does not open, or a profile has none or is an older one.

    Orphans, keys made for a profile that was never stored, are no fault: the daily round destroys them.
    """
    with opened(data) as gateway:
        desk = gateway.actions.keys
        lost, replayed = asyncio.run(desk.lost()), desk.replayed()
        found = {"unreadable": desk.unreadable(), "lost": lost, "replayed": replayed}
        show({**found, "orphans": desk.orphans()}, as_json=as_json, title="keys")
    raise typer.Exit(1 if any(found.values()) else 0)


@keys.command("rotate")
def keys_rotate(data: Data = None, as_json: Json = False) -> None:
    """Wrap every key under a new key-encryption key; what was broken off is finished first.

    The gate may serve meanwhile. Exit 1 when keys were left under an older one.
    """
    with opened(data) as gateway, Progress(console=complaints, transient=True) as bar:
        counts = gateway.actions.keys.counts()
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


@keys.command("rotate-index")
def keys_rotate_index(data: Data = None, as_json: Json = False) -> None:
    """Index everyone anew under a new key; what was broken off is finished first.

    The gate may serve meanwhile. Exit 1 when someone was left under the older key.
    """
    with opened(data) as gateway, Progress(console=complaints, transient=True) as bar:
        task = bar.add_task("index", total=None)
        rekey, caller = gateway.actions.rekey, operator(gateway)
        done = asyncio.run(
            rekey(caller, lambda moved, total: bar.update(task, completed=moved, total=total))
        )
    report = {
        "version": done.version,
        "moved": done.moved,
        "unreadable": done.unreadable,
        "left": done.left,
        "retired": list(done.retired),
    }
    show(report, as_json=as_json, title="index rotated")
    raise typer.Exit(0 if done.retired else 1)


@keys.command("rotate-pseudonyms")
def keys_rotate_pseudonyms(data: Data = None, as_json: Json = False) -> None:
    """Give out new references from now on; the older ones stay good until they are retired."""
    with opened(data) as gateway:
        version = asyncio.run(gateway.actions.repseudonymise.begin(operator(gateway)))
    show({"version": version}, as_json=as_json, title="pseudonyms rotated")


@keys.command("retire-pseudonyms")
def keys_retire_pseudonyms(data: Data = None, as_json: Json = False) -> None:
    """Let older references lead to nobody, for good: once every partner has refreshed its own."""
    with opened(data) as gateway:
        retired = asyncio.run(gateway.actions.repseudonymise.retire(operator(gateway)))
    show({"retired": list(retired)}, as_json=as_json, title="pseudonyms retired")


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
