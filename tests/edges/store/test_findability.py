"""Windows say in advance what folding all events says at each moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.identifiers import ConsentId, FieldName, PurposeCode
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.store.findability import windows
from tests.edges.store.appender import NOON, SEARCH
from tests.fakes.world import Person

HOURS = 12
moments = st.integers(0, HOURS).map(lambda hours: NOON + timedelta(hours=hours))
relations = st.builds(
    RelationEvent,
    st.sampled_from(RelationKind),
    st.sampled_from(["0243", "0307"]),
    moments,
    st.just("TVS"),
)
KIND = ConsentScope(SEARCH, "soort:werkgever", frozenset({FieldName("nt2_uren")}), "v1", "ti")
OWN = replace(KIND, recipient="00000099000000004720")
scopes = st.builds(
    ConsentScope,
    st.sampled_from([SEARCH, PurposeCode("P05_arbeidsbemiddeling_voorstel")]),
    st.sampled_from(["soort:uitzendbureau", "soort:werkgever", OWN.recipient]),
    st.just(frozenset({FieldName("nt2_uren")})),
    st.just("v1"),
    st.just("ti"),
)
consents = st.builds(
    ConsentEvent,
    st.integers(1, 3).map(lambda number: ConsentId(UUID(int=number))),
    st.sampled_from(ConsentEventKind),
    moments,
    st.just("worker-7"),
    st.none() | scopes,
    st.none() | moments,
)


def twice(first: ConsentScope, second: ConsentScope) -> list[ConsentEvent]:
    """Agree to one, then to another, and withdraw that."""
    told = (
        (1, ConsentEventKind.GIVEN, first),
        (2, ConsentEventKind.GIVEN, second),
        (2, ConsentEventKind.WITHDRAWN, None),
    )
    return [
        ConsentEvent(ConsentId(UUID(int=one)), kind, NOON + timedelta(hours=at), "worker-7", scope)
        for at, (one, kind, scope) in enumerate(told)
    ]


@given(st.lists(relations, max_size=5), st.lists(consents, max_size=6), moments)
@example([], twice(KIND, KIND), NOON)
@example([], twice(KIND, OWN), NOON)
@example([], twice(OWN, KIND), NOON)
def test_windows_agree_with_the_fold_of_all_events(
    linked: list[RelationEvent], agreed: list[ConsentEvent], since: datetime
) -> None:
    """From any moment on, who may find her by the windows is who may by the events, every half hour.

    A newer yes that was withdrawn gave way to no older one: of one organisation, or of its kind.
    """
    person = Person(b"tag", NOON, relations=tuple(linked), consents=tuple(agreed))
    found = windows(linked, agreed, since)
    for half in range(2 * HOURS + 2):
        at = NOON + timedelta(minutes=30 * half)
        if at >= since:
            open_now = {w.recipient for w in found if w.since <= at < w.until}
            assert open_now == person.findable_by(at)


@given(st.lists(relations, max_size=5), st.lists(consents, max_size=6), moments)
def test_no_window_outlives_its_end(
    linked: list[RelationEvent], agreed: list[ConsentEvent], since: datetime
) -> None:
    """What is over at the moment leaves no row, and no window is empty."""
    for window in windows(linked, agreed, since):
        assert window.since < window.until
        assert window.until > since
