"""Extracts over HTTP: a bundle that verifies offline, and events a line."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import httpx
import orjson
import pytest

from audit.evidence import verify_evidence
from audit.note import VerifierKey
from tests.edges.api.door import OWN, Door, opened, v_nummer

CASE: Final = "AVG15-2026-0042"
DAY: Final = {"van": "2026-03-01T12:00:00Z", "tot": "2026-03-03T00:00:00Z"}


@pytest.fixture(name="door", scope="module")
def fixture_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate with one disclosure to the municipality."""
    door = opened(tmp_path_factory.mktemp("extracts") / "data")
    door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
    yield door
    door.gateway.close()


def ask(door: Door, path: str, partner: str = "harderwijk", **body: object) -> httpx.Response:
    """Ask as a privacy officer."""
    headers = {"Authorization": f"Bearer {door.token('privacy_officer', partner)}"}
    return door.ask("POST", f"/v1/logboek/{path}", json=body, headers=headers)


def unzipped(answer: httpx.Response) -> dict[str, bytes]:
    """Unpack a bundle."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def entries(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """Return the entries of a bundle."""
    found: list[dict[str, Any]] = orjson.loads(files["evidence.json"])["entries"]
    return found


def test_a_bundle_convinces_a_stranger(door: Door) -> None:
    """It verifies with the published key, and holds the page and words that say how."""
    files = unzipped(ask(door, "_bewijsbundel", zaaknummer=CASE, **DAY))
    key = VerifierKey.parse(door.ask("GET", "/auditlog/vkey", None).text.strip())
    assert verify_evidence([files["evidence.json"]], [key]).faults == ()
    assert files["vkey"].decode().strip() == str(key)
    assert files["verifier.html"].startswith(b"<!DOCTYPE html>")
    assert door.gateway.actions.gate.matrix.digest.encode() in files["README.txt"]


def test_a_municipality_s_bundle_keeps_payloads_shut(door: Door) -> None:
    """A payload tells of other organisations too; leaf and proof say enough."""
    files = unzipped(ask(door, "_bewijsbundel", zaaknummer=CASE, vNummer=v_nummer(OWN)))
    assert [entry["payload"] for entry in entries(files)] == [""] * len(entries(files))
    assert entries(files)
    assert str(door.subject(OWN)).encode() not in files["evidence.json"]


def test_coa_s_bundle_shows_payloads(door: Door) -> None:
    """COA answers for the residents."""
    files = unzipped(ask(door, "_bewijsbundel", "coa", zaaknummer=CASE, vNummer=v_nummer(OWN)))
    assert any(entry["payload"] for entry in entries(files))


def test_a_bundle_of_one_disclosure(door: Door) -> None:
    """By the id on its receipt: intent and outcome."""
    answer = door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").json()
    receipt = answer["ontvangstbewijs"]
    files = unzipped(ask(door, "_bewijsbundel", zaaknummer=CASE, verstrekking=receipt["id"]))
    assert [e["index"] for e in entries(files)] == [receipt["index"], receipt["index"] + 1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"zaaknummer": CASE}, 400),
        (DAY, 403),
        ({"verstrekking": "00000000-0000-4000-8000-000000000000", "zaaknummer": CASE}, 400),
    ],
    ids=["nothing chosen", "no case", "unknown"],
)
def test_a_bundle_is_of_something_within_a_case(
    door: Door, body: dict[str, Any], status: int
) -> None:
    """Otherwise it is refused, and says what is missing."""
    assert ask(door, "_bewijsbundel", **body).status_code == status


@pytest.mark.parametrize(
    ("formaat", "media_type"),
    [("fhir", "application/fhir+ndjson"), ("nen7513", "application/x-ndjson")],
)
def test_events_come_a_document_a_line(door: Door, formaat: str, media_type: str) -> None:
    """Every entry of one's own in the period, the look-up itself last, and nobody by name or id."""
    answer = ask(door, "_uitvoer", formaat=formaat, **DAY)
    assert answer.headers["content-type"] == media_type
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    listed = ask(door, "_overzicht", per="dag", **DAY).json()
    assert len(lines) == sum(group["regels"] for group in listed["groepen"]) - 1
    tag = door.gateway.audit.sealer.tag(door.subject(OWN).bytes)
    for secret in (str(door.subject(OWN)), tag.hex(), v_nummer(OWN), "Voorbeeld1"):
        assert secret not in answer.text
