"""Collecting from an inbox: every file once, acknowledged before it moves, none in another's way."""

import asyncio
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from gateway.actions.collect import Collect, Collected
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.errors import LedgerUnavailableError
from gateway.domain.events import RoundFailed
from gateway.domain.inboxes import Place
from gateway.domain.ports import Source
from tests.actions.house import House, Rows, row, run
from tests.actions.test_ingest import Unreadable

BAD_BSN = "123456789"


@dataclass(slots=True)
class File:
    """A dropped file."""

    inbox: "Box"
    name: str
    stream: io.BytesIO

    def put_away(self, place: Place, acknowledgement: bytes) -> bool:
        """Keep the acknowledgement, then move, unless it was written to meanwhile."""
        if self.inbox.files[self.name] != self.stream.getvalue():
            return False
        self.inbox.acknowledged[place, self.name] = json.loads(acknowledgement)
        if self.name in self.inbox.stuck:
            self.inbox.stuck.remove(self.name)
            raise OSError(5, "cannot move")
        del self.inbox.files[self.name]
        return True


@dataclass(slots=True)
class Box:
    """An inbox in memory; ``stuck`` files fail to move once, after their acknowledgement was written."""

    files: dict[str, bytes]
    ours: bool = True
    failing: int = 0
    stuck: set[str] = field(default_factory=set)
    acknowledged: dict[tuple[Place, str], dict[str, object]] = field(default_factory=dict)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Say whether it is free."""
        yield self.ours

    def settled(self) -> list[str]:
        """Name all files, or fail as a disk does."""
        if self.failing:
            self.failing -= 1
            raise OSError(5, "cannot read")
        return sorted(self.files)

    @contextmanager
    def open(self, name: str) -> Iterator[File]:
        """Open one."""
        yield File(self, name, io.BytesIO(self.files[name]))


def source_for(name: str) -> Source:
    """Read rows, and nothing else."""
    return Rows() if name.endswith(".rows") else Unreadable()


def collecting(house: House) -> Collect:
    """Return the action over the house's ingest."""
    return Collect(house.ingest, source_for, house.telemetry)


def lines(*rows: dict[str, object]) -> bytes:
    """Write rows as the source of the house reads them."""
    return b"\n".join(json.dumps(one).encode() for one in rows)


def test_each_file_is_processed_and_acknowledged(house: House) -> None:
    """Sound files are done, others refused, each with what became of it; the inbox is empty after."""
    box = Box({"a.rows": lines(row(1), row(2, bsn=BAD_BSN)), "b.doc": b"?"})
    assert run(collecting(house)(house.casemanager, box)) == Collected(done=1, refused=1)
    assert box.files == {}
    done, refused = box.acknowledged.values()
    assert (done["rows"], done["accepted"], done["quarantined"]) == (2, 1, 1)
    assert done["quarantinedRows"] == [
        {"row": 3, "faults": [{"field": "bsn", "reason": "fails the 11-proef"}]}
    ]
    assert refused == {"outcome": "refused", "sha256": refused["sha256"], "why": "no table in it"}


def test_an_acknowledgement_names_nobody(house: House) -> None:
    """Neither a value nor a V-nummer stands in it."""
    box = Box({"a.rows": lines(row(1), row(2, bsn=BAD_BSN))})
    run(collecting(house)(house.casemanager, box))
    text = json.dumps(list(box.acknowledged.values()))
    assert not any(word in text for word in (BAD_BSN, "0999000001", "0999000002", "Voorbeeld"))


def test_a_file_that_could_not_move_is_processed_once(house: House) -> None:
    """Stopped between the acknowledgement and the move, the next round ends it the same way."""
    box = Box({"a.rows": lines(row(1))}, stuck={"a.rows"})
    collect = collecting(house)
    assert run(collect(house.casemanager, box)) == Collected(left=1)
    first = dict(box.acknowledged)
    house.forget()
    assert run(collect(house.casemanager, box)) == Collected(done=1)
    assert (box.acknowledged, box.files) == (first, {})
    assert house.kinds() == []


def test_a_file_that_grew_meanwhile_is_taken_again(house: House) -> None:
    """What came after the reading began is a delivery of its own, in the next round."""
    box = Box({"a.rows": lines(row(1))})

    def grow() -> None:
        box.files["a.rows"] = lines(row(1), row(2))

    house.ledger.before.append(grow)
    collect = collecting(house)
    assert run(collect(house.casemanager, box)) == Collected(left=1)
    assert run(collect(house.casemanager, box)) == Collected(done=1)
    assert (len(house.world.deliveries), len(house.world.people)) == (2, 2)


def test_one_file_that_fails_holds_up_no_other(house: House) -> None:
    """A file the log did not take waits for the next round; operators hear of it; the next is done."""

    def fail() -> None:
        raise LedgerUnavailableError("down")

    house.ledger.before.append(fail)
    box = Box({"a.rows": lines(row(1)), "b.rows": lines(row(2))})
    assert run(collecting(house)(house.casemanager, box)) == Collected(done=1, left=1)
    assert list(box.files) == ["a.rows"]
    assert RoundFailed("intake", "LedgerUnavailableError") in house.telemetry.events


def test_another_gate_at_the_inbox_is_left_alone(house: House) -> None:
    """Where the inbox is held, nothing is taken."""
    box = Box({"a.rows": lines(row(1))}, ours=False)
    assert run(collecting(house)(house.casemanager, box)) == Collected()
    assert list(box.files) == ["a.rows"]


def test_only_who_may_deliver_collects(house: House) -> None:
    """A municipality empties no inbox, and its try is on record."""
    box = Box({"a.rows": lines(row(1))})
    with pytest.raises(DisclosureRefusedError):
        run(collecting(house)(house.klantmanager, box))
    assert list(box.files) == ["a.rows"]
    assert house.kinds() == ["disclosure.denied: refused"]


def test_watching_goes_on_after_a_fault(house: House) -> None:
    """A round that fails is told and the next one takes what is there; cancelling ends it."""
    box = Box({"a.rows": lines(row(1))}, failing=1)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if not box.files:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(collecting(house).run(house.casemanager, box, sleep))
    assert (len(waits), box.files) == (2, {})
    assert house.telemetry.events[0] == RoundFailed("intake", "OSError")
