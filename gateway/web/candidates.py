"""Kandidaten: search without names, in no order that says anything, and ask for an introduction."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.search import MAX_RESULTS, Hits, SearchQuestion
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.partners import PartnerKind
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import AGENCY, SEARCHERS
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat, page
from gateway.web.searching import PATH, PURPOSE, Sought, asked, filters, forget, keep, kept, read
from gateway.web.values import Teller, text, unreadable
from gateway.web.values import read as opened
from gateway.web.visit import Visit
from gateway.web.words import N_, day

FOUND: Final = f"{PATH}/gevonden"
ROWS: Final = 25
"""How many candidates a page shows: what one can take in, as on a worklist."""
_PLACES: Final = {str(place): place for place in range(0, MAX_RESULTS, ROWS)}
_WRONG: Final = 400


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone found, without a name: a reference of this search, and lines of text by column."""

    reference: str
    called: str
    work: Sequence[str]
    language: Sequence[str]
    free: Sequence[str]
    travel: Sequence[str]
    permit: str


async def form(visit: Visit) -> Response:
    """Show the filters, as they were last asked in this session, and how often one may search."""
    sought = kept(visit)
    return await _form(visit, sought.filters if sought else {})


async def _form(
    visit: Visit, chosen: Mapping[str, Sequence[str]], wrong: str = "", status: int = 200
) -> Response:
    left = await visit.rooms.desks.search.left(visit.caller)
    told = filters(visit, chosen, wrong)
    own = visit.caller.partner.kind is PartnerKind.GEMEENTE
    return page(
        visit, "candidates.html", status, filters=told, left=left, back=PATH, own_people=own
    )


async def search(visit: Visit) -> Response:
    """Take a search from the form, and go to what it finds; the address tells nothing of it."""
    if "wis" in visit.form:
        empty = RedirectResponse(PATH, 303)
        forget(empty)
        return empty
    sought, wrong = read(visit)
    if wrong:
        return await _form(visit, sought.filters, wrong, _WRONG)
    answer = RedirectResponse(FOUND, 303)
    keep(visit, sought, answer)
    return answer


async def found(visit: Visit) -> Response:
    """Show a page of what the last search finds, or that the group is too small."""
    sought = kept(visit)
    if sought is None:
        return RedirectResponse(PATH, 303)
    offset = _PLACES.get(visit.request.query_params.get("vanaf", ""), 0)
    left = max(0, await visit.rooms.desks.search.left(visit.caller) - 1)
    return ReleasedPage(lambda: _found(visit, sought, offset, left))


@asynccontextmanager
async def _found(
    visit: Visit, sought: Sought, offset: int, left: int
) -> AsyncIterator[Released | Response]:
    def layout(hits: Hits) -> HtmlFormat:
        return CandidatesPage(visit, sought, hits, offset, left)

    ask = Ask(visit.caller, PURPOSE)
    question = SearchQuestion(ask, sought.criteria, sought.session, offset, layout, limit=ROWS)
    async with visit.rooms.desks.search(question) as hits:
        if hits.released is not None:
            yield hits.released
            return
        told = asked(visit, sought)
        yield page(visit, "too_few.html", asked=told, left=left, list=PATH)


class CandidatesPage(HtmlFormat):
    """A page of candidates: nobody has a name here."""

    def __init__(self, visit: Visit, sought: Sought, hits: Hits, offset: int, left: int) -> None:
        super().__init__(visit, "found.html")
        self._sought = sought
        self._hits = hits
        self._offset = offset
        self._left = left
        self._teller = Teller(visit.rooms, visit.language)

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return candidates, how many there are about, and whether the visitor may ask for them."""
        return {
            "rows": [self._row(one) for one in disclosed],
            "count": self._hits.count,
            "beyond": self._hits.beyond,
            "asked": asked(self._visit, self._sought),
            "before": self._offset - ROWS if self._offset else None,
            "onward": self._offset + ROWS if self._hits.more else None,
            "left": self._left,
            "list": PATH,
            "may_ask": self._visit.caller.role in AGENCY,
            "receipt": receipt,
        }

    def _row(self, one: Disclosed) -> Candidate:
        say = self._say
        hours, years = text(one, "beschikbaar_uren"), text(one, "ervaring_jaren")
        since, far = text(one, "beschikbaar_vanaf"), text(one, "reisafstand_max_km")
        return Candidate(
            str(one.reference),
            unreadable(self._visit, one) or called(str(one.reference)),
            _lines(
                self._told(one, "beroepen_gewenst"),
                self._told(one, "setu_beroepscategorie"),
                say(N_("%(value)s jaar ervaring"), years),
                self._told(one, "opleidingsniveau_hoogste"),
            ),
            _lines(
                say(N_("Nederlands %(value)s"), text(one, "nt2_niveau_spreken")),
                say(N_("Engels %(value)s"), text(one, "engels_niveau")),
            ),
            _lines(
                say(N_("%(value)s uur"), hours),
                say(N_("vanaf %(value)s"), day(since, self._visit.language) if since else ""),
                self._told(one, "werktijden").lower(),
            ),
            _lines(
                self._told(one, "arbeidsmarktregio"),
                say(N_("tot %(value)s km"), far),
                self._told(one, "vervoermiddel"),
                say(N_("rijbewijs %(value)s"), self._told(one, "rijbewijs")),
            ),
            self._told(one, "inzetbaarheid"),
        )

    def _say(self, words: str, value: str) -> str:
        return self._visit.say(words) % {"value": value} if value else ""

    def _told(self, one: Disclosed, name: str) -> str:
        value = opened(one, name)
        return self._teller.show(name, value).text if value is not None else ""


def called(reference: str) -> str:
    """Return what a candidate is called on screen: the start of a reference of this search."""
    return f"K-{reference[:4].upper()}"


def _lines(*texts: str) -> Sequence[str]:
    return [one for one in texts if one]


SCREENS: Final = (
    Screen(PATH, form, SEARCHERS),
    Screen(f"{PATH}/zoek", search, SEARCHERS, ("POST",)),
    Screen(FOUND, found, SEARCHERS),
)
