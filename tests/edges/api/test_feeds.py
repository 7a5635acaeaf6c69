"""Gebeurtenissen over HTTP: taken in, parked in sight, given up, and refused by media type."""

from tests.edges.api.door import JSON, Door, event, row

PATH = "/v1/leveringen/gebeurtenissen"
LINES = {"Content-Type": "application/x-ndjson; charset=utf-8"}
SOURCE = "TVS"


def test_events_come_in_and_what_waits_is_seen(door: Door) -> None:
    """From the position at which the feed is: one in its turn, one parked, until the gap is given up."""
    feeds = door.ask("GET", PATH).json()["bronnen"]
    at = max([one["positie"] for one in feeds if one["bron"] == SOURCE], default=0)
    content = event(at + 1, row(601), SOURCE) + event(at + 3, row(602), SOURCE)
    answer = door.ask("POST", PATH, content=content, headers=LINES)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["bron"], body["positie"]) == (SOURCE, at + 1)
    assert [one["status"] for one in body["gebeurtenissen"]] == ["verwerkt", "geparkeerd"]
    assert body["ontbreekt"] == [{"van": at + 2, "tot": at + 2}]
    delivery = body["gebeurtenissen"][0]["levering"]
    acknowledged = door.ask("GET", f"/v1/leveringen/{delivery}/ontvangstbevestiging").json()
    assert (acknowledged["rows"], acknowledged["accepted"]) == (1, 1)
    standing = next(o for o in door.ask("GET", PATH).json()["bronnen"] if o["bron"] == SOURCE)
    assert standing == {name: body[name] for name in standing}
    asked = {"bron": SOURCE, "tot": at + 2, "reden": "De bron kent deze gebeurtenis niet."}
    given_up = door.ask("POST", f"{PATH}/_overslaan", json=asked).json()
    assert (given_up["positie"], given_up["geparkeerd"]) == (at + 3, [])
    assert [one["volgnummer"] for one in given_up["gebeurtenissen"]] == [at + 3]


def test_another_media_type_is_415(door: Door) -> None:
    """A delivery is no feed."""
    answer = door.ask("POST", PATH, content=event(1, row(601)), headers=JSON)
    assert (answer.status_code, answer.json()["reden"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_feed_that_cannot_be_read_is_400(door: Door) -> None:
    """It says where, and repeats nothing of it."""
    answer = door.ask("POST", PATH, content=b'{"bron": "kanarie"}', headers=LINES)
    assert (answer.status_code, answer.json()["reden"]) == (400, "DELIVERY_REFUSED")
    assert b"kanarie" not in answer.content
