"""Step (3): the relation tests, one function for each value of the matrix's column ``relation``.

A test that does not hold whole gives way to a broken glass; what that opens never holds a field of
class S4 or S5, nor a number set by law, whose use leans on the relation itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.domain.basis import covering
from gateway.domain.breakglass import covers
from gateway.domain.consents import Consent
from gateway.domain.identifiers import FieldName
from gateway.domain.purposes import RelationTest, Rule
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind, reception_site
from gateway.domain.scene import Scene

PREDECESSOR_TERM: Final = timedelta(days=30)
PREDECESSOR_PURPOSES: Final = frozenset({"P03", "P12"})
PREDECESSOR_FIELDS: Final = tuple(
    FieldName(name)
    for name in ("pip_deadline", "pip_dagtekening", "leerroute", "pip_niveau", "nt2_uren")
)
INTRODUCED: Final = frozenset(
    {RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST}
)
OFFERED: Final = frozenset({RelationKind.AANBOD, RelationKind.GEPLAATST})
PLACED: Final = frozenset({RelationKind.GEPLAATST})


@dataclass(frozen=True, slots=True)
class Related:
    """The relation holds.

    ``limit`` is the mask left to a predecessor municipality, or under a broken glass; ``linked``
    says that the subject is the caller's own linked client, ``broken`` that a glass was broken.
    """

    limit: int | None = None
    linked: bool = False
    broken: bool = False


def relate(rule: Rule, scene: Scene) -> Related | Reason:
    """Apply the relation test that ``rule`` names, then look for a broken glass."""
    related = _TESTS[rule.relation](rule, scene)
    whole = isinstance(related, Related) and related.limit is None
    return related if whole or not _glass_broken(rule, scene) else _under_glass(scene)


def _glass_broken(rule: Rule, scene: Scene) -> bool:
    caller, subject = scene.caller, scene.situation.subject
    return any(
        covers(glass, caller, subject, rule.purpose, scene.moment)
        for glass in scene.situation.glasses
    )


def _under_glass(scene: Scene) -> Related:
    return Related(limit=~(scene.fields.special | scene.fields.numbers_by_law), broken=True)


def _linked(rule: Rule, scene: Scene) -> Related | Reason:
    current = _current(rule, scene)
    if isinstance(current, Related) or rule.purpose.split("_", 1)[0] not in PREDECESSOR_PURPOSES:
        return current
    ended = _succeeded(scene)
    if ended is None or scene.moment >= ended + PREDECESSOR_TERM:
        return Reason.NOT_LINKED
    kept = scene.fields.mask(PREDECESSOR_FIELDS)
    for version in scene.situation.versions:
        if version.at > ended:
            kept &= ~version.changed
    return Related(limit=kept)


def _current(_: Rule, scene: Scene) -> Related | Reason:
    last = scene.ties[-1] if scene.ties else None
    if last and last.until is None and last.gemeente in scene.caller.partner.gemeenten:
        return Related(linked=True)
    return Reason.NOT_LINKED


def _succeeded(scene: Scene) -> datetime | None:
    """When another municipality took over from the caller's last tie; ``None`` where nobody did."""
    own = scene.caller.partner.gemeenten
    successor = None
    for tie in reversed(scene.ties):
        if tie.gemeente in own:
            return tie.until if successor else None
        successor = tie
    return None


def _newly_linked(rule: Rule, scene: Scene) -> Related | Reason:
    related = _linked(rule, scene)
    if isinstance(related, Related) and related.linked:
        own = scene.caller.partner.gemeenten
        return _when(any(tie.gemeente not in own for tie in scene.ties), Reason.NOT_LINKED)
    return related


def _findable(rule: Rule, scene: Scene) -> Related | Reason:
    return _when(isinstance(covering(rule, scene), Consent), Reason.NOT_FINDABLE)


def _linked_or_findable(rule: Rule, scene: Scene) -> Related | Reason:
    linked = _linked(rule, scene)
    return linked if isinstance(linked, Related) else _findable(rule, scene)


def _own_location(_: Rule, scene: Scene) -> Related | Reason:
    site = reception_site(scene.situation.relations, scene.moment)
    return _when(site in scene.caller.locations, Reason.NOT_OWN_LOCATION)


def _own_region(_: Rule, scene: Scene) -> Related | Reason:
    return _when(scene.situation.coa_regio in scene.caller.regions, Reason.NOT_OWN_LOCATION)


def _reception_site_in(_: Rule, scene: Scene) -> Related | Reason:
    inside = scene.situation.reception_gemeente in scene.caller.partner.gemeenten
    return _when(inside, Reason.NOT_LINKED)


def _introduced(_: Rule, scene: Scene) -> Related | Reason:
    return _when(bool(scene.work & INTRODUCED), Reason.NOT_INTRODUCED)


def _offer_recorded(_: Rule, scene: Scene) -> Related | Reason:
    return _when(bool(scene.work & OFFERED), _early(scene, Reason.NO_OFFER_RECORDED))


def _placed(_: Rule, scene: Scene) -> Related | Reason:
    return _when(bool(scene.work & PLACED), _early(scene, Reason.NOT_PLACED))


def _early(scene: Scene, unknown: Reason) -> Reason:
    """Whoever was introduced may know that it is too early; to others she is unknown."""
    return Reason.STAGE_NOT_REACHED if scene.work else unknown


def _self(_: Rule, scene: Scene) -> Related | Reason:
    return _when(scene.caller.subject == scene.situation.subject, Reason.NOT_OWN_RECORD)


def _aggregates_only(_: Rule, __: Scene) -> Related | Reason:
    return Reason.AGGREGATES_ONLY


def _own_log(_: Rule, __: Scene) -> Related | Reason:
    return Reason.NOT_OWN_RECORD


def _when(condition: bool, otherwise: Reason) -> Related | Reason:  # noqa: FBT001 - the test itself
    return Related() if condition else otherwise


_TESTS: Final[dict[RelationTest, Callable[[Rule, Scene], Related | Reason]]] = {
    RelationTest.LINKED_OR_HOUSED: _linked,
    RelationTest.PROCESSOR_OF_LINKED_MUNICIPALITY: _current,
    RelationTest.NEWLY_LINKED: _newly_linked,
    RelationTest.FINDABLE: _findable,
    RelationTest.LINKED_OR_FINDABLE: _linked_or_findable,
    RelationTest.OWN_LOCATION: _own_location,
    RelationTest.OWN_REGION: _own_region,
    RelationTest.RECEPTION_SITE_IN: _reception_site_in,
    RelationTest.INTRODUCED: _introduced,
    RelationTest.OFFER_RECORDED: _offer_recorded,
    RelationTest.PLACED: _placed,
    RelationTest.SELF: _self,
    RelationTest.AGGREGATES_ONLY: _aggregates_only,
    RelationTest.OWN_ORGANISATION_LOG: _own_log,
    RelationTest.ON_REQUEST: _own_log,
}
