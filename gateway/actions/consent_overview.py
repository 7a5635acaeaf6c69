"""Consents counted for an overseer (P10): how they stand, and when they end; no person is named.

COA's officer answers for the residents and sees every recipient; another sees what names her own
organisation. That she looked is logged before (``gateway.actions.oversee``).
"""

from datetime import tzinfo

from gateway.actions.gate import Gate
from gateway.actions.oversee import Inquiry, Oversee
from gateway.domain.consent_overview import ConsentOverview, ConsentsGiven, by_month, counted
from gateway.domain.partners import Caller, PartnerKind


class ConsentCensus:
    """Where an overseer sees how consents stand."""

    def __init__(self, gate: Gate, oversee: Oversee, consents: ConsentsGiven) -> None:
        self._gate = gate
        self._oversee = oversee
        self._consents = consents

    async def overview(self, caller: Caller, inquiry: Inquiry, zone: tzinfo) -> ConsentOverview:
        """Count by purpose and recipient, and by month of ``zone``; raises ``DisclosureRefusedError``."""
        context = await self._oversee.admit(caller, inquiry, None)
        receipt = await self._oversee.note(context, inquiry, "consents", None)
        everyone = caller.partner.kind in {PartnerKind.COA, PartnerKind.TOEZICHTHOUDER}
        own = None if everyone else caller.partner.oin
        found = await self._consents.given_to(own, context.moment)
        return ConsentOverview(counted(found, context.moment), by_month(found, zone), receipt)
