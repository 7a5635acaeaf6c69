"""Read koppel_status, gemeente and reception site out of a delivered profile as relation events."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.domain.deliveries import JsonValue
from gateway.domain.handovers import HANDED_ON, TAKEN_BACK
from gateway.domain.identifiers import FieldName
from gateway.domain.relations import (
    MUNICIPAL,
    RelationEvent,
    RelationKind,
    municipal_ties,
    reception_site,
)

SOURCE: Final = "TVS"
_TICK: Final = timedelta(microseconds=1)


def delivered_events(
    values: Mapping[FieldName, JsonValue], known: Iterable[RelationEvent], moment: datetime
) -> tuple[RelationEvent, ...]:
    """Return the events that bring what is known in line with what was delivered at ``moment``.

    A date in the profile that lies before what is already known takes effect right after it: late
    news never reopens a closed period, and a home of before a municipality handed her on is no news.
    """
    events = tuple(known)
    link = _link(values, events, moment)
    return (*link, *_stay(values, (*events, *link), moment))


def _link(
    values: Mapping[FieldName, JsonValue], known: tuple[RelationEvent, ...], moment: datetime
) -> tuple[RelationEvent, ...]:
    town = values.get(FieldName("koppel_gemeente_code"))
    status = values.get(FieldName("koppel_status"))
    far = max((event.at for event in known), default=moment)
    ties = municipal_ties(known, max(moment, far))
    current = ties[-1] if ties and ties[-1].until is None else None
    if status in {"ontkoppeld", "niet_gekoppeld"} or not isinstance(town, str):
        if current is None:
            return ()
        return (_event(RelationKind.ONTKOPPELD, current.gemeente, moment, known),)
    if status == "gehuisvest":
        at = _day(values.get(FieldName("huisvestingsdatum")), moment)
        there = current and current.gemeente == town and current.housed
        if there or _handed_on(known, at):
            return ()
        return (_event(RelationKind.GEHUISVEST, town, at, known),)
    if current and current.gemeente == town:
        return ()
    kind = RelationKind.OMGEKOPPELD if current else RelationKind.GEKOPPELD
    at = _day(values.get(FieldName("koppel_datum")), moment)
    return (_event(kind, town, at, known),)


def _handed_on(known: tuple[RelationEvent, ...], told: datetime) -> bool:
    """Tell whether a municipality handed her on after the day of the home that is told."""
    last = max((e for e in known if e.kind in MUNICIPAL), key=lambda e: e.at, default=None)
    return last is not None and last.source in {HANDED_ON, TAKEN_BACK} and told < last.at


def _stay(
    values: Mapping[FieldName, JsonValue], known: tuple[RelationEvent, ...], moment: datetime
) -> tuple[RelationEvent, ...]:
    """Tell where she stays: a delivery holds a whole profile, so who is at no site has left hers."""
    site = values.get(FieldName("opvanglocatie_code"))
    if values.get(FieldName("koppel_status")) == "gehuisvest":
        last = max((event.at for event in known), default=moment)
        before, now = reception_site(known, max(moment, last)), None
    else:
        before, now = reception_site(known, moment), site if isinstance(site, str) else None
    if before == now:
        return ()
    if now is not None:
        return (RelationEvent(RelationKind.VERBLIJFT, now, moment, SOURCE),)
    assert before is not None  # noqa: S101 - it differs from now
    return (RelationEvent(RelationKind.VERTROKKEN, before, moment, SOURCE),)


def _event(
    kind: RelationKind, town: str, at: datetime, known: tuple[RelationEvent, ...]
) -> RelationEvent:
    last = max((event.at for event in known if event.kind in MUNICIPAL), default=None)
    return RelationEvent(kind, town, at if last is None else max(at, last + _TICK), SOURCE)


def _day(value: JsonValue, otherwise: datetime) -> datetime:
    """Turn an ISO day into its first moment; a day that is not whole counts as the delivery's."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    except ValueError:
        return otherwise
