"""Builds the desks of the warm handover; it holds no rule."""

from gateway.actions.disclose import Disclose
from gateway.actions.gate import Gate
from gateway.actions.handover_files import HandoverDesks, HandoverFiles
from gateway.actions.handover_questions import QuestionDesk
from gateway.actions.handovers import HandoverDesk
from gateway.actions.take_back import TakeBackDesk
from gateway.domain.ports import LogReader
from gateway.store.database import Database
from gateway.store.handovers import StoredHandovers
from gateway.store.notices import Notices
from policies.catalogue import Catalogue


def handover_desks(
    catalogue: Catalogue, gate: Gate, disclose: Disclose, database: Database, log: LogReader
) -> HandoverDesks:
    """Build all four over one store."""
    handovers, gemeenten = StoredHandovers(database), frozenset(catalogue.codes.gemeenten)
    partners = dict(catalogue.partners)
    return HandoverDesks(
        HandoverDesk(gate, handovers, gemeenten, partners),
        QuestionDesk(gate, disclose, handovers, log),
        HandoverFiles(gate, disclose, handovers, log),
        TakeBackDesk(gate, handovers, Notices(database), partners),
    )
