"""Builds the desks of the warm handover; it holds no rule."""

from gateway.actions.disclose import Disclose
from gateway.actions.gate import Gate
from gateway.actions.handover_files import HandoverDesks, HandoverFiles
from gateway.actions.handover_questions import QuestionDesk
from gateway.actions.handovers import HandoverDesk
from gateway.domain.ports import LogReader
from gateway.store.database import Database
from gateway.store.handovers import StoredHandovers
from policies.catalogue import Catalogue


def handover_desks(
    catalogue: Catalogue, gate: Gate, disclose: Disclose, database: Database, log: LogReader
) -> HandoverDesks:
    """Build all three over one store."""
    handovers, gemeenten = StoredHandovers(database), frozenset(catalogue.codes.gemeenten)
    return HandoverDesks(
        HandoverDesk(gate, handovers, gemeenten, dict(catalogue.partners)),
        QuestionDesk(gate, disclose, handovers, log),
        HandoverFiles(gate, disclose, handovers, log),
    )
