"""Sign in by OpenID Connect, choose a role, prove more, sign off; and the demo's open door."""

from dataclasses import replace
from typing import Final
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse, Response

from gateway.actions.sessions import Opened
from gateway.domain.errors import InvalidRequestError
from gateway.domain.sentences import Language
from gateway.domain.sessions import AWAY, SignInRefusedError
from gateway.web.guard import ROLES, SIGN_IN, Entry, Screen
from gateway.web.navigation import doors
from gateway.web.rendering import page
from gateway.web.rooms import Rooms
from gateway.web.visit import Visit, own_path

DEPARTED: Final = "-vertrek"


async def sign_in(visit: Visit) -> Response:
    """Show where to sign in, or go on where one came for when already signed in."""
    onward = own_path(visit.request.query_params.get("terug", "/"))
    if visit.session is not None and visit.session.role is not None:
        return RedirectResponse(onward, 303)
    ended = visit.request.query_params.get("reden") == "verlopen"
    answer = page(visit, "signin.html", onward=onward, ended=ended, personas=visit.rooms.personas)
    if ended:
        _forget(answer, visit.rooms, visit.rooms.cookie)
    return answer


async def depart(visit: Visit) -> Response:
    """Send the browser to the identity provider."""
    return await _leave(visit, strong=False)


async def prove_more(visit: Visit) -> Response:
    """Send the browser to the provider for a stronger proof; the demo asks on a page of its own."""
    if visit.rooms.provider is not None:
        return await _leave(visit, strong=True)
    onward = own_path(visit.request.query_params.get("terug", "/"))
    return page(visit, "prove.html", onward=onward)


async def prove_in_demo(visit: Visit) -> Response:
    """Take the demo's word for a stronger proof."""
    session = visit.session
    if not visit.rooms.personas or session is None:
        raise InvalidRequestError("aanmelden", "is not open here")
    proven = replace(session.identity, strong=True)
    opened = await visit.rooms.desks.sessions.prove(session, proven)
    return _admit(visit.rooms, opened, _onward(visit))


async def come_back(visit: Visit) -> Response:
    """Take the provider's answer, and open a session for whom it names."""
    provider, desk = visit.rooms.provider, visit.rooms.desks.sessions
    sealed = visit.request.cookies.get(visit.rooms.cookie + DEPARTED, "")
    departure = desk.returned(sealed)
    if provider is None or departure is None:
        raise SignInRefusedError("the sign-in was not begun here, or took too long")
    identity = await provider.identity(departure, visit.request.query_params)
    if departure.strong and visit.session is not None:
        opened = await desk.prove(visit.session, identity)
    else:
        opened = await desk.open(identity, visit.request.cookies.get(visit.rooms.cookie), "oidc")
    answer = _admit(visit.rooms, opened, departure.onward)
    _forget(answer, visit.rooms, visit.rooms.cookie + DEPARTED)
    return answer


async def be_persona(visit: Visit) -> Response:
    """Open a session as one of the demo's people; where there is no demo there is nobody to be."""
    wanted = str(visit.form.get("wie", ""))
    persona = next((one for one in visit.rooms.personas if one.actor == wanted), None)
    if persona is None:
        raise InvalidRequestError("wie", "is not someone of the demo")
    before = visit.request.cookies.get(visit.rooms.cookie)
    opened = await visit.rooms.desks.sessions.open(persona, before, "persona")
    return _admit(visit.rooms, opened, _onward(visit))


async def roles(visit: Visit) -> Response:
    """Show the roles one may act in."""
    onward = own_path(visit.request.query_params.get("terug", "/"))
    return page(visit, "roles.html", onward=onward)


async def choose_role(visit: Visit) -> Response:
    """Act in another role from now on; the log is told."""
    assert visit.session is not None  # noqa: S101 - the guard let nobody in without one
    wanted = str(visit.form.get("rol", ""))
    opened = await visit.rooms.desks.sessions.act_as(visit.session, wanted)
    return _admit(visit.rooms, opened, _onward(visit))


async def sign_off(visit: Visit) -> Response:
    """End the session, here and, by a link, at the provider."""
    assert visit.session is not None  # noqa: S101 - the guard let nobody in without one
    await visit.rooms.desks.sessions.close(visit.session)
    provider, hint = visit.rooms.provider, visit.session.identity.hint
    farewell = await provider.farewell(hint) if provider is not None else None
    gone = Visit(visit.request, visit.rooms, None, visit.language)
    answer = page(gone, "signedoff.html", farewell=farewell)
    _forget(answer, visit.rooms, visit.rooms.cookie)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


async def ended_elsewhere(visit: Visit) -> Response:
    """End what rests on a session that the provider says is over.

    OpenID Connect Back-Channel Logout 1.0 section 2.8: 200, or 400 with an error for a machine.
    """
    if visit.rooms.provider is None:
        raise InvalidRequestError("aanmelden", "is not set up here")
    try:
        ended = await visit.rooms.provider.ended(str(visit.form.get("logout_token", "")))
        await visit.rooms.desks.sessions.close_of_provider(ended)
    except SignInRefusedError:
        return JSONResponse({"error": "invalid_request"}, 400)
    return Response(status_code=200)


async def home(visit: Visit) -> Response:
    """Go to the first screen of the role, or say that it has none."""
    found = doors(visit.caller.role, visit.caller.partner.kind)
    if found:
        return RedirectResponse(found[0][0], 303)
    agreed = visit.caller.partner.agreement.purposes.get(visit.caller.role, frozenset())
    purposes = [one for one in visit.rooms.desks.gate.matrix.purposes() if one.code in agreed]
    english = visit.language is Language.EN
    told = [(one.short, one.title_en if english else one.title_nl) for one in purposes]
    return page(visit, "nothing.html", purposes=told)


async def _leave(visit: Visit, *, strong: bool) -> Response:
    if visit.rooms.provider is None:
        raise InvalidRequestError("aanmelden", "is not set up here")
    onward = own_path(visit.request.query_params.get("terug", "/"))
    departure, sealed = visit.rooms.desks.sessions.depart(onward, strong=strong)
    answer = RedirectResponse(await visit.rooms.provider.door(departure), 303)
    _set(answer, visit.rooms, visit.rooms.cookie + DEPARTED, sealed, int(AWAY.total_seconds()))
    return answer


def _admit(rooms: Rooms, opened: Opened, onward: str) -> Response:
    """Hand the browser its id; who has yet to choose a role does that first."""
    chosen = opened.session.role is not None
    where = onward if chosen else f"{ROLES}?terug={quote(onward, safe='')}"
    answer = RedirectResponse(where, 303)
    _set(answer, rooms, rooms.cookie, opened.id)
    return answer


def _onward(visit: Visit) -> str:
    return own_path(str(visit.form.get("terug", "/")))


def _set(answer: Response, rooms: Rooms, name: str, value: str, seconds: int | None = None) -> None:
    answer.set_cookie(
        name, value, seconds, path="/", secure=rooms.secure, httponly=True, samesite="lax"
    )


def _forget(answer: Response, rooms: Rooms, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=rooms.secure, httponly=True, samesite="lax")


SCREENS: Final = (
    Screen("/", home, Entry.IN_A_ROLE),
    Screen(SIGN_IN, sign_in, Entry.EVERYONE),
    Screen("/aanmelden/vertrek", depart, Entry.EVERYONE),
    Screen("/aanmelden/terug", come_back, Entry.EVERYONE),
    Screen("/aanmelden/wie", be_persona, Entry.EVERYONE, ("POST",)),
    Screen("/aanmelden/extra", prove_more, Entry.SIGNED_IN),
    Screen("/aanmelden/bewijs", prove_in_demo, Entry.SIGNED_IN, ("POST",)),
    Screen("/aanmelden/einde", ended_elsewhere, Entry.EVERYONE, ("POST",), tokenless=True),
    Screen(ROLES, roles, Entry.SIGNED_IN),
    Screen("/rol/kies", choose_role, Entry.SIGNED_IN, ("POST",)),
    Screen("/afmelden", sign_off, Entry.SIGNED_IN, ("POST",)),
)
