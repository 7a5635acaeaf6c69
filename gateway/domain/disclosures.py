"""A disclosure (verstrekking): a decision carried out, with its receipt and its obligations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from gateway.domain.decisions import Decision
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.records import Receipt
from gateway.domain.subjects import ProfileVersion


@dataclass(frozen=True, slots=True)
class Obligation:
    """What travels along with a grant (verplichting): how long, and what not to do."""

    rule: str
    retention: str
    fields: tuple[FieldName, ...]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One subject's share of a disclosure, opened and ready to render.

    ``reference`` is the recipient's own pseudonym; ``values`` maps granted field names to JSON
    text as stored; ``missing`` names granted fields that hold no value. ``versions`` tells since
    when each field stands as it does. ``unreadable`` is the code of the error with which her
    profile did not open: then nothing is said of any value.
    """

    subject: SubjectId
    reference: UUID
    decision: Decision
    values: Mapping[FieldName, bytes]
    missing: tuple[FieldName, ...]
    refused: tuple[tuple[FieldName, str], ...]
    obligations: tuple[Obligation, ...]
    receipt: Receipt
    versions: tuple[ProfileVersion, ...] = ()
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class Released:
    """Bytes that may leave, because their intent is durable in the log.

    Only ``gateway.actions.disclose`` constructs one; senders of personal values accept nothing else.
    """

    receipt: Receipt
    chunks: Iterable[bytes]
    media_type: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list; ``after`` is the id or reference to go on from, ``None`` on the last page."""

    released: Released
    after: UUID | None
