"""Bestanden: take people along in a format of one's own system, made in the background, once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.actions.export import Handed, Wish
from gateway.domain.errors import InvalidRequestError, RecipientGoneError
from gateway.domain.exports import ExportState
from gateway.domain.identifiers import SubjectId
from gateway.web.guard import SIGN_IN, Screen
from gateway.web.rendering import page
from gateway.web.takings import TAKERS, asked, strong, taking, with_bsn
from gateway.web.visit import Visit
from gateway.web.words import N_

FILES: Final = "/bestanden"
_MOST: Final = 50
_NOBODY: Final = N_("Kies ten minste één persoon")
_HOW: Final = N_("Zet een vinkje bij wie in het bestand moet komen.")


async def order(visit: Visit) -> Response:
    """Begin a file of the people who were ticked, and go to where it is made."""
    people = await chosen_people(visit)
    form = str(visit.form.get("formaat", ""))
    if not people:
        return _said(visit, _NOBODY, _HOW)
    if form not in taking(visit).forms:
        raise InvalidRequestError("formaat", "is not one of the list")
    desk = visit.rooms.desks.exports
    export = await desk.open(Wish(asked(visit, taking(visit).purpose), form, tuple(people)))
    desk.start(export.export_id)
    return RedirectResponse(f"{FILES}/{export.export_id}", 303)


async def chosen_people(visit: Visit) -> Sequence[SubjectId]:
    """Return who was ticked on a list; raises ``InvalidRequestError``."""
    chosen = [str(one) for one in visit.form.getlist("persoon")][:_MOST]
    return [await visit.subject(_reference(one)) for one in dict.fromkeys(chosen)]


async def state(visit: Visit) -> Response:
    """Show how far a file is."""
    id_: UUID = visit.request.path_params["bestand"]
    found = await visit.rooms.desks.exports.state(visit.caller, id_)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    progress, how = found
    export, from_ = progress.export, taking(visit)
    return page(
        visit,
        "file.html",
        id=id_,
        state=how,
        states=ExportState,
        form=visit.say(from_.forms.get(export.form, export.form)),
        done=export.total if how is ExportState.FETCHED else progress.done,
        total=export.total,
        expires=export.expires,
        index=export.index,
        list=from_.path,
        listed=visit.say(from_.title),
    )


async def fetch(visit: Visit) -> Response:
    """Hand the file over; it can be fetched once, so that a link followed by itself takes nothing.

    One that was ordered with a BSN asks for the same proof here: it may be fetched in a later session.
    """
    id_: UUID = visit.request.path_params["bestand"]
    found = await visit.rooms.desks.exports.state(visit.caller, id_)
    if found is not None and not strong(visit) and with_bsn(visit, found[0].export.fields):
        return RedirectResponse(f"{SIGN_IN}/extra?terug={FILES}/{id_}", 303)
    gone = _said(
        visit,
        N_("Dit bestand is er niet meer"),
        N_("Het is al opgehaald, verlopen of nog niet klaar. Maak zo nodig een nieuw bestand."),
        HTTPStatus.GONE,
    )
    return _File(visit, id_, gone)


class _File(Response):
    """A file, sent inside its disclosure, so that the outcome is in the log."""

    def __init__(self, visit: Visit, id_: UUID, gone: Response) -> None:
        super().__init__(b"")
        self._visit = visit
        self._id = id_
        self._gone = gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the file, send it, close it; a browser that went away is an outcome."""
        with suppress(RecipientGoneError):
            async with self._opened() as handed:
                if handed is None:
                    await self._gone(scope, receive, send)
                    return
                self.media_type = handed.released.media_type
                self.body = b"".join(handed.released.chunks)
                name = taking(self._visit).file
                self.init_headers({"Content-Disposition": f'attachment; filename="{name}"'})
                try:
                    await super().__call__(scope, receive, send)
                except OSError as error:
                    raise RecipientGoneError("the connection was closed") from error

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Handed | None]:
        desk = self._visit.rooms.desks.exports
        async with desk.fetch(self._visit.caller, self._id) as handed:
            yield handed


def _said(
    visit: Visit, title: str, text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> Response:
    title, text, back = visit.say(title), visit.say(text), taking(visit).path
    return page(visit, "error.html", status, title=title, text=text, code="", help="", back=back)


def _reference(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequestError("persoon", "is not a reference") from None


SCREENS: Final = (
    Screen(FILES, order, TAKERS, ("POST",)),
    Screen(FILES + "/{bestand:uuid}", state, TAKERS),
    Screen(FILES + "/{bestand:uuid}/ophalen", fetch, TAKERS, ("POST",)),
)
