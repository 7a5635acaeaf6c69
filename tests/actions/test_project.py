"""The projection tells everything at least once, waits longer each time, and skips nothing."""

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway.actions.project import BATCH, IDLE, LONGEST, Project
from gateway.domain.events import LogbookBehind
from gateway.domain.logbook import Told
from gateway.domain.projection import LogbookUnreachableError, Waiting
from gateway.domain.records import RecordKind
from tests.actions.house import House, run
from tests.fakes.logbook import Logbook
from tests.fakes.outbox import Outbox


@dataclass(slots=True)
class Post:
    """A house whose log is told to another logbook."""

    house: House
    outbox: Outbox
    logbook: Logbook = field(default_factory=Logbook)

    @property
    def project(self) -> Project:
        """Return the projection."""
        house = self.house
        return Project(self.outbox, house.archive, self.logbook, house.pseudonyms, house.telemetry)

    def told(self) -> list[int]:
        """Return the indexes that were told, in order."""
        return [one.event.index for one in self.logbook.told]


@pytest.fixture(name="post")
def fixture_post(house: House) -> Post:
    """Log three disclosures, all waiting to be told."""
    for subject in house.people(3):
        house.show(house.klantmanager, "P02", subject, "roepnaam")
    house.telemetry.events.clear()
    return Post(house, Outbox(house.inner))


def test_everything_is_told_in_order_and_forgotten(post: Post) -> None:
    """What was confirmed waits no longer; with nothing to tell, nothing is done."""
    assert run(post.project.batch()) == 6
    assert post.told() == [0, 1, 2, 3, 4, 5]
    assert run(post.project.standing()) == Waiting(0, 0)
    assert run(post.project.batch()) == 0


def test_a_person_is_told_under_a_name_of_that_logbook(post: Post) -> None:
    """Not her id, not her tag, and not the pseudonym of any organisation."""
    run(post.project.drain())
    house = post.house
    told = post.logbook.told[0]
    tag = house.archive.tag(house.subject(1))
    assert told.pseudonym is not None
    others = {house.subject(1), house.oversee.pseudonym(house.klantmanager, tag)}
    assert told.pseudonym not in others
    assert told.pseudonym.bytes != tag
    assert told.pseudonym == post.logbook.told[1].pseudonym != post.logbook.told[2].pseudonym


def test_what_is_not_for_telling_is_forgotten_untold(post: Post) -> None:
    """Look-ups in the log itself leave the outbox without a word."""
    record = post.house.records[0]
    post.house.records[0] = type(record)(
        record.event_id, RecordKind.OVERSIGHT, record.at, "entries"
    )
    run(post.project.drain())
    assert post.told() == [1, 2, 3, 4, 5]
    assert run(post.project.standing()) == Waiting(0, 0)


def test_unconfirmed_entries_go_on_waiting(post: Post) -> None:
    """Nobody there: all still wait, and are told the next time."""
    post.logbook.away = 1
    with pytest.raises(LogbookUnreachableError):
        run(post.project.batch())
    assert run(post.project.standing()) == Waiting(6, 0)
    run(post.project.drain())
    assert post.told() == [0, 1, 2, 3, 4, 5]


def test_a_lost_answer_tells_the_same_again(post: Post) -> None:
    """Confirmed there but not here: told twice, and both times with the same event id."""
    post.logbook.lost = 1
    with pytest.raises(LogbookUnreachableError):
        run(post.project.batch())
    run(post.project.drain())
    ids = [one.event.event_id for one in post.logbook.told]
    assert ids[:6] == ids[6:]


def test_what_is_refused_is_set_aside_alone(post: Post) -> None:
    """One that is never taken holds up no other; operators hear of it, and can try it again."""
    post.logbook.refuses = {2}
    run(post.project.drain())
    assert sorted(post.told()) == [0, 1, 3, 4, 5]
    assert run(post.project.standing()) == Waiting(0, 1)
    assert post.house.telemetry.events == [LogbookBehind("refused", 1)]
    post.logbook.refuses.clear()
    assert run(post.project.again()) == 1
    run(post.project.drain())
    assert sorted(post.told()) == [0, 1, 2, 3, 4, 5]


def test_an_erased_entry_is_still_told(post: Post) -> None:
    """Its leaf is; what the payload said is gone with its key."""
    post.house.log.erased.add(post.house.subject(1))
    run(post.project.drain())
    assert [one.event.told for one in post.logbook.told[:2]] == [None, None]
    assert isinstance(post.logbook.told[2].event.told, Told)


def test_more_than_a_batch_is_told_whole(post: Post) -> None:
    """Many entries go in several messages."""
    house = post.house
    for _ in range(BATCH // 2):
        house.show(house.klantmanager, "P02", house.subject(1), "roepnaam")
    run(post.project.drain())
    assert post.told() == list(range(BATCH + 6))


def test_each_failure_doubles_the_wait(post: Post) -> None:
    """Up to a limit; once it is told, the next look is soon again."""
    post.logbook.away = 12
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 14:
            raise asyncio.CancelledError
        await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        run(post.project.run(sleep))
    doubled = [min(IDLE * 2**n, LONGEST) for n in range(1, 13)]
    assert waits == [*doubled, IDLE, IDLE]
    assert post.told() == [0, 1, 2, 3, 4, 5]
    assert post.house.telemetry.events == [LogbookBehind("unreachable", 6)] * 12
