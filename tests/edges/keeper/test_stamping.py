"""The newest head is timestamped, what does not hold is not kept, and what is kept is checked again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audit.shelf import Shelf
from gateway.domain.anchors import AnchoredHead, TimestampError
from gateway.keeper.anchors import Anchors
from gateway.keeper.publishing import PublishedHeads
from gateway.keeper.stamping import Stamping
from tests.audit.worlds import World, submission
from tests.edges.keeper.outside import NOON, Notary
from tests.fakes.anchored_heads import AnchoredHeads
from tests.fakes.clock import Clock


def parts(world: World, notary: Notary) -> tuple[Stamping, AnchoredHeads, Anchors]:
    """Build the desk that has heads stamped."""
    heads = AnchoredHeads()
    published = PublishedHeads(world.storage, lambda _: (), heads, Clock(NOON))
    stamping = Stamping(notary, notary, "http://tsa.example", published, heads)
    return stamping, heads, Anchors(published, heads, notary)


def faults(world: World, anchors: Anchors) -> list[str]:
    """Check what is kept."""
    return [str(fault) for fault in anchors.faults(Shelf(world.storage, world.signer.key))]


def test_the_newest_head_is_stamped_and_holds() -> None:
    """Size and time are told, the token is kept, and the log goes on from that head."""
    world = World().fill(4)
    stamping, heads, anchors = parts(world, Notary())
    done = stamping()
    assert done is not None
    assert (done.size, done.at) == (4, NOON + timedelta(seconds=1))
    assert heads.kept[4].token
    with world.open() as log:
        log.append([submission(number) for number in range(4, 9)])
    assert faults(world, anchors) == []


def test_an_empty_log_is_not_stamped() -> None:
    """There is nothing to stamp."""
    stamping, heads, anchors = parts(World(), Notary())
    assert stamping() is None
    assert heads.all() == []
    assert faults(World(), anchors) == []


@pytest.mark.parametrize(
    "notary",
    [
        Notary(status=500),
        Notary(answer=lambda token: token[:32] + b"\x00"),
        Notary(answer=lambda token: b"\x00" * 33),
    ],
    ids=["refuses", "other-nonce", "other-message"],
)
def test_a_token_that_does_not_hold_is_not_kept(notary: Notary) -> None:
    """A refusal, an old answer, an answer over something else: an error, and nothing kept."""
    stamping, heads, _ = parts(World().fill(2), notary)
    with pytest.raises(TimestampError):
        stamping()
    assert heads.all() == []


def test_what_is_kept_is_checked_against_the_log() -> None:
    """A changed token, a head of another log or of another past: each is a fault that names its size."""
    world = World().fill(4)
    stamping, heads, anchors = parts(world, Notary())
    stamping()
    good = heads.kept[4]
    heads.kept[4] = replace(good, token=b"\x00" * 33)
    assert faults(world, anchors) == [
        "anchored head of size 4: the timestamp does not hold: mismatch"
    ]
    heads.kept[4] = replace(good, size=3)
    heads.kept = {3: heads.kept[4]}
    assert faults(world, anchors) == ["anchored head of size 3: is not of this size"]
    strange = World()
    with strange.open() as log:
        log.append([submission(number) for number in range(50, 53)])
    heads.kept = {3: AnchoredHead(3, NOON, strange.storage.head().checkpoint, cosigned=True)}
    assert "does not go on from it" in faults(world, anchors)[0]


def test_anchored_heads_leave_in_files(tmp_path: Path) -> None:
    """Note, text and token of each head stand in a folder, as ``openssl ts -verify`` reads them."""
    world = World().fill(4)
    stamping, heads, anchors = parts(world, Notary())
    stamping()
    heads.keep(AnchoredHead(2, NOON, World().fill(2).storage.head().checkpoint, cosigned=True))
    assert anchors.export(tmp_path / "anchors") == 2
    names = sorted(path.name for path in (tmp_path / "anchors").iterdir())
    assert names == ["2.checkpoint", "4.checkpoint", "4.tsr", "4.txt"]
    note = (tmp_path / "anchors" / "4.checkpoint").read_text()
    assert note.startswith((tmp_path / "anchors" / "4.txt").read_text() + "\n")
