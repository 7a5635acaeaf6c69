"""Leveringen over HTTP: four formats, the same file twice, too large, and not a delivery."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from gateway import wiring
from gateway.settings import Settings
from tests.edges.api.door import CSV, JSON, NOON, Door, document, row, unknown
from tests.fakes.clock import Clock

SAMPLES = Path(__file__).parents[2] / "samples" / "tvs"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(name="small", scope="module")
def fixture_small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open a gate that takes small deliveries only, and whose log is still empty."""
    folder = tmp_path_factory.mktemp("small") / "data"
    clock = Clock(NOON)
    settings = Settings(data=folder, max_delivery_bytes=2_000)
    gateway = wiring.build(settings, create=True, clock=clock)
    yield Door(gateway, gateway.app(), clock)
    gateway.close()


def test_a_report_has_the_agreed_shape(door: Door) -> None:
    """Counts that partition the rows, columns as in the file, a line a row, and an id."""
    answer = door.deliver(row(501), row(502, bsn="123456789"), row(501), row(503, religie="x"))
    assert answer.status_code == 201
    body = answer.json()
    assert str(UUID(body["id"])) == body.pop("id")
    lines = body.pop("rows")
    assert body == {
        "accepted": 3,
        "warnings": 0,
        "held": 0,
        "quarantined": 1,
        "duplicates": 1,
        "blockedColumns": ["religie"],
        "unknownColumns": [],
    }
    assert lines[1]["outcome"] == "quarantined"
    assert set(lines[1]) == {"row", "vNummer", "outcome", "reasons"}


def test_the_same_file_again_answers_200_with_the_first_report(door: Door) -> None:
    """Nothing is processed twice."""
    first, again = door.deliver(row(510)), door.deliver(row(510))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


def test_a_report_can_be_read_again(door: Door) -> None:
    """By its id, for as long as it is kept; an unknown id is 404."""
    first = door.deliver(row(511)).json()
    answer = door.ask("GET", f"/v1/leveringen/{first['id']}")
    assert (answer.status_code, answer.json()) == (200, first)
    assert door.ask("GET", f"/v1/leveringen/{unknown()}").status_code == 404


def test_the_newest_deliveries_are_listed(door: Door) -> None:
    """Id, moment and whether it is done."""
    before = door.clock.moment
    door.clock.wait(timedelta(seconds=1))
    try:
        delivered = door.deliver(row(512)).json()["id"]
    finally:
        door.clock.moment = before
    listed = door.ask("GET", "/v1/leveringen").json()["leveringen"]
    assert {"id": delivered, "ontvangenOp": "2026-03-02T12:00:01+00:00", "verwerkt": True} in listed


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("csv", CSV),
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("xml", "application/xml"),
        ("xml", "text/xml"),
        ("xlsx", XLSX),
    ],
)
def test_four_formats_come_in_by_media_type(door: Door, suffix: str, media_type: str) -> None:
    """The sample delivery is taken in every format."""
    content = (SAMPLES / f"tvs_levering_2026-11-01.{suffix}").read_bytes()
    answer = door.ask(
        "POST", "/v1/leveringen", content=content, headers={"Content-Type": media_type}
    )
    assert answer.status_code in {200, 201}
    assert answer.json()["accepted"] > 0


@pytest.mark.parametrize("media_type", ["text/plain", "application/pdf", "", "x" * 500])
def test_another_media_type_is_415(door: Door, media_type: str) -> None:
    """What is no CSV, XLSX, JSON or XML is not read."""
    answer = door.ask("POST", "/v1/leveringen", content=b"x", headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["reden"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_file_that_cannot_be_read_is_400(door: Door) -> None:
    """A broken document says that it is refused, and repeats nothing of it."""
    answer = door.ask("POST", "/v1/leveringen", content=b"{kanarie", headers=JSON)
    assert (answer.status_code, answer.json()["reden"]) == (400, "DELIVERY_REFUSED")
    assert b"kanarie" not in answer.content


def test_a_body_over_the_limit_is_413(small: Door) -> None:
    """One byte more than the limit is too large, whatever it holds; the limit itself is not."""
    whole = document(row(1))
    fits, over = whole.ljust(2_000), whole.ljust(2_001)
    assert small.ask("POST", "/v1/leveringen", content=fits, headers=JSON).status_code == 201
    answer = small.ask("POST", "/v1/leveringen", content=over, headers=JSON)
    assert (answer.status_code, answer.json()["reden"]) == (413, "TOO_LARGE")
    assert "2000" in answer.json()["detail"]


def test_who_may_not_deliver_is_told_before_the_body_is_read(small: Door) -> None:
    """A municipality that sends too much is refused for who it is, not for how much it sent."""
    content = b"x" * 5_000
    answer = small.ask(
        "POST", "/v1/leveringen", "gemeente_klantmanager", content=content, headers=JSON
    )
    assert (answer.status_code, answer.json()["reden"]) == (403, "ACTOR_NOT_ALLOWED")
