"""A small law of its own: ten fields, a rule for every relation test, and words to tell a story in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import Ask, Decision, decide
from gateway.domain.fields import FieldDictionary, FieldSpec, Sensitivity
from gateway.domain.identifiers import (
    ActorId,
    ConsentId,
    FieldName,
    GemeenteCode,
    Oin,
    PurposeCode,
    RoleId,
    RuleId,
    SubjectId,
)
from gateway.domain.partners import Agreement, Caller, Partner, PartnerKind
from gateway.domain.purposes import Cell, ConsentNeed, Matrix, Purpose, RelationTest, Rule, Stage
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import ProfileVersion, Situation

NOW: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
SUBJECT: Final = SubjectId(UUID(int=1))
OIN: Final = "00000099000000004000"
OTHER_OIN: Final = "00000099000000005000"
SITE: Final = "azc-een"
TOWN: Final = "0243"
NEXT_TOWN: Final = "0344"

_CLASSES: Final = {
    "client_ref": Sensitivity.S0,
    "naam": Sensitivity.S1,
    "taal": Sensitivity.S1,
    "notitie": Sensitivity.S2,
    "pip_deadline": Sensitivity.S1,
    "leerroute": Sensitivity.S1,
    "pip_dagtekening": Sensitivity.S1,
    "pip_niveau": Sensitivity.S1,
    "nt2_uren": Sensitivity.S1,
    "bsn": Sensitivity.S3,
    "religie": Sensitivity.S4,
    "woonbehoefte": Sensitivity.S4,
    "incident": Sensitivity.S5,
    "elders": Sensitivity.S1,
}
FIELDS: Final = FieldDictionary(
    FieldSpec(number, FieldName(name), name, name, "string", "none", sensitivity, True, "test")  # noqa: FBT003 - as the dictionary has it
    for number, (name, sensitivity) in enumerate(_CLASSES.items())
)
NAMED: Final = (
    "client_ref", "naam", "taal", "notitie", "pip_deadline", "leerroute", "nt2_uren", "bsn",
    "religie",
)  # fmt: skip


def mask(*names: str) -> int:
    """Return the bits of fields."""
    return FIELDS.mask(FieldName(name) for name in names)


def names(bits: int) -> set[str]:
    """Return the names of fields."""
    return set(FIELDS.names(bits))


@dataclass(frozen=True, slots=True)
class Story:
    """One question about one subject, told from an ordinary case by what differs."""

    rules: tuple[Rule, ...]
    caller: Caller
    situation: Situation
    purpose: str = "P02_doel"
    fields: int | None = None
    group: int = 1
    budget_left: bool = True
    denied: int = 0
    moment: datetime = NOW
    unknown: bool = False

    def decide(self) -> Decision:
        """Let the domain decide."""
        ask = Ask(self.caller, self.purpose, self.fields, self.group, self.budget_left)
        about = None if self.unknown else self.situation
        return decide(ask, about, self.matrix(), FIELDS, self.moment)

    def matrix(self) -> Matrix:
        """Compile the story's rules."""
        by_purpose: dict[PurposeCode, list[Rule]] = {PurposeCode(self.rules[0].purpose): []}
        for one in self.rules:
            by_purpose.setdefault(one.purpose, []).append(one)
        purposes = {
            code: Purpose(code, code, code, date(2022, 1, 1), date(2026, 12, 31), tuple(own))
            for code, own in by_purpose.items()
        }
        cells: dict[tuple[RoleId, PurposeCode], Cell] = {}
        for one in self.rules:
            before = cells.get((one.role, one.purpose), Cell((), self.denied))
            carried = (*before.rules, (one, FIELDS.mask(one.fields)))
            cells[one.role, one.purpose] = Cell(carried, self.denied)
        return Matrix(purposes, cells, "digest")

    def happened(self, *events: RelationEvent) -> "Story":
        """Tell that relations came about, instead of those of the ordinary case."""
        return replace(self, situation=replace(self.situation, relations=events))

    def said(self, *events: ConsentEvent) -> "Story":
        """Tell what the subject said."""
        return replace(self, situation=replace(self.situation, consents=events))

    def about(self, **facts: object) -> "Story":
        """Tell other facts of the subject."""
        return replace(self, situation=replace(self.situation, **facts))  # type: ignore[arg-type]  # a story names what differs

    def asked_by(self, **caller: object) -> "Story":
        """Let someone else ask."""
        return replace(self, caller=replace(self.caller, **caller))  # type: ignore[arg-type]  # a story names what differs

    def granted(self) -> set[str]:
        """Name the fields that leave."""
        return names(self.decide().granted)


def rule(  # noqa: PLR0913 - each column of the matrix, by name
    *fields: str,
    relation: RelationTest = RelationTest.LINKED_OR_HOUSED,
    purpose: str = "P02_doel",
    stage: Stage = Stage.NONE,
    consent: ConsentNeed = ConsentNeed.NO,
    exception: str | None = None,
    not_for: Iterable[str] = (),
    rule_id: str = "R1",
) -> Rule:
    """Write a rule."""
    return Rule(
        RuleId(rule_id),
        PurposeCode(purpose),
        RoleId("rol"),
        relation,
        stage,
        "GDPR 6(1)(e)",
        consent,
        frozenset(FieldName(name) for name in fields or NAMED),
        "30 days",
        exception,
        frozenset(not_for),
    )


def partner(
    kind: PartnerKind = PartnerKind.GEMEENTE,
    *purposes: str,
    without: Iterable[str] = (),
    towns: Iterable[str] = (TOWN,),
) -> Partner:
    """Make a partner whose agreement runs this year and gives its role these purposes."""
    codes = frozenset(PurposeCode(code) for code in purposes or ("P02_doel",))
    agreement = Agreement(
        "DP-1",
        date(2026, 1, 1),
        date(2026, 12, 31),
        {RoleId("rol"): codes},
        frozenset(FieldName(name) for name in without),
    )
    gemeenten = frozenset(GemeenteCode(town) for town in towns)
    return Partner(Oin(OIN), "partner", "Partner", kind, agreement, gemeenten)


def caller(one: Partner | None = None) -> Caller:
    """Make a worker of a partner."""
    return Caller(one or partner(), RoleId("rol"), ActorId("worker-1"))


def event(kind: RelationKind, party: str = TOWN, at: datetime = NOW - DAY) -> RelationEvent:
    """Tell of a relation."""
    return RelationEvent(kind, party, at, "test")


LINKED: Final = event(RelationKind.GEKOPPELD)


def story(*rules: Rule, kind: PartnerKind = PartnerKind.GEMEENTE, **ask: object) -> Story:
    """Tell the ordinary case: someone linked to the caller's town yesterday, asked under a rule."""
    written = rules or (rule(),)
    codes = {one.purpose for one in written}
    one = partner(kind, *codes, towns=(TOWN,) if kind is PartnerKind.GEMEENTE else ())
    told = Story(
        written,
        caller(one),
        Situation(SUBJECT, 1, relations=(LINKED,)),
        purpose=written[0].purpose,
    )
    return replace(told, **ask)  # type: ignore[arg-type]  # a story names what differs


def given(  # noqa: PLR0913 - each part of a consent, by name
    purpose: str = "P05_doel",
    recipient: str = OIN,
    fields: Iterable[str] = NAMED,
    *,
    at: datetime = NOW - DAY,
    expires: datetime | None = NOW + DAY,
    number: int = 1,
    kind: ConsentEventKind = ConsentEventKind.GIVEN,
) -> ConsentEvent:
    """Tell of a consent."""
    scope = ConsentScope(
        PurposeCode(purpose), recipient, frozenset(FieldName(n) for n in fields), "v1", "tir"
    )
    return ConsentEvent(consent_id(number), kind, at, "worker-1", scope, expires)


def later(kind: ConsentEventKind, at: datetime = NOW, number: int = 1) -> ConsentEvent:
    """Tell what became of a consent."""
    return ConsentEvent(consent_id(number), kind, at, "worker-1")


def consent_id(number: int) -> ConsentId:
    """Return the id of a consent by its number."""
    return ConsentId(uuid5(UUID(int=0), str(number)))


def version(number: int, at: datetime, *changed: str) -> ProfileVersion:
    """Tell that a version of the profile changed some fields."""
    return ProfileVersion(number, at, mask(*changed))
