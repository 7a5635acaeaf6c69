"""A witness for partners' logs over HTTP (c2sp.org/tlog-witness); its own application, nothing else.

What it answers and remembers is the law of ``audit.witness``. It needs no sign-in: only a checkpoint
that a listed log signed is looked at further.
"""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from audit.witness import ADD_CHECKPOINT, MAX_BYTES, Witness
from audit.witness import Response as Answer
from gateway.domain.ports import Clock


def create_witness_app(witness: Witness, key: str, clock: Clock) -> Starlette:
    """Put HTTP around a witness; ``key`` is the vkey line by which its cosignatures verify."""

    async def add(request: Request) -> Response:
        body = await _body(request)
        time = int(clock.now().timestamp())
        return _wire(await run_in_threadpool(witness.add_checkpoint, body, time))

    async def latest(request: Request) -> Response:
        return _wire(witness.checkpoint(request.path_params["log"]))

    async def vkey(_: Request) -> Response:
        return PlainTextResponse(f"{key}\n")

    return Starlette(
        routes=[
            Route(f"/{ADD_CHECKPOINT}", add, methods=["POST"]),
            Route("/vkey", vkey),
            Route("/{log:str}/checkpoint", latest),
        ]
    )


async def _body(request: Request) -> bytes:
    """Read the body; of one beyond the cap just enough for the witness to refuse it."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BYTES:
            break
    return bytes(body)


def _wire(answer: Answer) -> Response:
    """Send the type as it is: a client tells a size by its type, which may name no charset."""
    return Response(answer.body.encode(), answer.status, {"Content-Type": answer.media_type})
