"""The log's public face after C2SP tlog-tiles: checkpoint and tiles for all, entries for overseers."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from gateway.api.problems import problem

router = APIRouter(prefix="/auditlog", tags=["auditlog"])
OVERSEERS = frozenset({"privacy_officer", "autoriteit_persoonsgegevens"})
OCTETS = "application/octet-stream"
PLAIN = "text/plain; charset=utf-8"
NO_SHARD = "Dit jaardeel is er niet."


class AuditReader(Protocol):
    """What the routes read of the log; leaves hold no personal data."""

    def checkpoint(self, label: str | None = None) -> str:
        """Return the last signed checkpoint of a shard, the open one unless it is named.

        It is empty while the log is. Raises ``ValueError`` when there is no such shard.
        """
        ...

    def tile(self, path: str, label: str | None = None) -> bytes:
        """Return a tile or entry bundle by its path; raises ``ValueError`` when there is none."""
        ...

    def vkey(self, label: str | None = None) -> str:
        """Return the key by which the checkpoints of a shard verify; raises as the others do."""
        ...

    def labels(self) -> Sequence[str]:
        """List the shards by their labels, oldest first; the first has an empty one."""
        ...


class Jaardeel(BaseModel):
    """One shard of the log."""

    deel: str
    vkey: str


async def reader_of(request: Request) -> AuditReader:
    """Return the log's reader that wiring put in place."""
    reader: AuditReader = request.app.state.actions.auditlog
    return reader


WithReader = Annotated[AuditReader, Depends(reader_of)]


FIRST = "eerste"
Deel = Annotated[str, Path(pattern=f"^({FIRST}|[0-9]{{4}})$", description="Jaar, of eerste")]


def label_of(deel: str) -> str:
    """Return the label of a shard by its name in addresses."""
    return "" if deel == FIRST else deel


@router.get("/delen", summary="Jaardelen van het logboek, het open deel als laatste")
def shards(reader: WithReader) -> list[Jaardeel]:
    """List the shards of the log, each with the key by which it verifies."""
    return [Jaardeel(deel=one or FIRST, vkey=reader.vkey(one)) for one in reader.labels()]


@router.get("/delen/{deel}/checkpoint", summary="Laatste ondertekende stand van een jaardeel")
def shard_checkpoint(deel: Deel, reader: WithReader) -> Response:
    """Return the last signed checkpoint of a shard."""
    return _checkpoint(reader, label_of(deel))


@router.get("/delen/{deel}/vkey", summary="Sleutel waarmee een jaardeel te controleren is")
def shard_vkey(deel: Deel, reader: WithReader) -> Response:
    """Return the verifier key of a shard, one line."""
    return _vkey(reader, label_of(deel))


@router.get("/checkpoint", summary="Laatste ondertekende stand van het logboek")
def checkpoint(reader: WithReader) -> Response:
    """Return the last signed checkpoint as a C2SP signed note."""
    return _checkpoint(reader, None)


@router.get("/vkey", summary="Sleutel waarmee het logboek te controleren is")
def vkey(reader: WithReader) -> Response:
    """Return the verifier key, one line."""
    return _vkey(reader, None)


def _checkpoint(reader: AuditReader, label: str | None) -> Response:
    try:
        note = reader.checkpoint(label)
    except ValueError:
        return problem(HTTPStatus.NOT_FOUND, NO_SHARD)
    if not note:
        return problem(HTTPStatus.NOT_FOUND, "Het logboek is nog leeg.")
    return Response(note.encode(), media_type=PLAIN)


def _vkey(reader: AuditReader, label: str | None) -> Response:
    try:
        line = reader.vkey(label)
    except ValueError:
        return problem(HTTPStatus.NOT_FOUND, NO_SHARD)
    return Response(f"{line}\n".encode(), media_type=PLAIN)
