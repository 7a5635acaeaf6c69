"""Step (4): the legal basis of a rule: its legal task, or a consent that covers it at this moment."""

from typing import Final

from gateway.domain.consents import OPENING, Consent, ConsentEventKind, given
from gateway.domain.findable import BY_KIND
from gateway.domain.purposes import ConsentNeed, Rule, Stage
from gateway.domain.reasons import Reason
from gateway.domain.scene import Scene

_WHY_NOT: Final = {
    ConsentEventKind.REQUESTED: Reason.CONSENT_NOT_FOUND,
    ConsentEventKind.REFUSED: Reason.CONSENT_REFUSED,
    ConsentEventKind.WITHDRAWN: Reason.CONSENT_WITHDRAWN,
    ConsentEventKind.EXPIRED: Reason.CONSENT_EXPIRED,
    ConsentEventKind.INVALIDATED: Reason.CONSENT_NOT_FOUND,
}


def basis(rule: Rule, scene: Scene, *, linked: bool) -> Consent | Reason | None:
    """Return the consent a rule rests on, ``None`` where it rests on a legal task, or why neither."""
    if rule.consent is ConsentNeed.NO:
        return None
    if rule.consent is ConsentNeed.UNLESS_LINKED and linked:
        return None
    return covering(rule, scene)


def covering(rule: Rule, scene: Scene) -> Consent | Reason:
    """Find the consent to this recipient for the rule's purpose, or say why none holds now.

    The newest one given decides. Only being findable can be agreed to for a kind of partner.
    """
    partner = scene.caller.partner
    kind = BY_KIND + partner.kind
    recipients = {partner.oin, kind} if rule.stage is Stage.SEARCH else {partner.oin}
    to_caller = [c for c in scene.consents if c.scope.recipient in {partner.oin, kind}]
    fitting = [
        c for c in to_caller if c.scope.purpose == rule.purpose and c.scope.recipient in recipients
    ]
    if not fitting:
        return Reason.CONSENT_SCOPE_MISMATCH if to_caller else Reason.CONSENT_NOT_FOUND
    newest = max(fitting, key=given)
    state = newest.state_at(scene.moment)
    if newest.since is None and state is ConsentEventKind.EXPIRED:  # only ever asked
        return Reason.CONSENT_NOT_FOUND
    return newest if state in OPENING else _WHY_NOT[state]
