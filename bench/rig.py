"""The gate's own log with invented subjects, ready to be measured."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from audit.log import Log, Submission
from gateway import wiring
from gateway.domain.identifiers import FieldName, Oin, PurposeCode, RuleId, SubjectId
from gateway.domain.records import AuditRecord, RecordKind, event_name
from gateway.settings import Settings

SUBJECTS = 2_000
ORIGIN_OIN = "00000099000000000001"
FIELDS = (
    "beroep", "beschikbaar_vanaf", "gezin", "leeftijdsgroep", "opleiding", "regio", "taalniveau",
    "uren", "vervoer", "werkervaring",
)  # fmt: skip
LEAF = {
    "outcome": "granted",
    "purpose": "P02",
    "basis": "R-017,R-018",
    "policy": "9f86d081884c7d65",
    "recipient": ORIGIN_OIN,
}


@dataclass(frozen=True, slots=True)
class Rig:
    """A gate and the subjects whose keys it has."""

    gateway: wiring.Gateway
    subjects: Sequence[SubjectId]

    @property
    def log(self) -> Log:
        """The log, open for writing."""
        return self.gateway.log.log

    def record(self) -> AuditRecord:
        """Make the record of one disclosure of ten fields about one of the subjects."""
        moment = datetime.now(UTC)  # noqa: TID251 - a bench has no clock to be given
        return AuditRecord(
            event_id=event_name(moment),
            kind=RecordKind.INTENT,
            at=moment,
            outcome="granted",
            subject=self.subjects[secrets.randbelow(len(self.subjects))],
            actor="medewerker-17",
            role="gemeente_klantmanager",
            purpose=PurposeCode("P02"),
            basis=(RuleId("R-017"), RuleId("R-018")),
            policy="9f86d081884c7d65",
            recipient=Oin(ORIGIN_OIN),
            fields=tuple(map(FieldName, FIELDS)),
            trace_id=secrets.token_hex(16),
        )

    def submission(self) -> Submission:
        """Make the same as the log itself is handed it."""
        record = self.record()
        at = int(record.at.timestamp() * 1000)
        payload = {
            "subject": str(record.subject),
            "actor": record.actor,
            "role": record.role,
            "fields": list(FIELDS),
            "trace": record.trace_id,
        }
        assert record.subject is not None
        leaf: dict[str, str | int] = {"type": str(record.kind), "at": at, **LEAF}
        return Submission(record.event_id.bytes, leaf, payload, record.subject.bytes)


@contextmanager
def rig(folder: Path | None = None, subjects: Sequence[SubjectId] = ()) -> Iterator[Rig]:
    """Open a gate in a folder, or in one that is thrown away; subjects are made where none are given.

    The environment says where the store is, as for the gate: DOELPOORT_DATABASE_URL for PostgreSQL.
    """
    with tempfile.TemporaryDirectory() as own:
        settings = Settings(data=folder or Path(own) / "gate")
        gateway = wiring.build(settings, create=True)
        wiring.settle_down()
        made = subjects or [SubjectId(uuid4()) for _ in range(SUBJECTS)]
        if not subjects:
            gateway.actions.gate.vault.create_keys(made)
        yield Rig(gateway, made)
        gateway.close()
