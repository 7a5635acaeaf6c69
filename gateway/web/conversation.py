"""The consent conversation: the words in her language beside the Dutch, and her answer.

GDPR art. 7: asked apart for each purpose and recipient, in words she can read or hear; no is as
easy as yes; what she said is read back to her.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from gateway.actions.disclose import Question
from gateway.domain.consent_choices import ConsentWish
from gateway.domain.consent_texts import ConsentText
from gateway.domain.consents import request_for
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.purposes import Purpose
from gateway.domain.records import Receipt
from gateway.web.guard import Screen
from gateway.web.navigation import CASEMANAGER
from gateway.web.own_words import DUTCH, LANGUAGES, own_words
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat
from gateway.web.resident import ONE, chosen, title, whom
from gateway.web.residents import GUIDANCE, PATH
from gateway.web.values import Teller, full_name, text
from gateway.web.visit import Visit, reference_in
from gateway.web.words import N_

ANSWERS: Final = ("ja", "nee", "gevraagd")
_KEPT: Final = ("antwoord", "tolk", "tolk_naam", "voogd", "besluit", "teruggelezen")
WHO: Final = tuple(
    FieldName(name)
    for name in (
        "roepnaam", "voornamen", "voorvoegsel", "achternaam", "voorkeurstaal_contact", "tolk_nodig",
    )
)  # fmt: skip
FAULTS: Final[Mapping[str, str]] = {
    "antwoord": N_("Kies wat de bewoner zei."),
    "teruggelezen": N_("Lees de keuze terug, en vink dit aan als zij klopt."),
    "voogd": N_("Onder de 16 jaar beslist de wettelijk vertegenwoordiger mee."),
    "tolk_naam": N_("Noem de tolk: niemand die de taal spreekt heeft deze tekst nagelezen."),
    "status": N_("Dit is al gevraagd. Leg het antwoord vast."),
    "doel": N_("Voor dit doel moet de bewoner 18 jaar of ouder zijn."),
}
_BY_MEMBER: Final = {"tekstVersie": "tolk_naam", "opVerzoek": "status"}


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: about whom, for what, in which words; ``wrong`` names what was left out."""

    subject: SubjectId
    purpose: Purpose
    recipient: str
    spoken: ConsentText
    dutch: ConsentText
    wrong: str = ""


async def talk(visit: Visit) -> Response:
    """Show the words, and the form for her answer."""
    found = await _talk(visit, visit.request.query_params.get("taal", ""))
    return ReleasedPage(lambda: _opened(visit, found))


async def answer(visit: Visit) -> Response:
    """Record what she said; a form that was sent twice is recorded once."""
    found = await _talk(visit, _text(visit, "taal"))
    said = _text(visit, "antwoord")
    wrong = "antwoord" if said not in ANSWERS else ""
    if not wrong and said != "gevraagd" and not visit.form.get("teruggelezen"):
        wrong = "teruggelezen"
    if not wrong:
        try:
            wish = await _wish(visit, found, said)
            await visit.rooms.desks.counter.consents.record(visit.caller, wish)
        except InvalidRequestError as error:
            wrong = _BY_MEMBER.get(error.field, error.field)
            if wrong not in FAULTS:
                raise
    if wrong:
        return ReleasedPage(lambda: _opened(visit, replace(found, wrong=wrong)), wrong=True)
    return RedirectResponse(f"{PATH}/{visit.request.path_params['ref']}?gedaan={said}", 303)


async def _talk(visit: Visit, language: str) -> Talk:
    """Return what the address names, in a language that has a text, or else in Dutch."""
    choice = chosen(visit)
    if choice is None:
        raise HTTPException(404)
    purpose, recipient = choice
    wording = visit.rooms.desks.counter.wording
    dutch = wording.text(purpose, recipient, DUTCH)
    try:
        spoken = wording.text(purpose, recipient, language)
    except InvalidRequestError:
        spoken = dutch
    subject = await visit.subject(visit.request.path_params["ref"])
    return Talk(subject, purpose, recipient, spoken, dutch)


async def _wish(visit: Visit, found: Talk, said: str) -> ConsentWish:
    """Return what to record: an open request for the same is what a yes or no answers."""
    desk = visit.rooms.desks.counter.consents
    known = await desk.of_subject(visit.caller, found.subject)
    asked = request_for(known, found.purpose.code, found.recipient, visit.now)
    named = _text(visit, "tolk_naam")
    return ConsentWish(
        found.subject,
        found.purpose.code,
        found.recipient,
        found.spoken.language,
        found.spoken.version,
        given=said == "ja",
        interpreter=bool(visit.form.get("tolk")) or bool(named),
        retry_key=str(reference_in(_text(visit, "eenmalig")) or uuid4()),
        guardian=bool(visit.form.get("voogd")),
        interpreter_name=named or None,
        read_back=bool(visit.form.get("teruggelezen")),
        asked=said == "gevraagd",
        answers=asked.consent_id if asked and said != "gevraagd" else None,
        decides=bool(visit.form.get("besluit")),
    )


@asynccontextmanager
async def _opened(visit: Visit, found: Talk) -> AsyncIterator[Released]:
    desks = visit.rooms.desks
    ask = Ask(visit.caller, GUIDANCE, desks.gate.fields.mask(WHO))
    question = Question(ask, (found.subject,), TalkPage(visit, found))
    async with desks.disclose.one(question) as released:
        yield released


class TalkPage(HtmlFormat):
    """The conversation as a page."""

    def __init__(self, visit: Visit, found: Talk) -> None:
        super().__init__(visit, "conversation.html")
        self._talk = found

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return the parts of the text side by side, the languages, and what was left out."""
        one, visit, found = disclosed[0], self._visit, self._talk
        here = f"{PATH}/{one.reference}"
        return {
            "name": full_name(one),
            "here": f"{here}/gesprek/{visit.request.path_params['keuze']}",
            "steps": ((PATH, visit.say(N_("Bewoners"))), (here, visit.say(N_("Bewoner")))),
            "what": title(visit, found.purpose),
            "whom": whom(visit, found.recipient),
            "spoken": found.spoken,
            "pairs": self._pairs(),
            "reviewed": found.spoken.reviewed,
            "languages": [(code, own_words(code).name) for code in LANGUAGES],
            "fields": self._fields(),
            "once": uuid4(),
            "values": {name: _text(visit, name) for name in _KEPT},
            "errors": {found.wrong: visit.say(FAULTS[found.wrong])} if found.wrong else {},
            "wanted": text(one, "voorkeurstaal_contact"),
            "receipt": receipt,
            "back": here,
        }

    def _pairs(self) -> list[tuple[str, str, str]]:
        """Return each part by name, in her language and in Dutch."""
        both = zip(self._talk.spoken.sections, self._talk.dutch.sections, strict=True)
        return [(spoken.name, spoken.text, dutch.text) for spoken, dutch in both]

    def _fields(self) -> list[str]:
        """Return the labels of what a yes opens."""
        visit, found = self._visit, self._talk
        desk, teller = visit.rooms.desks.counter.consents, Teller(visit.rooms, visit.language)
        rules = desk.rules_for(found.purpose, found.recipient)
        named = frozenset().union(*(rule.fields for rule in rules))
        fields = visit.rooms.desks.gate.fields
        return [teller.label(spec.name) for spec in fields if spec.name in named]


def _text(visit: Visit, name: str) -> str:
    value = visit.form.get(name)
    return value.strip() if isinstance(value, str) else ""


SCREENS: Final = (
    Screen(ONE + "/gesprek/{keuze}", talk, CASEMANAGER),
    Screen(ONE + "/gesprek/{keuze}/antwoord", answer, CASEMANAGER, ("POST",)),
)
