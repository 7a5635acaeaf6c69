"""A resident's own pages from their templates: in her language, light, and without any script."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway.domain.disclosures import Disclosed
from gateway.domain.records import Receipt
from gateway.web.guard import OWN_DOOR
from gateway.web.own_words import DUTCH, LANGUAGES, OwnWords, own_words
from gateway.web.rendering import HTML, asset
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM

OWN: Final = OWN_DOOR
SHARED: Final = OWN + "/overzicht"
LANGUAGE: Final = "mijn-taal"
MENU: Final = (
    (SHARED, "nav_shared"),
    (OWN + "/wie-keek", "nav_looked"),
    (OWN + "/alles", "nav_mine"),
    (OWN + "/meenemen", "nav_take"),
    (OWN + "/klopt-niet", "nav_wrong"),
)


def language_chosen(request: Request) -> str | None:
    """Return the language that was chosen on this device; ``None`` before that."""
    chosen = request.cookies.get(LANGUAGE)
    return chosen if chosen in LANGUAGES else None


def words_of(visit: Visit) -> OwnWords:
    """Return the words of the chosen language; Dutch before one was chosen."""
    return own_words(language_chosen(visit.request) or DUTCH)


def day(value: date | datetime) -> str:
    """Write a day in numbers, as papers do in every language."""
    local = value.astimezone(AMSTERDAM) if isinstance(value, datetime) else value
    return f"{local:%d-%m-%Y}"


def moment(value: datetime) -> str:
    """Write a moment in numbers, as a clock in the Netherlands shows it."""
    return f"{value.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"


def clock(value: datetime) -> str:
    """Write the time of day in the Netherlands."""
    return f"{value.astimezone(AMSTERDAM):%H:%M}"


@cache
def environment() -> Environment:
    """Return the templates."""
    found = Environment(
        loader=PackageLoader("gateway.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"day": day, "moment": moment, "clock": clock}
    found.globals.update(asset=asset, door=OWN)
    return found


def own_page(visit: Visit, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Answer with a page that shows no personal value."""
    return HTMLResponse(own_render(visit, template, **values), status)


def own_render(visit: Visit, template: str, **values: object) -> str:
    """Render a template in her language; the layout finds her session under ``own``."""
    words, own = words_of(visit), visit.own
    here = visit.request.url.path
    menu = [(path, words.texts[key], path == here) for path, key in (MENU if own else ())]
    token = own.csrf if own else (visit.session.csrf if visit.session else "")
    page = environment().get_template(f"own/{template}")
    return page.render(
        words=words, t=words.texts, say=words.say, own=own, menu=menu, token=token, **values
    )


class OwnFormat(ABC):
    """A page as a format in which her own data go out: ``tell`` makes a template's values of it."""

    media_type = HTML

    def __init__(self, visit: Visit, template: str) -> None:
        self._visit = visit
        self._template = template
        self._words = words_of(visit)

    @abstractmethod
    def tell(self, disclosed: Disclosed) -> Mapping[str, object]:
        """Return the template's values; each page says how."""

    def render(self, _receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Yield the page, once it is asked for."""
        (share,) = disclosed
        yield own_render(self._visit, self._template, **self.tell(share)).encode()
