"""LDV records: mandatory members, one person by pseudonym, and nothing of what the log seals."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.logbook.ldv import Record, Status, record, tells
from gateway.domain.logbook import LoggedEvent, Told
from gateway.domain.records import RecordKind
from tests.edges.adapters.logbook.entries import (
    CANARIES,
    PSEUDONYM,
    SPAN,
    TRACE,
    any_event,
    event,
)

REGISTER: Final = "https://doelpoort.example/v1/verwerkingsactiviteiten"
SCHEMA: Final = json.loads(
    (Path(__file__).parents[3] / "standards/ldv/attributes.schema.json").read_text("utf-8")
)


def test_a_disclosure_as_a_record() -> None:
    """Every member, word for word, as LDV 1.0.0 names them."""
    assert record(event(), PSEUDONYM, REGISTER) == Record(
        trace_id=UUID("0b1c2d3e-4f50-4162-8374-8596a7b8c9da").bytes,
        span_id=bytes.fromhex("0b1c2d3e4f504162"),
        parent_span_id=None,
        status=Status.OK,
        name="verstrekken",
        start_time=1_772_452_800_250,
        end_time=1_772_452_800_250,
        attributes={
            "dpl.core.processing_activity_id": f"{REGISTER}#P02_warme_overdracht_brede_intake",
            "dpl.core.data_subject_id": str(PSEUDONYM),
            "dpl.core.data_subject_id_type": f"{REGISTER}#betrokkene",
            "dpl.core.foreign_operation.processor": "urn:oin:00000099000000002430",
        },
    )


@given(any_event(), st.none() | st.just(PSEUDONYM))
def test_no_personal_value_is_in_a_record(entry: LoggedEvent, whom: UUID | None) -> None:
    """No number, worker, word, field, consent or id of the sealed payload, in text or in bytes."""
    made = record(entry, whom, REGISTER)
    told = {**asdict(made), "status": made.status.name}
    text = json.dumps(told, default=bytes.hex)
    raw = b"".join(filter(None, (made.trace_id, made.span_id, made.parent_span_id)))
    for canary in CANARIES:
        assert canary not in text
        assert canary.encode() not in raw


@given(any_event())
def test_every_record_is_whole(entry: LoggedEvent) -> None:
    """Ids of the right length and never zero, a name, times in order, one activity, at most a person."""
    made = record(entry, PSEUDONYM, REGISTER)
    assert (len(made.trace_id), len(made.span_id)) == (16, 8)
    assert any(made.trace_id)
    assert any(made.span_id)
    assert made.parent_span_id is None or len(made.parent_span_id) == 8
    assert made.name
    assert made.start_time <= made.end_time
    assert made.attributes.keys() <= SCHEMA["properties"].keys()
    for name in made.attributes.keys() & {
        name for name, said in SCHEMA["properties"].items() if said.get("format") == "uri"
    }:
        assert urlsplit(made.attributes[name]).scheme in {"https", "urn"}


@given(any_event())
def test_the_same_entry_gives_the_same_record(entry: LoggedEvent) -> None:
    """Told again, it can be known as told before."""
    assert record(entry, PSEUDONYM, REGISTER) == record(entry, PSEUDONYM, REGISTER)


def test_entries_of_one_disclosure_share_a_trace() -> None:
    """Bulk, intent and outcome: one trace that begins with the bulk, each under what it belongs to."""
    bulk = event(RecordKind.BULK, "begun", told=Told())
    intent = event(event_id=UUID(int=5 << 64), told=Told(parent=bulk.event_id))
    made = [record(one, None, REGISTER) for one in (bulk, intent)]
    assert made[0].trace_id == made[1].trace_id
    assert made[1].parent_span_id == made[0].span_id
    assert made[0].parent_span_id is None


def test_a_caller_s_trace_is_adopted() -> None:
    """Her trace id, and her span above ours; within a bulk, our own span above."""
    made = record(event(told=Told(trace_id=f"{TRACE}-{SPAN}")), None, REGISTER)
    assert (made.trace_id.hex(), made.parent_span_id) == (TRACE, bytes.fromhex(SPAN))
    child = event(told=Told(trace_id=f"{TRACE}-{SPAN}", parent=UUID(int=9 << 64)))
    assert record(child, None, REGISTER).trace_id.hex() == TRACE
    assert record(child, None, REGISTER).parent_span_id == (9 << 64).to_bytes(16)[:8]


@pytest.mark.parametrize(
    ("kind", "outcome", "status"),
    [
        (RecordKind.INTENT, "granted", Status.OK),
        (RecordKind.OUTCOME, "sent", Status.OK),
        (RecordKind.OUTCOME, "recipient gone", Status.OK),
        (RecordKind.OUTCOME, "failed", Status.ERROR),
        (RecordKind.DENIED, "refused", Status.UNSET),
    ],
)
def test_only_a_fault_of_ours_is_an_error(kind: RecordKind, outcome: str, status: Status) -> None:
    """A refusal is no fault, and a recipient who goes away is not ours."""
    assert record(event(kind, outcome), None, REGISTER).status is status


@pytest.mark.parametrize("kind", RecordKind)
def test_reading_the_log_is_no_processing(kind: RecordKind) -> None:
    """Look-ups, explanations and signals are not told; nor is what has no activity."""
    reading = {RecordKind.OVERSIGHT, RecordKind.EXPLAINED, RecordKind.SIGNAL}
    assert tells(event(kind)) == (kind not in reading)
    assert not tells(event(kind, purpose=None))
