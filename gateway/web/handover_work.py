"""Overdracht: where a klantmanager confirms, plans and closes a talk, asks COA, and hands on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from starlette.responses import RedirectResponse, Response

from gateway.actions.handover_files import Standing
from gateway.actions.handover_questions import Asking
from gateway.actions.handovers import Ending
from gateway.actions.sealed_words import MOST_WORDS, Words
from gateway.actions.teams import Team
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.handovers import (
    Cancelled,
    HandedOn,
    Outcome,
    Plan,
    Question,
    Scenario,
    Talk,
    TalkForm,
    TalkState,
    Topic,
)
from gateway.domain.identifiers import GemeenteCode, SubjectId
from gateway.domain.records import Receipt
from gateway.web.guard import Handler, Screen
from gateway.web.handover_words import (
    CANCELLED,
    DONE,
    FAULTS,
    FORMS,
    OUTCOMES,
    SCENARIOS,
    STATES,
    TOPICS,
    options,
    unchosen,
)
from gateway.web.handovers import PATH, divided, workers
from gateway.web.navigation import KLANTMANAGER
from gateway.web.oversight_forms import posted
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.values import called
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM

WORK: Final = PATH + "/{ref:uuid}/overdracht"
_Code = TypeVar("_Code", Scenario, TalkForm, Cancelled, Outcome, Topic)


@dataclass(frozen=True, slots=True)
class TalkLine:
    """A talk in words; ``ending`` is why it was not held, or what was agreed on."""

    path: str
    moment: datetime
    what: str
    state: str
    look: str
    ending: str
    open: bool


@dataclass(frozen=True, slots=True)
class Came:
    """From which municipality she came: handed on, or taken back by whom here."""

    town: str
    back: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question and its answer, ``None`` where there are no words (yet, or any more)."""

    topic: str
    words: str | None
    at: datetime
    answer: str | None
    answered: datetime | None


async def work(visit: Visit) -> Response:
    """Show how the handover stands, and what can be done; nothing of it stands in the address."""
    return await _show(visit, None)


async def _show(visit: Visit, wrong: str | None) -> Response:
    subject = await _subject(visit)
    team = await visit.rooms.desks.team.roster.of(visit.caller)
    return ReleasedPage(lambda: _opened(visit, subject, team, wrong), wrong=bool(wrong))


@asynccontextmanager
async def _opened(
    visit: Visit, subject: SubjectId, team: Team, wrong: str | None
) -> AsyncIterator[Released]:
    def layout(standing: Standing | None) -> HtmlFormat:
        return HandoverPage(visit, standing, team, wrong)

    async with visit.rooms.desks.handovers.files.one(visit.caller, subject, layout) as released:
        yield released


async def _subject(visit: Visit) -> SubjectId:
    return await visit.subject(visit.request.path_params["ref"])


class HandoverPage(HtmlFormat):
    """One handover as a page with its forms; what was typed wrong stands there again."""

    def __init__(
        self, visit: Visit, standing: Standing | None, team: Team, wrong: str | None
    ) -> None:
        super().__init__(visit, "handover.html")
        self._standing = standing
        self._team = team
        self._wrong = wrong

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return how it stands, what may be chosen, and what was typed."""
        visit, standing = self._visit, self._standing
        assert standing is not None  # noqa: S101 - who has no handover here was refused before
        done = DONE.get(visit.request.query_params.get("gedaan", ""), "")
        file, dossier = standing.file, f"{PATH}/{disclosed[0].reference}"
        return {
            "name": called(visit, disclosed[0]),
            "list": PATH,
            "dossier": dossier,
            "here": f"{dossier}/overdracht",
            "standing": standing,
            "reference": disclosed[0].reference,
            "worker": self._team.name(file.worker) if file.worker else "",
            "workers": workers(visit, self._team),
            "divided": divided(visit),
            "came": self._came(file.handed_on) if file.handed_on else None,
            "talks": [self._talk(one, dossier) for one in file.talks],
            "planned": any(one.state is TalkState.GEPLAND for one in file.talks),
            "questions": [self._question(one, standing.words) for one in file.questions],
            "choices": self._choices(),
            "done": visit.say(done) if done else "",
            "errors": {self._wrong: visit.say(FAULTS[self._wrong])} if self._wrong else {},
            "values": posted(visit),
            "most": MOST_WORDS,
            "receipt": receipt,
        }

    def _came(self, one: HandedOn) -> Came:
        by = self._team.name(one.by) if one.back and one.by else ""
        return Came(self._town(one.before), one.back, one.handover.since, by)

    def _choices(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        own = self._visit.caller.partner.gemeenten
        towns = self._visit.rooms.codes.gemeenten
        named = sorted((name, code) for code, name in towns.items() if code not in own)
        lists = {"scenario": SCENARIOS, "vorm": FORMS, "reden": CANCELLED, "onderwerp": TOPICS}
        found = {name: options(self._visit, codes) for name, codes in lists.items()}
        found["gemeente"] = [(code, name) for name, code in named]
        return {
            **{name: unchosen(self._visit, listed) for name, listed in found.items()},
            "uitkomsten": options(self._visit, OUTCOMES),
        }

    def _talk(self, one: Talk, dossier: str) -> TalkLine:
        say, plan = self._visit.say, one.plan
        state, look = STATES[one.state]
        agreed = [say(OUTCOMES[code]) for code in one.outcomes]
        return TalkLine(
            f"{dossier}/overdracht/driegesprek/{one.talk_id}",
            plan.moment,
            f"{say(SCENARIOS[plan.scenario])} · {say(FORMS[plan.form])}",
            say(state),
            look,
            say(CANCELLED[one.cancelled]) if one.cancelled else ", ".join(agreed),
            one.state is TalkState.GEPLAND,
        )

    def _question(self, one: Question, words: Words) -> QuestionLine:
        answer = words.get(one.answer) if one.answer else None
        topic = self._visit.say(TOPICS[one.topic])
        return QuestionLine(topic, words.get(one.question_id), one.at, answer, one.answered)

    def _town(self, code: GemeenteCode) -> str:
        return self._visit.rooms.codes.gemeenten.get(code, code)


Deed = Callable[[Visit, SubjectId], Awaitable[object]]


def _doing(deed: Deed, done: str) -> Handler:
    """Do what a form asks, then show how it stands; what is wrong is said beside the form."""

    async def handler(visit: Visit) -> Response:
        subject = await _subject(visit)
        try:
            await deed(visit, subject)
        except InvalidRequestError as wrong:
            if wrong.field not in FAULTS:
                raise
            return await _show(visit, wrong.field)
        here = f"{PATH}/{visit.request.path_params['ref']}/overdracht"
        return RedirectResponse(f"{here}?gedaan={done}", 303)

    return handler


async def _confirm(visit: Visit, subject: SubjectId) -> None:
    await visit.rooms.desks.handovers.work.confirm(visit.caller, subject, _once(visit))


async def _plan(visit: Visit, subject: SubjectId) -> None:
    form = posted(visit)
    plan = Plan(
        _code(Scenario, "scenario", form.get("scenario", "")),
        _code(TalkForm, "vorm", form.get("vorm", "")),
        _moment(form.get("dag", ""), form.get("tijd", "")),
        form.get("instemming") == "1",
    )
    await visit.rooms.desks.handovers.work.plan(visit.caller, subject, plan, _once(visit))


async def _close(visit: Visit, _: SubjectId) -> None:
    form = posted(visit)
    held = form.get("status") == TalkState.GEVOERD
    chosen = [str(one) for one in visit.form.getlist("uitkomsten")] if held else []
    ending = Ending(
        None if held else _code(Cancelled, "reden", form.get("reden", "")),
        frozenset(_code(Outcome, "uitkomsten", one) for one in chosen),
    )
    talk = visit.request.path_params["gesprek"]
    await visit.rooms.desks.handovers.work.close(visit.caller, talk, ending)


async def _ask(visit: Visit, subject: SubjectId) -> None:
    form = posted(visit)
    topic = _code(Topic, "onderwerp", form.get("onderwerp", ""))
    asking = Asking(topic, None, form.get("tekst", ""), _once(visit))
    await visit.rooms.desks.handovers.questions.ask(visit.caller, subject, asking)


async def hand_on(visit: Visit) -> Response:
    """Hand on who moved; she is the next town's from now on, and what is left is to take her back."""
    subject, form = await _subject(visit), posted(visit)
    sure = form.get("zeker") == "1"
    gemeente = GemeenteCode(form.get("gemeente", "") if sure else "")
    try:
        await visit.rooms.desks.handovers.work.hand_on(visit.caller, subject, gemeente)
    except InvalidRequestError as wrong:
        return await _show(visit, wrong.field)
    here = f"{PATH}/{visit.request.path_params['ref']}/overdracht"
    return RedirectResponse(f"{here}/doorgegeven", 303)


def _once(visit: Visit) -> str | None:
    """Return the mark of the page on which a form stood: sent twice, it is one deed."""
    return posted(visit).get("eenmalig")


def _code(codes: type[_Code], member: str, text: str) -> _Code:
    try:
        return codes(text)
    except ValueError:
        raise InvalidRequestError(member, "is not in the list") from None


def _moment(day: str, clock: str) -> datetime:
    """Read a day and a time in the Netherlands."""
    try:
        local = datetime.fromisoformat(f"{day}T{clock}")
        return local.replace(tzinfo=AMSTERDAM).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequestError("gepland", "is not a day and a time") from None


SCREENS: Final = (
    Screen(WORK, work, KLANTMANAGER),
    Screen(WORK + "/ontvangst", _doing(_confirm, "ontvangst"), KLANTMANAGER, ("POST",)),
    Screen(WORK + "/driegesprek", _doing(_plan, "gepland"), KLANTMANAGER, ("POST",)),
    Screen(
        WORK + "/driegesprek/{gesprek:uuid}", _doing(_close, "afgerond"), KLANTMANAGER, ("POST",)
    ),
    Screen(WORK + "/vraag", _doing(_ask, "vraag"), KLANTMANAGER, ("POST",)),
    Screen(WORK + "/doorgeven", hand_on, KLANTMANAGER, ("POST",)),
)
