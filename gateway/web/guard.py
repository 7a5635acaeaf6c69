"""Who may come in: a live session, in a role that has the screen, and a form that is our own.

1. A screen names the roles that have it; without a session one signs in first, and comes back.
2. What changes something is posted, from our own origin, with the session's own token.
3. A session that ended says so.
4. A resident's own pages are for her session only; no worker's opens them.
5. What may not leave for a private party is not taken from one either: a burgerservicenummer that was
   typed is refused, so that no page has to show it again (UAVG art. 46).
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from secrets import compare_digest
from typing import Final
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.domain.errors import GatewayError, InvalidRequestError
from gateway.domain.identifiers import RoleId
from gateway.web.rooms import Rooms
from gateway.web.uploads import form_with_files, form_without_files
from gateway.web.visit import Visit, language_of

SIGN_IN: Final = "/aanmelden"
ROLES: Final = "/rol"
OWN_DOOR: Final = "/mijn-gegevens"
TOKEN: Final = "csrf"  # noqa: S105 - the name of a form field
SAFE: Final = frozenset({"GET", "HEAD"})
_FORM_LIMIT: Final = 200

Handler = Callable[[Visit], Awaitable[Response]]


class ForgedError(GatewayError):
    """A form that was not sent from one of our own pages."""

    code = "FORGED"


class NotYourScreenError(GatewayError):
    """A screen that this role does not have."""

    code = "NOT_YOUR_SCREEN"


class NumberSentError(GatewayError):
    """A burgerservicenummer that a private party typed."""

    code = "NUMBER_SENT"


class Entry(Enum):
    """Who may come in where no role is named."""

    EVERYONE = auto()
    SIGNED_IN = auto()
    IN_A_ROLE = auto()
    HERSELF = auto()


@dataclass(frozen=True, slots=True)
class Screen:
    """A page and who has it: the roles, or ``Entry`` where it is not for some roles only.

    ``tokenless`` lets a machine post without our token: it brings a proof of its own. So many
    ``takes_files`` may be posted along, of ``most_bytes`` together (``None``: what a delivery may hold).
    """

    path: str
    handler: Handler
    roles: frozenset[RoleId] | Entry
    methods: tuple[str, ...] = ("GET",)
    tokenless: bool = False
    takes_files: int = 0
    most_bytes: int | None = None


async def arrive(rooms: Rooms, request: Request) -> Visit:
    """Find out who is here."""
    id_ = request.cookies.get(rooms.cookie)
    session = await rooms.desks.sessions.resume(id_) if id_ else None
    own_id = request.cookies.get(rooms.own_cookie)
    own = await rooms.desks.own.access.resume(own_id) if own_id else None
    visit = Visit(request, rooms, session, language_of(request), own=own)
    request.state.visit = visit
    return visit


async def enter(screen: Screen, request: Request) -> Response:
    """Let a request in to a screen, send it to sign in, or refuse it."""
    visit = await arrive(request.state.rooms, request)
    elsewhere = _elsewhere(visit, screen)
    if elsewhere is not None:
        return elsewhere
    if isinstance(screen.roles, frozenset) and visit.caller.role not in screen.roles:
        raise NotYourScreenError("this role does not have this screen")
    if request.method not in SAFE:
        visit = replace(visit, form=await _posted(visit, screen))
    try:
        if request.method not in SAFE and not screen.tokenless:
            _own_form(visit, screen)
            _numberless(visit)
        return await screen.handler(visit)
    finally:
        await visit.form.close()


async def _posted(visit: Visit, screen: Screen) -> FormData:
    """Read a form, which is UTF-8: a charset that is named could be any that the interpreter knows."""
    kind = visit.request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/") and "charset" in kind:
        raise InvalidRequestError("content-type", "names a charset")
    if screen.takes_files:
        most = screen.most_bytes or visit.rooms.desks.backoffice.most
        return await form_with_files(visit.request, screen.takes_files, most)
    return await form_without_files(visit.request, _FORM_LIMIT)


def to_sign_in(visit: Visit) -> Response:
    """Send to sign in, and back to this page after; say so where a session ended (3)."""
    ended = visit.rooms.cookie in visit.request.cookies
    back = visit.path if visit.request.method in SAFE else "/"
    why = "&reden=verlopen" if ended else ""
    answer = RedirectResponse(f"{SIGN_IN}?terug={quote(back, safe='')}{why}", 303)
    answer.headers["HX-Redirect"] = answer.headers["location"]
    return answer


def _elsewhere(visit: Visit, screen: Screen) -> Response | None:
    if screen.roles is Entry.EVERYONE:
        return None
    if screen.roles is Entry.HERSELF:
        return None if visit.own is not None else RedirectResponse(OWN_DOOR, 303)
    if visit.session is None:
        return to_sign_in(visit)
    if visit.session.role is None and screen.roles is not Entry.SIGNED_IN:
        return RedirectResponse(f"{ROLES}?terug={quote(visit.path, safe='')}", 303)
    return None


def _own_form(visit: Visit, screen: Screen) -> None:
    """Raise ``ForgedError`` unless a form came from our own page, by token and by origin (2)."""
    request = visit.request
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise ForgedError("sent from another site")
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedError("sent from another site")
    known = visit.own if screen.roles is Entry.HERSELF else visit.session
    if known is None:
        return
    sent = visit.form.get(TOKEN)
    if not isinstance(sent, str) or not compare_digest(sent.encode(), known.csrf.encode()):
        raise ForgedError("sent without the page's token")


def _numberless(visit: Visit) -> None:
    """Raise ``NumberSentError`` where a private party typed what her pages may not show (5)."""
    if visit.session is None or visit.session.role is None or not visit.caller.partner.kind.private:
        return
    typed = "\n".join(text for _, text in visit.form.multi_items() if isinstance(text, str))
    try:
        deque(visit.rooms.desks.gate.firewall.scan([typed.encode()], frozenset()), maxlen=0)
    except GatewayError:
        raise NumberSentError("a number set by law was typed") from None
