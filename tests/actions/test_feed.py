"""Feeds: every event durable as it comes, effective in its turn, once, and visible while it waits."""

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from adapters.feed import EventLines
from adapters.tvs import Limits, source_for
from gateway.actions.feed import Fed, Feed
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.errors import DeliveryRefusedError, InvalidRequestError
from gateway.domain.partners import Caller
from tests.actions.house import House, row, run
from tests.fakes.deliveries import Deliveries
from tests.fakes.feeds import Feeds

BAD_BSN = "123456789"
WHY = "De bron kent deze gebeurtenis niet."
Event = dict[str, Any]


def feed(house: House) -> Feed:
    """Return where the feeds of a house come in."""
    source = source_for("x.json", house.catalogue.fields, Limits())
    lines = EventLines(1_000_000, 1_000)
    return Feed(house.gate, Feeds(house.world), house.ingest, source, lines)


def event(number: int, name: str = "", **values: object) -> Event:
    """Make an event about the first person; its id follows its number."""
    event_id = str(uuid5(NAMESPACE_OID, name or f"event {number}"))
    whole: Event = {"bron": "IBIS", "id": event_id, "volgnummer": number}
    return whole | {"klantprofiel": row(1, **values)}


def send(house: House, *events: Event, caller: Caller | None = None) -> Fed:
    """Send events."""
    stream = io.BytesIO(b"\n".join(json.dumps(one).encode() for one in events))
    return run(feed(house)(caller or house.casemanager, stream))


def statuses(fed: Fed) -> list[tuple[int, str]]:
    """Say what became of each event."""
    return [(line.number, line.status.value) for line in fed.lines]


def nicknames(house: House) -> int:
    """Count the versions of the first person's profile."""
    return len(house.world.people[house.subject(1)].stored)


def test_events_in_order_come_in_as_deliveries(house: House) -> None:
    """Each is received before any takes effect, and each has its delivery, stored and processed."""
    fed = send(house, event(1), event(2, roepnaam="Sela"))
    assert statuses(fed) == [(1, "verwerkt"), (2, "verwerkt")]
    assert fed.standing.position == 2
    assert nicknames(house) == 2
    one = ["delivery: received", "profile.stored: stored", "delivery: processed"]
    assert house.kinds() == ["delivery: event received"] * 2 + one * 2
    assert {line.delivery for line in fed.lines} == set(house.world.deliveries)


def test_the_same_event_again_changes_nothing(house: House) -> None:
    """Sent twice at once or later, it has effect once, and leaves nothing more on record."""
    fed = send(house, event(1), event(1))
    assert statuses(fed) == [(1, "dubbel"), (1, "verwerkt")]
    house.forget()
    again = send(house, event(1))
    assert statuses(again) == [(1, "dubbel")]
    assert again.lines[0].delivery == fed.lines[1].delivery
    assert (house.kinds(), nicknames(house)) == ([], 1)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (
            event(1, roepnaam="Anders"),
            "id: of an earlier event with another number or content",
        ),
        (event(7, name="event 1"), "id: of an earlier event with another number or content"),
        (event(1, name="other"), "volgnummer: taken by another event"),
    ],
    ids=["content", "number", "id"],
)
def test_another_event_in_its_place_is_quarantined(house: House, other: Event, reason: str) -> None:
    """Its profile has no effect; it waits at the quarantine desk, once, however often it comes."""
    send(house, event(1))
    house.forget()
    fed, again = send(house, other), send(house, other)
    assert statuses(fed) == statuses(again) == [(other["volgnummer"], "quarantaine")]
    assert fed.lines == again.lines
    (line,) = fed.lines
    assert line.delivery is not None
    (waiting,) = run(Deliveries(house.world).quarantined(line.delivery))
    assert waiting.reasons == (reason,)
    assert (nicknames(house), fed.standing.position) == (1, 1)
    assert house.kinds().count("delivery.quarantined: quarantined") == 1


def test_what_comes_too_early_is_parked_until_the_gap_closes(house: House) -> None:
    """It is visible with what it waits for, sealed; then all have their turn in order."""
    fed = send(house, event(5, roepnaam="Vijf"), event(2, roepnaam="Twee"))
    assert statuses(fed) == [(2, "geparkeerd"), (5, "geparkeerd")]
    (standing,) = run(feed(house).standings(house.casemanager))
    assert standing == fed.standing
    assert (standing.position, standing.missing) == (0, ((1, 1), (3, 4)))
    assert all(b"Vijf" not in one.sealed for one in standing.parked)
    assert house.world.people == {}
    fed = send(house, event(1))
    assert statuses(fed) == [(1, "verwerkt"), (2, "verwerkt")]
    fed = send(house, event(4, roepnaam="Vier"), event(3, roepnaam="Drie"))
    assert [number for number, _ in statuses(fed)] == [3, 4, 5]
    assert (fed.standing.position, fed.standing.parked, nicknames(house)) == (5, (), 5)
    assert fed.acknowledgement["ontbreekt"] == []


def test_a_row_that_cannot_be_accepted_holds_nothing_up(house: House) -> None:
    """It is quarantined as any row is, and the next event has its turn."""
    fed = send(house, event(1, bsn=BAD_BSN), event(2))
    assert statuses(fed) == [(1, "quarantaine"), (2, "verwerkt")]


def test_broken_off_anywhere_each_event_has_effect_once(house: House) -> None:
    """Whatever append the gate stops at, sending it all again ends what was begun."""

    def stop() -> None:
        raise RuntimeError("killed")

    def after(calls: int) -> list[Callable[[], None]]:
        return [*[lambda: None] * calls, stop]

    events = (event(1), event(2, roepnaam="Sela"), event(3, bsn=BAD_BSN))
    stops = 0
    for calls in range(10):  # received, then three appends an event
        house.ledger.before.extend(after(calls))
        try:
            send(house, *events)
        except RuntimeError:
            stops += 1
        house.ledger.before.clear()
    assert stops > 0
    fed = send(house, *events)
    assert fed.standing.position == 3
    assert nicknames(house) == 2
    assert house.kinds().count("delivery: processed") == 3
    assert house.kinds().count("delivery: event received") == 3
    assert house.kinds().count("delivery.quarantined: quarantined") == 1


def test_what_never_comes_is_given_up_on_record(house: House) -> None:
    """What was parked behind it has its turn; come late, it waits in quarantine."""
    send(house, event(3))
    house.forget()
    fed = run(feed(house).skip(house.casemanager, "IBIS", 2, WHY))
    assert statuses(fed) == [(3, "verwerkt")]
    first = house.records[0]
    assert (first.outcome, first.detail["why"]) == ("events given up", WHY)
    late = send(house, event(2))
    assert statuses(late) == [(2, "quarantaine")]
    (line,) = late.lines
    assert line.delivery is not None
    (waiting,) = run(Deliveries(house.world).quarantined(line.delivery))
    assert waiting.reasons == ("volgnummer: passed over before this event came",)


@pytest.mark.parametrize(
    ("source", "through", "reason", "field"),
    [
        ("EPD", 1, WHY, "bron"),
        ("IBIS", 3, WHY, "tot"),
        ("IBIS", 0, WHY, "tot"),
        ("IBIS", 1, "-", "reden"),
    ],
)
def test_no_more_is_given_up_than_what_is_waited_for(
    house: House, source: str, through: int, reason: str, field: str
) -> None:
    """A parked event, one that had its turn, another source, or no reason: refused by name."""
    send(house, event(3))
    house.forget()
    with pytest.raises(InvalidRequestError) as refused:
        run(feed(house).skip(house.casemanager, source, through, reason))
    assert (refused.value.field, house.kinds()) == (field, [])


def test_a_feed_that_cannot_be_read_leaves_only_its_refusal(house: House) -> None:
    """One bad line and nothing of the feed is kept; the refusal says where, on record."""
    deep: object = "x"
    for _ in range(20):
        deep = [deep]
    for bad in (event(2) | {"klantprofiel": {"talen": deep}}, {"bron": "IBIS"}):
        with pytest.raises(DeliveryRefusedError, match=r"^(volgnummer 2|line 2): "):
            send(house, event(1), bad)
    assert house.kinds() == ["delivery: events refused"] * 2
    assert house.world.deliveries == {}


def test_the_feed_is_of_coa_alone(house: House) -> None:
    """Nobody else sends events, sees how far a feed is, or gives events up; each try is on record."""
    stranger = house.klantmanager
    with pytest.raises(DisclosureRefusedError):
        send(house, event(1), caller=stranger)
    with pytest.raises(DisclosureRefusedError):
        run(feed(house).standings(stranger))
    with pytest.raises(DisclosureRefusedError):
        run(feed(house).skip(stranger, "IBIS", 1, WHY))
    assert house.kinds() == ["disclosure.denied: refused"] * 3


def test_an_event_that_was_quarantined_once_still_has_its_turn(house: House) -> None:
    """Its number was taken by one that was dropped since: it is counted, and stays in quarantine."""
    send(house, event(2, name="first"))
    assert statuses(send(house, event(2))) == [(2, "quarantaine")]
    house.world.feeds = house.world.feeds.since(house.clock.now().replace(year=2027))
    fed = send(house, event(1), event(2))
    assert statuses(fed) == [(1, "verwerkt"), (2, "quarantaine")]
    assert (fed.standing.position, UUID(int=0) in house.world.deliveries) == (2, False)
