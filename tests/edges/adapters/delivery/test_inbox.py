"""A watched folder: what lies still is taken, nothing is followed, replaced or shown to others."""

import os
from pathlib import Path

import pytest

from adapters.delivery.inbox import FolderInbox
from gateway.domain.inboxes import Place

STILL = 5.0
WRITTEN = 1_000.0


def mode(path: Path) -> int:
    """Return the permission bits of a file."""
    return path.stat().st_mode & 0o777


def drop(folder: Path, name: str, content: bytes = b"x") -> Path:
    """Let a file appear that was written to at a known moment."""
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (WRITTEN, WRITTEN))
    return file


def inbox(folder: Path, waited: float = STILL) -> FolderInbox:
    """Look at a folder so many seconds after its files were written."""
    return FolderInbox(folder, STILL, lambda: WRITTEN + waited)


def put_away(folder: Path, name: str, place: Place = Place.DONE, said: bytes = b"{}") -> None:
    """Take one file and put it away."""
    with inbox(folder).open(name) as file:
        file.put_away(place, said)


def names(folder: Path) -> list[str]:
    """Name what lies in a folder."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_file_waits_until_it_lies_still(tmp_path: Path) -> None:
    """Until some seconds after the last writing it is left alone."""
    drop(tmp_path, "a.json")
    assert inbox(tmp_path, STILL - 0.1).settled() == []
    assert inbox(tmp_path, STILL).settled() == ["a.json"]


def test_a_ready_file_does_not_wait(tmp_path: Path) -> None:
    """An empty file with ``.ready`` behind the name says that all of it is there."""
    drop(tmp_path, "a.json")
    drop(tmp_path, "a.json.ready", b"")
    assert inbox(tmp_path, 0).settled() == ["a.json"]
    put_away(tmp_path, "a.json")
    assert names(tmp_path) == ["done"]


@pytest.mark.parametrize("name", [".hidden.json", "a.json.part", "a.JSON.TMP", "a.json.ready"])
def test_copies_under_way_wait(tmp_path: Path, name: str) -> None:
    """Names by which programs say that they are not done are never taken."""
    drop(tmp_path, name)
    assert inbox(tmp_path).settled() == []


def test_folders_and_links_are_no_deliveries(tmp_path: Path) -> None:
    """A link would read what lies elsewhere; a pipe would never end."""
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "link.json").symlink_to(drop(tmp_path.parent, "elsewhere.json"))
    os.mkfifo(tmp_path / "pipe.json")
    assert inbox(tmp_path).settled() == []
    with pytest.raises(OSError, match="link"), inbox(tmp_path).open("link.json"):
        pass
    with pytest.raises(FileNotFoundError), inbox(tmp_path).open("pipe.json"):
        pass


def test_what_was_looked_at_lies_with_its_acknowledgement(tmp_path: Path) -> None:
    """Both are private, and the name tells the digest of what was read."""
    drop(tmp_path, "a.json", b"content")
    put_away(tmp_path, "a.json", Place.REFUSED, b'{"outcome":"refused"}')
    kept = tmp_path / "refused"
    file = "a-ed7002b439e9.json"
    assert names(kept) == [file, f"{file}.ontvangst.json"]
    assert (kept / file).read_bytes() == b"content"
    assert (kept / f"{file}.ontvangst.json").read_bytes() == b'{"outcome":"refused"}'
    assert (mode(kept), mode(kept / file), mode(kept / f"{file}.ontvangst.json")) == (
        0o700,
        0o600,
        0o600,
    )


def test_two_files_of_one_name_both_stay(tmp_path: Path) -> None:
    """Next month's delivery may have the same name; neither replaces the other."""
    for content in (b"first", b"second"):
        drop(tmp_path, "a.json", content)
        put_away(tmp_path, "a.json")
    kept = [
        path.read_bytes()
        for path in (tmp_path / "done").glob("a-*.json")
        if b"{" not in path.read_bytes()
    ]
    assert sorted(kept) == [b"first", b"second"]


def test_a_file_that_was_written_to_meanwhile_stays(tmp_path: Path) -> None:
    """What is acknowledged is what was read; the rest is taken the next time."""
    file = drop(tmp_path, "a.json", b"first half")
    with inbox(tmp_path).open("a.json") as opened:
        file.write_bytes(b"first half, second half")
        assert not opened.put_away(Place.DONE, b"{}")
    assert names(tmp_path) == ["a.json"]


def test_one_process_at_a_time_takes_files(tmp_path: Path) -> None:
    """A second watcher finds the folder held, until the first lets go."""
    with inbox(tmp_path).held() as first, inbox(tmp_path).held() as second:
        assert (first, second) == (True, False)
    with inbox(tmp_path).held() as again:
        assert again
