"""Two gates on one store: what one was told, the other knows at its next request."""

from collections.abc import Iterator

import pytest

from tests.journeys.logbook import logged, of_kind
from tests.journeys.poort import AGENCY_OIN, CASEMANAGER, KLANTMANAGER, MATCHER, MovableClock, Poort
from tests.journeys.residents import UTRECHT, delivery, resident
from tests.journeys.watch import Watch

SELAM, SENAIT = resident(1), resident(2)


@pytest.fixture
def other(poort: Poort, clock: MovableClock, watch: Watch) -> Iterator[Poort]:
    """Give a second gate on the first one's folder."""
    with Poort(poort.folder, clock, watch) as other:
        yield other


def test_withdrawal_through_one_is_refused_by_the_other(
    poort: Poort, other: Poort, clock: MovableClock
) -> None:
    """Consent withdrawn at one gate is refused by the other at its very next request."""
    poort.lever([SELAM])
    for _ in range(5):
        given = poort.toestemming(SELAM, "P05", AGENCY_OIN)
        reference = other.reference(MATCHER, "P05", SELAM)
        assert other.vraag(MATCHER, reference, "P05").status_code == 200
        poort.trek_in(given)
        clock.pass_by(seconds=1)
        assert other.vraag(MATCHER, reference, "P05").json()["reden"] == "CONSENT_WITHDRAWN"
    assert other.gateway.audit.verify() == []


def test_relink_through_one_moves_access_at_the_other(
    poort: Poort, other: Poort, clock: MovableClock
) -> None:
    """A re-link at one gate ends the old town's access at the other."""
    poort.lever([SELAM])
    reference = other.reference(KLANTMANAGER, "P02", SELAM)
    clock.pass_by(minutes=1)
    poort.koppel(SELAM, "omgekoppeld", UTRECHT)
    assert other.vraag(KLANTMANAGER, reference, "P02").status_code == 404


def test_shielding_through_one_hides_at_the_other(poort: Poort, other: Poort) -> None:
    """Who asked one gate to hide her is unknown to the other at its very next request."""
    poort.lever([SELAM])
    reference = other.reference(KLANTMANAGER, "P02", SELAM)
    assert other.vraag(KLANTMANAGER, reference, "P02").status_code == 200
    hers = poort.known_as(CASEMANAGER, SELAM)
    shield = {"clientRef": hers, "afgeschermd": True}
    assert poort.ask(CASEMANAGER, "POST", "/v1/afschermingen", shield).status_code == 201
    assert other.vraag(KLANTMANAGER, reference, "P02").status_code == 404


def test_both_write_one_log_without_gap(poort: Poort, other: Poort) -> None:
    """Entries of two gates in turn stand in one order, gap-free per subject, and verify."""
    poort.lever([SELAM, SENAIT])
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    for gate in (poort, other) * 5:
        receipt = gate.vraag(KLANTMANAGER, reference, "P02").json()["ontvangstbewijs"]
        assert receipt["index"] == max(e.index for e in of_kind(gate.gateway, "disclosure.intent"))
    entries = list(logged(other.gateway))
    assert [entry.index for entry in entries] == [*range(len(entries))]
    assert poort.gateway.audit.verify() == []


def test_file_delivered_to_one_is_known_to_the_other(poort: Poort, other: Poort) -> None:
    """The same file offered at the second gate stores nothing, and answers with the first report."""
    report = poort.lever([SELAM])
    again = other.deliver(delivery([SELAM]))
    assert (again.status_code, again.json()) == (200, report)
    assert len(of_kind(other.gateway, "profile.stored")) == report["accepted"] == 1
