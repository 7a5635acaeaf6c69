"""Prove the log: verify the live store or an export, export, prove one entry, print the key."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from audit.verify import Fault
from gateway.commands import evidence, review
from gateway.commands.shared import Data, Json, complaints, console, opened, show
from gateway.domain.errors import InvalidRequestError, SettingsError
from gateway.keeper.office import AuditOffice

Log = Annotated[
    str | None, typer.Option("--log", help="Origin of a shard; the open one if not given.")
]
app = typer.Typer(help="The log that nobody can rewrite.", no_args_is_help=True)
app.add_typer(review.app, name="review")
app.command()(evidence.evidence)
app.command()(evidence.events)
app.command("verify-evidence")(evidence.verify_bundle)


@app.command()
def verify(  # noqa: PLR0913, PLR0917 - one argument an option
    export: Annotated[
        Path | None, typer.Argument(help="An export folder, checked offline.")
    ] = None,
    vkey: Annotated[str | None, typer.Option(help="Verifier key: the line, or its file.")] = None,
    minimum: Annotated[
        int, typer.Option(min=0, help="Index below which the export is pruned.")
    ] = 0,
    policy: Annotated[
        Path | None, typer.Option(help="Whose cosignatures the export must have (tlog-policy).")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Check the live store, or an export offline; exit 1 names every fault."""
    if export is not None:
        judged = [] if policy is None else ["--policy", str(policy)]
        _verify_export(export, vkey, ["--minimum", str(minimum), *judged])
    _verify_store(data, payloads=True, as_json=as_json)


def _verify_store(data: Path | None, *, payloads: bool, as_json: bool) -> None:
    with opened(data) as gateway:
        faults = gateway.audit.verify(payloads=payloads)
        report = {} if faults else _described(gateway.audit)
    report["faults"] = [f"{fault.where}: {fault.what}" for fault in faults]
    _say(report, faults, as_json=as_json)


def _described(office: AuditOffice) -> dict[str, object]:
    """State size and root of a log that holds, and how far witnesses cosigned it as its policy asks.

    Of a log of several shards: of the open one, with the entries of all.
    Of a log that does not hold they say nothing, or cannot be read.
    """
    head, witnessed = office.head(), office.witnessed()
    told = {} if witnessed is None else {"witnessed": witnessed.size}
    origin = office.signer.key(head.label).name
    shard = {"log": origin, "entries": head.end} if head.base else {}
    return {"size": head.size, "root": office.root_of(head)} | shard | told


def _say(report: dict[str, object], faults: list[Fault], *, as_json: bool) -> None:
    show(report, as_json=as_json, title="log")
    if faults:
        complaints.print(f"{len(faults)} fault(s)")
    raise typer.Exit(1 if faults else 0)


def _verify_export(export: Path, vkey: str | None, words: Sequence[str]) -> None:
    from audit.verify import main  # noqa: PLC0415 - the stand-alone verifier, as a stranger runs it

    if vkey is None:
        complaints.print("an export is checked against a key you already trust: give --vkey")
        raise typer.Exit(2)
    sys.exit(main([str(export), "--vkey", vkey, *words]))


@app.command()
def fsck(
    leaves: Annotated[
        bool, typer.Option("--leaves", help="Only leaves, head and checkpoint; open no payload.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Check the live store: every leaf, payload, counter, head and checkpoint."""
    _verify_store(data, payloads=not leaves, as_json=as_json)


@app.command("export")
def export_log(
    folder: Annotated[Path, typer.Argument(help="Folder to write (tlog-tiles layout).")],
    payloads: Annotated[
        bool, typer.Option(help="Also the opened payloads: personal data.")
    ] = False,
    witnessed: Annotated[
        bool, typer.Option("--witnessed", help="Up to the newest head that witnesses cosigned.")
    ] = False,
    log: Log = None,
    data: Data = None,
) -> None:
    """Write checkpoint, tiles, entries and key to a folder that anyone can verify."""
    with opened(data) as gateway:
        gateway.audit.export(folder, payloads=payloads, witnessed=witnessed, log=log)
    console.print(f"exported: {folder}")


@app.command()
def prove(
    index: Annotated[int, typer.Argument(min=0, help="Place of the entry, over all shards.")],
    data: Data = None,
) -> None:
    """Print the inclusion proof of one entry as a C2SP tlog-proof."""
    with opened(data) as gateway:
        typer.echo(gateway.audit.prove(index), nl=False)


@app.command("vkey")
def vkey_line(
    data: Data = None,
    mldsa: Annotated[
        bool, typer.Option("--mldsa", help="The ML-DSA-44 key that cosigns published heads.")
    ] = False,
    log: Log = None,
) -> None:
    """Print the key by which the log's checkpoints verify, on exactly one line.

    With --log that of a closed shard, or of one to come, for those who will witness it.
    """
    with opened(data) as gateway:
        label = gateway.audit.label_of(log)
        line = gateway.audit.mldsa(label) if mldsa else gateway.audit.signer.key(label)
    if line is None:
        raise SettingsError("ML-DSA-44 is not offered by the installed library")
    typer.echo(str(line))


@app.command()
def turn(
    actor: Annotated[str, typer.Option(help="Who decides.")],
    reason: Annotated[str, typer.Option(help="Why the log turns now; stands in the log.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Close the shard of the log that is open, and open that of this year; gates may go on.

    Both entries of the turn name the other shard. A closed shard is never signed again.
    """
    if not reason.strip():
        raise InvalidRequestError("reason", "is needed")
    with opened(data) as gateway:
        turned = gateway.turn_log(actor, reason)
        key = gateway.audit.vkey()
    report = {"log": turned.origin, "last": turned.last, "first": turned.first, "vkey": key}
    show(report, as_json=as_json, title="turned")
