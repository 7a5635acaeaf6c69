"""`doelpoort statistics` counts, lists, and shows a table as an analyst is told it."""

from pathlib import Path

import pytest

from gateway.domain.statistics import TABLES
from tests.edges.api.door import document, row
from tests.edges.commands.shell import Outcome, doelpoort


@pytest.fixture(name="counted", scope="module")
def fixture_counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with twelve people who are counted."""
    folder = tmp_path_factory.mktemp("statistics")
    people = [row(n, werk_status="werkend", arbeidsmarktregio="Flevoland") for n in range(1, 13)]
    (folder / "levering.json").write_bytes(document(*people))
    done = doelpoort("import", "tvs", folder / "levering.json", "--data", folder / "data")
    assert done.code == 0, done.err
    done = doelpoort("statistics", "refresh", "--data", folder / "data", "--json")
    assert done.code == 0, done.err
    assert {name: done.json[name] for name in ("counted", "left out")} == {
        "counted": 12,
        "left out": 0,
    }
    assert done.json["numbers shown"] > 0
    return folder / "data"


def table(data: Path, *words: str) -> Outcome:
    """Ask for a table of work."""
    return doelpoort("statistics", "show", "werk-per-regio", *words, "--data", data)


def test_the_tables_are_listed(counted: Path) -> None:
    """Without a table, the list: each with its dimensions and its day."""
    listed = doelpoort("statistics", "show", "--data", counted, "--json").json
    assert list(listed) == list(TABLES)
    assert listed["werk-per-regio"][:-1] == list(TABLES["werk-per-regio"])


def test_nothing_is_counted_in_a_new_store(store: Path) -> None:
    """Before the first night the list says so, and asking for a table is a clear error."""
    listed = doelpoort("statistics", "show", "--data", store, "--json").json
    assert {one[-1] for one in listed.values()} == {"not counted yet"}
    done = table(store, "--over", "werk_status")
    assert (done.code, done.out) == (1, "")
    assert "was not counted yet" in done.err


def test_a_table_as_json(counted: Path) -> None:
    """Rows with their categories and count, shares in percent, and what is left of the day."""
    about = "arbeidsmarktregio=Flevoland"
    told = table(counted, "--over", "werk_status", "--about", about, "--json").json
    assert told["columns"] == ["werk_status", "aantal"]
    assert ["werkend", 12] in told["rows"]
    assert ["zoekend", None] in told["rows"]
    assert told["percent"] == {"werkend / mag_werken": 100}
    again = table(counted, "--over", "werk_status", "--json").json
    assert again["left"] == told["left"] - 1


def test_a_table_to_read(counted: Path) -> None:
    """On a screen a withheld count is a dash, and the line below says what it means."""
    told = table(counted, "--over", "werk_status", "--actor", "reader")
    assert told.code == 0, told.err
    assert "werkend / mag_werken: 100 %" in told.out
    assert "99 left today" in told.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--over", "dromen"), "not a field"),
        (("--over", "achternaam"), "FIELD_NOT_IN_PURPOSE"),
        (("--over", "werk_status", "--about", "arbeidsmarktregio=Mars"), "no category"),
        ((), "dimensies"),
    ],
)
def test_what_cannot_be_told_is_one_line(counted: Path, words: tuple[str, ...], said: str) -> None:
    """A refusal or a wrong question is said in one line, exit 1."""
    done = table(counted, *words)
    assert done.code == 1
    assert said in done.err
