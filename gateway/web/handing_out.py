"""At the Meedoenbalie: make a code with which a resident opens her own pages, and print it for her.

The paper says how in her language and in Dutch, and nothing about her; the code is shown this once.
"""

from typing import Final

from starlette.responses import Response

from gateway.domain.errors import InvalidRequestError
from gateway.domain.own_access import CODE_LASTS
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.own_rendering import OWN, moment
from gateway.web.own_words import DUTCH, LANGUAGES, language_named, own_words
from gateway.web.proofs import drawn
from gateway.web.rendering import page
from gateway.web.resident import ONE
from gateway.web.residents import PATH
from gateway.web.visit import Visit
from gateway.web.words import N_

FAULTS: Final = {
    "voogd": N_("Onder de 16 jaar is de wettelijk vertegenwoordiger erbij."),
    "geboortedatum": N_("Van deze bewoner is geen geboortedatum bekend: zonder kan het niet."),
}
_GROUP: Final = 3


async def offer(visit: Visit) -> Response:
    """Show what a code is for, and the form that makes one."""
    return _form(visit, visit.request.query_params.get("taal", ""))


async def make(visit: Visit) -> Response:
    """Make a code and show it; the code before it ends."""
    spoken = language_named(str(visit.form.get("taal", "")))
    subject = await visit.subject(visit.request.path_params["ref"])
    guardian, desk = bool(visit.form.get("voogd")), visit.rooms.desks.own.access
    try:
        code = await desk.make(visit.caller, subject, guardian=guardian)
    except InvalidRequestError as error:
        if error.field not in FAULTS:
            raise
        return _form(visit, spoken, error.field)
    grouped = " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))
    where = f"{visit.rooms.desks.counter.url}{OWN}"
    return page(
        visit,
        "code.html",
        steps=_steps(visit),
        code=grouped,
        where=where,
        picture=drawn(f"{where}/code/{code}"),
        until=moment(visit.now + CODE_LASTS),
        papers=[own_words(one) for one in dict.fromkeys((spoken, DUTCH))],
    )


def _form(visit: Visit, spoken: str, wrong: str = "") -> Response:
    return page(
        visit,
        "code_form.html",
        400 if wrong else 200,
        steps=_steps(visit),
        languages=[(one, own_words(one).name) for one in LANGUAGES],
        spoken=language_named(spoken),
        here=visit.request.url.path.removesuffix("/maak"),
        wrong=visit.say(FAULTS[wrong]) if wrong else "",
    )


def _steps(visit: Visit) -> tuple[tuple[str, str], ...]:
    here = f"{PATH}/{visit.request.path_params['ref']}"
    return (PATH, visit.say(N_("Bewoners"))), (here, visit.say(N_("Bewoner")))


SCREENS: Final = (
    Screen(ONE + "/code", offer, CASEMANAGER),
    Screen(ONE + "/code/maak", make, CASEMANAGER, ("POST",)),
)
