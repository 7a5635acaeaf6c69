"""Mijn gegevens, the door: choose a language, open with a code and a birth date, and leave.

1. Whatever is wrong with a code, the answer is the same, byte for byte.
2. The browser keeps a language, a code for as long as it is not used, and a random id: cookies that
   end with the window. Leaving takes them away, and asks the browser to clear what it kept.
3. No address, title or cookie tells who she is.
"""

from datetime import timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.actions.own_access import Key, NoEntryError
from gateway.web.guard import Entry, Screen
from gateway.web.own_rendering import LANGUAGE, OWN, SHARED, language_chosen, own_page
from gateway.web.own_words import LANGUAGES, own_words
from gateway.web.rooms import Rooms
from gateway.web.visit import Visit

CODE: Final = "mijn-code"
_BROUGHT: Final = timedelta(minutes=10)
"""How long a code that was scanned waits for her birth date."""
_LONGEST: Final = 40
_NETWORK: Final = 64
"""A device has a whole IPv6 network of this size to itself."""


async def door(visit: Visit) -> Response:
    """Ask for a language first, then for the code; go on where she is in already."""
    if language_chosen(visit.request) is None:
        return _choice(visit)
    if visit.own is not None:
        return RedirectResponse(SHARED, 303)
    over = visit.rooms.own_cookie in visit.request.cookies
    answer = _asked(visit, over=over)
    if over:
        _forget(answer, visit.rooms, visit.rooms.own_cookie)
    return answer


async def choose(visit: Visit) -> Response:
    """Show the languages again."""
    return _choice(visit)


async def chosen(visit: Visit) -> Response:
    """Show her pages in a language from now on."""
    language = visit.request.path_params["taal"]
    if language not in LANGUAGES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    answer = RedirectResponse(OWN, 303)
    _set(answer, visit.rooms, LANGUAGE, language)
    return answer


async def scanned(visit: Visit) -> Response:
    """Take a code along from its picture, out of the address; what is no code is no page."""
    code = visit.request.path_params["code"]
    if not (code.isascii() and code.isprintable() and len(code) <= _LONGEST):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    answer = RedirectResponse(OWN, 303)
    _set(answer, visit.rooms, CODE, code, int(_BROUGHT.total_seconds()))
    return answer


async def open_(visit: Visit) -> Response:
    """Open her session on this device, or say that it did not work (1)."""
    typed = Key(*(_text(visit, name) for name in ("code", "dag", "maand", "jaar")))
    try:
        let = await visit.rooms.desks.own.access.enter(typed, address(visit.request))
    except NoEntryError:
        answer: Response = _asked(visit, refused=True, status=HTTPStatus.FORBIDDEN)
    else:
        answer = RedirectResponse(SHARED, 303)
        _set(answer, visit.rooms, visit.rooms.own_cookie, let.id)
    _forget(answer, visit.rooms, CODE)
    return answer


async def leave(visit: Visit) -> Response:
    """End her session, and leave nothing on the device (2)."""
    assert visit.own is not None  # noqa: S101 - the guard let nobody in without one
    await visit.rooms.desks.own.access.leave(visit.own)
    answer = own_page(Visit(visit.request, visit.rooms, None, visit.language), "ended.html")
    for name in (visit.rooms.own_cookie, CODE, LANGUAGE):
        _forget(answer, visit.rooms, name)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def address(request: Request) -> str:
    """Return where a device asks from, as far as guesses are counted by it."""
    host = request.client.host if request.client else ""
    try:
        known = ip_address(host)
    except ValueError:
        return host
    if isinstance(known, IPv6Address):
        return str(ip_network((known, _NETWORK), strict=False))
    return str(known)


def _choice(visit: Visit) -> Response:
    return own_page(visit, "languages.html", languages=[own_words(one) for one in LANGUAGES])


def _asked(
    visit: Visit, *, over: bool = False, refused: bool = False, status: int = HTTPStatus.OK
) -> Response:
    brought = "" if refused else visit.request.cookies.get(CODE, "")[:_LONGEST]
    return own_page(visit, "code.html", status, over=over, refused=refused, brought=brought)


def _text(visit: Visit, name: str) -> str:
    value = visit.form.get(name)
    return value[:_LONGEST] if isinstance(value, str) else ""


def _set(answer: Response, rooms: Rooms, name: str, value: str, seconds: int | None = None) -> None:
    answer.set_cookie(
        name, value, seconds, path="/", secure=rooms.secure, httponly=True, samesite="strict"
    )


def _forget(answer: Response, rooms: Rooms, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=rooms.secure, httponly=True, samesite="strict")


SCREENS: Final = (
    Screen(OWN, door, Entry.EVERYONE),
    Screen(OWN + "/taal", choose, Entry.EVERYONE),
    Screen(OWN + "/taal/{taal}", chosen, Entry.EVERYONE),
    Screen(OWN + "/code/{code}", scanned, Entry.EVERYONE),
    Screen(OWN + "/openen", open_, Entry.EVERYONE, ("POST",)),
    Screen(OWN + "/einde", leave, Entry.HERSELF, ("POST",)),
)
