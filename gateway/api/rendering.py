"""Answers as JSON bytes: opened values are spliced in as they were sealed, never parsed again."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import lru_cache
from http import HTTPStatus

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.domain.consents import Consent, ConsentEventKind
from gateway.domain.disclosures import Disclosed, ListPage, Released
from gateway.domain.errors import InvalidRequestError, RecipientGoneError
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.records import Receipt

JSON = "application/json"


@lru_cache(maxsize=1024)
def camel(name: str) -> str:
    """Turn a snake_case field name into the camelCase of the interface."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def receipt_json(receipt: Receipt) -> bytes:
    """Render a receipt: index, leaf hash (hex), signed checkpoint, and the entry's id."""
    return orjson.dumps(
        {
            "id": str(receipt.event_id),
            "index": receipt.index,
            "leafHash": receipt.leaf_hash.hex(),
            "checkpoint": receipt.checkpoint,
        }
    )


def with_receipt(body: Mapping[str, object], receipt: Receipt) -> bytes:
    """Render the object of an answer, the receipt of its entry as its last member."""
    return orjson.dumps(body)[:-1] + b',"ontvangstbewijs":' + receipt_json(receipt) + b"}"


def answered(
    body: Mapping[str, object], receipt: Receipt, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Answer that something was recorded, with the receipt of its entry."""
    return Response(with_receipt(body, receipt), status, media_type=JSON)


def rows_json(rows: Sequence[Mapping[str, object]], receipt: Receipt) -> bytes:
    """Render a list that stands under a key, then the receipt of its parent entry."""
    return orjson.dumps(rows) + b',"ontvangstbewijs":' + receipt_json(receipt)


@asynccontextmanager
async def list_json(
    name: str, opened: AbstractAsyncContextManager[ListPage]
) -> AsyncIterator[tuple[Released | None, bytes, bytes]]:
    """Open a page of a list that stands under ``name``, and say where it goes on."""
    async with opened as page:
        after = str(page.after) if page.after else None
        yield page.released, b'{"%s":' % name.encode(), b',"volgende":' + orjson.dumps(after) + b"}"


def references(disclosed: Sequence[Disclosed]) -> Mapping[SubjectId, str]:
    """Return the reference of each person who was disclosed; the others stay out of a list."""
    return {share.subject: str(share.reference) for share in disclosed}


def _velden(disclosed: Disclosed) -> bytes:
    parts = (b'"%s":%s' % (camel(n).encode(), v) for n, v in disclosed.values.items())
    return b"{%s}" % b",".join(parts)


def consent_wire(consent: Consent, state: ConsentEventKind) -> dict[str, object]:
    """Show a consent as it stands: for what, to whom, which fields, told how, until when."""
    return {
        "id": str(consent.consent_id),
        "status": state,
        "doel": consent.scope.purpose,
        "ontvanger": consent.scope.recipient,
        "velden": sorted(camel(name) for name in consent.scope.fields),
        "taal": consent.scope.language,
        "tekstVersie": consent.scope.text_version,
        "tekstSha256": consent.scope.text_digest or None,
        "vastgelegdOp": consent.recorded.isoformat(),
        "vervaltOp": consent.expires.isoformat() if consent.expires else None,
        "beeindigdOp": consent.ended.isoformat() if consent.ended else None,
        "besluitOverBewoner": consent.decides,
    }


def field_named(member: str, name: str, fields: FieldDictionary) -> FieldName:
    """Return the field that a request's ``member`` names, in either spelling."""
    field = field_spelled(name, fields)
    if field is None:
        raise InvalidRequestError(member, "holds a name that is not a field of the klantprofiel")
    return field


def field_spelled(name: str, fields: FieldDictionary) -> FieldName | None:
    """Return the field of that name, in snake_case or camelCase; ``None`` when there is none."""
    return FieldName(name) if name in fields else _by_camel(fields).get(name)


@lru_cache(maxsize=4)
def _by_camel(fields: FieldDictionary) -> Mapping[str, FieldName]:
    return {camel(spec.name): spec.name for spec in fields}


def _names(names: Iterable[FieldName]) -> list[str]:
    return [camel(name) for name in names]


def _share(share: Disclosed, receipt: Receipt) -> bytes:
    """Render what one person's disclosure says, without the braces around it."""
    refused = [{"veld": camel(name), "reden": reason} for name, reason in share.refused]
    duties = [
        {"regel": o.rule, "bewaartermijn": o.retention, "velden": _names(o.fields)}
        for o in share.obligations
    ]
    return b"".join(
        (
            b'"velden":',
            _velden(share),
            b',"ontbreekt":',
            orjson.dumps(_names(share.missing)),
            b',"geweigerd":',
            orjson.dumps(refused),
            b',"verplichtingen":',
            orjson.dumps(duties),
            b',"ontvangstbewijs":',
            receipt_json(receipt),
        )
    )


class OneJson:
    """A single disclosure: fields, what was refused and why, obligations, receipt."""

    media_type = JSON

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the whole answer for the one subject."""
        yield b"{" + _share(disclosed[0], receipt) + b"}"


class BatchJson:
    """Several disclosures as a JSON list, each whole and with its own receipt; then the parent's."""

    media_type = JSON

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the list, then the receipt of the parent entry under ``ontvangstbewijs``."""
        yield b"["
        for position, share in enumerate(disclosed):
            comma, reference = b"," if position else b"", str(share.reference).encode()
            whole = _share(share, share.receipt)
            yield b'%s{"clientRef":"%s",%s}' % (comma, reference, whole)
        yield b'],"ontvangstbewijs":' + receipt_json(receipt)


class ListJson:
    """People as a JSON list, each with her reference (called ``name``) and fields.

    Of whom the profile does not open the member ``onleesbaar`` holds the code of the error.
    """

    media_type = JSON

    def __init__(self, name: str) -> None:
        self._name = name.encode()

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the list, then the receipt of the parent entry under ``ontvangstbewijs``."""
        yield b"["
        for position, share in enumerate(disclosed):
            comma = b"," if position else b""
            shut = b',"onleesbaar":"%b"' % share.unreadable.encode() if share.unreadable else b""
            yield b'%s{"%s":"%s","velden":%s%s}' % (
                comma,
                self._name,
                str(share.reference).encode(),
                _velden(share),
                shut,
            )
        yield b'],"ontvangstbewijs":' + receipt_json(receipt)


@asynccontextmanager
async def bare(
    opened: AbstractAsyncContextManager[Released],
) -> AsyncIterator[tuple[Released, bytes, bytes]]:
    """Send what is released as it is, with nothing before or behind it."""
    async with opened as released:
        yield released, b"", b""


class ReleasedResponse(Response):
    """An answer whose body is a ``Released``: sent inside its context, so the outcome is recorded."""

    def __init__(
        self,
        opened: Callable[[], AbstractAsyncContextManager[tuple[Released | None, bytes, bytes]]],
        status_code: int = 200,
    ) -> None:
        super().__init__(b"", status_code, media_type=JSON)
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the disclosure, send its bytes between head and tail, close it."""
        with suppress(RecipientGoneError):  # the outcome says so; there is no one left to tell
            async with self._opened() as (released, head, tail):
                chunks = released.chunks if released is not None else ()
                self.body = b"".join((head, *chunks, tail))
                self.init_headers({})
                await self._send(scope, receive, send)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except OSError as error:
            raise RecipientGoneError("the connection was closed") from error
