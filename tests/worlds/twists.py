"""One thing off: each twist takes a world that fits and bends it, on or near the line of a rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from gateway.domain.consents import ConsentEvent, ConsentEventKind
from gateway.domain.identifiers import GemeenteCode, Oin, PurposeCode, RoleId
from gateway.domain.partners import Agreement, PartnerKind
from gateway.domain.relations import RelationKind
from gateway.domain.subjects import Situation, Withholding, WithholdingKind
from tests.worlds.oracle import PREDECESSOR_FIELDS, Row
from tests.worlds.scene import DAY, GEMEENTEN, OINS, REGIONS, SITES, SUBJECTS, Scene, World

ENDINGS = (
    ConsentEventKind.REFUSED,
    ConsentEventKind.WITHDRAWN,
    ConsentEventKind.EXPIRED,
    ConsentEventKind.INVALIDATED,
)
INSTANT = timedelta(microseconds=1)


def _with_agreement(world: World, agreement: Agreement) -> World:
    partner = replace(world.ask.caller.partner, agreement=agreement)
    return replace(world, ask=replace(world.ask, caller=replace(world.ask.caller, partner=partner)))


def _with_situation(world: World, situation: Situation) -> World:
    return replace(world, situation=situation)


def agreement_on_the_edge(scene: Scene, world: World) -> World:
    """Let the agreement begin or end around today."""
    today = world.moment.date() + DAY * scene.dice.choice((-1, 0, 1))
    agreement = world.ask.caller.partner.agreement
    if scene.chance(0.5):
        return _with_agreement(world, replace(agreement, valid_from=today, valid_until=None))
    return _with_agreement(world, replace(agreement, valid_until=today))


def agreement_lacks_the_role(scene: Scene, world: World) -> World:
    """Take the role she acts in out of the agreement."""
    agreement = world.ask.caller.partner.agreement
    rest = {
        role: codes for role, codes in agreement.purposes.items() if role != world.ask.caller.role
    }
    return _with_agreement(world, replace(agreement, purposes=rest))


def agreement_lacks_the_purpose(scene: Scene, world: World) -> World:
    """Let the agreement give the purpose to every role but hers."""
    agreement = world.ask.caller.partner.agreement
    codes = {row.purpose for row in scene.law.rows}
    asked = {code for code in codes if code[:3] == world.ask.purpose[:3]}
    purposes = {
        role: frozenset(
            PurposeCode(code)
            for code in codes
            if role != world.ask.caller.role or code not in asked
        )
        for role in agreement.purposes
    }
    return _with_agreement(world, replace(agreement, purposes=purposes))


def agreement_gives_up_fields(scene: Scene, world: World) -> World:
    """Let the partner give up half of everything."""
    agreement = world.ask.caller.partner.agreement
    return _with_agreement(world, replace(agreement, without=scene.some(scene.law.numbers, 0.5)))


def another_role(scene: Scene, world: World) -> World:
    """Let her act in another role, which the agreement may or may not give her."""
    role = RoleId(scene.dice.choice(scene.law.rows).role)
    if scene.chance(0.5):
        role = scene.dice.choice(sorted(world.ask.caller.partner.agreement.purposes))
    return replace(world, ask=replace(world.ask, caller=replace(world.ask.caller, role=role)))


def another_purpose(scene: Scene, world: World) -> World:
    """Let her ask for another purpose, or for one that no catalogue has."""
    purpose = scene.dice.choice((*(row.purpose for row in scene.law.rows), "P13", "P0", ""))
    return replace(world, ask=replace(world.ask, purpose=purpose))


def another_partner(scene: Scene, world: World) -> World:
    """Let another organisation of the same kind ask, in another place."""
    caller = world.ask.caller
    codes = scene.dice.sample(GEMEENTEN, len(caller.partner.gemeenten))
    partner = replace(
        caller.partner,
        oin=Oin(scene.other(OINS, caller.partner.oin)),
        gemeenten=frozenset(GemeenteCode(code) for code in codes),
    )
    return replace(world, ask=replace(world.ask, caller=replace(caller, partner=partner)))


def another_kind(scene: Scene, world: World) -> World:
    """Give the same role and the same places to an organisation of another kind."""
    caller = world.ask.caller
    partner = replace(caller.partner, kind=scene.dice.choice(list(PartnerKind)))
    return replace(world, ask=replace(world.ask, caller=replace(caller, partner=partner)))


def another_worker(scene: Scene, world: World) -> World:
    """Let a colleague of another site and region ask, or a resident about somebody else."""
    caller = replace(
        world.ask.caller,
        locations=frozenset(scene.dice.sample(SITES, 1)),
        regions=frozenset(scene.dice.sample(REGIONS, 1)),
        subject=scene.dice.choice((None, *SUBJECTS)),
    )
    return replace(world, ask=replace(world.ask, caller=caller))


def nobody_known(scene: Scene, world: World) -> World:
    """Make the subject unknown to the gate."""
    return replace(world, unknown=True)


def shielded(scene: Scene, world: World) -> World:
    """Shield the subject."""
    return _with_situation(world, replace(world.situation, shielded=True))


def an_event_missing(scene: Scene, world: World) -> World:
    """Take one relation event out."""
    events = world.situation.relations
    left = list(events)
    if left:
        left.pop(scene.dice.randrange(len(left)))
    return _with_situation(world, replace(world.situation, relations=tuple(left)))


def an_event_on_the_edge(scene: Scene, world: World) -> World:
    """Move one relation event to the moment itself, or an instant to either side."""
    events = list(world.situation.relations)
    if events:
        which = scene.dice.randrange(len(events))
        at = world.moment + INSTANT * scene.dice.choice((-1, 0, 1))
        events[which] = replace(events[which], at=at)
    return _with_situation(world, replace(world.situation, relations=tuple(events)))


def handed_on(scene: Scene, world: World) -> World:
    """Let another municipality take over, around a month ago or lately."""
    kinds = (RelationKind.GEKOPPELD, RelationKind.OMGEKOPPELD, RelationKind.GEHUISVEST)
    edge = world.moment - 30 * DAY + INSTANT * scene.dice.choice((-1, 0, 1))
    at = scene.dice.choice((edge, scene.days_ago(0, 35)))
    party = scene.dice.choice(GEMEENTEN)
    return world.with_relations(scene.event(scene.dice.choice(kinds), party, at))


def unlinked(scene: Scene, world: World) -> World:
    """Unlink a municipality, lately."""
    own = sorted(world.ask.caller.partner.gemeenten)
    party = scene.dice.choice((*own, *own, scene.dice.choice(GEMEENTEN)))
    at = scene.days_ago(0, 35)
    return world.with_relations(scene.event(RelationKind.ONTKOPPELD, party, at))


def moved(scene: Scene, world: World) -> World:
    """Let the subject move to another site."""
    site = scene.dice.choice(SITES)
    return world.with_relations(scene.event(RelationKind.VERBLIJFT, site, scene.days_ago(-1, 5)))


def housed(scene: Scene, world: World) -> World:
    """Let the subject move into a home."""
    gemeente = scene.dice.choice(GEMEENTEN)
    at = scene.days_ago(-1, 120)
    return world.with_relations(scene.event(RelationKind.GEHUISVEST, gemeente, at))


def mediation_ended(scene: Scene, world: World) -> World:
    """Let mediation by her own organisation end, and perhaps begin again."""
    oin = world.ask.caller.partner.oin
    ended = scene.event(RelationKind.BEEINDIGD, oin, scene.days_ago(0, 60))
    if scene.chance(0.6):
        return world.with_relations(ended)
    kinds = (RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST)
    at = ended.at + DAY * scene.dice.uniform(0, 10)
    return world.with_relations(ended, scene.event(scene.dice.choice(kinds), oin, at))


def another_stage(scene: Scene, world: World) -> World:
    """Put the stages of mediation on record as others."""
    ladder = (RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST)
    events = tuple(
        replace(event, kind=scene.dice.choice(ladder)) if event.kind in ladder else event
        for event in world.situation.relations
    )
    return _with_situation(world, replace(world.situation, relations=events))


def _about_her_consent(world: World) -> ConsentEvent | None:
    """Find the latest consent given for the purpose she asks for."""
    given = [
        event
        for event in world.situation.consents
        if event.kind is ConsentEventKind.GIVEN
        and event.scope is not None
        and event.scope.purpose[:3] == world.ask.purpose[:3]
        and event.at < world.moment
    ]
    return max(given, key=lambda event: event.at, default=None)


def consent_ended(scene: Scene, world: World) -> World:
    """End the consent before, at or just after the moment."""
    given = _about_her_consent(world)
    if given is None:
        return world
    edge = world.moment + INSTANT * scene.dice.choice((-1, 0, 1))
    at = scene.dice.choice((edge, scene.days_ago(-5, 60)))
    kind = scene.dice.choice(ENDINGS)
    ended = scene.about(given, kind, at)
    return world.with_consents(ended)


def consent_given_again(scene: Scene, world: World) -> World:
    """End the consent, then give or renew the same number once more."""
    given = _about_her_consent(world)
    if given is None:
        return world
    at = scene.days_ago(1, 60)
    ended = scene.about(given, scene.dice.choice(ENDINGS), at)
    kind = scene.dice.choice((ConsentEventKind.GIVEN, ConsentEventKind.RENEWED))
    again = replace(given, kind=kind, at=at + DAY * scene.dice.uniform(0, 1))
    return world.with_consents(ended, again)


def consent_run_out(scene: Scene, world: World) -> World:
    """Let consents run out at the moment or an instant to either side."""
    edge = world.moment + INSTANT * scene.dice.choice((-1, 0, 1))
    events = tuple(
        event if event.expires is None else replace(event, expires=edge)
        for event in world.situation.consents
    )
    return _with_situation(world, replace(world.situation, consents=events))


def consent_renewed_too_late(scene: Scene, world: World) -> World:
    """Renew the consent, before or after it ran out."""
    given = _about_her_consent(world)
    if given is None:
        return world
    expires = scene.days_ago(-20, 40)
    short = replace(given, expires=max(expires, given.at + DAY))
    events = tuple(short if event == given else event for event in world.situation.consents)
    late = replace(
        given, kind=ConsentEventKind.RENEWED, at=scene.days_ago(0, 40), expires=world.moment + DAY
    )
    situation = replace(world.situation, consents=events)
    return _with_situation(world, situation).with_consents(late)


def consent_narrower(scene: Scene, world: World) -> World:
    """Let a newer consent for the same purpose and recipient name fewer fields."""
    given = _about_her_consent(world)
    if given is None or given.scope is None:
        return world
    fields = scene.some(given.scope.fields, 0.5)
    newer = scene.given(given.scope.purpose, given.scope.recipient, fields, scene.days_ago(0, 35))
    if scene.chance(0.4):
        at = newer.at + (world.moment - newer.at) * scene.dice.random()
        ended = scene.about(newer, scene.dice.choice(ENDINGS), at)
        return world.with_consents(newer, ended)
    return world.with_consents(newer)


def consent_for_another(scene: Scene, world: World) -> World:
    """Let the consent name another recipient, sort of recipient or purpose."""
    given = _about_her_consent(world)
    if given is None or given.scope is None:
        return world
    sorts = tuple(f"soort:{kind.value}" for kind in PartnerKind)
    own = f"soort:{world.ask.caller.partner.kind.value}"
    recipient = scene.dice.choice((*OINS, *sorts, own, own))
    scope = replace(given.scope, recipient=recipient)
    if scene.chance(0.3):
        purpose = scene.dice.choice(scene.law.rows).purpose
        scope = replace(given.scope, purpose=PurposeCode(purpose))
    other = replace(given, scope=scope)
    events = tuple(other if event == given else event for event in world.situation.consents)
    return _with_situation(world, replace(world.situation, consents=events))


def consent_still_to_come(scene: Scene, world: World) -> World:
    """Date the consent at the moment, or an instant to either side."""
    given = _about_her_consent(world)
    if given is None:
        return world
    later = replace(given, at=world.moment + INSTANT * scene.dice.choice((-1, 0, 1)))
    events = tuple(later if event == given else event for event in world.situation.consents)
    return _with_situation(world, replace(world.situation, consents=events))


def small_group(scene: Scene, world: World) -> World:
    """Let the answer cover a group around the smallest allowed."""
    return replace(world, ask=replace(world.ask, group=scene.dice.choice((0, 1, 9, 10))))


def budget_spent(scene: Scene, world: World) -> World:
    """Spend the searcher's budget."""
    return replace(world, ask=replace(world.ask, budget_left=False))


def withheld(scene: Scene, world: World) -> World:
    """Restrict or object to some fields, for some purposes, around now."""
    codes = sorted({row.purpose for row in scene.law.rows})
    about = {code for code in codes if code[:3] == world.ask.purpose[:3] or scene.chance(0.2)}
    purposes = scene.dice.choice((set[str](), about, set(codes) - about))
    edge = world.moment + INSTANT * scene.dice.choice((-1, 0, 1))
    since = scene.dice.choice((edge, scene.days_ago(0, 60)))
    until = scene.dice.choice((None, edge, scene.days_ago(-30, 30)))
    one = Withholding(
        kind=scene.dice.choice(list(WithholdingKind)),
        fields=scene.mask(scene.some(scene.law.numbers, 0.5)),
        purposes=frozenset(PurposeCode(code) for code in purposes),
        since=since,
        until=until,
    )
    more = (*world.situation.withholdings, one)
    return _with_situation(world, replace(world.situation, withholdings=more))


def held_for_review(scene: Scene, world: World) -> World:
    """Let some fields wait for a person's look."""
    held = scene.mask(scene.some(scene.law.numbers, 0.4))
    return _with_situation(world, replace(world.situation, held=held))


def closed(scene: Scene, world: World) -> World:
    """Close a purpose for the profile, from around now."""
    codes = sorted({row.purpose for row in scene.law.rows})
    asked = [code for code in codes if code[:3] == world.ask.purpose[:3]]
    code = scene.dice.choice(asked) if asked and scene.chance(0.7) else scene.dice.choice(codes)
    edge = world.moment + INSTANT * scene.dice.choice((-1, 0, 1))
    since = scene.dice.choice((edge, scene.days_ago(-5, 60)))
    more = (*world.situation.closed, (PurposeCode(code), since))
    return _with_situation(world, replace(world.situation, closed=more))


def another_target_group(scene: Scene, world: World) -> World:
    """Put the subject in another target group, mostly statushouder."""
    group = scene.dice.choice(("statushouder", "statushouder", "gezinsmigrant", None))
    return _with_situation(world, replace(world.situation, doelgroep=group))


def strangers(scene: Scene, world: World) -> World:
    """Leave nothing between the subject and whoever asks."""
    caller = replace(world.ask.caller, subject=SUBJECTS[1])
    bare = replace(world.situation, relations=(), coa_regio=None, reception_gemeente=None)
    return replace(world, ask=replace(world.ask, caller=caller), situation=bare)


def another_place(scene: Scene, world: World) -> World:
    """Change the subject's region and reception municipality, or forget them."""
    situation = replace(
        world.situation,
        coa_regio=scene.dice.choice((None, *REGIONS)),
        reception_gemeente=scene.dice.choice((None, *GEMEENTEN)),
    )
    return _with_situation(world, situation)


def pip_changed(scene: Scene, world: World) -> World:
    """Let the last changes of the profile be of the past month."""
    lately = tuple(
        replace(version, at=scene.days_ago(0, 30)) for version in world.situation.versions
    )
    return _with_situation(world, replace(world.situation, versions=lately))


def integration_asked(scene: Scene, world: World) -> World:
    """Let her ask for what a predecessor keeps."""
    names = PREDECESSOR_FIELDS | scene.some(scene.law.numbers, 0.1)
    return replace(world, ask=replace(world.ask, fields=scene.mask(names)))


def nothing_asked(scene: Scene, world: World) -> World:
    """Let her ask for no field at all, or for one."""
    names = [] if scene.chance(0.3) else [scene.dice.choice(sorted(scene.law.numbers))]
    return replace(world, ask=replace(world.ask, fields=scene.mask(names)))


Twist = Callable[[Scene, World], World]

STANDING: tuple[Twist, ...] = (
    agreement_on_the_edge,
    agreement_lacks_the_role,
    agreement_lacks_the_purpose,
    agreement_gives_up_fields,
    another_role,
    another_purpose,
    another_kind,
    nobody_known,
    shielded,
    nothing_asked,
)
RELATION: tuple[Twist, ...] = (
    another_partner,
    another_worker,
    another_place,
    strangers,
    an_event_missing,
    an_event_on_the_edge,
    handed_on,
    unlinked,
    moved,
    housed,
    pip_changed,
    integration_asked,
)
CONSENT: tuple[Twist, ...] = (
    consent_ended,
    consent_given_again,
    consent_run_out,
    consent_renewed_too_late,
    consent_narrower,
    consent_for_another,
    consent_still_to_come,
)
SEARCH: tuple[Twist, ...] = (small_group, small_group, budget_spent)
WORK: tuple[Twist, ...] = (mediation_ended, another_stage, another_target_group)
SUBTRACTED: tuple[Twist, ...] = (withheld, held_for_review, closed)
TWISTS = STANDING + RELATION + CONSENT + SEARCH + WORK + SUBTRACTED


def twists_about(row: Row) -> tuple[Twist, ...]:
    """List the twists that come near a line which ``row`` draws."""
    near = RELATION
    if "yes" in row.consent:
        near += CONSENT
    if row.stage == "search":
        near += SEARCH
    elif row.stage != "-":
        near += WORK
    return near
