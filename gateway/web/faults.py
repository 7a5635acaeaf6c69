"""What a page says when it cannot be shown: plain words, never what was sent."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.errors import (
    GatewayError,
    InvalidRequestError,
    LedgerUnavailableError,
    StoreUnavailableError,
)
from gateway.domain.events import RequestFailed
from gateway.domain.explain import REMEDIES
from gateway.domain.reasons import EXPLANATIONS, Reason, told
from gateway.domain.sentences import Language, advice
from gateway.domain.sessions import SignInRefusedError
from gateway.web.guard import ForgedError, NotYourScreenError, NumberSentError
from gateway.web.own_rendering import OWN, own_page
from gateway.web.rendering import page
from gateway.web.rooms import NotOursError, Rooms
from gateway.web.uploads import TooLargeError
from gateway.web.visit import Visit, language_of
from gateway.web.words import N_


@dataclass(frozen=True, slots=True)
class Said:
    """A fault in words: what it is, and what one can do."""

    status: HTTPStatus
    title: str
    text: str
    code: str = ""


_NOT_FOUND: Final = Said(
    HTTPStatus.NOT_FOUND,
    N_("Deze pagina is er niet"),
    N_("De pagina bestaat niet, of de persoon is bij u niet bekend."),
)
_BROKEN: Final = Said(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    N_("Er ging iets mis"),
    N_("De fout ligt bij ons en is gemeld. Probeer het straks opnieuw."),
)
_BUSY: Final = Said(
    HTTPStatus.SERVICE_UNAVAILABLE,
    N_("Nu even niet beschikbaar"),
    N_(
        "Het logboek kan dit verzoek nu niet vastleggen, en zonder vastlegging tonen we niets. "
        "Probeer het over een minuut opnieuw."
    ),
)
_FORGED: Final = Said(
    HTTPStatus.FORBIDDEN,
    N_("Dit formulier is verlopen"),
    N_("Ga terug naar de pagina, laad haar opnieuw en probeer het nog eens."),
)
_NOT_YOURS: Final = Said(
    HTTPStatus.FORBIDDEN,
    N_("Deze pagina hoort niet bij uw rol"),
    N_("Kies een andere rol als u die hebt, of vraag uw beheerder."),
)
_SIGN_IN: Final = Said(
    HTTPStatus.UNAUTHORIZED,
    N_("Aanmelden is niet gelukt"),
    N_("Probeer het opnieuw. Lukt het weer niet, vraag dan uw beheerder."),
)
_WRONG: Final = Said(
    HTTPStatus.BAD_REQUEST,
    N_("Dit verzoek klopt niet"),
    N_("Er ontbreekt iets, of er staat iets dat hier niet kan."),
)
_NUMBER: Final = Said(
    HTTPStatus.BAD_REQUEST,
    N_("Er staat een burgerservicenummer in"),
    N_(
        "Uw organisatie mag dat nummer niet verwerken. Er is niets vastgelegd. Ga terug, haal het "
        "nummer weg, of een getal dat erop lijkt, en probeer het opnieuw."
    ),
)
_TOO_LARGE: Final = Said(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    N_("Dit is te groot"),
    N_("Stuur minder tegelijk, of vraag uw beheerder om een ruimere grens."),
)
_BY_KIND: Final[tuple[tuple[type[GatewayError], Said], ...]] = (
    (ForgedError, _FORGED),
    (NotYourScreenError, _NOT_YOURS),
    (NotOursError, _NOT_YOURS),
    (NumberSentError, _NUMBER),
    (SignInRefusedError, _SIGN_IN),
    (TooLargeError, _TOO_LARGE),
    (InvalidRequestError, _WRONG),
    (LedgerUnavailableError, _BUSY),
    (StoreUnavailableError, _BUSY),
)


def on_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal of the gate: who has no relation learns no more than that nothing is there."""
    assert isinstance(error, DisclosureRefusedError)  # noqa: S101 - registered for this type only
    visit = _visit(request)
    if error.decision.hidden:
        return _page(visit, _NOT_FOUND)
    if _hers(visit):
        return own_page(visit, "error.html", HTTPStatus.FORBIDDEN)
    reason = told(error.reason)
    words = EXPLANATIONS[reason]
    text = words.nl if visit.language is Language.NL else words.en
    spent = reason is Reason.QUERY_BUDGET_SPENT
    status = HTTPStatus.TOO_MANY_REQUESTS if spent else HTTPStatus.FORBIDDEN
    title = N_("De poort geeft dit niet vrij")
    help_ = advice(REMEDIES[reason], visit.language) if reason in REMEDIES else ""
    return page(
        visit,
        "error.html",
        status,
        title=visit.say(title),
        text=text,
        code=reason,
        help=help_,
        back="/",
    )


def on_error(request: Request, error: Exception) -> Response:
    """Answer an error of the gate by its kind; operators hear of what is a fault of ours."""
    visit = _visit(request)
    said = next((said for kind, said in _BY_KIND if isinstance(error, kind)), _BROKEN)
    if said is _BROKEN:
        visit.rooms.desks.gate.telemetry.tell(RequestFailed.of(error))
    answer = _page(visit, said)
    if said is _BUSY:
        answer.headers["Retry-After"] = "60"
    return answer


def on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: an unknown path, a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    said = _NOT_FOUND if error.status_code == HTTPStatus.NOT_FOUND else _WRONG
    return _page(_visit(request), said, error.status_code)


async def fault(rooms: Rooms, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a fault of ours; the session is not asked for again, it may be what broke."""
    request = Request(scope, receive)
    visit = Visit(request, rooms, None, language_of(request))
    await _page(visit, _BROKEN)(scope, receive, send)


def _page(visit: Visit, said: Said, status: int | None = None) -> Response:
    if _hers(visit):
        return own_page(visit, "error.html", status or said.status)
    title, text = visit.say(said.title), visit.say(said.text)
    return page(
        visit,
        "error.html",
        status or said.status,
        title=title,
        text=text,
        code="",
        help="",
        back="/",
    )


def _hers(visit: Visit) -> bool:
    """Tell whether a page is a resident's own: she reads it in her language, and no more of why."""
    path = visit.request.url.path
    return path == OWN or path.startswith(f"{OWN}/")


def _visit(request: Request) -> Visit:
    """Return the visit as far as it came; one that a role was lost in has no session any more."""
    known = getattr(request.state, "visit", None)
    if isinstance(known, Visit) and _known(known):
        return known
    return Visit(request, request.state.rooms, None, language_of(request))


def _known(visit: Visit) -> bool:
    return visit.session is None or visit.session.identity.partner in visit.rooms.partners
