"""A log as a reviewer reads it: opened entries, timelines, and a sample that nobody could choose.

All functions are pure and read entries once, in order of index. What an entry means is told by
``Words``; an entry whose payload is gone still counts for all that its leaf and tag tell.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from hashlib import sha256
from typing import TypeVar

_MILLISECONDS = 1000
_Key = TypeVar("_Key", bound=Hashable)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Opened:
    """One entry: its content as submitted; ``payload`` is empty when it is gone.

    ``event_id`` is in hexadecimal; ``tag`` stands for the person, whom it does not name.
    """

    index: int
    event_id: str
    leaf: Mapping[str, str | int]
    payload: Mapping[str, object]
    tag: bytes | None

    @property
    def at(self) -> int:
        """When it happened, in milliseconds since 1970."""
        return int(self.leaf["at"])

    def said(self, key: str) -> str | None:
        """Return a text of the leaf or the payload; ``None`` when there is none."""
        value = self.leaf.get(key, self.payload.get(key))
        return value if isinstance(value, str) and value else None

    def moment(self, zone: tzinfo) -> datetime:
        """When it happened, on a clock in that zone."""
        return datetime.fromtimestamp(self.at / _MILLISECONDS, zone)


@dataclass(frozen=True, slots=True)
class Words:
    """The types of entries that a review distinguishes.

    ``broken`` is the outcome of an intent that an emergency opened; ``strange`` the reasons for which
    one is refused who has no relation to the person.
    """

    intent: str = "disclosure.intent"
    outcome: str = "disclosure.outcome"
    denied: str = "disclosure.denied"
    glass: str = "break-glass"
    broken: str = "granted by break-glass"
    strange: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """Like entries of one day, as one line: the same person, actor, partner, type and purpose."""

    day: date
    tag: bytes | None
    actor: str | None
    partner: str | None
    kind: str
    purpose: str | None
    entries: tuple[int, ...]


def person(entry: Opened) -> bytes | None:
    """Return whom an entry is about, by tag."""
    return entry.tag


def actor(entry: Opened) -> str | None:
    """Return who acted."""
    return entry.said("actor")


def partner(entry: Opened) -> str | None:
    """Return the organisation that received, or asked."""
    return entry.said("recipient")


def purpose(entry: Opened) -> str | None:
    """Return the purpose."""
    return entry.said("purpose")


def group(
    items: Iterable[_Item], by: Callable[[_Item], _Key | None]
) -> dict[_Key, tuple[_Item, ...]]:
    """Gather entries under a key, in order, as a person's timeline; those without one are left out."""
    found: dict[_Key, list[_Item]] = {}
    for item in items:
        key = by(item)
        if key is not None:
            found.setdefault(key, []).append(item)
    return {key: tuple(line) for key, line in found.items()}


def of_type(entries: Iterable[Opened], kind: str) -> tuple[Opened, ...]:
    """Pick the entries of one type, as every break-glass."""
    return tuple(entry for entry in entries if entry.leaf["type"] == kind)


def fold(entries: Iterable[Opened], zone: tzinfo) -> list[Line]:
    """Fold like entries of one day into one line each, in order of their first."""
    days: dict[tuple[object, ...], Line] = {}
    for entry in entries:
        kind, day = str(entry.leaf["type"]), entry.moment(zone).date()
        key = (day, entry.tag, actor(entry), partner(entry), kind, purpose(entry))
        known = days[key].entries if key in days else ()
        entries_so_far = (*known, entry.index)
        days[key] = Line(
            day, entry.tag, actor(entry), partner(entry), kind, purpose(entry), entries_so_far
        )
    return list(days.values())


def sample(root: bytes, indexes: Iterable[int], count: int) -> tuple[int, ...]:
    """Choose entries at random, as the root decides: nobody can pick them, anybody can check them.

    ``root`` is that of the log as it was after the period had closed, which every checkpoint since,
    cosigned ones too, goes on from.
    """

    def lot(index: int) -> bytes:
        return sha256(root + index.to_bytes(8)).digest()

    return tuple(sorted(sorted(set(indexes), key=lot)[:count]))


def unanswered(entries: Iterable[Opened], words: Words, before: int) -> tuple[Opened, ...]:
    """List intents until ``before`` (ms since 1970) that have no outcome; they count as disclosed.

    An outcome answers its parent: one intent, or all intents of a bulk. An intent whose payload is
    gone is left out, since its bulk is not known any more.
    """
    waiting: dict[str, Opened] = {}
    bulks: dict[str, list[str]] = {}
    for entry in entries:
        parent = (entry.said("parent") or "").replace("-", "")
        if entry.leaf["type"] == words.intent and entry.payload and entry.at <= before:
            waiting[entry.event_id] = entry
            bulks.setdefault(parent, []).append(entry.event_id)
        elif entry.leaf["type"] == words.outcome and parent:
            for answered in (parent, *bulks.pop(parent, ())):
                waiting.pop(answered, None)
    return tuple(waiting.values())


def persons(entries: Sequence[Opened]) -> int:
    """Count the different persons that entries are about."""
    return len({entry.tag for entry in entries if entry.tag is not None})
