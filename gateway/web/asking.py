"""Ask to be introduced: one person or a group for a speed date, for a function and an employer."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from starlette.responses import RedirectResponse, Response

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.introduce import LONGEST, MOST_AT_ONCE, IntroductionWish
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import Oin
from gateway.domain.partners import PartnerKind
from gateway.domain.replays import once
from gateway.domain.sessions import LONGEST as LASTS
from gateway.web.candidates import FOUND, called
from gateway.web.guard import Screen
from gateway.web.navigation import AGENCY
from gateway.web.rendering import page
from gateway.web.searching import PATH, kept
from gateway.web.visit import Visit
from gateway.web.words import N_

ASKED: Final = "/voorstellen"
_WRONG: Final = 400
_FIELDS: Final = ("werkgever", "functie", "groep")
_FAULTS: Final[Mapping[str, str]] = {
    "kandidaten": N_("Kies één tot tien kandidaten uit de lijst."),
    "werkgever": N_("Kies een werkgever uit de lijst."),
    "functie": N_("Hoogstens 80 letters, cijfers en spaties; geen gegevens van personen."),
    "groep": N_("Hoogstens 80 letters, cijfers en spaties; geen gegevens van personen."),
}


async def chosen(visit: Visit) -> Response:
    """Show who was chosen and what to fill in; without anyone, say so."""
    people = _people(visit)
    return _form(visit, people, "" if _as_many_as_may(people) else "kandidaten")


async def ask(visit: Visit) -> Response:
    """Ask for the introductions, and go to how they stand; nothing is told about the people.

    A form that is sent twice asks nobody twice.
    """
    sought, people = kept(visit), _people(visit)
    if sought is None:
        return RedirectResponse(PATH, 303)
    if not await _first(visit):
        return RedirectResponse(f"{ASKED}?eerder=1", 303)
    employer, function, group = (_text(visit, name) for name in _FIELDS)
    wish = IntroductionWish(
        sought.session, people, Oin(employer) if employer else None, function, group
    )
    try:
        asked = len(await visit.rooms.desks.introductions.request(visit.caller, wish))
    except InvalidRequestError as error:
        if error.field not in _FAULTS:
            raise
        return _form(visit, people, error.field)
    except DisclosureRefusedError as refused:
        if not refused.decision.hidden:
            raise
        asked = 0
    return RedirectResponse(f"{ASKED}?gevraagd={asked}&niet={len(people) - asked}", 303)


async def _first(visit: Visit) -> bool:
    """Tell whether a form was not sent before; one whose fault is said comes back as a new one."""
    token = once(f"voorstel {visit.caller.actor}", _text(visit, "eenmalig") or str(uuid4()))
    return await visit.rooms.desks.replays.first(token, visit.now + LASTS, visit.now)


def _form(visit: Visit, people: Sequence[UUID], wrong: str) -> Response:
    employers = [
        (oin, partner.name)
        for oin, partner in visit.rooms.partners.items()
        if partner.kind is PartnerKind.WERKGEVER
    ]
    return page(
        visit,
        "ask.html",
        _WRONG if wrong else 200,
        people=[(str(one), called(str(one))) for one in people],
        may=_as_many_as_may(people),
        employers=[("", visit.say(N_("Nog geen werkgever"))), *employers],
        values={name: _text(visit, name) or "" for name in _FIELDS},
        errors={wrong: visit.say(_FAULTS[wrong])} if wrong else {},
        longest=LONGEST,
        once=uuid4(),
        steps=((PATH, visit.say(N_("Kandidaten"))), (FOUND, visit.say(N_("Gevonden")))),
        back=PATH,
    )


def _as_many_as_may(people: Sequence[UUID]) -> bool:
    return 1 <= len(people) <= MOST_AT_ONCE


def _people(visit: Visit) -> tuple[UUID, ...]:
    """Read the references that were ticked; what is none cannot have come from our page."""
    found = []
    for value in visit.form.getlist("kandidaat"):
        try:
            found.append(UUID(str(value)))
        except ValueError:
            raise InvalidRequestError("kandidaat", "is not a reference") from None
    return tuple(dict.fromkeys(found))


def _text(visit: Visit, name: str) -> str | None:
    value = visit.form.get(name)
    return value.strip() or None if isinstance(value, str) else None


SCREENS: Final = (
    Screen(f"{PATH}/keuze", chosen, AGENCY, ("POST",)),
    Screen(f"{PATH}/vraag", ask, AGENCY, ("POST",)),
)
