"""A reviewer sees every entry once, in its line, and every flag says why."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.flags import RULES, Flag, Rate, Settings, review
from audit.review import (
    Line,
    Opened,
    Words,
    actor,
    fold,
    group,
    of_type,
    partner,
    person,
    purpose,
    sample,
    unanswered,
)

ZONE = ZoneInfo("Europe/Amsterdam")
HOUR = 3_600_000
MONDAY = int(datetime(2026, 7, 6, 8, 0, tzinfo=UTC).timestamp() * 1000)
"""Ten o'clock in Amsterdam."""
LATER = MONDAY + 400 * 24 * HOUR


def entry(index: int, kind: str = "disclosure.intent", **said: Any) -> Opened:  # noqa: ANN401 - any field
    """Make an opened entry, one minute after the one before."""
    leaf: dict[str, str | int] = {
        "type": kind,
        "at": said.pop("at", MONDAY + index * 60_000),
        "purpose": said.pop("purpose", "P02"),
        "recipient": said.pop("recipient", "00000099000000000001"),
    }
    tag = said.pop("tag", b"anna")
    payload = {"actor": "jansen", "role": "klantmanager", **said}
    return Opened(index, f"{index:032x}", leaf, payload, tag)


def outcome(index: int, parent: int, **said: Any) -> Opened:  # noqa: ANN401 - any field
    """Make the outcome of an intent or a bulk, its parent written as the gateway does."""
    name = f"{parent:032x}"
    dashed = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
    return entry(index, "disclosure.outcome", parent=dashed, **said)


def flags(rule: str, entries: Iterable[Opened], **given: Any) -> list[tuple[str, tuple[int, ...]]]:  # noqa: ANN401 - any setting
    """Let one rule look; give its reasons and entries."""
    every = list(entries)
    found = review(every, Settings(ZONE, **given), LATER)
    return [(flag.reason, flag.entries) for flag in found.flags if flag.rule == rule]


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", None]), st.sampled_from("xy"))))
def test_timelines_hold_every_entry_once(given_: list[tuple[bytes | None, str]]) -> None:
    """Each entry with a key is in one line, in order; the others are in none."""
    entries = [entry(n, tag=tag, actor=name) for n, (tag, name) in enumerate(given_)]
    for by in (person, actor, partner, purpose):
        lines = group(entries, by)
        together = sorted(one.index for line in lines.values() for one in line)
        assert together == [one.index for one in entries if by(one) is not None]
        assert all(by(one) == key for key, line in lines.items() for one in line)
        assert all(list(line) == sorted(line, key=lambda one: one.index) for line in lines.values())


def test_like_lines_of_a_day_are_folded() -> None:
    """Same day, person, actor, partner, type and purpose make one line; midnight is a local one."""
    late = int(datetime(2026, 7, 6, 22, 30, tzinfo=UTC).timestamp() * 1000)
    entries = [entry(0), entry(1), entry(2, purpose="P03"), entry(3), entry(4, at=late)]
    lines = fold(entries, ZONE)
    assert lines[0] == Line(
        date(2026, 7, 6),
        b"anna",
        "jansen",
        "00000099000000000001",
        "disclosure.intent",
        "P02",
        (0, 1, 3),
    )
    assert [(line.day, line.entries) for line in lines[1:]] == [
        (date(2026, 7, 6), (2,)),
        (date(2026, 7, 7), (4,)),
    ]


def test_every_broken_glass_is_listed() -> None:
    """Break-glass is reviewed in full, never by sample."""
    entries = [entry(0), entry(1, "break-glass"), entry(2, "break-glass"), entry(3)]
    assert [one.index for one in of_type(entries, Words().glass)] == [1, 2]


@given(st.sets(st.integers(0, 10_000)), st.integers(0, 40), st.binary(min_size=32, max_size=32))
def test_a_sample_is_the_roots_own(indexes: set[int], count: int, root: bytes) -> None:
    """The same root gives the same sample of that size, whatever the order asked in."""
    chosen = sample(root, sorted(indexes), count)
    assert len(chosen) == min(count, len(indexes))
    assert set(chosen) <= indexes
    assert list(chosen) == sorted(chosen)
    assert sample(root, sorted(indexes, reverse=True), count) == chosen


def test_another_root_chooses_otherwise_and_evenly() -> None:
    """Over many roots each entry is drawn about as often as any other."""
    drawn = [0] * 20
    for seed in range(400):
        for index in sample(seed.to_bytes(32), range(20), 5):
            drawn[index] += 1
    assert sum(drawn) == 2_000
    assert all(60 <= times <= 140 for times in drawn)


def test_an_intent_waits_for_its_outcome() -> None:
    """An outcome answers its intent, or all of its bulk; what is young or erased is left alone."""
    bulk = f"{7:032x}"
    entries = [
        entry(0),
        entry(1),
        outcome(2, 0),
        entry(3, parent=bulk),
        entry(4, parent=bulk),
        entry(5, parent=f"{8:032x}"),
        outcome(6, 7),
        replace(entry(8), payload={}),
        entry(9, at=MONDAY + 9 * HOUR),
        replace(outcome(10, 1), payload={}),
    ]
    waiting = unanswered(entries, Words(), MONDAY + HOUR)
    assert [one.index for one in waiting] == [1, 5]
    assert flags("without-outcome", entries[:2], grace=LATER - MONDAY) == [
        ("no outcome is known; it counts as disclosed", (0,))
    ]


def test_ones_own_record_is_flagged() -> None:
    """An actor who asks for her own record is named; others who do are not."""
    own = {"jansen": b"anna"}
    entries = [entry(0), entry(1, actor="de vries"), entry(2, tag=b"ben"), entry(3)]
    assert flags("own-record", entries, own=own) == [("someone asked for her own record", (0, 3))]
    assert flags("own-record", entries) == []


def test_someone_of_the_same_surname_or_address_is_flagged() -> None:
    """Only the actor who shares it is named, with her entries about those people."""
    near = {"jansen": frozenset({b"anna", b"carl"})}
    entries = [entry(0), entry(1, tag=b"ben"), entry(2, tag=b"carl"), entry(3, actor="de vries")]
    why = "about someone of the same surname or address"
    assert flags("same-name-or-address", entries, near=near) == [(why, (0, 2))]


def test_asking_about_strangers_is_flagged() -> None:
    """A refusal for want of a relation, and what an emergency opened, one flag an actor and day."""
    words = Words(strange=frozenset({"NOT_LINKED"}))
    entries = [
        entry(0),
        entry(1, "disclosure.denied", reason="NOT_LINKED"),
        entry(2, "disclosure.denied", reason="OBJECTED"),
        entry(3, outcome="granted by break-glass"),
        entry(4, "disclosure.denied", reason="NOT_LINKED", at=MONDAY + 30 * HOUR),
    ]
    why = "about someone to whom no relation is on record"
    assert flags("no-relation", entries, words=words) == [(why, (1, 3)), (why, (4,))]


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ({"at": MONDAY + 24 * HOUR}, True),
        ({"at": MONDAY + 24 * HOUR + 1}, False),
        ({"tag": b"ben"}, False),
        ({"actor": "de vries"}, False),
        ({"kind": "search"}, False),
    ],
)
def test_denied_then_allowed_is_flagged(second: dict[str, Any], *, found: bool) -> None:
    """The same actor got soon what she was refused about the same person."""
    kind = second.pop("kind", "disclosure.intent")
    entries = [entry(0, "disclosure.denied"), entry(1, kind, **second), entry(2, tag=b"carl")]
    why = "what was refused was granted soon after"
    assert flags("denied-then-allowed", entries) == ([(why, (0, 1))] if found else [])


def test_many_refusals_at_once_are_flagged() -> None:
    """Ten refusals of one actor within an hour are a peak; spread over the day they are not."""
    fast = [entry(n, "disclosure.denied") for n in range(25)]
    slow = [entry(n, "disclosure.denied", at=MONDAY + n * HOUR // 9) for n in range(25)]
    assert [found for _, found in flags("refused-often", fast)] == [
        tuple(range(10)),
        tuple(range(10, 20)),
    ]
    assert len(flags("refused-often", slow, peak=10)) == 2
    assert flags("refused-often", slow, peak=11) == []


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (datetime(2026, 7, 6, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 6, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 6, 16, 59, tzinfo=UTC), False),
        (datetime(2026, 7, 6, 17, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 11, 10, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 6, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 5, 5, 59, tzinfo=UTC), True),
    ],
)
def test_out_of_hours_follows_the_local_clock(moment: datetime, *, late: bool) -> None:
    """Seven to nineteen on weekdays, in summer and in winter, on the wall clock of the zone."""
    found = flags("out-of-hours", [entry(3, at=int(moment.timestamp() * 1000))])
    assert found == ([("outside working hours", (3,))] if late else [])


def _day(first: int, people: int, day: int, name: str = "jansen") -> list[Opened]:
    start = MONDAY + day * 24 * HOUR
    return [
        entry(first + n, at=start + n, tag=n.to_bytes(2), actor=name, role="klantmanager")
        for n in range(people)
    ]


def test_an_unusual_day_is_flagged_against_own_and_peers() -> None:
    """Three times the median of the other days, own or of the role, and at least twenty people."""
    usual = [*_day(0, 10, 0), *_day(100, 10, 1), *_day(200, 30, 2)]
    against_own = flags("unusual-volume", usual)
    assert against_own == [("30 people in a day, against 10 on own days", tuple(range(200, 230)))]
    peers = [*_day(0, 8, 0, "de vries"), *_day(100, 25, 0)]
    against_peers = flags("unusual-volume", peers)
    assert [reason for reason, _ in against_peers] == [
        "25 people in a day, against 8 on the days of others in the role"
    ]
    assert flags("unusual-volume", usual, at_least=31) == []
    assert flags("unusual-volume", usual, times=3.1) == []
    assert flags("unusual-volume", _day(0, 500, 0)) == []


def test_the_same_person_many_times_is_no_volume() -> None:
    """Volume counts people, not look-ups."""
    often = [*_day(0, 5, 0), *(replace(one, tag=b"anna") for one in _day(100, 90, 1))]
    assert flags("unusual-volume", often) == []


def test_a_purpose_rare_for_the_role_is_flagged() -> None:
    """One in a hundred or fewer, in a role that is known well enough."""
    entries = [entry(n) for n in range(199)] + [
        entry(199, purpose="P07"),
        entry(200, purpose="P07"),
    ]
    why = "P07: used 2 times in 201 by the role klantmanager"
    assert flags("rare-purpose", entries) == [(why, (199, 200))]
    assert flags("rare-purpose", entries[:99] + entries[-1:], known_role=101) == []
    assert flags("rare-purpose", entries[:150] + entries[-2:]) == []


def test_a_glass_broken_without_reason_is_flagged() -> None:
    """An empty reason is none; an erased payload is not held against anyone."""
    entries = [
        entry(0, "break-glass", reason="acute zorg"),
        entry(1, "break-glass", reason=""),
        entry(2, "break-glass"),
        replace(entry(3, "break-glass"), payload={}),
    ]
    assert [found for _, found in flags("glass-without-reason", entries)] == [(1,), (2,)]


def test_each_rule_shows_how_often_it_hits() -> None:
    """Rates count entries once, however many flags of the rule name them."""
    entries = [entry(0), entry(1, "break-glass"), *_day(10, 4, 5)]
    found = review(iter(entries), Settings(ZONE), LATER)
    assert [rate.rule for rate in found.rates] == list(RULES)
    rates: Mapping[str, Rate] = {rate.rule: rate for rate in found.rates}
    assert rates["out-of-hours"] == Rate("out-of-hours", 4, 6)
    assert rates["without-outcome"] == Rate("without-outcome", 5, 6)
    assert rates["own-record"] == Rate("own-record", 0, 6)
    assert found.flags[-1] == Flag(
        "glass-without-reason", "the glass was broken, and no reason is on record", (1,)
    )


def test_entries_about_nobody_or_by_nobody_break_no_rule() -> None:
    """Erased and technical entries pass through every rule."""
    entries = [replace(entry(n, tag=None), payload={}) for n in range(3)]
    assert review(entries, Settings(ZONE), LATER).flags == ()
