"""Vragen: what municipalities ask COA about the residents of her sites, and her answers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from gateway.actions.handover_questions import MOST_WORDS, Words
from gateway.actions.requests import ASKED_OF
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import Question
from gateway.domain.records import Receipt
from gateway.web.deliveries import label_of
from gateway.web.guard import Screen
from gateway.web.handover_words import TOPICS
from gateway.web.navigation import CASEMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.residents import PATH as RESIDENTS
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/vragen"
FAULTS: Final[Mapping[str, str]] = {
    "vraag": N_("Deze vraag wacht niet meer op antwoord."),
    "antwoord": N_(
        "Schrijf hoogstens 500 tekens, en niets over gezondheid, geloof, afkomst, "
        "gerichtheid of strafbare feiten."
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A question that waits: about whom, by whom, and its words, ``None`` once they were erased."""

    id: str
    path: str
    name: str
    topic: str
    field: str
    asked_by: str
    at: datetime
    words: str | None


async def listed(visit: Visit) -> Response:
    """Show a page of questions."""
    return _show(visit, None)


def _show(visit: Visit, wrong: str | None) -> Response:
    return ReleasedPage(lambda: _list(visit, wrong), wrong=bool(wrong))


@asynccontextmanager
async def _list(visit: Visit, wrong: str | None) -> AsyncIterator[Released]:
    shown: list[QuestionsPage] = []

    def layout(page: Sequence[Question], words: Words) -> HtmlFormat:
        shown.append(QuestionsPage(visit, (page, words), wrong))
        return shown[0]

    desk = visit.rooms.desks.backoffice.questions
    async with desk.waiting(visit.caller, visit.after, layout, columns=ASKED_OF) as found:
        shown[0].after = found.after
        yield found.released


class QuestionsPage(HtmlFormat):
    """The questions as a page with a form for each; ``after`` is where it goes on."""

    def __init__(
        self, visit: Visit, asked: tuple[Sequence[Question], Words], wrong: str | None
    ) -> None:
        super().__init__(visit, "questions.html")
        self._page, self._words = asked
        self._wrong = wrong
        self.after: UUID | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return rows, what was typed, and where the list goes on; who may not be shown is left out."""
        visit, known = self._visit, {one.subject: one for one in disclosed}
        page = [one for one in self._page if one.handover.subject in known]
        return {
            "rows": [self._row(one, known[one.handover.subject]) for one in page],
            "here": PATH,
            "from_": visit.request.query_params.get("na", ""),
            "onward": f"{PATH}?na={self.after}" if self.after else "",
            "wrong": visit.say(FAULTS[self._wrong]) if self._wrong else "",
            "answering": str(visit.request.path_params.get("vraag", "")),
            "typed": posted(visit).get("antwoord", ""),
            "done": visit.request.query_params.get("gedaan") == "1",
            "most": MOST_WORDS,
            "receipt": receipt,
        }

    def _row(self, asked: Question, one: Disclosed) -> Row:
        visit = self._visit
        town = visit.rooms.codes.gemeenten.get(asked.handover.gemeente, asked.handover.gemeente)
        return Row(
            str(asked.question_id),
            f"{RESIDENTS}/{one.reference}",
            called(visit, one),
            visit.say(TOPICS[asked.topic]),
            label_of(visit, asked.field) if asked.field else "",
            town,
            asked.at,
            self._words.get(asked.question_id),
        )


async def answer(visit: Visit) -> Response:
    """Answer one, and go back to the list."""
    words, question = posted(visit).get("antwoord", ""), visit.request.path_params["vraag"]
    try:
        await visit.rooms.desks.backoffice.questions.answer(visit.caller, question, words)
    except InvalidRequestError as error:
        if error.field not in FAULTS:
            raise
        return _show(visit, error.field)
    return RedirectResponse(f"{PATH}?gedaan=1", 303)


SCREENS: Final = (
    Screen(PATH, listed, CASEMANAGER),
    Screen(PATH + "/{vraag:uuid}/antwoord", answer, CASEMANAGER, ("POST",)),
)
