"""A delivered profile becomes the relation events that bring the record in line with it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import FieldName
from gateway.domain.linking import delivered_events
from gateway.domain.relations import RelationEvent, RelationKind, municipal_ties, reception_site
from tests.domain.law import DAY, NEXT_TOWN, NOW, OIN, SITE, TICK, TOWN, event

K = RelationKind
LINKED_AT = datetime(2026, 2, 1, tzinfo=UTC)


def told(
    known: tuple[RelationEvent, ...] = (),
    values: Mapping[str, JsonValue] | None = None,
    moment: datetime = NOW,
) -> tuple[RelationEvent, ...]:
    """Deliver a profile on top of what is known."""
    named = {FieldName(name): value for name, value in (values or {}).items()}
    return delivered_events(named, known, moment)


def linked(town: str = TOWN, **more: JsonValue) -> dict[str, JsonValue]:
    """Say that she is linked."""
    return {
        "koppel_gemeente_code": town,
        "koppel_status": "gekoppeld",
        "koppel_datum": "2026-02-01",
    } | more


def kinds(events: tuple[RelationEvent, ...]) -> list[tuple[str, str, datetime]]:
    """Take kind, party and moment."""
    return [(one.kind.value, one.party, one.at) for one in events]


LINK = event(K.GEKOPPELD, TOWN, LINKED_AT)


def test_a_first_link_begins_on_its_day() -> None:
    """The link counts from the first moment of the day the profile names."""
    assert kinds(told((), linked())) == [("gekoppeld", TOWN, LINKED_AT)]
    assert told((), linked())[0].source == "TVS"


@pytest.mark.parametrize("day", [None, "2026", "2026-02", "niet bekend"])
def test_a_link_without_a_whole_day_begins_with_the_delivery(day: JsonValue) -> None:
    """A day that is missing or not whole counts as the moment of delivery."""
    assert kinds(told((), linked(koppel_datum=day))) == [("gekoppeld", TOWN, NOW)]


def test_what_is_known_is_not_told_again() -> None:
    """The same link and the same site bring no event."""
    stay = event(K.VERBLIJFT, SITE)
    assert told((LINK, stay), linked(opvanglocatie_code=SITE)) == ()


def test_another_town_is_a_relink_and_ends_the_first() -> None:
    """The new link counts from its day; a day before what is known, right after it."""
    later = told((LINK,), linked(NEXT_TOWN, koppel_datum="2026-02-20"))
    assert kinds(later) == [("omgekoppeld", NEXT_TOWN, datetime(2026, 2, 20, tzinfo=UTC))]
    late_news = told((LINK,), linked(NEXT_TOWN, koppel_datum="2025-01-01"))
    assert kinds(late_news) == [("omgekoppeld", NEXT_TOWN, LINKED_AT + TICK)]


@pytest.mark.parametrize("status", ["ontkoppeld", "niet_gekoppeld"])
def test_an_unlink_ends_the_link_now(status: str) -> None:
    """The town loses access at the delivery, whatever town the profile still names."""
    events = told((LINK,), linked(koppel_status=status))
    assert kinds(events) == [("ontkoppeld", TOWN, NOW)]


def test_a_link_that_is_left_out_is_over() -> None:
    """A delivery holds a whole profile: without a town there is no link."""
    assert kinds(told((LINK,))) == [("ontkoppeld", TOWN, NOW)]


def test_who_was_never_linked_cannot_be_unlinked() -> None:
    """Nothing to end brings no event."""
    assert told((), {"koppel_status": "ontkoppeld"}) == ()
    assert told((LINK, event(K.ONTKOPPELD, TOWN, NOW - DAY))) == ()


def test_a_home_makes_her_housed_and_ends_her_stay() -> None:
    """Housed counts from the day of moving in, and a site that is still named is not her stay."""
    values = linked(
        koppel_status="gehuisvest", huisvestingsdatum="2026-02-15", opvanglocatie_code=SITE
    )
    events = told((LINK, event(K.VERBLIJFT, SITE, LINKED_AT)), values)
    assert kinds(events) == [("gehuisvest", TOWN, datetime(2026, 2, 15, tzinfo=UTC))]
    assert told((LINK, *events), values) == ()


def test_a_home_in_another_town_is_told_too() -> None:
    """Who is housed elsewhere than linked belongs to the town of the home."""
    events = told((LINK,), linked(NEXT_TOWN, koppel_status="gehuisvest"))
    assert municipal_ties((LINK, *events), NOW)[-1].gemeente == NEXT_TOWN


def test_a_new_site_is_told_at_the_delivery() -> None:
    """Where she stays counts from the delivery, and a new site ends the stay at the last."""
    assert kinds(told((), {"opvanglocatie_code": SITE})) == [("verblijft", SITE, NOW)]
    moved = told((event(K.VERBLIJFT, "azc-nul"),), {"opvanglocatie_code": SITE})
    assert kinds(moved) == [("verblijft", SITE, NOW)]
    assert told((event(K.VERBLIJFT, SITE),), {"opvanglocatie_code": SITE}) == ()


def test_a_site_that_is_left_out_is_left() -> None:
    """Who is delivered without a site has departed from hers, once; her town stays hers."""
    known = (LINK, event(K.VERBLIJFT, SITE))
    events = told(known, linked())
    assert kinds(events) == [("vertrokken", SITE, NOW)]
    assert reception_site((*known, *events), NOW) is None
    assert told((*known, *events), linked()) == ()
    assert municipal_ties((*known, *events), NOW)[-1].until is None
    back = told((*known, *events), linked(opvanglocatie_code=SITE), NOW + DAY)
    assert kinds(back) == [("verblijft", SITE, NOW + DAY)]


def test_a_home_told_late_ends_a_stay_that_was_told_since() -> None:
    """Moving in before the last stay was told still ends it, at the delivery."""
    known = (LINK, event(K.VERBLIJFT, SITE, NOW - DAY))
    values = linked(koppel_status="gehuisvest", huisvestingsdatum="2026-02-15")
    events = told(known, values)
    assert [one[:2] for one in kinds(events)] == [("gehuisvest", TOWN), ("vertrokken", SITE)]
    assert told((*known, *events), values, NOW + DAY) == ()


def test_a_home_that_lies_ahead_leaves_the_stay_until_then() -> None:
    """She stays at her site until the day she moves in."""
    values = linked(koppel_status="gehuisvest", huisvestingsdatum="2026-05-01")
    known = (LINK, event(K.VERBLIJFT, SITE))
    events = told(known, values)
    assert [one.kind for one in events] == [K.GEHUISVEST]
    assert reception_site((*known, *events), NOW) == SITE


def test_a_link_that_lies_ahead_is_known() -> None:
    """A future link that was told before is not told again, and can be ended before it begins."""
    ahead = event(K.GEKOPPELD, TOWN, NOW + 30 * DAY)
    assert told((ahead,), linked(koppel_datum="2026-04-01")) == ()
    (end,) = told((ahead,))
    assert (end.kind, end.at) == (K.ONTKOPPELD, ahead.at + TICK)


def test_work_does_not_move_a_link() -> None:
    """A later offer of work leaves the day of a link as it is told."""
    offer = event(K.AANBOD, OIN, NOW - TICK)
    assert told((offer,), linked())[0].at == LINKED_AT


DELIVERIES = st.lists(
    st.fixed_dictionaries(
        {
            "koppel_gemeente_code": st.sampled_from([None, TOWN, NEXT_TOWN]),
            "koppel_status": st.sampled_from(
                [None, "gekoppeld", "omgekoppeld", "ontkoppeld", "niet_gekoppeld", "gehuisvest"]
            ),
            "koppel_datum": st.sampled_from([None, "2026-01-01", "2026-02-20", "2026-05"]),
            "huisvestingsdatum": st.sampled_from([None, "2026-02-25"]),
            "opvanglocatie_code": st.sampled_from([None, SITE, "azc-nul"]),
        }
    ),
    max_size=6,
)


@given(DELIVERIES)
def test_after_each_delivery_the_record_says_what_it_said(
    deliveries: list[dict[str, JsonValue]],
) -> None:
    """However profiles change, the current town is the delivered one, and once told is told."""
    known: tuple[RelationEvent, ...] = ()
    for number, values in enumerate(deliveries):
        moment = NOW + number * DAY
        known = (*known, *told(known, values, moment))
        ties = municipal_ties(known, moment + 365 * DAY)
        current = ties[-1].gemeente if ties and ties[-1].until is None else None
        ended = values["koppel_status"] in {"ontkoppeld", "niet_gekoppeld"}
        assert current == (None if ended else values["koppel_gemeente_code"])
        if values["koppel_status"] != "gehuisvest":
            assert reception_site(known, moment) == values["opvanglocatie_code"]
        assert told(known, values, moment) == ()
