"""The list of destroyed keys is whole whenever the power fails, and loses no line to another gate."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.domain.errors import SettingsError
from gateway.keeper.destroyed import NAME, DestroyedList

ONE, TWO = (b"one" * 5, "profile"), (b"two" * 5, "log")


def test_what_was_not_durable_is_not_half_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that gives up leaves the list as it was, so that the next one can be added."""
    listed = DestroyedList(tmp_path / "guard" / NAME)
    listed.write_down(*ONE)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="full"):
            listed.write_down(*TWO)
    assert listed.read() == {ONE}
    listed.write_down(*TWO)
    assert listed.read() == {ONE, TWO}


def test_gates_that_write_at_once_lose_no_line(tmp_path: Path) -> None:
    """Many who each add a key of their own leave all of them on the list."""
    keys = [(bytes((number,)) * 16, "profile") for number in range(24)]
    with ThreadPoolExecutor(8) as gates:
        list(gates.map(lambda key: DestroyedList(tmp_path / NAME).write_down(*key), keys))
    assert DestroyedList(tmp_path / NAME).read() == set(keys)


def test_a_line_that_names_no_key_is_said(tmp_path: Path) -> None:
    """A list that someone changed is not taken for a shorter one."""
    (tmp_path / NAME).write_text("profile 00zz\n", encoding="ascii")
    with pytest.raises(SettingsError, match="names no key"):
        DestroyedList(tmp_path / NAME).read()
