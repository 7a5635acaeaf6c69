"""The fields toestemming_* tell how each consent stands, aligned."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from gateway.domain.consent_fields import consent_fields
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode
from policies.catalogue import Catalogue
from policies.enforcer import load_policy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def names() -> list[FieldName]:
    """Return the fields of the dictionary that tell of consents."""
    catalogue: Catalogue = load_policy()[0]
    return [spec.name for spec in catalogue.fields if spec.name.startswith("toestemming_")]


def event(number: int, kind: ConsentEventKind, at: datetime) -> ConsentEvent:
    """Make an event of a consent."""
    fields = frozenset({FieldName("roepnaam"), FieldName("achternaam")})
    scope = ConsentScope(PurposeCode("P05_x"), "4000", fields, "P05-1", "tir")
    return ConsentEvent(ConsentId(UUID(int=number)), kind, at, "w", scope, at + 7 * DAY)


def test_every_such_field_is_filled_and_aligned() -> None:
    """Each of them holds one item a consent, in the order in which they were recorded."""
    kind = ConsentEventKind
    events = [
        event(2, kind.GIVEN, NOON + DAY),
        event(1, kind.GIVEN, NOON),
        event(1, kind.WITHDRAWN, NOON + 2 * DAY),
    ]
    shown = {
        name: json.loads(value)
        for name, value in consent_fields(events, NOON + 3 * DAY, names()).items()
    }
    assert shown == {
        "toestemming_id": [str(UUID(int=1)), str(UUID(int=2))],
        "toestemming_doel": ["P05_x", "P05_x"],
        "toestemming_ontvanger": ["4000", "4000"],
        "toestemming_velden": [["achternaam", "roepnaam"]] * 2,
        "toestemming_taal": ["tir", "tir"],
        "toestemming_tijdstip": ["2026-03-02T12:00:00+00:00", "2026-03-03T12:00:00+00:00"],
        "toestemming_vervaldatum": ["2026-03-09T12:00:00+00:00", "2026-03-10T12:00:00+00:00"],
        "toestemming_ingetrokken_op": ["2026-03-04T12:00:00+00:00", None],
    }


def test_only_what_is_asked_is_told() -> None:
    """Other fields are not its business, and what was not asked stays out."""
    events = [event(1, ConsentEventKind.GIVEN, NOON)]
    asked = [FieldName("toestemming_taal"), FieldName("roepnaam")]
    assert consent_fields(events, NOON, asked) == {"toestemming_taal": b'["tir"]'}


def test_no_consent_is_no_value() -> None:
    """Nobody was asked, or not yet: the fields are missing."""
    later = [event(1, ConsentEventKind.GIVEN, NOON + DAY)]
    assert consent_fields([], NOON, names()) == {}
    assert consent_fields(later, NOON, names()) == {}


def test_what_was_only_asked_is_not_told_as_a_consent() -> None:
    """The fields have no state; a request would read as a yes, and a refusal stays on record."""
    asked = event(1, ConsentEventKind.REQUESTED, NOON)
    assert consent_fields([asked], NOON + DAY, names()) == {}
    assert consent_fields([asked], NOON + 8 * DAY, names()) == {}
    answered = [asked, event(1, ConsentEventKind.REFUSED, NOON + DAY)]
    assert json.loads(consent_fields(answered, NOON + DAY, names())[FieldName("toestemming_id")])
