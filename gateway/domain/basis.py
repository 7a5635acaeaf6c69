"""Step (4): the legal basis of a rule: its legal task, or a consent that covers it at this moment."""

from typing import Final

from gateway.domain.consents import Consent, ConsentEventKind
from gateway.domain.identifiers import PurposeCode
from gateway.domain.purposes import ConsentNeed, Rule
from gateway.domain.reasons import Reason
from gateway.domain.scene import Scene

OPEN: Final = frozenset({ConsentEventKind.GIVEN, ConsentEventKind.RENEWED})
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
    return covering(scene, rule.purpose)


def covering(scene: Scene, purpose: PurposeCode) -> Consent | Reason:
    """Find the newest consent open now for this purpose and this recipient, or say why none is."""
    partner = scene.caller.partner
    recipients = {partner.oin, f"soort:{partner.kind}"}
    to_caller = [c for c in scene.consents if c.scope.recipient in recipients]
    for_purpose = [c for c in to_caller if c.scope.purpose == purpose]
    for consent in reversed(for_purpose):
        if consent.state_at(scene.moment) in OPEN:
            return consent
    if for_purpose:
        return _WHY_NOT[for_purpose[-1].state_at(scene.moment)]
    return Reason.CONSENT_SCOPE_MISMATCH if to_caller else Reason.CONSENT_NOT_FOUND
