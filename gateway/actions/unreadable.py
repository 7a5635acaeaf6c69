"""A profile that does not open keeps nobody else waiting: it is put on record, counted, and left."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from gateway.actions.accounts import Context
from gateway.actions.gate import Gate
from gateway.domain.disclosures import Disclosed
from gateway.domain.errors import UnreadableValueError
from gateway.domain.events import ProfileUnreadable
from gateway.domain.identifiers import SubjectId
from gateway.domain.ports import Entry, Format
from gateway.domain.records import Receipt, RecordKind


def left(
    gate: Gate,
    context: Context,
    subject: SubjectId,
    error: UnreadableValueError,
    parent: UUID | None = None,
) -> Entry:
    """Count a profile that did not open, and return the entry that says so.

    ``parent`` is the intent under which it should have been disclosed.
    """
    gate.telemetry.tell(ProfileUnreadable(type(error).__name__))
    kind = RecordKind.PROFILE if parent is None else RecordKind.OUTCOME
    detail: dict[str, str | int] = {"why": error.code}
    return Entry(context.record(kind, "failed", subject=subject, parent=parent, detail=detail))


class Readable:
    """A format that is given those only whose profile opened; ``others`` says of the rest why not."""

    def __init__(self, format_: Format) -> None:
        self._format = format_
        self.media_type = format_.media_type
        self.others: dict[SubjectId, str] = {}

    def render(self, receipt: Receipt, disclosed: Sequence[Disclosed]) -> Iterable[bytes]:
        """Set apart whose profile did not open, and render the others."""
        self.others = {one.subject: one.unreadable for one in disclosed if one.unreadable}
        return self._format.render(receipt, [one for one in disclosed if not one.unreadable])
