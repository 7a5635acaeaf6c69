"""The published head carries both signatures, at most one a second, and goes by what witnesses saw."""

from datetime import timedelta

import pytest

from audit.cosigner import MlDsaCosigner
from audit.note import signatures_of
from audit.treehead import parse_checkpoint
from gateway.domain.anchors import AnchoredHead
from gateway.keeper import publishing
from gateway.keeper.publishing import PublishedHeads
from tests.audit.worlds import ORIGIN, World, submission
from tests.edges.keeper.outside import NOON
from tests.fakes.anchored_heads import AnchoredHeads
from tests.fakes.clock import Clock

MINUTE = timedelta(minutes=1)


def size_of(note: str) -> int:
    """Read the size of a signed head."""
    return parse_checkpoint(note.rpartition("\n\n")[0] + "\n").size


def grow(world: World, *numbers: int) -> None:
    """Append entries."""
    with world.open() as log:
        log.append([submission(number) for number in numbers])


def test_a_published_head_carries_both_signatures() -> None:
    """Ed25519 by the log's own key, ML-DSA-44 by its cosigner, over the same text."""
    world = World().fill(3)
    cosigner = MlDsaCosigner(ORIGIN, b"\x09" * 32)
    heads = PublishedHeads(world.storage, lambda _: [cosigner], AnchoredHeads(), Clock(NOON))
    keys = [world.signer.verifier, cosigner.verifier]
    _, signatures = signatures_of(heads.newest(), keys)
    assert [signature.key for signature in signatures] == keys
    assert signatures[1].time == int(NOON.timestamp())


def test_an_empty_log_publishes_nothing() -> None:
    """There is no head before the first entry, and there is one right after it."""
    world = World()
    heads = PublishedHeads(world.storage, lambda _: (), AnchoredHeads(), Clock(NOON))
    assert heads.newest() == heads.shown() == ""
    grow(world, 1)
    assert size_of(heads.newest()) == 1


def test_heads_are_published_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks again within the second gets the same head; after it the newest."""
    world = World().fill(1)
    elapsed = [0.0]
    monkeypatch.setattr(publishing, "monotonic", lambda: elapsed[0])
    heads = PublishedHeads(world.storage, lambda _: (), AnchoredHeads(), Clock(NOON))
    assert size_of(heads.newest()) == 1
    grow(world, 100)
    elapsed[0] = 0.9
    assert size_of(heads.newest()) == 1
    elapsed[0] = 1.0
    assert size_of(heads.newest()) == 2


def test_a_cosigned_head_goes_first_while_it_is_fresh() -> None:
    """A gate with witnesses shows what they cosigned, until that is too old; one without never does."""
    world = World().fill(2)
    kept, clock = AnchoredHeads(), Clock(NOON)
    older = World().fill(1).storage.head().checkpoint
    kept.keep(AnchoredHead(1, NOON, older, cosigned=True))
    witnessed = PublishedHeads(world.storage, lambda _: (), kept, clock, MINUTE)
    alone = PublishedHeads(world.storage, lambda _: (), kept, clock)
    assert size_of(witnessed.shown()) == 1
    assert size_of(alone.shown()) == 2
    clock.wait(MINUTE + timedelta(seconds=1))
    assert size_of(witnessed.shown()) == 2
