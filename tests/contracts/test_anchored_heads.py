"""Every body of the port AnchoredHeads keeps this law."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.domain.anchors import AnchoredHead
from gateway.domain.anchors import AnchoredHeads as Heads
from gateway.store.anchored_heads import StoredHeads
from gateway.store.database import Database
from gateway.store.migrations import upgrade
from tests import servers
from tests.fakes.anchored_heads import AnchoredHeads as FakeHeads

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@contextmanager
def stored(database: Database) -> Iterator[Heads]:
    """Open the heads of a database, and close it."""
    try:
        yield StoredHeads(database)
    finally:
        database.close()


@contextmanager
def kept_by(body: str, folder: Path) -> Iterator[Heads]:
    """Make an empty store of one kind."""
    if body == "fake":
        yield FakeHeads()
    elif body == "sqlite":
        database = Database.open(folder)
        upgrade(database)
        with stored(database) as heads:
            yield heads
    else:
        server = servers.shared(servers.newest())
        server.empty()
        with stored(Database.connect(server.server())) as heads:
            yield heads


@pytest.fixture(name="heads", params=["fake", "sqlite", "postgres"])
def fixture_heads(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Heads]:
    """Make an empty store of each kind."""
    with kept_by(request.param, tmp_path) as heads:
        yield heads


def cosigned(size: int) -> AnchoredHead:
    """Make a head that a witness saw."""
    return AnchoredHead(size, NOON + timedelta(seconds=size), f"note {size}\n", cosigned=True)


def stamped(size: int) -> AnchoredHead:
    """Make a head that an authority saw."""
    return AnchoredHead(
        size, NOON + timedelta(seconds=size), f"plain {size}\n", token=b"t%d" % size
    )


def test_nothing_is_kept_at_first(heads: Heads) -> None:
    """An empty store has no anchored head."""
    assert heads.newest_cosigned() is None
    assert list(heads.all()) == []


def test_a_newer_cosigned_head_takes_the_place_of_the_older(heads: Heads) -> None:
    """Witnesses vouch for all that came before; only the newest is kept."""
    for size in (3, 5, 9):
        heads.keep(cosigned(size))
    assert heads.newest_cosigned() == cosigned(9)
    assert heads.all() == [cosigned(9)]


def test_a_timestamp_stays(heads: Heads) -> None:
    """Each one proves another moment, so newer heads take none away."""
    heads.keep(stamped(3))
    heads.keep(cosigned(5))
    heads.keep(stamped(9))
    heads.keep(cosigned(12))
    assert heads.all() == [stamped(3), stamped(9), cosigned(12)]
    assert heads.newest_cosigned() == cosigned(12)


@pytest.mark.parametrize("order", [(stamped, cosigned), (cosigned, stamped)])
def test_witnesses_and_authority_vouch_for_one_head_together(
    heads: Heads, order: tuple[Callable[[int], AnchoredHead], ...]
) -> None:
    """Whoever came first: the note with the cosignatures is kept, and the token."""
    for make in order:
        heads.keep(make(7))
    (one,) = heads.all()
    assert (one.note, one.cosigned, one.token) == ("note 7\n", True, b"t7")


def test_two_logs_of_one_store_do_not_mix(tmp_path: Path) -> None:
    """A log's heads are its own."""
    database = Database.open(tmp_path)
    upgrade(database)
    one, other = StoredHeads(database, 1), StoredHeads(database, 2)
    one.keep(cosigned(3))
    other.keep(cosigned(2))
    assert one.all() == [cosigned(3)]
    assert other.all() == [cosigned(2)]
    database.close()


def test_heads_of_shards_keep_apart(heads: Heads) -> None:
    """Of two shards each may have a head of one size; a newer one replaces none of the shard before."""
    heads.keep(cosigned(3))
    later = [replace(cosigned(size), base=5) for size in (1, 3)]
    for head in later:
        heads.keep(head)
    assert heads.all() == [cosigned(3), later[1]]
    assert heads.newest_cosigned() == later[1]
