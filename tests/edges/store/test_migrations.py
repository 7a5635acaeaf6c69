"""The steps lead to the tables that the code means, whole or not at all, up and down."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.domain.identifiers import SubjectId
from gateway.store.caseload import renew
from gateway.store.columns import EPOCH
from gateway.store.database import Database, Store
from gateway.store.events import relations_of
from gateway.store.migrations import DATA, KEY, NOTHING, Chain, Status, status, upgrade
from gateway.store.tables import KEYS, MAIN
from tests import servers

CHAINS = {"data": DATA, "keys": KEY}
ROWS: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    ("delivery", {"id": b"\1", "digest": b"\2", "at": 3}),
    (
        "subject",
        {"id": b"\1", "v_tag": b"\2", "epoch": 1, "version": 1, "shielded": False, "held": "0", "created": 3},
    ),
    (
        "profile_version",
        {
            "subject": b"\1", "version": 1, "at": 3, "as_of": "2026-03-01", "delivery": b"\1",
            "changed": "0", "content": b"\0",
        },
    ),
    ("relation_event", {"subject": b"\1", "kind": "gekoppeld", "party": "0243", "at": 3, "source": "TVS"}),
    ("log_entry", {"log": 1, "index": 0, "event_id": b"\1", "leaf_hash": b"\2", "leaf": b"\3"}),
    ("log_payload", {"log": 1, "index": 0, "payload": b"\4"}),
)  # fmt: skip
KEY_ROW: Final = {"handle": b"\1", "kind": "profile", "version": 1, "wrapped": b"\1\1\0\0\0\7rest"}


@pytest.fixture(name="blank", params=["sqlite", "postgres"])
def fixture_blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Open a database without a schema, as its owner."""
    if request.param == "sqlite":
        database = Database.open(tmp_path)
        yield database
        database.close()
        return
    with servers.clone(servers.newest(), empty=True) as clone:
        database = Database.connect(clone.server(servers.OWNER))
        yield database
        database.close()


@pytest.fixture(name="made")
def fixture_made(blank: Database) -> Database:
    """Bring it to the schema of this version."""
    upgrade(blank)
    return blank


def store_of(database: Database, chain: Chain) -> Store:
    """Return the database that a chain is for."""
    return database.data if chain is DATA else database.keys


def of_the_code(_: object, name: str | None, *__: object) -> bool:
    """Leave out what a server's fences add to every table."""
    return name != "tenant"


@pytest.mark.parametrize("name", CHAINS)
def test_the_steps_lead_to_the_tables_of_the_code(made: Database, name: str) -> None:
    """Alembic finds no difference between the migrated schema and the tables declared."""
    chain = CHAINS[name]
    options = {"compare_server_default": True, "include_object": of_the_code}
    with store_of(made, chain).writing() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, chain.tables) == []


@pytest.mark.parametrize("name", CHAINS)
def test_primary_keys_are_those_of_the_code(made: Database, name: str) -> None:
    """Primary keys, which Alembic does not compare, agree as well."""
    chain = CHAINS[name]
    with store_of(made, chain).writing() as connection:
        for table in chain.tables.tables.values():
            found = sa.inspect(connection).get_pk_constraint(table.name)
            assert found["constrained_columns"] == [column.name for column in table.primary_key]


@pytest.mark.parametrize("name", CHAINS)
def test_tables_without_row_ids_are_those_of_the_code(files: Database, name: str) -> None:
    """On SQLite the tables that are their own index are those that say so."""
    with store_of(files, CHAINS[name]).writing() as connection:
        for table in CHAINS[name].tables.tables.values():
            made = connection.scalar(
                sa.text("SELECT sql FROM sqlite_master WHERE name = :of"), {"of": table.name}
            )
            rowless = table.dialect_options["sqlite"]["with_rowid"] is False
            assert ("WITHOUT ROWID" in str(made)) == rowless


def test_status_says_where_each_database_stands(blank: Database) -> None:
    """A new database stands nowhere and is not ready; after an upgrade both are."""
    head, keys = DATA.scripts().get_current_head(), KEY.scripts().get_current_head()
    assert status(blank) == (Status("data", None, head), Status("keys", None, keys))
    assert not any(one.ready for one in status(blank))
    upgrade(blank)
    assert [(one.current, one.ready) for one in status(blank)] == [(head, True), (keys, True)]


def test_an_upgrade_of_a_ready_database_keeps_its_data(made: Database) -> None:
    """Upgrading again changes nothing."""
    fill(made)
    before = contents(made.data)
    upgrade(made)
    assert contents(made.data) == before


def test_down_and_up_again_with_data(made: Database) -> None:
    """The way down works on a database in use and leaves no table; the way up makes them anew."""
    fill(made)
    DATA.move(made.data, NOTHING)
    KEY.move(made.keys, NOTHING)
    assert contents(made.data) == contents(made.keys) == {"alembic_version": []}
    upgrade(made)
    assert set(contents(made.data)) == {*MAIN.tables, "alembic_version"}
    assert set(contents(made.keys)) == {*KEYS.tables, "alembic_version"}
    fill(made)


@pytest.mark.parametrize("name", CHAINS)
def test_each_step_is_taken_with_data_in_the_tables(blank: Database, name: str) -> None:
    """From the first step on with rows in it, every later step keeps them."""
    chain = CHAINS[name]
    store = store_of(blank, chain)
    first, *later = [one.revision for one in reversed(list(chain.scripts().walk_revisions()))]
    chain.move(store, first)
    rows = ROWS if chain is DATA else (("wrapped_key", KEY_ROW),)
    insert(store, chain, rows)
    for revision in later:
        chain.move(store, revision)
        assert chain.at(store) == revision
    assert {table: len(contents(store)[table]) for table, _ in rows} == {
        table: 1 for table, _ in rows
    }


def test_a_step_that_fails_changes_nothing(blank: Database) -> None:
    """A database in which a step meets a table of that name stays exactly as it was."""
    with blank.data.building() as connection:
        connection.exec_driver_sql("CREATE TABLE log_payload (theirs integer)")
    with pytest.raises(Exception, match="log_payload"):
        upgrade(blank)
    assert contents(blank.data) == {"log_payload": []}
    assert status(blank)[0].current is None


def test_a_restriction_of_before_closes_search(blank: Database) -> None:
    """Whoever withheld all that searching shows is no longer found; who withheld some of it stays."""
    shown, (_, person) = 0x7E5E028800000000008003000800, ROWS[1]
    held = {  # by each: fields and purposes of her withholdings, and if she can be found after
        b"a": ([(shown, "")], False),
        b"b": ([(shown, "P04_arbeidsbemiddeling_zoeken")], False),
        b"c": ([(shown & 0xFFFF, ""), (shown & ~0xFFFF, "P03,P04_x")], False),
        b"d": ([(shown ^ 1 << 11, "")], True),
        b"e": ([(shown, "P05_arbeidsbemiddeling_voorstel")], True),
    }
    DATA.move(blank.data, "d0014")
    for one, (withholdings, _) in held.items():
        rows: list[tuple[str, dict[str, object]]] = [
            ("subject", person | {"id": one, "v_tag": one}),
            ("candidate_term", {"term": b"term", "subject": one}),
            ("candidate", {"recipient": "x", "subject": one, "since": 1, "until": 2}),
        ]
        rows += [
            ("withholding", {"id": one + bytes([n]), "subject": one, "kind": "restricted",
                             "fields": f"{mask:x}", "purposes": codes, "since": 1})
            for n, (mask, codes) in enumerate(withholdings)
        ]  # fmt: skip
        insert(blank.data, DATA, tuple(rows))
    upgrade(blank)
    left = contents(blank.data)
    found = {one for one, (_, stays) in held.items() if stays}
    assert {bytes(row.id) for row in left["subject"] if not row.search_closed} == found
    assert {bytes(row.subject) for row in left["candidate_term"]} == found
    assert {bytes(row.subject) for row in left["candidate"]} == found


def test_days_of_coming_of_age_are_kept_as_whether(blank: Database) -> None:
    """Reached, still to come, or unknown; the day itself, which tells a birthday, is gone."""
    days = {b"a": "2001-02-03", b"b": "2999-02-03", b"c": None}
    DATA.move(blank.data, "d0036")
    insert(blank.data, DATA, tuple(("subject", ROWS[1][1] | {"id": n, "v_tag": n}) for n in days))
    set_day = sa.text("UPDATE subject SET sixteen_on = :day, eighteen_on = :day WHERE id = :id")
    with blank.data.writing() as connection:
        connection.execute(set_day, [{"id": id_, "day": day} for id_, day in days.items()])
    upgrade(blank)
    rows = contents(blank.data)["subject"]
    came = {bytes(row.id): (bool(row.sixteen), bool(row.eighteen)) for row in rows}
    assert came == {b"a": (True, True), b"b": (False, False), b"c": (False, False)}
    assert "2001-02-03" not in str(rows)


def test_versions_are_counted_along_the_log(blank: Database) -> None:
    """What the log says that was stored is kept of each person: from one on, an entry each."""
    said = ["stored", "stored", "terms settled", "revised", "stored", "failed"]
    tags = [b"a" * 16, b"b" * 16, b"a" * 16, b"a" * 16, None, b"a" * 16]
    DATA.move(blank.data, "d0042")
    for index, (outcome, tag) in enumerate(zip(said, tags, strict=True)):
        leaf = b'{"at":1,"outcome":"%b","type":"profile.stored"}' % outcome.encode()
        place: dict[str, object] = {"log": 1, "index": index}
        entry = {"event_id": bytes([index]), "leaf_hash": b"\2", "leaf": leaf}
        payload = {"tag": tag, "counter": tag and index, "payload": b"\4"}
        insert(blank.data, DATA, (("log_entry", place | entry), ("log_payload", place | payload)))
    upgrade(blank)
    kept = {
        (row.index, bytes(row.tag), row.version) for row in contents(blank.data)["logged_version"]
    }
    assert kept == {(0, b"a" * 16, 1), (1, b"b" * 16, 1), (3, b"a" * 16, 2)}


def test_a_caseload_is_filled_as_every_change_writes_it(blank: Database) -> None:
    """Linked, housed, unlinked by another, moved, shielded, with and without deeds: all as by now."""
    told = {
        1: [("gekoppeld", "0243", 1), ("gehuisvest", "0243", 2), ("ontkoppeld", "0307", 3)],
        2: [("gekoppeld", "0243", 1), ("omgekoppeld", "0307", 5), ("gekoppeld", "0307", 5)],
        3: [("gekoppeld", "0243", 1), ("ontkoppeld", "0243", 2), ("gekoppeld", "0243", 4)],
        4: [("gekoppeld", "0243", 1)],
    }
    people = {number: bytes([number]) * 16 for number in told}
    rows: list[tuple[str, dict[str, object]]] = []
    for number, one in people.items():
        facts = {
            "koppel_datum": "2026-02-01",
            "pip_deadline": "2026-04",
            "overdracht_status": "gepland" if number == 1 else None,
        }
        person = ROWS[1][1] | {"id": one, "v_tag": one, "shielded": number == 4} | facts
        rows.append(("subject", person))
        rows += [
            (
                "relation_event",
                {"subject": one, "kind": kind, "party": town, "at": at, "source": "t"},
            )
            for kind, town, at in told[number]
        ]
    which = {"subject": people[3], "gemeente": "0243", "since": 4}
    deed = which | {"at": 4, "actor": "a"}
    talk = {"scenario": "", "form": "", "moment": 9, "agreed": True, "outcomes": ""}
    rows += [
        ("handover_confirmation", deed | {"id": b"a" * 16}),
        ("handover_assignment", deed | {"id": b"b" * 16, "worker": "w"}),
        ("handover_question", deed | {"id": b"c" * 16, "topic": "taal"}),
        ("handover_talk", deed | talk | {"id": b"d" * 16, "state": "geannuleerd", "cancelled": "verhuisd"}),
    ]  # fmt: skip
    DATA.move(blank.data, "d0039")
    insert(blank.data, DATA, tuple(rows))
    upgrade(blank)
    kept = _caseload(blank.data)
    with blank.data.writing() as connection:
        for stored in people.values():
            subject = SubjectId(UUID(bytes=stored))
            renew(connection, subject, relations_of(connection, subject), EPOCH)
    assert kept == _caseload(blank.data)
    assert [row[:2] for row in kept] == [
        ("0243", people[1]),
        ("0243", people[1]),
        ("0243", people[1]),
        ("0243", people[2]),
        ("0243", people[3]),
        ("0243", people[3]),
        ("0307", people[2]),
    ]


def _caseload(store: Store) -> list[tuple[object, ...]]:
    rows = contents(store)["caseload"]
    return sorted((r.gemeente, bytes(r.subject), r.since, r.until, r.stands) for r in rows)


def test_every_table_says_whose_data_it_holds() -> None:
    """Each table declares in a sentence whose data it holds."""
    tables = [*MAIN.tables.values(), *KEYS.tables.values()]
    assert tables
    silent = [table.name for table in tables if len(table.info.get("holds", "").split()) < 3]
    assert silent == []


def fill(database: Database) -> None:
    """Write a row into tables that hang together."""
    insert(database.data, DATA, ROWS)
    insert(database.keys, KEY, (("wrapped_key", KEY_ROW),))


def insert(store: Store, chain: Chain, rows: tuple[tuple[str, dict[str, object]], ...]) -> None:
    """Insert rows as they are stored, whatever the tables hold besides."""
    with store.writing() as connection:
        for name, row in rows:
            columns = chain.tables.tables[name].c
            bare = sa.table(name, *(sa.column(key, _stored(columns[key].type)) for key in row))
            connection.execute(sa.insert(bare), row)


def contents(store: Store) -> dict[str, list[Any]]:
    """Read every table of a store."""
    with store.writing() as connection:
        return {
            name: list(connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))))
            for name in sa.inspect(connection).get_table_names()
        }


def _stored(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    return type_.impl_instance if isinstance(type_, sa.types.TypeDecorator) else type_
