"""Tiles of the log's tree for everyone; entry bundles only for those who oversee."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from gateway.api.auditlog import OCTETS, OVERSEERS, AuditReader, Deel, WithReader, label_of
from gateway.api.context import bearer, caller_of
from gateway.api.problems import problem

router = APIRouter(prefix="/auditlog", tags=["auditlog"])


@router.get("/tile/{path:path}", summary="Tegel van de hashboom, of een bundel regels")
async def tile(path: str, request: Request, reader: WithReader) -> Response:
    """Return a tile; a bundle of entries needs the role of a privacy officer or the authority.

    Leaves hold no personal data, but moments and volumes of a small partner can tell tales.
    """
    return await _shown(path, request, reader, None)


@router.get(
    "/delen/{deel}/tile/{path:path}", summary="Tegel van een jaardeel, of een bundel regels"
)
async def shard_tile(deel: Deel, path: str, request: Request, reader: WithReader) -> Response:
    """Return a tile of a shard; a bundle of entries to those who may read one of the open shard."""
    return await _shown(path, request, reader, label_of(deel))


async def _shown(path: str, request: Request, reader: AuditReader, label: str | None) -> Response:
    if path.startswith("entries/") and not await _overseer(request):
        return problem(HTTPStatus.FORBIDDEN, "Alleen toezichthouders lezen regels in bulk.")
    try:
        content = await run_in_threadpool(reader.tile, f"tile/{path}", label)
    except ValueError:
        return problem(HTTPStatus.NOT_FOUND, "Deze tegel is er niet.")
    return Response(content, media_type=OCTETS)


async def _overseer(request: Request) -> bool:
    caller = await caller_of(request, await bearer(request))
    return caller.role in OVERSEERS
