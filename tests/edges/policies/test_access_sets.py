"""A policy set beside our own is read whole, proven against casbin, and refused where it is careless."""

from pathlib import Path

import pytest

from gateway.domain.access import Deed, Entity, Query
from gateway.domain.errors import PolicyError
from policies.access_sets import CompiledSet, load_sets
from policies.enforcer import prove
from policies.tables import compile_table

SET = """\
set: Boekenkast
subjects:
  - {type: lezer, id: ann, roles: [lid], properties: {naam: ann}}
  - {type: lezer, id: bob, roles: [lid, beheerder]}
resources:
  - {type: boek, id: atlas, properties: {plank: hoog}}
rules:
  - {role: lid, actions: [lezen], resource: boek}
  - {role: beheerder, actions: [lenen, lezen], resource: boek, id: atlas}
  - role: lid
    actions: [lenen]
    resource: boek
    effect: deny
    when: [{property: resource.plank, is_not: laag}]
  - role: lid
    actions: [schrijven]
    resource: boek
    when: [{property: resource.eigenaar, same_as: subject.naam}]
"""


def load(folder: Path, text: str) -> tuple[CompiledSet, ...]:
    """Read a folder with one set."""
    (folder / "kast.yaml").write_text(text, encoding="utf-8")
    return load_sets(folder)


def may(one: CompiledSet, who: str, what: str, book: str = "atlas", **said: object) -> bool:
    """Ask about a book."""
    return one.rules(Query(Entity("lezer", who), Deed(what), Entity("boek", book, said)))


def test_roles_resources_and_conditions_decide(tmp_path: Path) -> None:
    """A role opens a type or one book; a condition is asked of the question, then of the file."""
    (one,) = load(tmp_path, SET)
    assert may(one, "ann", "lezen", "elk boek")
    assert not may(one, "ann", "lenen")
    assert not may(one, "bob", "lenen")
    assert may(one, "bob", "lenen", plank="laag")
    assert not may(one, "bob", "lenen", "elk boek", plank="laag")
    assert may(one, "ann", "schrijven", eigenaar="ann")
    assert not may(one, "bob", "schrijven", eigenaar="bob")
    assert not may(one, "ann", "verbranden")
    assert not may(one, "eve", "lezen")


@pytest.mark.parametrize("value", [None, 7, ["ann"], {"is": "ann"}, True])
def test_a_value_that_is_no_text_equals_nothing(tmp_path: Path, value: object) -> None:
    """A number, a list or a truth value is never the same as a text."""
    (one,) = load(tmp_path, SET)
    assert not may(one, "ann", "schrijven", eigenaar=value)


def test_a_text_is_no_truth_value(tmp_path: Path) -> None:
    """The text ``true`` does not stand for true."""
    yes = SET.replace("same_as: subject.naam", "is: true")
    (one,) = load(tmp_path, yes)
    assert may(one, "ann", "schrijven", eigenaar=True)
    assert not may(one, "ann", "schrijven", eigenaar="true")


def test_it_knows_its_own_types_only(tmp_path: Path) -> None:
    """Another type of subject or resource is not this set's to answer."""
    (one,) = load(tmp_path, SET)
    assert one.knows(Query(Entity("lezer", "x"), Deed("y"), Entity("boek", "z")))
    assert not one.knows(Query(Entity("lezer", "x"), Deed("y"), Entity("film", "z")))
    assert not one.knows(Query(Entity("kat", "x"), Deed("y"), Entity("boek", "z")))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("type: lezer, id: bob", "type: lezer, id: ann", "kast.yaml:4: id: stands here twice"),
        ("type: lezer, id: bob", "type: rol, id: bob", "kast.yaml:4: type: rol is the gate's own"),
        ("effect: deny", "effect: Deny", "write 'deny'"),
        ("effect: deny\n", "effect: allow\n", "is_not: stands in a denial only"),
        ("is_not: laag", "is_not: laag, is: hoog", "when: needs one of is, is_not, same_as"),
        ("resource.plank", "thing.plank", "property: must read like resource.status"),
        ("actions: [lezen], ", "", "kast.yaml:8: actions: must be a list of actions"),
        ("role: lid, actions", "rol: lid, actions", "key: unknown value 'rol'"),
    ],
)
def test_a_careless_set_is_refused_by_file_and_line(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """Twice, reserved, misspelt, or open to what is absent: refused before anything is answered."""
    with pytest.raises(PolicyError) as refused:
        load(tmp_path, SET.replace(old, new, 1))
    assert says in str(refused.value)


def test_two_sets_do_not_answer_for_the_same(tmp_path: Path) -> None:
    """A pair of types belongs to one set."""
    (tmp_path / "andere.yaml").write_text(SET, encoding="utf-8")
    with pytest.raises(PolicyError, match="answers for lezer and boek, as another does"):
        load(tmp_path, SET)


def test_a_set_too_large_to_prove_is_refused(tmp_path: Path) -> None:
    """Every question of a set's words is asked of casbin first; too many are refused."""
    people = "".join(f"  - {{type: lezer, id: l{n}, roles: [lid]}}\n" for n in range(4_000))
    with pytest.raises(PolicyError, match="asks more than 20000 questions"):
        load(tmp_path, SET.replace("subjects:\n", f"subjects:\n{people}"))


def test_a_table_that_differs_from_casbin_is_refused() -> None:
    """A table of another policy than the one casbin is given does not pass for it."""
    model = """\
[request_definition]
r = sub, act

[policy_definition]
p = sub, act

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.sub == p.sub && r.act == p.act
"""
    table = compile_table(model, "p, ann, read")
    assert prove(table, model, "p, ann, read", [("ann", "read"), ("bob", "read")]) == 2
    with pytest.raises(PolicyError, match="table and casbin differ for bob, read"):
        prove(table, model, "p, bob, read", [("ann", "write"), ("bob", "read")])
