"""Voorstellen: a matcher asks to be introduced to candidates, and sees how each request stands."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from uuid import UUID

import orjson
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from gateway.actions.introduce import MOST_AT_ONCE, IntroductionWish, Listed, Recorded
from gateway.api.context import WithActions, WithCaller, trace_of
from gateway.api.rendering import (
    JSON,
    ReleasedResponse,
    list_json,
    references,
    rows_json,
    with_receipt,
)
from gateway.api.wire import After, Wire
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin, SubjectId
from gateway.domain.introductions import Answer, Introduction
from gateway.domain.reasons import Reason
from gateway.domain.records import Receipt

router = APIRouter(prefix="/v1")


class Kandidaat(Wire):
    """A candidate, by the reference of the search session."""

    kandidaat_ref: UUID


class Voorstelvraag(Wire):
    """Ask to be introduced to one candidate or, for one employer, to at most ten."""

    kandidaat_ref: UUID | None = None
    kandidaten: list[Kandidaat] = Field(default_factory=list, max_length=MOST_AT_ONCE)
    sessie: str = Field(pattern="^[0-9a-f]{32}$", description="`sessie` van de zoekvraag")
    werkgever: str | None = Field(default=None, max_length=20, description="OIN")
    functie: str | None = Field(default=None, max_length=80, description="ISCO-code of woorden")
    groep: str | None = Field(default=None, max_length=80, examples=["speeddate Meedoenbalie"])


@router.post("/voorstellen", summary="Vraag om een voorstel van kandidaten", status_code=201)
async def ask(vraag: Voorstelvraag, actions: WithActions, caller: WithCaller) -> Response:
    """Record what is asked; about the person nothing is answered before she agrees."""
    wish = IntroductionWish(
        vraag.sessie,
        _candidates(vraag),
        Oin(vraag.werkgever) if vraag.werkgever else None,
        vraag.functie,
        vraag.groep,
    )
    recorded = await actions.introductions.request(caller, wish)
    one = recorded.get(vraag.kandidaat_ref) if vraag.kandidaat_ref else None
    body = _recorded(one) if one else _group(wish.candidates, recorded)
    return Response(body, HTTPStatus.CREATED, media_type=JSON)


@router.get("/voorstellen", summary="Hoe staan de voorstellen ervoor")
async def listed(
    request: Request,
    actions: WithActions,
    caller: WithCaller,
    na: After = None,
) -> Response:
    """List one's own requests, or those that wait for residents of one's reception sites."""
    return ReleasedResponse(
        lambda: list_json(
            "voorstellen",
            actions.introductions.listed(caller, na, VoorstellenJson, trace_of(request)),
        )
    )


@router.post("/voorstellen/{voorstel_id}/_intrekken", summary="Trek een voorstel in")
async def withdraw(voorstel_id: UUID, actions: WithActions, caller: WithCaller) -> Response:
    """Take back what was asked, as far as she has not answered."""
    recorded = await actions.introductions.withdraw(caller, voorstel_id)
    return Response(_recorded(recorded), media_type=JSON)


class VoorstellenJson:
    """Requests as a JSON list; a person's reference stands where it was disclosed."""

    media_type = JSON

    def __init__(self, page: Listed) -> None:
        self._page = page

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterator[bytes]:
        """Yield the list, then the receipt; a casemanager's list leaves out who is not hers."""
        shown = references(disclosed)
        rows = [
            self._row(one, shown)
            for one in self._page.introductions
            if not self._page.guiding or one.subject in shown
        ]
        yield rows_json(rows, receipt)

    def _row(self, one: Introduction, shown: Mapping[SubjectId, str]) -> dict[str, object]:
        return {
            "id": str(one.introduction_id),
            "clientRef": shown.get(one.subject) if self._named(one) else None,
            "aanvrager": self._answer(one, one.own),
            "werkgever": self._answer(one, one.employer) if one.employer else None,
            "functie": one.function,
            "groep": one.group,
            "gevraagdOp": one.at.isoformat(),
        }

    def _named(self, one: Introduction) -> bool:
        """Name her to her casemanager, and to who asked once this very request was agreed to."""
        return self._page.guiding or one.agreed

    def _answer(self, one: Introduction, answer: Answer) -> dict[str, object]:
        return {
            "oin": answer.recipient,
            "naam": self._page.names.get(answer.recipient, ""),
            "status": one.state_of(answer, self._page.moment),
            "geslotenOp": answer.closed.date().isoformat() if answer.closed else None,
        }


def _candidates(vraag: Voorstelvraag) -> tuple[UUID, ...]:
    many = tuple(one.kandidaat_ref for one in vraag.kandidaten)
    if (vraag.kandidaat_ref is None) == (not many):
        raise InvalidRequestError("kandidaatRef", "or kandidaten is needed, not both")
    return many or ((vraag.kandidaat_ref,) if vraag.kandidaat_ref else ())


def _recorded(recorded: Recorded) -> bytes:
    head = {"id": str(recorded.introduction.introduction_id), "status": recorded.state}
    return with_receipt(head, recorded.receipt)


def _group(candidates: Sequence[UUID], recorded: Mapping[UUID, Recorded]) -> bytes:
    asked = (
        b'{"kandidaatRef":"%s",%s' % (str(one).encode(), _recorded(recorded[one])[1:])
        for one in candidates
        if one in recorded
    )
    refused = [
        {"kandidaatRef": str(one), "reden": Reason.SUBJECT_UNKNOWN}
        for one in candidates
        if one not in recorded
    ]
    return b'{"voorstellen":[%s],"geweigerd":%s}' % (b",".join(asked), orjson.dumps(refused))
