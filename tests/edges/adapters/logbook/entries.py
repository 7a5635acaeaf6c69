"""Entries of a log, made up: any kind, any words a log can hold, and marks of what must not leave."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from gateway.domain.identifiers import FieldName, Oin, PurposeCode, SubjectId
from gateway.domain.logbook import LoggedEvent, Told
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind

NOON: Final = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
OIN: Final = Oin("00000099000000002430")
BSN: Final = "999990019"
V_NUMMER: Final = "0999000001"
WORKER: Final = "klantmanager-canary"
WORDS: Final = "Canary woont aan de Voorbeeldstraat"
PSEUDONYM: Final = UUID(int=0xABCDEF << 96)
SUBJECT: Final = SubjectId(UUID(int=0xDEAD << 64))
FIELD: Final = FieldName("canary_field")
CANARIES: Final = (
    BSN, V_NUMMER, WORKER, WORDS, str(SUBJECT), SUBJECT.hex, FIELD, "canary-consent", "canary_role",
)  # fmt: skip
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN: Final = "00f067aa0ba902b7"

TOLD: Final = Told(
    actor=WORKER,
    role="canary_role",
    fields=(FIELD,),
    consents=("canary-consent",),
    reason=str(Reason.NOT_LINKED),
    detail={"why": WORDS, "words": f"{BSN} {V_NUMMER}"},
    rests_on={"who": {"self": str(SUBJECT)}},
    subject=SUBJECT,
)


def event(
    kind: RecordKind = RecordKind.INTENT, outcome: str = "granted", **said: object
) -> LoggedEvent:
    """Make an entry; ``said`` names what differs."""
    whole: dict[str, object] = {
        "index": 7,
        "event_id": UUID("0b1c2d3e-4f50-4162-8374-8596a7b8c9da"),
        "at": NOON,
        "kind": kind,
        "outcome": outcome,
        "purpose": PurposeCode("P02_warme_overdracht_brede_intake"),
        "basis": ("P02-gemeente_klantmanager",),
        "policy": "ab" * 32,
        "recipient": OIN,
        "tag": bytes(16),
        "told": TOLD,
    }
    return LoggedEvent(**(whole | said))  # type: ignore[arg-type]  # a test names what differs


def any_event() -> st.SearchStrategy[LoggedEvent]:
    """Make entries of every kind: erased or not, with or without trace, parent, purpose, recipient."""
    told = st.builds(
        lambda parent, trace: Told(
            TOLD.actor, TOLD.role, TOLD.fields, TOLD.consents, TOLD.reason, parent, trace,
            TOLD.detail, 3, TOLD.rests_on, TOLD.subject,
        ),
        st.none() | st.uuids(version=4),
        st.sampled_from([None, TRACE, f"{TRACE}-{SPAN}", WORDS, BSN]),
    )  # fmt: skip
    return st.builds(
        lambda kind, outcome, event_id, purpose, recipient, told: event(
            kind, outcome, event_id=event_id, purpose=purpose, recipient=recipient, told=told
        ),
        st.sampled_from(RecordKind),
        st.sampled_from(
            ["granted", "granted by break-glass", "sent", "failed", "refused", "given"]
        ),
        st.uuids(version=4),
        st.none() | st.just(PurposeCode("P03_doorlopende_integratielijn")),
        st.none() | st.just(OIN),
        st.none() | told,
    )
