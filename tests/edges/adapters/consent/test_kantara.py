"""A Kantara receipt holds every required member, and says how the consent ends."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import (  # type: ignore[import-untyped] # ships no types and is used in tests only
    Draft4Validator,
)

from adapters.consent import kantara
from gateway.domain.consent_statements import ConsentStatement, StatementEvent
from gateway.domain.consents import ConsentEventKind
from gateway.domain.errors import InvalidRequestError
from tests.edges.adapters.consent.statements import (
    DAY,
    GIVEN,
    HOUSING,
    NOON,
    RECEIPT,
    STANDARDS,
    after,
)

LATER = NOON + 10 * DAY
CASES = {
    "given": GIVEN,
    "explicit": HOUSING,
    "renewed": after(GIVEN, ConsentEventKind.RENEWED),
    "withdrawn": after(GIVEN, ConsentEventKind.WITHDRAWN),
    "endless": replace(GIVEN, expires=None),
    "expired": replace(GIVEN, expires=NOON + DAY),
}
ENDS = {
    "given": "until 2026-08-31, or until withdrawn at https://example.org/intrekken",
    "explicit": "until 2026-08-31, or until withdrawn at https://example.org/intrekken",
    "renewed": "until 2026-08-31, or until withdrawn at https://example.org/intrekken",
    "withdrawn": "withdrawn on 2026-03-03",
    "endless": "until withdrawn at https://example.org/intrekken",
    "expired": "expired on 2026-03-03",
}


def receipt(statement: ConsentStatement) -> dict[str, Any]:
    """Make a receipt ten days after the consent."""
    return kantara.receipt(statement, RECEIPT, LATER)


def members() -> dict[str, list[str]]:
    """Read which members the specification requires, by the part they stand in."""
    text = (STANDARDS / "kantara_members.json").read_text(encoding="utf-8")
    read: dict[str, list[str]] = json.loads(text)
    return read


def parts(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk a receipt, its controllers, its services and their purposes."""
    yield "receipt", whole
    for controller in whole["piiControllers"]:
        yield "piiControllers", controller
    for service in whole["services"]:
        yield "services", service
        for purpose in service["purposes"]:
            yield "purposes", purpose


@pytest.mark.parametrize("statement", CASES.values(), ids=CASES)
def test_it_holds_every_required_member(statement: ConsentStatement) -> None:
    """Receipt, controller, service and purpose each hold what the specification requires."""
    found = list(parts(receipt(statement)))
    assert {part for part, _ in found} == set(members())
    assert [(part, name) for part, at in found for name in members()[part] if name not in at] == []


@pytest.mark.parametrize("statement", CASES.values(), ids=CASES)
def test_it_is_valid_by_kantaras_schema(kantara_schema: Path, statement: ConsentStatement) -> None:
    """Kantara's own schema, where it is at hand, finds nothing wrong, and misses what is gone."""
    text = kantara_schema.read_text(encoding="utf-8")
    check = Draft4Validator(json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)))
    whole = receipt(statement)
    assert list(check.iter_errors(whole)) == []
    for name in members()["receipt"]:
        assert not check.is_valid({key: whole[key] for key in whole if key != name}), name


@pytest.mark.parametrize("case", CASES)
def test_it_tells_how_the_consent_ends(case: str) -> None:
    """An open consent tells its term and where to withdraw; an ended one how and when it ended."""
    (purpose,) = receipt(CASES[case])["services"][0]["purposes"]
    assert purpose["termination"] == ENDS[case]


def test_it_is_dated_by_the_last_yes() -> None:
    """The time stamp is that of giving or renewing, in seconds, whatever came after."""
    assert receipt(CASES["withdrawn"])["consentTimestamp"] == NOON.timestamp()
    assert receipt(CASES["renewed"])["consentTimestamp"] == (NOON + DAY).timestamp()


def test_it_names_the_recipient_and_the_fields() -> None:
    """The one third party and the exact fields of the consent stand in it."""
    (purpose,) = receipt(GIVEN)["services"][0]["purposes"]
    assert purpose["thirdPartyDisclosure"] is True
    assert purpose["thirdPartyName"] == "Werkgever Voorbeeld B.V."
    assert purpose["piiCategory"] == ["engels_niveau", "roepnaam", "werkervaring"]


def test_special_data_are_marked() -> None:
    """Only a consent with a field of GDPR art. 9 is sensitive, and the field is named."""
    assert (receipt(GIVEN)["sensitive"], receipt(GIVEN)["spiCat"]) == (False, [])
    marked = receipt(HOUSING)
    assert (marked["sensitive"], marked["spiCat"]) == (True, ["woning_aanpassing_functioneel"])


@pytest.mark.parametrize("kind", [ConsentEventKind.REQUESTED, ConsentEventKind.REFUSED])
def test_what_was_never_given_has_no_receipt(kind: ConsentEventKind) -> None:
    """A question without a yes makes no receipt, and a yes after the moment doesn't count."""
    asked = replace(GIVEN, events=(StatementEvent(kind, NOON),))
    with pytest.raises(InvalidRequestError, match="toestemming: was never given"):
        receipt(asked)
    with pytest.raises(InvalidRequestError, match="toestemming: was never given"):
        kantara.receipt(GIVEN, RECEIPT, NOON - DAY)
