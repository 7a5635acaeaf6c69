"""Flags for a reviewer: rules in plain words, each with its reason, its entries, and how often it hits.

A flag accuses nobody. It says which rule found what, so that a person can look. Rules are pure, and
what they compare with is given; a rule that hits too often or never shows it by its rate.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from statistics import median

from audit.review import Opened, Words, actor, group, persons, purpose, unanswered

_HOUR = 3_600_000
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """What the rules compare with; times in milliseconds, hours of the day in ``zone``.

    ``own`` gives, by actor, the tag of her own record; ``near`` the tags of people who share her
    surname or address.
    """

    zone: tzinfo
    words: Words = field(default_factory=Words)
    own: Mapping[str, bytes] = field(default_factory=dict)
    near: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    opens: int = 7
    closes: int = 19
    regret: int = 24 * _HOUR
    grace: int = _HOUR
    peak: int = 10
    peak_within: int = _HOUR
    at_least: int = 20
    times: float = 3.0
    rare: float = 0.01
    known_role: int = 100


@dataclass(frozen=True, slots=True)
class Flag:
    """What one rule found: why, and in which entries."""

    rule: str
    reason: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a rule hits: entries flagged, of those it looked at."""

    rule: str
    flagged: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class Review:
    """All flags in order of rule, and each rule's rate."""

    flags: tuple[Flag, ...]
    rates: tuple[Rate, ...]


def review(entries: Iterable[Opened], settings: Settings, moment: int) -> Review:
    """Apply every rule; ``moment`` (ms since 1970) is now, for what may still be answered."""
    every = tuple(entries)
    flags = {
        name: tuple(Flag(name, *found) for found in rule(every, settings, moment))
        for name, rule in RULES.items()
    }
    return Review(
        tuple(flag for found in flags.values() for flag in found),
        tuple(Rate(name, _count(found), len(every)) for name, found in flags.items()),
    )


_Found = Iterator[tuple[str, tuple[int, ...]]]


def _own_record(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    for name, line in group(entries, actor).items():
        own = settings.own.get(name)
        seen = _indexes(entry for entry in line if own is not None and entry.tag == own)
        if seen:
            yield "someone asked for her own record", seen


def _near_record(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    for name, line in group(entries, actor).items():
        near = settings.near.get(name, frozenset())
        seen = _indexes(entry for entry in line if entry.tag in near)
        if seen:
            yield "about someone of the same surname or address", seen


def _no_relation(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    strange = [entry for entry in entries if _is_strange(entry, settings.words)]
    for line in group(strange, _actor_and_day(settings.zone)).values():
        yield "about someone to whom no relation is on record", _indexes(line)


def _is_strange(entry: Opened, words: Words) -> bool:
    if entry.leaf["type"] == words.denied:
        return entry.said("reason") in words.strange
    return entry.leaf["type"] == words.intent and entry.said("outcome") == words.broken


def _denied_then_allowed(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    words = settings.words
    for line in group(entries, _actor_and_person).values():
        denied: Opened | None = None
        for entry in line:
            if entry.leaf["type"] == words.denied:
                denied = entry
            elif denied and entry.leaf["type"] == words.intent:
                if entry.at - denied.at <= settings.regret:
                    yield "what was refused was granted soon after", (denied.index, entry.index)
                denied = None


def _refused_often(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    denials = [entry for entry in entries if entry.leaf["type"] == settings.words.denied]
    for line in group(denials, actor).values():
        start = 0
        for end, entry in enumerate(line):
            while entry.at - line[start].at > settings.peak_within:
                start += 1
            if end - start + 1 >= settings.peak:
                yield (
                    f"{settings.peak} refusals within a short time",
                    _indexes(line[start : end + 1]),
                )
                start = end + 1


def _out_of_hours(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    intents = [entry for entry in entries if entry.leaf["type"] == settings.words.intent]
    for line in group(intents, _actor_and_day(settings.zone)).values():
        late = _indexes(entry for entry in line if _is_late(entry, settings))
        if late:
            yield "outside working hours", late


def _is_late(entry: Opened, settings: Settings) -> bool:
    moment = entry.moment(settings.zone)
    return moment.weekday() > _FRIDAY or not settings.opens <= moment.hour < settings.closes


@dataclass(frozen=True, slots=True)
class _Day:
    """One day of one actor: how many people she was told of, and in which entries."""

    who: str
    role: str | None
    count: int
    entries: tuple[int, ...]


def _unusual_volume(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    days = _days(entries, settings)
    for who, line in group(days, lambda day: day.who).items():
        others = [day.count for day in days if day.role == line[0].role and day.who != who]
        for day in line:
            rest = [other.count for other in line if other is not day]
            for name, base in (("own days", rest), ("the days of others in the role", others)):
                if base and day.count >= max(settings.at_least, settings.times * median(base)):
                    yield (
                        f"{day.count} people in a day, against {median(base):g} on {name}",
                        day.entries,
                    )


def _days(entries: Sequence[Opened], settings: Settings) -> list[_Day]:
    intents = [entry for entry in entries if entry.leaf["type"] == settings.words.intent]
    lines = group(intents, _actor_and_day(settings.zone))
    return [
        _Day(who, line[0].said("role"), persons(line), _indexes(line))
        for (who, _), line in lines.items()
    ]


def _rare_purpose(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    intents = [entry for entry in entries if entry.leaf["type"] == settings.words.intent]
    for role, line in group(intents, _role).items():
        uses = Counter(purpose(entry) for entry in line)
        for used, count in uses.items():
            if len(line) >= settings.known_role and count <= settings.rare * len(line):
                found = _indexes(entry for entry in line if purpose(entry) == used)
                yield f"{used}: used {count} times in {len(line)} by the role {role}", found


def _without_outcome(entries: Sequence[Opened], settings: Settings, moment: int) -> _Found:
    for entry in unanswered(entries, settings.words, moment - settings.grace):
        yield "no outcome is known; it counts as disclosed", (entry.index,)


def _glass_without_reason(entries: Sequence[Opened], settings: Settings, _: int) -> _Found:
    for entry in entries:
        silent = entry.payload and not entry.said("reason")
        if entry.leaf["type"] == settings.words.glass and silent:
            yield "the glass was broken, and no reason is on record", (entry.index,)


RULES: Mapping[str, Callable[[Sequence[Opened], Settings, int], _Found]] = {
    "own-record": _own_record,
    "same-name-or-address": _near_record,
    "no-relation": _no_relation,
    "denied-then-allowed": _denied_then_allowed,
    "refused-often": _refused_often,
    "out-of-hours": _out_of_hours,
    "unusual-volume": _unusual_volume,
    "rare-purpose": _rare_purpose,
    "without-outcome": _without_outcome,
    "glass-without-reason": _glass_without_reason,
}


def _actor_and_person(entry: Opened) -> tuple[str, bytes] | None:
    name = actor(entry)
    return None if name is None or entry.tag is None else (name, entry.tag)


def _actor_and_day(zone: tzinfo) -> Callable[[Opened], tuple[str, date] | None]:
    def key(entry: Opened) -> tuple[str, date] | None:
        name = actor(entry)
        return None if name is None else (name, entry.moment(zone).date())

    return key


def _role(entry: Opened) -> str | None:
    return entry.said("role")


def _indexes(entries: Iterable[Opened]) -> tuple[int, ...]:
    return tuple(entry.index for entry in entries)


def _count(flags: Iterable[Flag]) -> int:
    return len({index for flag in flags for index in flag.entries})
