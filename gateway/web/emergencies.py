"""Noodtoegang: a casemanager breaks the glass for an hour, for someone who stays elsewhere.

The reason and the V-nummer are posted; where she goes then holds COA's own reference.
"""

from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.breakglass import Emergency
from gateway.domain.breakglass import LONGEST, SHORTEST
from gateway.domain.errors import InvalidRequestError
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.oversight_forms import person_of, posted
from gateway.web.oversight_words import wrong
from gateway.web.rendering import page
from gateway.web.residents import GUIDANCE
from gateway.web.residents import PATH as RESIDENTS
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/noodtoegang"
REASON: Final = "reden"


async def ask(visit: Visit) -> Response:
    """Show what it is, and ask about whom and why."""
    return _form(visit, {})


def _form(visit: Visit, errors: dict[str, str]) -> Response:
    status = 400 if errors else 200
    limits = {"shortest": SHORTEST, "longest": LONGEST}
    values = posted(visit)
    return page(visit, "break_glass.html", status, errors=errors, values=values, **limits)


async def break_glass(visit: Visit) -> Response:
    """Break the glass, and go to the resident for an hour."""
    form, caller = posted(visit), visit.caller
    try:
        subject = await person_of(visit, {"v_nummer": form.get("v_nummer", "")})
        assert subject is not None  # noqa: S101 - a V-nummer, even an empty one, names or is refused
        emergency = Emergency(subject, GUIDANCE, form.get(REASON, ""))
        await visit.rooms.desks.backoffice.emergencies.break_glass(caller, emergency)
    except InvalidRequestError as error:
        return _form(visit, {error.field: _said(visit, error.field)})
    reference = visit.rooms.desks.gate.pseudonyms.reference(caller.partner.oin, subject)
    return RedirectResponse(f"{RESIDENTS}/{reference}?gedaan=nood", 303)


def _said(visit: Visit, field: str) -> str:
    if field == REASON:
        return visit.say(N_("Schrijf 20 tot 500 tekens, zonder nummers van personen."))
    return wrong(visit, field)


SCREENS: Final = (
    Screen(PATH, ask, CASEMANAGER),
    Screen(PATH + "/open", break_glass, CASEMANAGER, ("POST",)),
)
