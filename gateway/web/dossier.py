"""The dossier of one person along the brede intake, what is missing, and why a field is not shown."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.actions.disclose import Question
from gateway.actions.handover_files import Standing
from gateway.actions.seen import Seen
from gateway.domain.clocks import TALK_TOLD, Running
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Disclosed, Released
from gateway.domain.handovers import NOTHING_DONE
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.reasons import EXPLANATIONS, Reason
from gateway.domain.records import Receipt
from gateway.domain.sentences import Language
from gateway.web import stories
from gateway.web.changes import Difference, differences
from gateway.web.guard import Screen
from gateway.web.handovers import PATH, Term, term
from gateway.web.intake import EXPECTED, PARTS, Part
from gateway.web.navigation import KLANTMANAGER
from gateway.web.provenance import source, word
from gateway.web.release import ReleasedPage
from gateway.web.rendering import HtmlFormat, page
from gateway.web.takings import HANDOVER, asked, forms, strong
from gateway.web.values import Shown, Teller, changed, full_name, read
from gateway.web.visit import Visit
from gateway.web.words import N_, day

_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Fact:
    """A field with its value, who put it here since when, on whose word, and what is new about it."""

    name: str
    label: str
    shown: Shown
    source: str
    since: str
    word: str
    mark: str


@dataclass(frozen=True, slots=True)
class News:
    """A field that is not as its reader last saw it; ``shown`` when it stands in the dossier."""

    name: str
    label: str
    mark: str
    when: datetime | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the dossier as one reads it."""

    anchor: str
    title: str
    note: str
    article: str
    facts: Sequence[Fact]
    missing: Sequence[str]

    @property
    def news(self) -> bool:
        """Whether anything in it is not as its reader last saw it."""
        return any(fact.mark for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that is not shown, and the reason in words."""

    name: str
    label: str
    why: str


async def dossier(visit: Visit) -> Response:
    """Show the dossier; the address holds this municipality's own reference and nothing else."""
    subject = await _subject(visit)
    return ReleasedPage(lambda: _opened(visit, subject))


async def why(visit: Visit) -> Response:
    """Explain what would be decided now about one field, step by step; nothing of her is shown."""
    subject, fields = await _subject(visit), visit.rooms.desks.gate.fields
    name = visit.request.path_params["veld"]
    if name not in fields:
        raise HTTPException(_NOT_FOUND)
    ask = Ask(visit.caller, HANDOVER, fields[FieldName(name)].bit)
    explained = await visit.rooms.desks.explain.asked(ask, subject)
    steps = stories.in_words(visit, explained.story)
    label = Teller(visit.rooms, visit.language).label(name)
    file = f"{PATH}/{visit.request.path_params['ref']}"
    granted = bool(explained.decision.granted)
    receipt = explained.receipt
    return page(
        visit, "why.html", label=label, steps=steps, granted=granted, file=file, receipt=receipt
    )


async def _subject(visit: Visit) -> SubjectId:
    return await visit.subject(visit.request.path_params["ref"])


@asynccontextmanager
async def _opened(visit: Visit, subject: SubjectId) -> AsyncIterator[Released]:
    ask, shown = asked(visit, HANDOVER), DossierPage(visit)
    async with visit.rooms.desks.disclose.one(Question(ask, (subject,), shown)) as released:
        session = visit.session
        if session is not None:
            shown.seen = await visit.rooms.desks.seen(
                ask, subject, session.opened, released.receipt
            )
        shown.standing = await visit.rooms.desks.handovers.files.beside(visit.caller, subject)
        yield released


class DossierPage(HtmlFormat):
    """One person's dossier as a page.

    ``seen`` is what was shown before and ``standing`` how her handover stands, once it was granted.
    """

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit, "dossier.html")
        self._teller = Teller(visit.rooms, visit.language)
        self.seen: Seen | None = None
        self.standing: Standing | None = None

    def tell(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Mapping[str, object]:
        """Return sections, what is missing, what is withheld and why, and the receipt."""
        one, visit = disclosed[0], self._visit
        fields = visit.rooms.desks.gate.fields
        news = differences(one, self.seen)
        sections = [self._section(part, one, news) for part in PARTS]
        since = changed(one, fields, [spec.name for spec in fields])
        return {
            "name": full_name(one),
            "ref": one.reference,
            "standing": self.standing,
            "here": f"{PATH}/{one.reference}",
            "list": PATH,
            "terms": self._terms(one),
            "brief": self._brief(one),
            "sections": sections,
            "lacking_count": sum(len(_expected(s.missing, self._teller)) for s in sections),
            "lacking": [(s, m) for s in sections if (m := _expected(s.missing, self._teller))],
            "withheld": self._withheld(one),
            "seen": self.seen,
            "news": [self._news(found, one) for found in news.values()],
            "strong": strong(visit),
            "forms": forms(visit),
            "obligations": one.obligations,
            "latest": max(since.values(), default=""),
            "receipt": receipt,
            "leaf": receipt.leaf_hash.hex(),
        }

    def _terms(self, one: Disclosed) -> list[Term]:
        visit = self._visit
        linked, pip = _day(one, "koppel_datum"), _day(one, "pip_deadline")
        housed = read(one, "huisvestingsdatum") is not None
        talked = read(one, "overdracht_status") in TALK_TOLD
        running = Running(linked, housed, pip, talked).after(
            self.standing.file.progress if self.standing else NOTHING_DONE
        )
        terms = visit.rooms.parameters.on(visit.today)
        return [term(visit, due, visit.today) for due in running.dues(terms)]

    def _brief(self, one: Disclosed) -> list[tuple[str, str, str]]:
        """Return what one wants to know first: label, text, and smaller words under it."""
        say, teller = self._visit.say, self._teller
        spoken = read(one, "voorkeurstaal_contact")
        needed = say(N_("tolk nodig")) if read(one, "tolk_nodig") else say(N_("geen tolk nodig"))
        status = read(one, "overdracht_status")
        talk, when = (
            teller.code("overdracht_status", str(status or "")),
            read(one, "driegesprek_datum"),
        )
        guide = teller.show("casemanager_coa", read(one, "casemanager_coa")).lines
        found = [
            (say(N_("Taal")), teller.spoken(str(spoken)) if spoken else "-", needed),
            (
                say(N_("Driegesprek")),
                talk or "-",
                day(str(when), self._visit.language) if when else "",
            ),
        ]
        return found + [
            (say(N_("Casemanager COA")), name, contact.split(" · ")[0]) for name, contact in guide
        ]

    def _section(self, part: Part, one: Disclosed, news: Mapping[str, Difference]) -> Section:
        visit = self._visit
        since = changed(one, visit.rooms.desks.gate.fields, part.fields)
        facts = [
            self._fact(name, one, since.get(name, ""), news.get(name))
            for name in part.fields
            if FieldName(name) in one.values
        ]
        missing = [name for name in part.fields if FieldName(name) in one.missing]
        note = visit.say(part.note) if part.note else ""
        return Section(part.anchor, visit.say(part.title), note, part.article, facts, missing)

    def _fact(self, name: str, one: Disclosed, since: str, found: Difference | None) -> Fact:
        say = self._visit.say
        return Fact(
            name,
            self._teller.label(name),
            self._teller.show(name, read(one, name)),
            say(source(name)),
            since,
            say(word(name, one)),
            say(found.mark) if found else "",
        )

    def _news(self, found: Difference, one: Disclosed) -> News:
        label, mark = self._teller.label(found.name), self._visit.say(found.mark)
        return News(found.name, label, mark, found.when, FieldName(found.name) in one.values)

    def _withheld(self, one: Disclosed) -> list[Withheld]:
        english = self._visit.language is Language.EN
        found = []
        for name, code in one.refused:
            said = EXPLANATIONS[Reason(code)]
            found.append(Withheld(name, self._teller.label(name), said.en if english else said.nl))
        return found


def _day(one: Disclosed, name: str) -> date | None:
    value = read(one, name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _expected(missing: Sequence[str], teller: Teller) -> list[str]:
    return [teller.label(name) for name in missing if name in EXPECTED]


SCREENS: Final = (
    Screen(PATH + "/{ref:uuid}", dossier, KLANTMANAGER),
    Screen(PATH + "/{ref:uuid}/waarom/{veld}", why, KLANTMANAGER),
)
