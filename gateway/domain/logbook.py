"""The log as it is read back: who saw what, by pseudonym and names of fields; never a value.

1. Whose entry it is, is asked of its leaf; a payload is opened only for someone whom the leaf concerns.
2. A payload whose key is destroyed is shown as erased: it matches no filter on what it said.
3. The entries about one person count from 1 without gap, and each names the one before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.domain.identifiers import FieldName, Oin, PurposeCode, SubjectId
from gateway.domain.records import RecordKind

NO_ENTRY: Final = -1
FLAG: Final = "flag"
CASE: Final = re.compile(r"AVG(15|33)-20\d{2}-\d{3,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """What the payload of an entry says, opened; ``before`` is the index of the entry before.

    ``trace_id`` is the caller's trace, with her span in it (``gateway.domain.traces``); ``subject``
    is for the gate's own use: overseers know a person by her pseudonym.
    """

    actor: str | None = None
    role: str | None = None
    fields: tuple[FieldName, ...] = ()
    consents: tuple[str, ...] = ()
    reason: str | None = None
    parent: UUID | None = None
    trace_id: str | None = None
    detail: Mapping[str, object] | None = None
    before: int | None = None
    rests_on: Mapping[str, object] | None = None
    subject: SubjectId | None = None


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One entry: its leaf, and what it told where that was opened and is not erased.

    ``tag`` names the subject to the store only, 16 bytes; ``count`` is her gap-free count.
    """

    index: int
    event_id: UUID
    at: datetime
    kind: RecordKind
    outcome: str
    purpose: PurposeCode | None = None
    basis: tuple[str, ...] = ()
    policy: str | None = None
    recipient: Oin | None = None
    tag: bytes | None = None
    count: int | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries, newest first; ``onward`` is where to go on below, ``None`` at the beginning.

    It is an index; where all are about one person, her count.
    """

    events: tuple[LoggedEvent, ...]
    onward: int | None


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry's leaf, byte for byte, and the proof (C2SP tlog-proof) that the log holds it."""

    index: int
    leaf: bytes
    proof: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; ``None`` looks for all. ``since`` is inclusive, ``until`` is not.

    ``about`` are the tags that a person may have;
    ``flagged`` looks for what the gate itself puts before an officer (``FLAG`` in the detail).
    """

    since: datetime | None = None
    until: datetime | None = None
    purpose: PurposeCode | None = None
    kind: RecordKind | None = None
    outcome: str | None = None
    actor: str | None = None
    reason: str | None = None
    flagged: bool | None = None
    about: frozenset[bytes] | None = None
    recipient: Oin | None = None

    def names(self) -> tuple[str, ...]:
        """Name the filters that are set, never their values."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) is not None)


EVERYTHING: Final = Filters()


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries an overseer may see, and which of them she looks for.

    ``recipient`` is the organisation whose entries they are (``None``: of all); entries of the
    kinds ``besides`` are seen whoever is their recipient.
    """

    recipient: Oin | None
    besides: frozenset[RecordKind] = frozenset()
    filters: Filters = EVERYTHING

    def concerns(self, event: LoggedEvent) -> bool:
        """Tell from the leaf alone whether the entry may be seen and is looked for (1)."""
        wanted = self.filters
        return (
            self.may_see(event)
            and (wanted.since is None or wanted.since <= event.at)
            and (wanted.until is None or event.at < wanted.until)
            and wanted.purpose in {None, event.purpose}
            and wanted.kind in {None, event.kind}
            and wanted.outcome in {None, event.outcome}
            and wanted.recipient in {None, event.recipient}
            and (wanted.about is None or event.tag in wanted.about)
        )

    def may_see(self, event: LoggedEvent) -> bool:
        """Tell whether the entry is among those the overseer may see at all."""
        return self.recipient in {None, event.recipient} or event.kind in self.besides

    def matches(self, event: LoggedEvent) -> bool:
        """Tell whether what an opened entry told is looked for (2)."""
        told, wanted = event.told or Told(), self.filters
        return (
            wanted.actor in {None, told.actor}
            and wanted.reason in {None, told.reason}
            and wanted.flagged in {None, FLAG in (told.detail or {})}
        )


def unbroken(events: Sequence[LoggedEvent]) -> bool:
    """Tell whether these are all entries about one person: counted from 1, each naming the last (3).

    An erased entry has its count, and no longer says which came before it.
    """
    before = NO_ENTRY
    for count, event in enumerate(events, start=1):
        if event.count != count or (event.told and event.told.before != before):
            return False
        before = event.index
    return True
