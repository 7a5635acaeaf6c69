"""Voorstellen: how each request stands with the candidate, for the agency and for the employer."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.introduce import Listed
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.introductions import TERM, Answer, Introduction, IntroductionState
from gateway.domain.records import Receipt
from gateway.web.asking import ASKED
from gateway.web.guard import Screen
from gateway.web.navigation import AGENCY
from gateway.web.numbers import whole
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.takings import PROFILES
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_

STATES: Final[Mapping[IntroductionState, tuple[str, str]]] = {
    IntroductionState.GEVRAAGD: (N_("Wacht op antwoord"), "warn"),
    IntroductionState.AKKOORD: (N_("Akkoord"), "good"),
    IntroductionState.GEWEIGERD: (N_("Geen toestemming"), "bad"),
    IntroductionState.INGETROKKEN: (N_("Ingetrokken"), ""),
    IntroductionState.VERLOPEN: (N_("Verlopen"), ""),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """How a request stands with one recipient: whose, in words, and how that looks."""

    whose: str
    state: str
    look: str


@dataclass(frozen=True, slots=True)
class Row:
    """A request on the page; ``profile`` is where she is named, once she agreed."""

    path: str
    on: date
    until: date
    what: str
    group: str
    stands: Sequence[Stand]
    profile: str
    open: bool


async def listed(visit: Visit) -> Response:
    """Show a page of the organisation's requests, newest first."""
    return ReleasedPage(lambda: _list(visit))


@asynccontextmanager
async def _list(visit: Visit) -> AsyncIterator[Released]:
    def layout(found: Listed) -> HtmlFormat:
        return IntroductionsPage(visit, found)

    async with visit.rooms.desks.introductions.listed(visit.caller, visit.after, layout) as shown:
        yield shown.released


async def withdraw(visit: Visit) -> Response:
    """Take a request back, and return to the list."""
    await visit.rooms.desks.introductions.withdraw(
        visit.caller, visit.request.path_params["voorstel"]
    )
    return RedirectResponse(f"{ASKED}?ingetrokken=1", 303)


class IntroductionsPage(HtmlFormat):
    """The requests as a page; a person's reference stands there once this request was agreed to."""

    def __init__(self, visit: Visit, listed_: Listed) -> None:
        super().__init__(visit, "introductions.html")
        self._listed = listed_

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, what was just done, and where the page goes on."""
        references = {one.subject: str(one.reference) for one in disclosed}
        rows = [
            self._row(one, references.get(one.subject, "")) for one in self._listed.introductions
        ]
        query = self._visit.request.query_params
        last = self._listed.introductions[-1].introduction_id if self._listed.more else None
        return {
            "rows": rows,
            "done": {
                name: _count(query.get(name, ""))
                for name in ("gevraagd", "niet", "ingetrokken", "eerder")
            },
            "onward": f"{ASKED}?na={last}" if last else "",
            "receipt": receipt,
        }

    def _row(self, one: Introduction, reference: str) -> Row:
        named = one.agreed and reference
        return Row(
            f"{ASKED}/{one.introduction_id}",
            one.at.astimezone(AMSTERDAM).date(),
            (one.at + TERM).astimezone(AMSTERDAM).date(),
            one.function or "",
            one.group or "",
            [self._stand(one, answer) for answer in one.answers],
            f"{PROFILES}/{reference}" if named else "",
            bool(one.open_to(self._listed.moment)),
        )

    def _stand(self, one: Introduction, answer: Answer) -> Stand:
        words, look = STATES[one.state_of(answer, self._listed.moment)]
        whose = self._listed.names.get(answer.recipient, "")
        return Stand(whose, self._visit.say(words), look)


def _count(text: str) -> int:
    return min(whole(text, 0), 10)


SCREENS: Final = (
    Screen(ASKED, listed, AGENCY),
    Screen(ASKED + "/{voorstel:uuid}/intrekken", withdraw, AGENCY, ("POST",)),
)
