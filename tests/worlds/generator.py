"""Worlds for the oracle: a person's situation and a question about her, drawn from one seed.

A world is built to fit one rule of the matrix, then met by chance events, then mostly bent by one
thing off: so some four in ten of the questions have an answer, and most of the rest just miss one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random  # noqa: TID251 - worlds are drawn from a seed so that one can be redrawn

from gateway.domain.breakglass import TERM, GlassBreak
from gateway.domain.consents import ConsentEvent, ConsentEventKind
from gateway.domain.decisions import Ask
from gateway.domain.identifiers import ActorId, FieldName, GemeenteCode, Oin, PurposeCode, RoleId
from gateway.domain.partners import Agreement, Caller, Partner, PartnerKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import ProfileVersion, Situation
from tests.worlds.oracle import PREDECESSOR_FIELDS, Law, Row
from tests.worlds.scene import DAY, EPOCH, GEMEENTEN, OINS, REGIONS, SITES, SUBJECTS, Scene, World
from tests.worlds.twists import INSTANT, TWISTS, twists_about

KINDS = {
    "maatschappelijke_begeleiding": PartnerKind.INSTELLING,
    "cursusinstelling": PartnerKind.INSTELLING,
    "uitzendbureau_matcher": PartnerKind.UITZENDBUREAU,
    "werkgever": PartnerKind.WERKGEVER,
    "autoriteit_persoonsgegevens": PartnerKind.TOEZICHTHOUDER,
    "betrokkene": PartnerKind.BETROKKENE,
}
LADDER = (RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST)
LINKING = (RelationKind.GEKOPPELD, RelationKind.OMGEKOPPELD, RelationKind.GEHUISVEST)


def draw(law: Law, seed: int) -> World:
    """Draw the world of ``seed``."""
    dice = Random(seed)  # noqa: S311 - a world is no secret
    scene = Scene(law, dice, EPOCH + timedelta(seconds=dice.randrange(90 * 86_400)))
    row = dice.choice(law.rows)
    caller = _caller(scene, row)
    situation = replace(
        _bystanders(scene),
        relations=(*_relations(scene, row, caller), *_chance_relations(scene, caller)),
        consents=(*_consents(scene, row, caller), *_chance_consents(scene, row)),
        versions=tuple(_versions(scene)),
        glasses=tuple(_glasses(scene, row, caller)),
    )
    if row.relation == "reception_site_in":
        situation = replace(situation, reception_gemeente=min(caller.partner.gemeenten))
    if row.relation == "own_region":
        situation = replace(situation, coa_regio=min(caller.regions))
    world = World(seed, _ask(scene, row, caller), situation, scene.moment)
    for _ in range(dice.choices((0, 1, 2, 3), (10, 35, 30, 25))[0]):
        twists = twists_about(row) if scene.chance(0.6) else TWISTS
        world = dice.choice(twists)(scene, world)
    return world.with_relations().with_consents()


def kind_of(role: str) -> PartnerKind:
    """Return the kind of partner that a role belongs to."""
    if "gemeente" in role:
        return PartnerKind.GEMEENTE
    return KINDS.get(role, PartnerKind.COA)


def _caller(scene: Scene, row: Row) -> Caller:
    kind = kind_of(row.role)
    if row.role == "privacy_officer":
        kind = scene.dice.choice(list(PartnerKind))
    public = kind in {PartnerKind.GEMEENTE, PartnerKind.INSTELLING}
    several = 2 if kind is PartnerKind.INSTELLING and scene.chance(0.5) else 1
    gemeenten = scene.dice.sample(GEMEENTEN, several) if public else []
    partner = Partner(
        oin=Oin(scene.dice.choice(OINS)),
        slug="partner",
        name="Partner",
        kind=kind,
        agreement=_agreement(scene, row),
        gemeenten=frozenset(GemeenteCode(code) for code in gemeenten),
    )
    return Caller(
        partner=partner,
        role=RoleId(row.role),
        actor=ActorId("medewerker-1"),
        locations=frozenset(scene.dice.sample(SITES, 2)),
        regions=frozenset(scene.dice.sample(REGIONS, 2)),
        subject=SUBJECTS[0] if kind is PartnerKind.BETROKKENE else None,
    )


def _agreement(scene: Scene, row: Row) -> Agreement:
    purposes = sorted({each.purpose for each in scene.law.rows})
    roles = sorted({each.role for each in scene.law.rows} - {row.role})
    granted = {RoleId(role): _purposes(scene, purposes) for role in scene.dice.sample(roles, 3)}
    granted[RoleId(row.role)] = _purposes(scene, purposes) | {PurposeCode(row.purpose)}
    today = scene.moment.date()
    return Agreement(
        reference="overeenkomst-1",
        valid_from=today - DAY * scene.dice.randrange(400),
        valid_until=today + DAY * scene.dice.randrange(400) if scene.chance(0.7) else None,
        purposes=granted,
        without=scene.some(row.fields, 0.2) if scene.chance(0.2) else frozenset(),
    )


def _purposes(scene: Scene, purposes: Iterable[str]) -> frozenset[PurposeCode]:
    return frozenset(PurposeCode(code) for code in purposes if scene.chance(0.5))


def _ask(scene: Scene, row: Row, caller: Caller) -> Ask:
    purpose = row.purpose if scene.chance(0.5) else row.purpose.split("_")[0]
    wish = scene.dice.choice(("all", "some", "any", "few"))
    names = {
        "all": frozenset[FieldName](),
        "some": scene.some(row.fields, 0.6),
        "any": scene.some(scene.law.numbers, 0.5),
        "few": scene.some(row.fields, 0.1) | scene.some(scene.law.numbers, 0.02),
    }[wish]
    return Ask(
        caller=caller,
        purpose=purpose,
        fields=None if wish == "all" else scene.mask(names),
        group=scene.dice.choice((10, 11, 60)) if row.stage == "search" else 1,
    )


def _bystanders(scene: Scene) -> Situation:
    """Draw the facts that stand beside the relations."""
    return Situation(
        subject=SUBJECTS[0],
        epoch=scene.dice.randrange(1, 9),
        held=scene.mask(scene.some(scene.law.numbers, 0.1)) if scene.chance(0.1) else 0,
        doelgroep=scene.dice.choice((None, "asielzoeker", "asielzoeker", "nareiziger")),
        reception_gemeente=scene.dice.choice((None, *GEMEENTEN)),
        coa_regio=scene.dice.choice((None, *REGIONS)),
    )


def _relations(scene: Scene, row: Row, caller: Caller) -> Iterator[RelationEvent]:
    """Tell the events by which the relation test of ``row`` may hold for ``caller``."""
    match row.relation:
        case "linked_or_housed" | "newly_linked" | "processor_of_linked_municipality":
            yield from _linked(scene, row, min(caller.partner.gemeenten))
        case "linked_or_findable" if scene.chance(0.5):
            yield from _linked(scene, row, min(caller.partner.gemeenten))
        case "own_location":
            site = scene.dice.choice(sorted(caller.locations))
            yield scene.event(RelationKind.VERBLIJFT, site, scene.days_ago(1, 90))
        case "introduced" | "offer_recorded" | "placed":
            yield from _working(scene, row, caller)
        case _:
            return


def _linked(scene: Scene, row: Row, gemeente: str) -> Iterator[RelationEvent]:
    since = scene.days_ago(40, 150)
    yield scene.event(scene.dice.choice(LINKING), gemeente, since)
    other = scene.other(GEMEENTEN, gemeente)
    if row.relation == "newly_linked":
        yield scene.event(scene.dice.choice(LINKING), other, scene.days_ago(151, 300))
    if row.purpose[:3] in {"P03", "P12"} and scene.chance(0.4):
        kind = scene.dice.choice(LINKING)
        yield scene.event(kind, other, scene.days_ago(0, 35))


def _working(scene: Scene, row: Row, caller: Caller) -> Iterator[RelationEvent]:
    needed = {"introduced": 0, "offer_recorded": 1, "placed": 2}[row.relation]
    for step, kind in enumerate(LADDER[: needed + 1]):
        if step == needed or scene.chance(0.8):
            at = scene.days_ago(30 * (3 - step), 30 * (4 - step))
            yield scene.event(kind, caller.partner.oin, at)


def _chance_relations(scene: Scene, caller: Caller) -> Iterator[RelationEvent]:
    """Tell what else happened: long ago, with others, or still to come."""
    for _ in range(scene.dice.randrange(4)):
        kind = scene.dice.choice(list(RelationKind))
        yield scene.event(kind, _party(scene, kind), scene.days_ago(301, 700))
    for kind in scene.dice.sample((*LADDER, RelationKind.BEEINDIGD), scene.dice.randrange(3)):
        other = scene.other(OINS, caller.partner.oin)
        yield scene.event(kind, other, scene.days_ago(-10, 300))
    for kind in scene.dice.sample(list(RelationKind), scene.dice.randrange(2)):
        party = _party(scene, kind) if scene.chance(0.7) else caller.partner.oin
        yield scene.event(kind, party, scene.days_ago(-60, 0))
    if scene.chance(0.3):
        site = scene.dice.choice(SITES)
        yield scene.event(RelationKind.VERBLIJFT, site, scene.days_ago(91, 300))


def _party(scene: Scene, kind: RelationKind) -> str:
    if kind in LINKING or kind is RelationKind.ONTKOPPELD:
        return scene.dice.choice(GEMEENTEN)
    if kind in {RelationKind.VERBLIJFT, RelationKind.VERTROKKEN}:
        return scene.dice.choice(SITES)
    return scene.dice.choice(OINS)


def _consents(scene: Scene, row: Row, caller: Caller) -> Iterator[ConsentEvent]:
    """Tell the consent on which ``row`` rests, where it rests on one, with the events around it."""
    if "yes" not in row.consent:
        return
    recipient: str = caller.partner.oin
    if row.stage == "search" and scene.chance(0.7):
        recipient = f"soort:{caller.partner.kind.value}"
    fields = row.fields if scene.chance(0.5) else scene.some(scene.law.numbers, 0.7)
    given = scene.given(row.purpose, recipient, fields, scene.days_ago(40, 90))
    if scene.chance(0.1):
        given = replace(given, expires=None)
    yield given
    if scene.chance(0.2):
        yield scene.about(given, ConsentEventKind.REQUESTED, given.at - DAY)
    if scene.chance(0.2):
        yield replace(
            scene.given(row.purpose, recipient, scene.some(row.fields, 0.8), given.at + DAY),
            consent_id=given.consent_id,
            kind=ConsentEventKind.RENEWED,
        )


def _chance_consents(scene: Scene, row: Row) -> Iterator[ConsentEvent]:
    """Tell what else was said: for other purposes, to others, long ago and ended, or still to come."""
    purposes = sorted({each.purpose for each in scene.law.rows if "yes" in each.consent})
    recipients = (*OINS, *(f"soort:{kind.value}" for kind in PartnerKind))
    for _ in range(scene.dice.randrange(4)):
        purpose, recipient = scene.dice.choice(purposes), scene.dice.choice(recipients)
        given = scene.given(
            purpose, recipient, scene.some(row.fields, 0.5), scene.days_ago(91, 400)
        )
        yield given
        if scene.chance(0.6):
            kind = scene.dice.choice(list(ConsentEventKind))
            yield scene.about(given, kind, given.at + DAY * scene.dice.uniform(-2, 90))
    if scene.chance(0.2):
        purpose, recipient = scene.dice.choice(purposes), scene.dice.choice(recipients)
        yield scene.given(purpose, recipient, scene.some(row.fields, 0.5), scene.days_ago(-30, 0))


def _versions(scene: Scene) -> Iterator[ProfileVersion]:
    for version in range(1, scene.dice.randrange(1, 5)):
        pip = scene.some(PREDECESSOR_FIELDS, 0.3)
        names = pip | scene.some(scene.law.numbers, 0.1)
        yield ProfileVersion(version, scene.days_ago(0, 120), scene.mask(names))


def _glasses(scene: Scene, row: Row, caller: Caller) -> Iterator[GlassBreak]:
    """Tell of glasses that were broken: mostly hers and for this purpose, mostly within the hour."""
    if scene.chance(0.5):
        return
    pick = scene.dice.choice
    edge = scene.moment - TERM + INSTANT * pick((-1, 0, 1))
    at = pick((scene.days_ago(-0.01, 0.05), scene.days_ago(0, 0.04), edge, scene.moment))
    yield GlassBreak(
        actor=ActorId("medewerker-2") if scene.chance(0.1) else caller.actor,
        role=RoleId(pick(scene.law.rows).role) if scene.chance(0.1) else caller.role,
        partner=Oin(pick(OINS)) if scene.chance(0.1) else caller.partner.oin,
        subject=pick(SUBJECTS) if scene.chance(0.1) else SUBJECTS[0],
        purpose=PurposeCode(pick(scene.law.rows).purpose if scene.chance(0.1) else row.purpose),
        at=at,
        until=at + TERM * pick((0.5, 1, 1, 1, 2)),
    )
