"""What COA's desks behind the counter may call; built by wiring."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.actions.breakglass import Emergencies
from gateway.actions.handover_questions import QuestionDesk
from gateway.actions.held_texts import TextDesk
from gateway.actions.ingest import Ingest
from gateway.actions.quarantine import QuarantineDesk
from gateway.actions.rectify import RectifyDesk
from gateway.domain.ports import Source


@dataclass(frozen=True, slots=True)
class BackOffice:
    """Where deliveries come in and what waits for COA is handled.

    ``source_for`` returns the reader for a file by its name; a file holds at most ``most`` bytes.
    """

    ingest: Ingest
    quarantine: QuarantineDesk
    texts: TextDesk
    questions: QuestionDesk
    rectify: RectifyDesk
    emergencies: Emergencies
    source_for: Callable[[str], Source]
    most: int
