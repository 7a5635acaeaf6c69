"""A gate whose data was put back, copied or swapped stops, says why once, and goes on only by decision."""

import shutil
from pathlib import Path

import pytest

from audit.trust import Cause
from gateway.keeper.adoption import NotAdoptableError
from gateway.settings import Settings
from gateway.wiring import SystemClock, adopt_guard
from tests.edges.api.door import OWN, Door
from tests.edges.keeper.gates import opened, put_back, snapshot, someone, tamper, write

LONGER = "UPDATE log_head SET checkpoint = replace(checkpoint, '/log' || char(10), '/log' || char(10) || '1')"
STOPPED = "doelpoort_log_stopped_total"


def why(door: Door) -> str:
    """Say for what cause the log is frozen, once its head was judged."""
    return (door.gateway.log.settled() or "").partition(":")[0]


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    """Fill a gate with one person, and take a snapshot of it before the last entries."""
    folder = tmp_path / "data"
    with opened(folder) as door:
        someone(door)
        snapshot(folder, "before.db")
        write(door, 3)
    return folder


def test_a_gate_that_is_started_again_goes_on(folder: Path) -> None:
    """Nothing happened between: the guard lets it sign, and the log is whole."""
    with opened(folder) as door:
        write(door)
        assert door.gateway.ready() is None
        assert door.gateway.audit.verify() == []
        found = door.gateway.audit.examine()
        assert (found.judged, found.followed) == (None, None)


def test_data_that_was_put_back_stops_disclosures(folder: Path) -> None:
    """An older copy of the data is found at start: 503, ready says why, operators hear it once."""
    put_back(folder, folder.parent / "before.db")
    with opened(folder) as door:
        assert why(door) == Cause.ROLLBACK
        answer = door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert b"Selam" not in answer.content
        for _ in range(2):
            ready = door.ask("GET", "/health/ready", None)
            assert (ready.status_code, "rollback" in ready.text) == (503, True)
        assert f'{STOPPED}{{cause="rollback"}} 1\n' in door.ask("GET", "/metrics", None).text


def test_data_put_back_under_a_running_gate_is_found_before_the_next_signature(
    folder: Path,
) -> None:
    """The head that a process saw committed cannot go back behind its back."""
    with opened(folder) as door:
        write(door)
        tamper(
            folder,
            "UPDATE log_head SET (size, frontier, checkpoint) = (0, x'', '')",
        )
        answer = door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam")
        assert answer.status_code == 503
        assert why(door) == Cause.ROLLBACK


def test_a_second_life_of_the_same_data_is_a_fork(folder: Path, tmp_path: Path) -> None:
    """An old copy that went on elsewhere has as many entries, and is found out all the same."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    put_back(other, folder.parent / "before.db")
    shutil.rmtree(other / "guard")
    adopt_guard(Settings(data=other), SystemClock())
    with opened(other) as door:
        write(door, 9)
    put_back(folder, snapshot(other, "other.db"))
    with opened(folder) as door:
        assert why(door) == Cause.FORK
    with pytest.raises(NotAdoptableError, match="ended"):
        adopt_guard(Settings(data=folder), SystemClock())


def test_the_data_of_another_gate_are_a_copy(folder: Path, tmp_path: Path) -> None:
    """A guard that knows another life of the log does not sign on this one; nothing is saved."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    tamper(other, "UPDATE log_head SET instance = ?", "0" * 32)
    with opened(other) as door:
        assert why(door) == Cause.COPY
        assert door.gateway.audit.head().frozen is None


def test_a_guard_that_is_gone_stops_the_log(folder: Path) -> None:
    """Entries that this guard never saw are not signed on; bringing the guard back is enough."""
    (folder / "guard" / "head").rename(folder / "kept")
    with opened(folder) as door:
        assert why(door) == Cause.UNGUARDED
    (folder / "kept").rename(folder / "guard" / "head")
    with opened(folder) as door:
        write(door)


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ("UPDATE log_head SET size = size + 1", Cause.HEAD),
        (LONGER, Cause.CHECKPOINT),
        ("UPDATE log_head SET checkpoint = ''", Cause.CHECKPOINT),
    ],
)
def test_a_head_that_was_changed_stops_the_log(folder: Path, statement: str, cause: Cause) -> None:
    """Size, or checkpoint: what the log did not sign so is named, and cannot be adopted."""
    tamper(folder, statement)
    with opened(folder) as door:
        assert why(door) == cause
    with pytest.raises(NotAdoptableError):
        adopt_guard(Settings(data=folder), SystemClock())


def test_a_store_with_a_changed_entry_is_not_adopted(folder: Path) -> None:
    """Its head is whole and no guard speaks against it: the leaves themselves are looked at."""
    (folder / "guard" / "head").unlink()
    tamper(folder, "UPDATE log_entry SET leaf = leaf || ' ' WHERE \"index\" = 1")
    with pytest.raises(NotAdoptableError, match=r"not whole \(entry 1"):
        adopt_guard(Settings(data=folder), SystemClock())


def test_another_origin_is_foreign(folder: Path) -> None:
    """A gate set to another origin does not sign on this log, and leaves it unharmed."""
    with opened(folder, origin="elders.example/log") as door:
        assert why(door) == Cause.FOREIGN
    with opened(folder) as door:
        write(door)


def test_a_guard_on_another_disk_that_cannot_be_written_stops_the_log(tmp_path: Path) -> None:
    """Without its guard the log does not begin: what cannot be remembered is not signed."""
    place = tmp_path / "disk" / "head"
    with opened(tmp_path / "data", log_guard=place) as door:
        place.parent.rmdir()
        answer = door.deliver()
        assert answer.status_code in {400, 503}
        assert door.gateway.audit.head().size == 0
        place.parent.mkdir()
        write(door)
    assert place.exists()


def test_every_gate_watches_its_log(folder: Path) -> None:
    """Without any setting its rounds look whether the log signs, and read its entries again."""
    with opened(folder) as door:
        rounds = door.gateway.log.rounds(door.gateway.settings, door.gateway.telemetry)
        assert {work.name for work in rounds.works} == {"watch", "check"}
