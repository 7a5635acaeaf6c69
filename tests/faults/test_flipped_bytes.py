"""A changed log shows itself: `audit verify` exits 1 and names the entry, whatever was changed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gateway
from gateway.keeper.office import AuditOffice
from tests.faults.attacker import Attacker, attacking
from tests.journeys.poort import (
    AGENCY_OIN,
    KLANTMANAGER,
    MATCHER,
    UTRECHTER,
    MovableClock,
    Poort,
    command,
)
from tests.journeys.residents import resident
from tests.journeys.watch import Watch

ENTRY = ("event_id", "leaf_hash", "leaf")
PAYLOAD = ("tag", "counter", "payload")
HEAD = ("size", "frontier", "checkpoint")
COLUMNS = (
    *(("log_entry", column) for column in ENTRY),
    *(("log_payload", column) for column in PAYLOAD),
    *(("log_head", column) for column in HEAD),
)
LOG = 1
ONCE = 5
"""The number of a resident about whom the log holds one entry only."""

Deed = Callable[[Attacker], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder whose log holds a delivery, disclosures, refusals and a consent taken back."""
    folder = tmp_path_factory.mktemp("log") / "data"
    with Poort(folder, MovableClock(), Watch()) as poort:
        people = [resident(number) for number in range(1, 5)]
        poort.lever([*people, resident(ONCE, None)])
        for one in people:
            reference = poort.reference(KLANTMANAGER, "P02", one)
            poort.vraag(KLANTMANAGER, reference, "P02")
            poort.vraag(UTRECHTER, reference, "P02")
        given_ = poort.toestemming(people[0], "P05", AGENCY_OIN)
        poort.vraag(MATCHER, poort.reference(MATCHER, "P05", people[0]), "P05")
        poort.trek_in(given_)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """Give a copy to attack."""
    return copytree(whole, tmp_path / "data")


@pytest.fixture(scope="module")
def open_log(
    whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, AuditOffice]]:
    """Give a copy to attack again and again, with its log open for checking."""
    folder = copytree(whole, tmp_path_factory.mktemp("open") / "data")
    poort = Poort(folder, MovableClock(), Watch())
    yield folder, poort.gateway.audit
    poort.close()


def _size(folder: Path) -> int:
    return int(json.loads(_verify(folder, 0))["size"])


def _verify(folder: Path, code: int) -> str:
    return command("audit", "verify", "--data", str(folder), "--json", code=code)


def _faults(folder: Path) -> str:
    """Run the check, which must fail; return the places and faults it named."""
    report = json.loads(_verify(folder, 1))
    assert report["faults"]
    return "\n".join(report["faults"])


def _key(table: str, place: str, size: int) -> int:
    if table == "log_head":
        return LOG
    return {"first": 0, "middle": size // 2, "last": size - 1}[place]


def _with_a_subject(attacker: Attacker, key: int) -> int:
    """Go on to the next entry about someone: others have no tag."""
    while attacker.read("log_payload", "tag", key) is None:
        key -= 1
        assert key >= 0
    return key


def test_untouched_log_verifies(folder: Path) -> None:
    """Before any attack the log is whole, opened by an attacker or not."""
    with attacking(folder):
        pass
    assert _size(folder) > 25


@pytest.mark.parametrize("place", ["first", "middle", "last"])
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_flipped_byte_is_named(folder: Path, table: str, column: str, place: str) -> None:
    """One bit flipped in any column, at three places of the log: exit 1, and the place is named."""
    key = _key(table, place, _size(folder))
    with attacking(folder) as attacker:
        if column in {"tag", "counter"}:
            key = _with_a_subject(attacker, max(key, 5))
        attacker.flip(table, column, key, at=7)
    named = {"log_head": ("head", "frontier", "checkpoint")}.get(table, (f"entry {key}:",))
    faults = _faults(folder)
    assert any(name in faults for name in named), faults


@settings(max_examples=150)
@given(
    table_column=st.sampled_from(COLUMNS),
    row=st.integers(0, 10_000),
    at=st.integers(0, 10_000),
    bit=st.sampled_from([1 << n for n in range(8)]),
)
def test_any_flipped_bit_is_found(
    open_log: tuple[Path, AuditOffice], table_column: tuple[str, str], row: int, at: int, bit: int
) -> None:
    """Whichever bit of whichever cell of the log is flipped, a fault is found; put back, none is."""
    folder, audit = open_log
    table, column = table_column
    size = audit.head().size
    with attacking(folder) as attacker:
        key = LOG if table == "log_head" else row % size
        if column in {"tag", "counter"}:
            key = _with_a_subject(attacker, max(key, 5))
        before = attacker.read(table, column, key)
        attacker.flip(table, column, key, at, bit)
    assert audit.verify()
    with attacking(folder) as attacker:
        attacker.write(table, column, key, before)
    assert audit.verify() == []


@pytest.mark.parametrize("column", ["checkpoint", "frontier", "size"])
def test_head_that_cannot_even_be_read_is_named(folder: Path, column: str) -> None:
    """A head cell of broken text, cut short or of another type ends in a fault, not in a crash."""
    with attacking(folder) as attacker:
        if column == "checkpoint":
            attacker.flip("log_head", column, LOG, at=7, bit=0x80)
        if column == "frontier":
            attacker.run("UPDATE log_head SET frontier = substr(frontier, 2)")
        if column == "size":
            attacker.run("UPDATE log_head SET size = 'many'")
    assert any(word in _faults(folder) for word in ("head", "frontier", "checkpoint"))


def test_changed_tag_does_not_pass_for_an_erased_subject(folder: Path) -> None:
    """The tag of the only entry about someone, changed, leads to no key: that is named, too."""
    with attacking(folder) as attacker:
        (key,) = attacker.ask(
            'SELECT max("index") FROM log_payload WHERE tag IN'
            " (SELECT tag FROM log_payload GROUP BY tag HAVING count(*) = 1)"
        )
        attacker.flip("log_payload", "tag", key, at=3)
    assert f"entry {key}: payload" in _faults(folder)


def _delete_entry(attacker: Attacker) -> None:
    attacker.run('DELETE FROM log_payload WHERE "index" = 9')
    attacker.run('DELETE FROM log_entry WHERE "index" = 9')


def _swap_entries(attacker: Attacker) -> None:
    for table in ("log_payload", "log_entry"):
        for old, new in ((9, -1), (8, 9), (-1, 8)):
            attacker.run(f'UPDATE {table} SET "index" = ? WHERE "index" = ?', new, old)  # noqa: S608 - our own words


def _swap_payloads(attacker: Attacker) -> None:
    one, other = (attacker.read("log_payload", "payload", key) for key in (8, 9))
    attacker.write("log_payload", "payload", 8, other)
    attacker.write("log_payload", "payload", 9, one)


def _erase_payload(attacker: Attacker) -> None:
    attacker.run('UPDATE log_payload SET payload = NULL WHERE "index" = 9')


def _delete_payload(attacker: Attacker) -> None:
    attacker.run('DELETE FROM log_payload WHERE "index" = 9')


def _cut_tail(attacker: Attacker) -> None:
    for table in ("log_payload", "log_entry"):
        attacker.run(f'DELETE FROM {table} WHERE "index" >= 9')  # noqa: S608 - our own words


def _add_beyond_head(attacker: Attacker) -> None:
    attacker.run(
        'INSERT INTO log_entry SELECT log, "index" + 1000, randomblob(16), leaf_hash, leaf'
        ' FROM log_entry WHERE "index" = 9'
    )


def _hide_subject(attacker: Attacker) -> None:
    key = _with_a_subject(attacker, 9)
    attacker.run('UPDATE log_payload SET tag = NULL, counter = NULL WHERE "index" = ?', key)


def _freeze(attacker: Attacker) -> None:
    attacker.run("UPDATE log_head SET frozen = 'by hand'")


def _forget_head(attacker: Attacker) -> None:
    attacker.run("DELETE FROM log_head")


def _rename_outcome(attacker: Attacker) -> None:
    changed = attacker.run(
        "UPDATE log_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'refused', 'granted') AS BLOB)"
        " WHERE instr(CAST(leaf AS TEXT), 'refused') > 0"
    )
    assert changed > 0


@pytest.mark.parametrize(
    ("deed", "named"),
    [
        (_delete_entry, "entry 9:"),
        (_swap_entries, "frontier:"),
        (_swap_payloads, "entry 8: payload"),
        (_erase_payload, "entry 9: payload"),
        (_delete_payload, "entry 9: payload"),
        (_cut_tail, "entry 9:"),
        (_add_beyond_head, "entry 1009:"),
        (_hide_subject, "payload"),
        (_freeze, "frozen"),
        (_forget_head, "beyond the head"),
        (_rename_outcome, "leaf hash"),
    ],
)
def test_larger_tampering_is_named(folder: Path, deed: Deed, named: str) -> None:
    """Rows deleted, swapped, added, erased or cut off the end, a head forgotten: all are named."""
    with attacking(folder) as attacker:
        deed(attacker)
    assert named in _faults(folder)


def test_operator_sees_the_place_on_her_screen(folder: Path) -> None:
    """Without --json the fault is printed too, and the command still exits 1."""
    with attacking(folder) as attacker:
        attacker.flip("log_entry", "leaf", 9, at=30)
    shown = command("audit", "verify", "--data", str(folder), code=1)
    assert "entry 9" in " ".join(shown.replace("│", " ").split())


def test_command_of_its_own_process_exits_1(folder: Path) -> None:
    """The real command line, as an operator or a timer runs it, exits 1 and names the entry."""
    with attacking(folder) as attacker:
        attacker.flip("log_payload", "payload", 9, at=50)
    words = ["audit", "verify", "--json", "--data", str(folder)]
    checked = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "gateway", *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PYTHONPATH": str(Path(gateway.__file__).parent.parent)},
        timeout=120,
    )
    assert checked.returncode == 1, checked.stderr
    assert "entry 9: payload" in checked.stdout


@pytest.mark.parametrize("column", HEAD)
def test_gate_with_a_changed_head_discloses_nothing(
    folder: Path, column: str, clock: MovableClock, watch: Watch
) -> None:
    """A head that is not ours freezes the log: the next request gets 503 and not one field."""
    with attacking(folder) as attacker:
        attacker.flip("log_head", column, LOG, at=9)
    someone = resident(1)
    poort = Poort(folder, clock, watch)
    try:
        watch.marks |= someone.marks
        answer = poort.ask(KLANTMANAGER, "GET", "/v1/clienten?doel=P02")
        assert answer.status_code == 503, answer.text
        assert "velden" not in answer.text
    finally:
        poort.gateway.close()
