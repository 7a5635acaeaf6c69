"""Every body of the port Deliveries keeps this law."""

import asyncio
from uuid import UUID, uuid4

from gateway.domain.changes import CloseDelivery, OpenDelivery, QuarantineRow
from gateway.domain.ports import DeliveryState, Rejected
from gateway.domain.quarantine import Fate, QuarantinedRow, SettleQuarantined
from gateway.domain.records import Receipt
from tests.contracts.bodies import DAY, NOON, Body, subject_id

DIGEST = b"d" * 32


def arrive(body: Body, digest: bytes = DIGEST, days: int = 0) -> UUID:
    """Open a delivery."""
    delivery = uuid4()
    assert isinstance(body.change(None, OpenDelivery(delivery, digest, NOON + days * DAY)), Receipt)
    return delivery


def test_a_delivery_is_found_by_digest_and_by_id(body: Body) -> None:
    """Both ways lead to the same delivery, unfinished at first; others lead nowhere."""
    delivery = arrive(body)
    expected = DeliveryState(delivery, DIGEST, NOON, None)
    assert asyncio.run(body.deliveries.by_digest(DIGEST)) == expected
    assert asyncio.run(body.deliveries.by_id(delivery)) == expected
    assert asyncio.run(body.deliveries.by_digest(b"e" * 32)) is None
    assert asyncio.run(body.deliveries.by_id(uuid4())) is None


def test_the_same_file_opens_once(body: Body) -> None:
    """A digest that came in before is refused, finished or not, and so is an id."""
    delivery = arrive(body)
    assert isinstance(body.change(None, OpenDelivery(uuid4(), DIGEST, NOON)), Rejected)
    assert isinstance(body.change(None, OpenDelivery(delivery, b"e" * 32, NOON)), Rejected)
    body.change(None, CloseDelivery(delivery, NOON, b"report"))
    assert isinstance(body.change(None, OpenDelivery(uuid4(), DIGEST, NOON)), Rejected)


def test_a_delivery_closes_once_with_its_report(body: Body) -> None:
    """The first report stays; one for a delivery that is closed or unknown is refused."""
    delivery = arrive(body)
    assert isinstance(body.change(None, CloseDelivery(delivery, NOON, b"first")), Receipt)
    assert isinstance(body.change(None, CloseDelivery(delivery, NOON, b"second")), Rejected)
    assert isinstance(body.change(None, CloseDelivery(uuid4(), NOON, b"other")), Rejected)
    assert asyncio.run(body.deliveries.by_id(delivery)) == DeliveryState(
        delivery, DIGEST, NOON, b"first"
    )


def test_the_newest_come_first(body: Body) -> None:
    """The list is cut to its limit and runs from the newest back."""
    ids = [arrive(body, bytes([day]) * 32, day) for day in (2, 0, 1)]
    recent = asyncio.run(body.deliveries.recent(2))
    assert [state.delivery for state in recent] == [ids[0], ids[2]]


def test_a_row_is_quarantined_once_and_only_while_its_delivery_runs(body: Body) -> None:
    """A second copy of a row, and a row of a finished or unknown delivery, are refused."""
    delivery = arrive(body)
    row = QuarantineRow(delivery, 7, NOON, ("v_nummer: not ten digits",), b"sealed")
    assert isinstance(body.change(None, row), Receipt)
    assert isinstance(body.change(None, row), Rejected)
    body.change(None, CloseDelivery(delivery, NOON, b"report"))
    late = QuarantineRow(delivery, 8, NOON, (), b"sealed")
    assert isinstance(body.change(None, late), Rejected)
    assert isinstance(body.change(None, QuarantineRow(uuid4(), 1, NOON, (), b"")), Rejected)


def test_a_profile_comes_with_an_unfinished_delivery(body: Body) -> None:
    """A version that names a finished or unknown delivery is refused."""
    delivery = arrive(body)
    body.change(None, CloseDelivery(delivery, NOON, b"report"))
    for number, strange in enumerate((delivery, uuid4()), 1):
        subject = subject_id(number)
        change = body.version(subject, delivery=strange)
        assert isinstance(body.change(subject, change), Rejected)


def test_a_quarantined_row_is_settled_once_and_emptied(body: Body) -> None:
    """What became of it stays with its reasons; its values go; nothing else can be settled."""
    delivery = arrive(body)
    reasons = ("v_nummer: not ten digits",)
    for number in (7, 5):
        row = QuarantineRow(delivery, number, NOON, reasons, b"sealed")
        assert isinstance(body.change(None, row), Receipt)
    body.change(None, CloseDelivery(delivery, NOON, b"report"))
    assert asyncio.run(body.deliveries.waiting())[delivery] == 2
    settled = SettleQuarantined(delivery, 7, Fate.DISCARDED, NOON)
    assert isinstance(body.change(None, settled), Receipt)
    assert asyncio.run(body.deliveries.waiting())[delivery] == 1
    assert isinstance(body.change(None, settled), Rejected)
    nowhere = SettleQuarantined(delivery, 6, Fate.CORRECTED, NOON)
    assert isinstance(body.change(None, nowhere), Rejected)
    assert list(asyncio.run(body.deliveries.quarantined(delivery))) == [
        QuarantinedRow(5, NOON, reasons, b"sealed"),
        QuarantinedRow(7, NOON, reasons, b"", Fate.DISCARDED),
    ]
    assert list(asyncio.run(body.deliveries.quarantined(uuid4()))) == []
