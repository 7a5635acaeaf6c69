"""Exports and their parts in memory, and what each change makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from gateway.domain.exports import (
    ClearExport,
    ExportState,
    FetchExport,
    OpenExport,
    Progress,
    StagePart,
)


class NotHeldError(Exception):
    """A change of an export that does not hold."""


@dataclass(frozen=True, slots=True)
class Safe:
    """What is kept of exports: how each stands, and its parts."""

    kept: Mapping[UUID, Progress] = field(default_factory=dict)
    parts: Mapping[UUID, tuple[StagePart, ...]] = field(default_factory=dict)


EMPTY: Final = Safe()


def after(safe: Safe, change: OpenExport | StagePart | FetchExport | ClearExport) -> Safe:
    """Return what is kept after a change; raises ``NotHeldError``."""
    match change:
        case OpenExport(export):
            old = {id_ for id_, one in safe.kept.items() if one.export.expires <= export.at}
            parts = {id_: made for id_, made in safe.parts.items() if id_ not in old}
            return Safe({**safe.kept, export.export_id: Progress(export)}, parts)
        case StagePart(export=id_, number=number, shown=shown):
            known = safe.kept.get(id_)
            if known is None or number != known.made or known.made >= known.export.parts:
                raise NotHeldError("export: not the next part")
            now = replace(known, made=known.made + 1, shown=known.shown + shown)
            made = (*safe.parts.get(id_, ()), change)
            return Safe({**safe.kept, id_: now}, {**safe.parts, id_: made})
        case FetchExport(id_, at):
            known = safe.kept.get(id_)
            if known is None or known.state(at) is not ExportState.READY:
                raise NotHeldError("export: cannot leave")
            return Safe({**safe.kept, id_: replace(known, fetched=at)}, safe.parts)
        case ClearExport(id_):
            return Safe(safe.kept, {one: made for one, made in safe.parts.items() if one != id_})
