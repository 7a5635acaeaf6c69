"""Every body of the port Exports keeps this law."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

from gateway.domain.exports import (
    PEOPLE_A_PART,
    TERM,
    ClearExport,
    Export,
    ExportState,
    FetchExport,
    OpenExport,
    Progress,
    StagePart,
)
from gateway.domain.identifiers import ActorId, Oin, PurposeCode, RoleId
from gateway.domain.ports import Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import NOON, Body

EXPORT = Export(
    UUID(int=1),
    Oin("00000099000000002430"),
    RoleId("gemeente_klantmanager"),
    ActorId("klantmanager-1"),
    frozenset({"AZC-HDW-01"}),
    frozenset(),
    PurposeCode("P02_warme_overdracht_brede_intake"),
    0b1011,
    "xlsx",
    named=True,
    signed=False,
    key='{"kty":"EC"}',
    at=NOON,
    total=PEOPLE_A_PART + 10,
    people=b"sealed ids",
    parent=UUID(int=2),
    index=12,
)


def held(body: Body) -> Progress | None:
    """Read the export as it stands."""
    return asyncio.run(body.exports.by_id(EXPORT.export_id))


def parts(body: Body, export: Export = EXPORT) -> tuple[bytes, ...]:
    """Read the parts that are there."""
    found = (body.exports.part(export.export_id, number) for number in range(export.parts))
    return tuple(part for part in found if part is not None)


def stage(body: Body, number: int, export: UUID = EXPORT.export_id) -> Receipt | Rejected:
    """Keep a part."""
    return body.change(None, StagePart(export, number, 40, b"part %d" % number))


def test_an_export_is_found_as_it_was_asked(body: Body) -> None:
    """Everything that was asked comes back; without fields and key too."""
    body.change(None, OpenExport(EXPORT))
    assert held(body) == Progress(EXPORT)
    plain = replace(EXPORT, export_id=uuid4(), fields=None, key=None, regions=frozenset({"Oost"}))
    body.change(None, OpenExport(plain))
    assert asyncio.run(body.exports.by_id(plain.export_id)) == Progress(plain)
    assert asyncio.run(body.exports.by_id(uuid4())) is None


def test_parts_come_one_by_one_in_their_turn(body: Body) -> None:
    """A part out of turn, twice, beyond the last or of no export is refused; the order stays."""
    body.change(None, OpenExport(EXPORT))
    assert isinstance(stage(body, 1), Rejected)
    assert isinstance(stage(body, 0), Receipt)
    assert isinstance(stage(body, 0), Rejected)
    assert isinstance(stage(body, 1), Receipt)
    assert isinstance(stage(body, 2), Rejected)
    assert isinstance(stage(body, 0, uuid4()), Rejected)
    assert held(body) == Progress(EXPORT, made=2, shown=80)
    assert parts(body) == (b"part 0", b"part 1")


def test_it_leaves_once_whole_and_in_term(body: Body) -> None:
    """Before it is whole, after its term and a second time, leaving is refused."""
    body.change(None, OpenExport(EXPORT))
    leave = FetchExport(EXPORT.export_id, NOON)
    assert isinstance(body.change(None, leave), Rejected)
    stage(body, 0)
    stage(body, 1)
    late = FetchExport(EXPORT.export_id, NOON + TERM)
    assert isinstance(body.change(None, late), Rejected)
    assert isinstance(body.change(None, leave), Receipt)
    assert isinstance(body.change(None, leave), Rejected)
    found = held(body)
    assert found is not None
    assert found.state(NOON) is ExportState.FETCHED
    body.change(None, ClearExport(EXPORT.export_id))
    assert parts(body) == ()


def test_the_next_wish_sweeps_what_ran_out(body: Body) -> None:
    """Parts past their term go with the next export that is opened; others stay."""
    body.change(None, OpenExport(EXPORT))
    stage(body, 0)
    soon = replace(EXPORT, export_id=uuid4(), at=NOON + TERM / 2)
    body.change(None, OpenExport(soon))
    assert parts(body) == (b"part 0",)
    stage(body, 0, soon.export_id)
    later = replace(EXPORT, export_id=uuid4(), at=NOON + TERM)
    body.change(None, OpenExport(later))
    assert parts(body) == ()
    assert parts(body, soon) == (b"part 0",)
