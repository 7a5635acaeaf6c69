"""Exports: people as a file, asked for, made in the background, and fetched once."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.actions.export import Handed, Wish
from gateway.api.context import Actions, WithActions, WithCaller, subjects_by_reference, trace_of
from gateway.api.problems import problem
from gateway.api.rendering import JSON, field_named
from gateway.api.wire import Wire
from gateway.domain.decisions import Ask
from gateway.domain.errors import RecipientGoneError
from gateway.domain.exports import Export, ExportState, Progress
from gateway.domain.partners import Caller

router = APIRouter(prefix="/v1")
MOST_NAMED = 10_000
NOT_THERE = "Deze export is er niet, is nog bezig, is al opgehaald of is verlopen."


class Exportvraag(Wire):
    """Ask for a file: for which purpose, in which format, of whom (everyone you may know if left out).

    With ``sleutel``, a public key (JWK) that names its algorithm, the file is encrypted for its
    holder; with ``ondertekend`` it comes with a signature in the header ``X-JWS-Signature``.
    """

    doel: str = Field(max_length=60, examples=["P02"])
    formaat: str = Field(max_length=40, examples=["xlsx", "dossier", "setu-json", "json-resume"])
    client_refs: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_NAMED)
    velden: list[str] | None = Field(default=None, max_length=200)
    sleutel: dict[str, Any] | None = Field(default=None, max_length=12)
    ondertekend: bool = False


@router.post("/exports", summary="Vraag een bestand met gegevens van mensen", status_code=202)
async def ask_export(
    vraag: Exportvraag, request: Request, actions: WithActions, caller: WithCaller
) -> Response:
    """Fix who is in the file and begin to make it; ask after it at its own address."""
    export = await actions.exports.open(await _wish(vraag, request, actions, caller))
    actions.exports.start(export.export_id)
    where = {"Location": f"/v1/exports/{export.export_id}"}
    body = orjson.dumps(_wire(Progress(export), ExportState.BUSY, actions))
    return Response(body, HTTPStatus.ACCEPTED, where, media_type=JSON)


@router.get("/exports/{export_id}", summary="Hoe ver een export is")
async def export_state(export_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Tell how many people are done; who asks while it is made waits for at most a second."""
    found = await actions.exports.state(caller, export_id)
    if found is None:
        return problem(HTTPStatus.NOT_FOUND, "Deze export is er niet.")
    return Response(orjson.dumps(_wire(*found, actions)), media_type=JSON)


@router.get("/exports/{export_id}/bestand", summary="Haal het bestand van een export op, één keer")
async def fetch_export(export_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Hand the file over, once and within a day; who may no longer be shown is left out of it."""
    return _FileAnswer(lambda: _fetched(actions, caller, export_id))


@asynccontextmanager
async def _fetched(
    actions: Actions, caller: Caller, export_id: UUID
) -> AsyncIterator[Handed | None]:
    async with actions.exports.fetch(caller, export_id) as handed:
        yield handed


class _FileAnswer(Response):
    """An answer whose body is a file, sent inside its disclosure, so that the outcome is recorded."""

    def __init__(self, opened: Callable[[], AbstractAsyncContextManager[Handed | None]]) -> None:
        super().__init__(b"")
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the file, send it, close it."""
        with suppress(RecipientGoneError):  # the outcome says so; there is no one left to tell
            async with self._opened() as handed:
                if handed is None:
                    await problem(HTTPStatus.NOT_FOUND, NOT_THERE)(scope, receive, send)
                    return
                self._fill(handed)
                try:
                    await super().__call__(scope, receive, send)
                except OSError as error:
                    raise RecipientGoneError("the connection was closed") from error

    def _fill(self, handed: Handed) -> None:
        self.media_type = handed.released.media_type
        self.body = b"".join(handed.released.chunks)
        name = "export.zip" if self.media_type == "application/zip" else "export.jwe"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if handed.signature is not None:
            headers["X-JWS-Signature"] = handed.signature
        self.init_headers(headers)


async def _wish(vraag: Exportvraag, request: Request, actions: Actions, caller: Caller) -> Wish:
    people = None
    if vraag.client_refs is not None:
        named = await subjects_by_reference(actions, caller, vraag.client_refs)
        people = tuple(named.values())
    fields = actions.gate.fields
    mask = None
    if vraag.velden is not None:
        mask = fields.mask(field_named("velden", name, fields) for name in vraag.velden)
    ask = Ask(caller, vraag.doel, mask)
    return Wish(ask, vraag.formaat, people, vraag.sleutel, vraag.ondertekend, trace_of(request))


def _wire(found: Progress, state: ExportState, actions: Actions) -> dict[str, object]:
    export: Export = found.export
    shown: dict[str, object] = {
        "id": str(export.export_id),
        "status": state,
        "doel": export.purpose,
        "formaat": export.form,
        "totaal": export.total,
        "verwerkt": export.total if state is ExportState.FETCHED else found.done,
        "gemaaktOp": export.at.isoformat(),
        "ophalenVoor": export.expires.isoformat(),
        "logregel": {"id": str(export.parent), "index": export.index},
    }
    if export.signed:
        shown["sleutelVanDePoort"] = dict(actions.exports.press.parcels.public_key())
    return shown
