"""Mijn gegevens: all that is kept about her, and how she says that something is not right."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from starlette.responses import RedirectResponse, Response

from gateway.actions.rectify import Complaint
from gateway.domain.brede_intake import CHAPTERS, Chapter
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName
from gateway.domain.sentences import Language
from gateway.web.guard import Entry, Screen
from gateway.web.own_rendering import OWN, SHARED, OwnFormat, own_page, words_of
from gateway.web.own_words import DUTCH
from gateway.web.release import ReleasedPage
from gateway.web.values import Shown, Teller
from gateway.web.visit import Visit

MINE: Final = OWN + "/alles"
WRONG: Final = OWN + "/klopt-niet"
MOST: Final = 500
_CHOICES: Final = "toestemming_"


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter with what is known in it: labels and values."""

    title: str
    rows: tuple[tuple[str, Shown], ...]


async def mine(visit: Visit) -> Response:
    """Show all that is kept."""
    return ReleasedPage(lambda: _opened(visit, MinePage(visit)))


async def wrong(visit: Visit) -> Response:
    """Show the form that says that something is not right."""
    return _form(visit)


async def say_wrong(visit: Visit) -> Response:
    """Record what she says is not right (GDPR art. 16); sent twice it is recorded once."""
    assert visit.own is not None  # noqa: S101 - the guard let nobody in without one
    words, about = _text(visit, "woorden"), _text(visit, "veld")
    if not words or len(words) > MOST:
        return _form(visit, missing=True, status=400)
    if about and about not in {name for chapter in CHAPTERS for name in chapter.fields}:
        raise InvalidRequestError("veld", "is not a field of the dictionary")
    complaint = Complaint(FieldName(about) if about else None, words, _once(visit))
    await visit.rooms.desks.inspect.say_not_right(visit.own.caller, complaint)
    return RedirectResponse(f"{SHARED}?gedaan=gemeld", 303)


class MinePage(OwnFormat):
    """Her profile by chapter, in Dutch or English words."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "mine.html")
        self._told_in = Language.NL if self._words.language == DUTCH else Language.EN
        self._teller = Teller(visit.rooms, self._told_in)

    def tell(self, disclosed: Disclosed) -> Mapping[str, object]:
        """Return each chapter in which anything is known."""
        parts = [
            Part(self._words.texts[f"part_{number}"], self._rows(chapter, disclosed))
            for number, chapter in enumerate(CHAPTERS, 1)
        ]
        return {"parts": [part for part in parts if part.rows], "told_in": self._told_in}

    def _rows(self, chapter: Chapter, disclosed: Disclosed) -> tuple[tuple[str, Shown], ...]:
        teller = self._teller
        return tuple(
            (teller.label(name), teller.show_text(name, disclosed.values[name]))
            for name in chapter.fields
            if name in disclosed.values and not name.startswith(_CHOICES)
        )


@asynccontextmanager
async def _opened(visit: Visit, page: MinePage) -> AsyncIterator[Released]:
    assert visit.own is not None  # noqa: S101 - the guard let nobody in without one
    async with visit.rooms.desks.inspect(visit.own.caller, page) as inspection:
        yield inspection.released


def _form(visit: Visit, *, missing: bool = False, status: int = 200) -> Response:
    words = words_of(visit)
    told_in = Language.NL if words.language == DUTCH else Language.EN
    teller = Teller(visit.rooms, told_in)
    groups = [
        (words.texts[f"part_{number}"], [(name, teller.label(name)) for name in chapter.fields])
        for number, chapter in enumerate(CHAPTERS[:-1], 1)
    ]
    kept = {name: _text(visit, name) for name in ("woorden", "veld")}
    return own_page(
        visit,
        "wrong.html",
        status,
        groups=groups,
        told_in=told_in,
        kept=kept,
        missing=missing,
        most=MOST,
        once=_once(visit),
    )


def _once(visit: Visit) -> str:
    """Return the number of a form, by which it is known when it is sent again."""
    try:
        return str(UUID(_text(visit, "eenmalig")))
    except ValueError:
        return str(uuid4())


def _text(visit: Visit, name: str) -> str:
    value = visit.form.get(name)
    return value.strip() if isinstance(value, str) else ""


SCREENS: Final = (
    Screen(MINE, mine, Entry.HERSELF),
    Screen(WRONG, wrong, Entry.HERSELF),
    Screen(WRONG + "/stuur", say_wrong, Entry.HERSELF, ("POST",)),
)
