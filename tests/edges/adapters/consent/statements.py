"""Consents of a synthetic resident, and the published vocabularies they are measured with."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from gateway.domain.consent_statements import (
    ConsentStatement,
    ContactPoint,
    Party,
    StatementEvent,
    TextReference,
)
from gateway.domain.consents import ConsentEventKind
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode

STANDARDS = Path(__file__).parents[3] / "standards"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RECEIPT = UUID("6e8bc430-9c3a-4ad9-8b0a-1f6d3f6c2a10")
CONTACT = ContactPoint(
    "Toestemmingen", "Voorbeeldweg 1", "0000 AA", "Voorbeeldstad", "post@example.org", "000-0000000"
)
GIVEN = ConsentStatement(
    consent_id=ConsentId(UUID("a6f58318-72e6-46a2-bfd7-f36d795e30cd")),
    given_by="bewoner-7f3a",
    recorded_by="casemanager-19",
    controller=Party("00000099000000001000", "Centraal Orgaan opvang asielzoekers", CONTACT),
    recipient=Party("00000099000000005000", "Werkgever Voorbeeld B.V.", CONTACT),
    purpose=PurposeCode("P05_arbeidsbemiddeling_voorstellen"),
    title_nl="Arbeidsbemiddeling: voorstellen",
    title_en="Work mediation: introduction of a candidate",
    fields=frozenset(map(FieldName, ("roepnaam", "werkervaring", "engels_niveau"))),
    text=TextReference("P05-werkgever", "1", "ti", "ab" * 32),
    events=(StatementEvent(ConsentEventKind.GIVEN, NOON),),
    expires=NOON + 182 * DAY,
    retention="4 weeks after procedure ends",
    withdraw_at="https://example.org/intrekken",
    notice_url="https://example.org/privacy",
)
HOUSING = replace(
    GIVEN,
    purpose=PurposeCode("P01_huisvesting_koppeling"),
    fields=frozenset(map(FieldName, ("client_ref", "woning_aanpassing_functioneel"))),
    explicit=True,
    interpreter=True,
)


def after(statement: ConsentStatement, *kinds: ConsentEventKind) -> ConsentStatement:
    """Add events to a statement, a day after one another."""
    start = statement.events[-1].at
    more = tuple(StatementEvent(kind, start + n * DAY) for n, kind in enumerate(kinds, start=1))
    return replace(statement, events=statement.events + more)


def dpv_terms() -> dict[str, dict[str, str]]:
    """Read all terms of DPV 2.3 and the two extensions we use, by IRI."""
    return {row["iri"]: row for name in ("dpv", "pd", "eu-gdpr") for row in rows(f"dpv/{name}.csv")}


def rows(name: str) -> Iterator[dict[str, str]]:
    """Read a published CSV."""
    with (STANDARDS / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def schema(name: str) -> dict[str, Any]:
    """Read a JSON Schema."""
    read: dict[str, Any] = json.loads((STANDARDS / name).read_text(encoding="utf-8"))
    return read
