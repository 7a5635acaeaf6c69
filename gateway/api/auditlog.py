"""The log's public face after C2SP tlog-tiles: checkpoint and tiles for all, entries for overseers."""

from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from gateway.api.problems import problem

router = APIRouter(prefix="/auditlog", tags=["auditlog"])
OVERSEERS = frozenset({"privacy_officer", "autoriteit_persoonsgegevens"})
OCTETS = "application/octet-stream"


class AuditReader(Protocol):
    """What the routes read of the log; leaves hold no personal data."""

    def checkpoint(self) -> str:
        """Return the last signed checkpoint; empty while the log is empty."""
        ...

    def tile(self, path: str) -> bytes:
        """Return a tile or entry bundle by its path; raises ``ValueError`` when there is none."""
        ...

    def vkey(self) -> str:
        """Return the key by which checkpoints verify."""
        ...


async def reader_of(request: Request) -> AuditReader:
    """Return the log's reader that wiring put in place."""
    reader: AuditReader = request.app.state.actions.auditlog
    return reader


WithReader = Annotated[AuditReader, Depends(reader_of)]


@router.get("/checkpoint", summary="Laatste ondertekende stand van het logboek")
def checkpoint(reader: WithReader) -> Response:
    """Return the last signed checkpoint as a C2SP signed note."""
    note = reader.checkpoint()
    if not note:
        return problem(HTTPStatus.NOT_FOUND, "Het logboek is nog leeg.")
    return Response(note.encode(), media_type="text/plain; charset=utf-8")


@router.get("/vkey", summary="Sleutel waarmee het logboek te controleren is")
async def vkey(reader: WithReader) -> Response:
    """Return the verifier key, one line."""
    return Response(f"{reader.vkey()}\n".encode(), media_type="text/plain; charset=utf-8")
