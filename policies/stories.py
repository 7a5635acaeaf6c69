"""Reads the stories that a policy must tell, in the words of the trade, and checks that it does.

A story says who asks for what on a day, what had happened to the resident by then, which fields she
may see and which not, and why not. It stands in ``stories/*.yaml`` beside the purposes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from importlib.resources.abc import Traversable
from typing import Final
from uuid import UUID

from gateway.domain.callers import Persona, acting
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.identifiers import ActorId, ConsentId, FieldName, RoleId, SubjectId
from gateway.domain.partners import Caller, Partner, PartnerKind
from gateway.domain.purposes import Matrix, Purpose
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Situation, Withholding, WithholdingKind
from policies.catalogue import Catalogue, load, shipped
from policies.compiler import compile_matrix
from policies.documents import Problems, Section, Source, Text, Where, read_sources, read_yaml

FOLDER: Final = "stories"
STORY_KEYS: Final = (
    "verhaal", "rol", "partner", "locatie", "doel", "op", "groep", "doelgroep", "bewoner",
    "ziet", "ziet_niet", "niets_omdat",
)  # fmt: skip
EXPECTATIONS: Final = ("ziet", "ziet_niet", "niets_omdat")
EVENT_KEYS: Final = ("wat", "partij", "doel", "velden", "sinds", "tot")
CONSENT: Final = "toestemming"
WITHDRAWN: Final = "intrekking"
SHIELDED: Final = "afscherming"
WITHHELD: Final = {"beperking": WithholdingKind.RESTRICTED, "bezwaar": WithholdingKind.OBJECTED}
KINDS: Final = {str(kind): kind for kind in RelationKind}
RESIDENT: Final = SubjectId(UUID(int=1))
NOON: Final = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """A story as read: the question, the resident on that day, and what must come of it."""

    where: Where
    title: str
    ask: Ask
    resident: Situation
    moment: datetime
    sees: frozenset[FieldName] = frozenset()
    not_seen: tuple[tuple[FieldName, Reason | None], ...] = ()
    nothing: Reason | None = None


@dataclass(frozen=True, slots=True)
class StoryReport:
    """How many stories were told, and of each that came out otherwise ``file:line: story: why``."""

    stories: int
    broken: tuple[str, ...]


def tell(folder: Traversable | None = None) -> StoryReport:
    """Check every story of a policy folder (or the shipped one) against its rules.

    Raises ``PolicyError`` with one line ``file:line: field: reason`` where a file does not hold.
    """
    place = folder or shipped()
    catalogue = load(place)
    matrix, problems = compile_matrix(catalogue), Problems()
    stories = [
        story
        for source in read_sources(place, FOLDER, problems)
        for story in _Reader(catalogue, matrix, problems).read(source)
    ]
    problems.stop_here()
    broken = [line for story in stories for line in _judge(story, catalogue, matrix)]
    return StoryReport(len(stories), tuple(broken))


def _judge(story: Story, catalogue: Catalogue, matrix: Matrix) -> Iterable[str]:
    decision = decide(story.ask, story.resident, matrix, catalogue.fields, story.moment)
    seen = frozenset(catalogue.fields.names(decision.granted))
    for fault in (*_missed(story, seen), *_extra(story, decision, catalogue)):
        yield f"{story.where}: {story.title}: {fault}"


def _missed(story: Story, seen: frozenset[FieldName]) -> Iterable[str]:
    for name in sorted(story.sees - seen):
        yield f"{name} is not seen"
    if story.nothing and seen:
        yield f"{len(seen)} fields are seen, among them {min(seen)}"


def _extra(story: Story, decision: Decision, catalogue: Catalogue) -> Iterable[str]:
    if story.nothing and not decision.granted and decision.reason is not story.nothing:
        yield f"nothing is seen, but for {decision.reason}, not {story.nothing}"
    reasons = {bit: reason for mask, reason in decision.refused for bit in _bits(mask, catalogue)}
    for name, reason in story.not_seen:
        bit = catalogue.fields[name].bit
        if decision.granted & bit:
            yield f"{name} is seen"
        elif reason and reasons.get(bit) is not reason:
            yield f"{name} is not seen, but for {reasons.get(bit)}, not {reason}"


def _bits(mask: int, catalogue: Catalogue) -> Iterable[int]:
    return (spec.bit for spec in catalogue.fields.specs(mask))


@dataclass(slots=True)
class _Life:
    """What has happened to the resident so far, gathered event by event."""

    relations: list[RelationEvent] = field(default_factory=list)
    consents: list[ConsentEvent] = field(default_factory=list)
    withholdings: list[Withholding] = field(default_factory=list)
    shielded: bool = False


class _Reader:
    """Reads stories against the words of one catalogue."""

    def __init__(self, catalogue: Catalogue, matrix: Matrix, problems: Problems) -> None:
        self._catalogue = catalogue
        self._matrix = matrix
        self._problems = problems
        self._partners = {partner.slug: partner for partner in catalogue.partners.values()}

    def read(self, source: Source) -> list[Story]:
        """Read the stories of one file; what is too broken to tell is a problem."""
        file = read_yaml(source, self._problems)
        if file is None:
            return []
        file.only("verhalen")
        told = [self._story(section) for section in file.sections("verhalen")]
        return [story for story in told if story is not None]

    def _story(self, section: Section) -> Story | None:
        section.only(*STORY_KEYS)
        caller, purpose, day = self._caller(section), self._purpose(section), section.day("op")
        title = str(section.text("verhaal"))
        if not any(map(section.has, EXPECTATIONS)):
            self._problems.add(section.where, "verhaal", "expects nothing")
        resident = self._resident(section)
        not_seen = self._not_seen(section, caller, purpose)
        if caller is None or purpose is None or day is None or resident is None:
            return None
        sees = frozenset(self._names(section.texts("ziet")))
        asked = {name for name, _ in not_seen} | sees
        mask = self._catalogue.fields.mask(asked) if not_seen else None
        group = int(section.text("groep")) if section.has("groep") else 1
        return Story(
            section.where,
            title,
            Ask(caller, purpose.code, mask, group),
            resident,
            datetime.combine(day, NOON),
            sees,
            not_seen,
            self._reason("niets_omdat", section) if section.has("niets_omdat") else None,
        )

    def _caller(self, section: Section) -> Caller | None:
        partner = self._partner(section.text("partner"))
        role = self._one_of("rol", section.text("rol"), self._catalogue.roles)
        sites = self._catalogue.codes.opvanglocaties
        site = section.text("locatie") if section.has("locatie") else None
        if site is not None:
            self._one_of("locatie", site, sites)
        if partner is None or role is None:
            return None
        own = RESIDENT if partner.kind is PartnerKind.BETROKKENE else None
        here = frozenset({str(site)} if site else ())
        return acting(Persona(partner, RoleId(role), ActorId(""), here, own), sites)

    def _purpose(self, section: Section) -> Purpose | None:
        text = section.text("doel")
        purpose = self._matrix.purpose(str(text))
        if text and purpose is None:
            self._problems.unknown("doel", text, (one.code for one in self._matrix.purposes()))
        return purpose

    def _resident(self, section: Section) -> Situation | None:
        life = _Life()
        for event in section.sections("bewoner") if section.has("bewoner") else ():
            self._happen(event, life)
        site = next((e.party for e in reversed(life.relations) if e.kind == "verblijft"), None)
        place = self._catalogue.codes.opvanglocaties.get(site or "")
        situation = Situation(
            RESIDENT,
            0,
            tuple(life.relations),
            tuple(life.consents),
            withholdings=tuple(life.withholdings),
            shielded=life.shielded,
            doelgroep=str(section.text("doelgroep")) if section.has("doelgroep") else None,
        )
        if place is None:
            return situation
        return replace(situation, reception_gemeente=place.gemeente, coa_regio=place.regio)

    def _happen(self, event: Section, life: _Life) -> None:
        """Add one event to her life; what is no event is a problem."""
        event.only(*EVENT_KEYS)
        what, day = event.text("wat"), event.day("sinds")
        if day is None:
            return
        at = datetime.combine(day, time(tzinfo=UTC))
        if what in KINDS:
            life.relations.append(RelationEvent(KINDS[what], self._party(event), at, ""))
        elif what in {CONSENT, WITHDRAWN}:
            self._agree(event, what, at, life)
        elif what in WITHHELD:
            fields = self._names(event.texts("velden")) or [s.name for s in self._catalogue.fields]
            mask = self._catalogue.fields.mask(fields)
            life.withholdings.append(Withholding(WITHHELD[what], mask, frozenset(), at))
        elif what == SHIELDED:
            life.shielded = True
        else:
            known = (*KINDS, CONSENT, WITHDRAWN, SHIELDED, *WITHHELD)
            self._problems.unknown("wat", what, known)

    def _agree(self, event: Section, what: str, at: datetime, life: _Life) -> None:
        """Give a consent, or withdraw the one given for the same purpose and party."""
        purpose, recipient = self._purpose(event), self._party(event)
        if purpose is None:
            return
        if what == WITHDRAWN:
            given = [e for e in life.consents if e.scope and e.scope.recipient == recipient]
            for one in given:
                withdrawn = ConsentEvent(one.consent_id, ConsentEventKind.WITHDRAWN, at, "")
                life.consents.append(withdrawn)
            return
        named = frozenset(self._names(event.texts("velden")))
        fields = named or frozenset(n for rule in purpose.rules for n in rule.fields)
        scope = ConsentScope(purpose.code, recipient, fields, "1", "nl")
        expires = _start(event.day("tot")) if event.has("tot") else None
        number = ConsentId(UUID(int=len(life.consents) + 1))
        life.consents.append(ConsentEvent(number, ConsentEventKind.GIVEN, at, "", scope, expires))

    def _party(self, event: Section) -> str:
        """Return how events name a party: town by its code, site by its own, all others by OIN."""
        text = event.text("partij")
        if text in self._catalogue.codes.opvanglocaties or text.startswith("soort:"):
            return str(text)
        partner = self._partner(text)
        if partner is None:
            return ""
        town = partner.kind is PartnerKind.GEMEENTE
        return min(partner.gemeenten) if town else str(partner.oin)

    def _partner(self, text: Text) -> Partner | None:
        slug = self._one_of("partij", text, self._partners)
        return self._partners[slug] if slug else None

    def _not_seen(
        self, section: Section, caller: Caller | None, purpose: Purpose | None
    ) -> tuple[tuple[FieldName, Reason | None], ...]:
        if not section.has("ziet_niet") or caller is None or purpose is None:
            return ()
        told = []
        for one in section.sections("ziet_niet"):
            one.only("veld", "omdat")
            reason = self._reason("omdat", one) if one.has("omdat") else None
            told += [(name, reason) for name in self._names([one.text("veld")])]
        return tuple(told)

    def _names(self, texts: Iterable[Text]) -> list[FieldName]:
        known = [spec.name for spec in self._catalogue.fields]
        found = [self._one_of("veld", text, known) for text in texts]
        return [FieldName(name) for name in found if name]

    def _reason(self, name: str, section: Section) -> Reason | None:
        text = self._one_of(name, section.text(name), Reason.__members__)
        return Reason(text) if text else None

    def _one_of(self, name: str, text: Text, known: Iterable[str]) -> str | None:
        known = tuple(known)
        if text and text not in known:
            self._problems.unknown(name, text, known)
        return str(text) if text in known else None


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(tzinfo=UTC)) if day else None
