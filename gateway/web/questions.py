"""Vragen: what municipalities ask COA about the residents of her sites, and her answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.sealed_words import MOST_WORDS, Words
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import Question
from gateway.domain.records import Receipt
from gateway.web.deliveries import label_of
from gateway.web.guard import Screen
from gateway.web.handover_words import TOPICS
from gateway.web.navigation import CASEMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.residents import PATH as RESIDENTS
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.waiting import WaitingPage, waiting
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
    page = partial(QuestionsPage, wrong=wrong)
    desk = visit.rooms.desks.backoffice.questions
    return ReleasedPage(lambda: waiting(visit, desk.waiting, page), wrong=bool(wrong))


class QuestionsPage(WaitingPage[Question]):
    """The questions as a page with a form for each."""

    path = PATH
    template = "questions.html"

    def __init__(
        self, visit: Visit, asked: Sequence[Question], words: Words, wrong: str | None
    ) -> None:
        super().__init__(visit, asked, words)
        self._wrong = wrong

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return the page, what was typed, and what is wrong with it."""
        visit = self._visit
        return {
            **super().tell(receipt, disclosed),
            "from_": visit.request.query_params.get("na", ""),
            "wrong": visit.say(FAULTS[self._wrong]) if self._wrong else "",
            "answering": str(visit.request.path_params.get("vraag", "")),
            "typed": posted(visit).get("antwoord", ""),
            "done": visit.request.query_params.get("gedaan") == "1",
            "most": MOST_WORDS,
        }

    def rows(self, item: Question, one: Disclosed) -> Sequence[Row]:
        """Return one row: about whom, by whom, and the words."""
        visit, town = self._visit, item.handover.gemeente
        row = Row(
            str(item.question_id),
            f"{RESIDENTS}/{one.reference}",
            called(visit, one),
            visit.say(TOPICS[item.topic]),
            label_of(visit, item.field) if item.field else "",
            visit.rooms.codes.gemeenten.get(town, town),
            item.at,
            self._words.get(item.question_id),
        )
        return [row]


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
