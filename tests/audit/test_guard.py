"""A database that was put back, copied or rewritten is found from outside it."""

import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from audit.checkpoint import sign_checkpoint
from audit.examination import Examination, examine
from audit.guard import FileGuard
from audit.log import Log
from audit.mark import Mark, MarkError
from audit.storage import StoredHead, UnavailableError
from audit.tree import root
from tests.audit.worlds import World, copied, received, signer, submission
from tests.fakes.log_storage import MemoryLogStorage

KEY = signer().verifier
KEYS = signer().key


@dataclass(slots=True)
class Clock:
    """A clock that is set by hand, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@dataclass(slots=True)
class Witness:
    """Someone who has seen a checkpoint, or cannot be reached."""

    note: str | None = None
    reachable: bool = True
    asked: int = 0

    def latest(self, _origin: str) -> str | None:
        """Show what was seen."""
        self.asked += 1
        if not self.reachable:
            raise ConnectionRefusedError
        return self.note


@dataclass(slots=True)
class Place:
    """A log with the file in which its guard remembers."""

    path: Path
    world: World = field(default_factory=World)

    def guard(self, *elsewhere: Witness) -> FileGuard:
        """Make a guard, as a new process does."""
        return FileGuard(self.path, KEYS, elsewhere)

    def write(self, first: int, count: int = 1, *elsewhere: Witness) -> None:
        """Append entries in a process of their own."""
        with self.world.open(guard=self.guard(*elsewhere)) as log:
            received(log.append([submission(first + n, b"s") for n in range(count)]))

    def refusal(self, *elsewhere: Witness) -> str:
        """Try to append in a new process; return why it was refused."""
        with self.world.open(guard=self.guard(*elsewhere)) as log:
            with pytest.raises(UnavailableError) as refused:
                log.append([submission(999)])
            return str(refused.value).removeprefix("the log is frozen: ")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give a guarded log of five entries."""
    place = Place(tmp_path / "mark")
    place.write(0, 5)
    return place


def unguarded(world: World, first: int, count: int = 1) -> None:
    """Append with the real key, but where the guard does not see it; the name is kept."""
    name = world.storage.state.instance
    with world.open() as log:
        log.append([submission(first + n, b"s") for n in range(count)])
    world.storage.state = replace(world.storage.state, instance=name)


def test_a_guarded_log_goes_on_from_process_to_process(place: Place) -> None:
    """The mark of a closed log is its head, and the next process appends to it."""
    place.write(5, 3)
    head = place.world.storage.head()
    assert Mark.read(place.path, KEYS) == Mark.of(head)
    assert (head.size, len(head.instance)) == (8, 32)
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600


def test_an_older_store_is_a_rollback(place: Place) -> None:
    """A backup put back is refused at the start, and the cause is saved in it."""
    backup = copied(place.world)
    place.write(5)
    place.world = backup
    assert place.refusal() == "rollback: the store has 5 entries, 6 were signed"
    assert place.refusal() == backup.storage.head().frozen


def test_an_emptied_store_is_a_rollback(place: Place) -> None:
    """A store that lost everything is not a new log."""
    place.world = World()
    assert place.refusal() == "rollback: the store has 0 entries, 5 were signed"


@pytest.mark.parametrize("more", [1, 3])
def test_a_store_that_went_another_way_is_a_fork(place: Place, more: int) -> None:
    """Another branch, as long or longer, signed with the real key, does not pass."""
    branch = copied(place.world)
    place.write(5)
    unguarded(branch, 100, more)
    place.world = branch
    assert place.refusal() == "fork: the store does not go on from the 6 entries signed before"


def test_a_rewritten_store_is_a_fork(place: Place) -> None:
    """A whole new history under the same name and key does not pass."""
    name = place.world.storage.state.instance
    place.world = World()
    unguarded(place.world, 50, 9)
    place.world.storage.state = replace(place.world.storage.state, instance=name)
    assert place.refusal().startswith("fork: ")


def test_a_copy_that_wakes_elsewhere_is_refused(place: Place, tmp_path: Path) -> None:
    """A store with entries, beside a guard that never saw them, is not signed on, nor frozen."""
    other = Place(tmp_path / "other", copied(place.world))
    assert other.refusal() == "unguarded: the store has entries that this guard never saw"
    assert other.world.storage.head().frozen is None


def test_the_store_of_another_life_of_the_log_is_refused(place: Place, tmp_path: Path) -> None:
    """The same origin and key do not make it the same log; its name is another."""
    other = Place(tmp_path / "other")
    other.write(0, 9)
    place.world = other.world
    assert place.refusal() == "copy: the store is of another instance of this log"
    other.write(9)


def test_two_processes_on_a_copied_store_do_not_both_sign(place: Place) -> None:
    """Beside one guard file, the copy is refused as soon as the other has signed, and at once."""
    other = Place(place.path, copied(place.world))
    with other.world.open(guard=other.guard()) as log:
        received(log.append([submission(50)]))
        with pytest.raises(UnavailableError, match="frozen: rollback"):
            append_beside(log, place)
    assert place.world.storage.head().size == 5


def append_beside(log: Log, place: Place) -> None:
    """Let the first log close and write its mark, then append with the second."""
    log.close()
    place.write(6)


def test_several_processes_share_one_store_and_one_guard(place: Place) -> None:
    """Writers that take turns accept what the others appended, and the mark follows."""
    with (
        place.world.open(guard=place.guard()) as one,
        place.world.open(guard=place.guard()) as two,
    ):
        for number in range(5, 25):
            log = one if number % 2 else two
            received(log.append([submission(number, b"s%d" % (number % 3))]))
    assert Mark.read(place.path, KEYS).size >= 24
    place.write(90)
    assert place.world.storage.head().size == 26


def test_a_store_rewritten_while_the_log_is_open_is_a_fork(place: Place) -> None:
    """A longer branch, put in place under a running process, is refused before the signature."""
    branch = copied(place.world)
    unguarded(branch, 100, 4)
    with place.world.open(guard=place.guard()) as log:
        received(log.append([submission(5)]))
        place.world.storage.stored = branch.storage.stored
        place.world.storage.state = branch.storage.state
        with pytest.raises(UnavailableError, match="frozen: fork: "):
            log.append([submission(6)])


def test_what_was_signed_after_the_last_mark_goes_on_from_it(place: Place) -> None:
    """After a crash the mark lags behind; a store that goes on from it is taken."""
    unguarded(place.world, 20, 7)
    place.write(5)
    assert place.world.storage.head().size == 13


def test_a_lost_guard_is_for_a_person_to_answer(place: Place) -> None:
    """Without its file the log stands still; adopting the store lets it go on under its name."""
    name = place.world.storage.head().instance
    place.path.unlink()
    assert place.refusal().startswith("unguarded: ")
    place.guard().adopt(place.world.storage.head())
    place.write(5)
    assert place.world.storage.head().instance == name


def test_a_log_without_a_guard_can_get_one(tmp_path: Path) -> None:
    """A store that grew unguarded is adopted, and named with its next signature."""
    place = Place(tmp_path / "mark", World().fill(3))
    assert place.refusal().startswith("unguarded: ")
    place.guard().adopt(place.world.storage.head())
    place.write(5)
    assert len(place.world.storage.head().instance) == 32


def test_no_changed_bit_of_a_mark_passes(place: Place) -> None:
    """A mark that was changed is refused; only its name stands for itself, and must be the log's."""
    raw, head = place.path.read_bytes(), place.world.storage.head()
    for index in range(len(raw) - 1):
        changed = bytearray(raw)
        changed[index] ^= 1 << index % 8
        place.path.write_bytes(changed)
        found = place.guard().check(head, place.world.storage)
        assert found is not None
        assert found.cause in {"unguarded", "copy"}


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda raw: b"",
    "list": lambda raw: b"[]\n",
    "number": lambda raw: re.sub(rb'"instance":"\w+"', b'"instance":7', raw),
    "nobody": lambda raw: re.sub(rb'"instance":"\w+"', b'"instance":null', raw),
    "shard": lambda raw: raw.replace(b'"instance"', b'"shard":null,"instance"'),
    "unsigned": lambda raw: b'{"checkpoint":0,"frontier":[],"instance":"%b","v":1}\n' % (b"0" * 32),
    "deep": lambda raw: b"[" * 100_000,
    "version": lambda raw: raw.replace(b'"v":1', b'"v":2'),
    "instance": lambda raw: raw.replace(b'"instance":"', b'"instance":"0'),
    "frontier": lambda raw: raw.replace(b'"frontier":[', b'"frontier":[],"x":['),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_no_mark_is_refused(place: Place, name: str) -> None:
    """A file of another kind or version is not read as a mark."""
    place.path.write_bytes(CHANGES[name](place.path.read_bytes()))
    with pytest.raises(MarkError):
        Mark.read(place.path, KEYS)
    assert place.refusal() == "unguarded: the mark cannot be read (MarkError)"


def test_a_mark_is_written_at_most_once_a_second(tmp_path: Path) -> None:
    """Many commits in one second cost one write; the last is written when it ends."""
    clock, path = Clock(10.0), tmp_path / "mark"
    guard, head = FileGuard(path, KEYS, elapsed=clock), World().fill(7).storage
    guard.keep(replace(head.head(), instance="0" * 32))
    first = path.stat().st_ino
    for moment in (10.2, 10.9):
        clock.now = moment
        guard.keep(head.head())
        assert path.stat().st_ino == first
    clock.now = 11.0
    guard.keep(replace(head.head(), instance="1" * 32))
    assert Mark.read(path, KEYS).instance == "1" * 32


def test_no_older_mark_takes_the_place_of_a_later_one(place: Place) -> None:
    """Of two processes the one that fell quiet first writes last: the file keeps what the other signed."""
    clock = Clock(10.0)
    one, two = (FileGuard(place.path, KEYS, elapsed=clock) for _ in range(2))
    for guard in (one, two):
        assert guard.check(place.world.storage.head(), place.world.storage) is None
    one.keep(place.world.storage.head())
    unguarded(place.world, 5)
    one.keep(place.world.storage.head())  # within the second: it waits
    unguarded(place.world, 6, 3)
    two.keep(place.world.storage.head())
    one.flush()
    assert Mark.read(place.path, KEYS).size == 9
    unguarded(place.world, 9)
    assert one.check(place.world.storage.head(), place.world.storage) is None
    one.keep(place.world.storage.head())
    clock.now = 12.0
    one.flush()
    assert Mark.read(place.path, KEYS).size == 10


def test_marks_written_at_once_are_never_torn(place: Place) -> None:
    """Processes that write the file at the same moment leave a whole mark at every moment."""
    head, over = place.world.storage.head(), Event()

    def write() -> None:
        guard = place.guard()
        while not over.is_set():
            guard.adopt(head)

    with ThreadPoolExecutor(2) as threads:
        writing = [threads.submit(write) for _ in range(2)]
        for _ in range(300):
            Mark.read(place.path, KEYS)
        over.set()
    assert [done.exception() for done in writing] == [None, None]


def test_a_quiet_log_writes_its_mark(tmp_path: Path) -> None:
    """What was signed within the second is on file soon after the log falls quiet."""
    place = Place(tmp_path / "mark")
    with place.world.open(guard=place.guard()) as log:
        for number in range(3):
            log.append([submission(number)])
        until = monotonic() + 120
        while Mark.read(place.path, KEYS).size < 3:
            assert monotonic() < until
            sleep(0.01)


def test_a_guard_that_cannot_write_stops_the_signing(place: Place) -> None:
    """A log that would grow unwatched refuses, and goes on when the guard can write again."""
    clock = Clock(100.0)
    guard = FileGuard(place.path, KEYS, elapsed=clock)
    blocked = place.path.with_name("mark.new")
    with place.world.open(guard=guard) as log:
        blocked.mkdir()
        received(log.append([submission(5)]))  # signed before the guard could tell
        with pytest.raises(UnavailableError, match="the guard fails"):
            log.append([submission(6)])
        blocked.rmdir()
        received(log.append([submission(6)]))
    assert Mark.read(place.path, KEYS).size == 7


def test_a_new_log_is_not_signed_without_its_guard(tmp_path: Path) -> None:
    """The name is on file before the first signature, or there is none."""
    place = Place(tmp_path / "nowhere" / "mark")
    assert place.refusal() == "the guard fails (FileNotFoundError)"
    assert place.world.storage.head() == StoredHead(0, (), "")


def test_a_witness_that_saw_more_proves_a_rollback(place: Place, tmp_path: Path) -> None:
    """Store and guard put back together are found by whoever saw a later head."""
    backup, mark = copied(place.world), place.path.read_bytes()
    place.write(5, 3)
    witness = Witness(place.world.storage.head().checkpoint)
    place.world = backup
    place.path.write_bytes(mark)
    assert place.refusal(witness) == "rollback: the store has 5 entries, 8 were seen"
    assert backup.storage.head().frozen == "rollback: the store has 5 entries, 8 were seen"


def test_a_witness_that_saw_another_branch_proves_a_fork(place: Place) -> None:
    """Two heads of one log that do not fit each other freeze it."""
    branch = copied(place.world)
    unguarded(branch, 100)
    place.write(5, 2)
    witness = Witness(branch.storage.head().checkpoint)
    assert place.refusal(witness) == "fork: the store does not go on from the 6 entries seen"


def test_witnesses_who_cannot_accuse_stop_nothing(place: Place) -> None:
    """Unreachable, empty, with an older head, or with a head of another key: the log goes on."""
    older = Witness(place.world.storage.head().checkpoint)
    forged = Witness(sign_checkpoint(99, bytes(32), signer(2)))
    witnesses = (Witness(reachable=False), Witness(), older, forged)
    place.write(5, 1, *witnesses)
    assert [witness.asked for witness in witnesses] == [1, 1, 1, 1]
    place.write(6)


@dataclass(slots=True)
class Growing(MemoryLogStorage):
    """A store that grows, and whose guard writes, right after its head was read."""

    place: Place | None = None

    def head(self) -> StoredHead:
        """Read the head; then another process goes on."""
        read, place = self.state, self.place
        if place is not None:
            self.place = None
            place.write(5)
        return read


def test_an_examination_of_a_log_that_grows_is_no_rollback(tmp_path: Path) -> None:
    """What is signed while one looks lies ahead of what one saw, not behind."""
    place = Place(tmp_path / "mark", World(Growing()))
    place.write(0, 5)
    storage = place.world.storage
    assert isinstance(storage, Growing)
    storage.place = place
    assert examine(storage, KEYS, place.path).followed is None
    assert Mark.read(place.path, KEYS).size == 6


def test_an_examination_tells_what_is_true_now(place: Place) -> None:
    """A frozen log is looked at without a change: what it says, and what is found afresh."""
    backup, size = copied(place.world), 5
    unguarded(place.world, 20)
    growing = examine(place.world.storage, KEYS, place.path)
    assert (growing.size, growing.marked, growing.followed) == (6, 5, None)
    place.write(5)
    place.world = backup
    place.refusal()
    why = "rollback: the store has 5 entries, 7 were signed"
    head = backup.storage.head()
    assert examine(backup.storage, KEYS, place.path) == Examination(
        size, root(head.frontier), why, None, 7, why
    )
    backup.storage.state = replace(head, frontier=(bytes(32), *head.frontier[1:]))
    found = examine(backup.storage, KEYS, place.path.with_name("none"))
    assert (found.judged, found.marked, found.followed) == (
        "checkpoint: it does not fit the size and the frontier",
        None,
        None,
    )
