"""Pages from templates: everything is escaped, and what a template does not get is an error."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from gateway.domain.disclosures import Disclosed
from gateway.domain.partners import Caller
from gateway.domain.records import Receipt
from gateway.domain.sentences import Language
from gateway.web import retention, words
from gateway.web.navigation import doors
from gateway.web.visit import Visit

HTML: Final = "text/html; charset=utf-8"
STATIC: Final = "/static/"
_HTMX: Final = {
    "allowEval": False,
    "historyCacheSize": 0,
    "includeIndicatorStyles": False,
    "refreshOnHistoryMiss": True,
    "selfRequestsOnly": True,
}


@cache
def manifest() -> Mapping[str, str]:
    """Return the names under which the built files are served, by the names they were built from."""
    text = files("gateway.web").joinpath("static", "dist", "manifest.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def asset(name: str) -> str:
    """Return the path of a built file."""
    return STATIC + manifest()[name]


@cache
def environment(language: Language) -> Environment:
    """Return the templates with the words, dates and numbers of a language."""
    found = Environment(
        loader=PackageLoader("gateway.web"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        partial(words.say, language=language),
        lambda one, more, n: words.count(one, more, n, language),
        newstyle=True,
    )
    say = partial(_say, language)
    found.globals |= {"gettext": say, "_": say}
    found.filters |= {
        "day": partial(words.day, language=language),
        "moment": partial(words.moment, language=language),
        "number": partial(words.number, language=language),
        "kept": partial(retention.in_words, language=language),
    }
    found.globals.update(asset=asset, htmx=json.dumps(_HTMX))
    return found


def _say(language: Language, text: str, /, **values: object) -> Markup:
    """Say a text of a template, with its values escaped: as Jinja does, in a fifth of its time."""
    return Markup(words.say(text, language)) % values if values else _said(language, text)  # noqa: S704 - our own text


@lru_cache(maxsize=4_096)
def _said(language: Language, text: str) -> Markup:
    return Markup(words.say(text, language) % {})  # noqa: S704 - our own text


def render(visit: Visit, template: str, **values: object) -> str:
    """Render a template for a visit; the layout finds who is here under ``visit``."""
    page = environment(visit.language).get_template(template)
    return page.render(visit=visit, who=_who(visit), doors=_doors(visit), **values)


def page(visit: Visit, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Answer with a page that shows no personal value of a resident."""
    return HTMLResponse(render(visit, template, **values), status)


def _who(visit: Visit) -> Caller | None:
    chosen = visit.session is not None and visit.session.role is not None
    return visit.caller if chosen else None


def _doors(visit: Visit) -> Sequence[Mapping[str, object]]:
    who = _who(visit)
    here = visit.request.url.path
    return [
        {"path": path, "label": visit.say(label), "here": here.startswith(path)}
        for path, label in (doors(who.role, who.partner.kind) if who else ())
    ]


class HtmlFormat(ABC):
    """A page as a format in which a disclosure goes out: ``tell`` makes a template's values of it."""

    media_type = HTML

    def __init__(self, visit: Visit, template: str) -> None:
        self._visit = visit
        self._template = template

    @abstractmethod
    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return the template's values; each page says how."""

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Yield the page, once it is asked for."""
        values = self.tell(receipt, disclosed)
        yield render(self._visit, self._template, **values).encode()
