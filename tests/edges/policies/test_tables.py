"""casbin's own decisions pass through the compiler, or are refused; never answered otherwise."""

import json
from pathlib import Path
from typing import Any, Final

import casbin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.errors import PolicyError
from policies.tables import compile_table

CASES: Final[list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "policy" / "casbin_decisions.json").read_text("utf-8")
)["cases"]
OUTSIDE: Final = {
    "TestBasicModelWithRoot": "matchers",
    "TestBasicModelWithRootNoPolicy": "matchers",
    "TestKeyMatchModel": "matchers",
    "TestIPMatchModel": "matchers",
    "TestGlobMatchModel": "matchers",
    "TestPriorityModel": "policy_effect",
    "TestPriorityModelIndeterminate": "policy_effect",
    "TestReBACModel": "matchers",
}
MODEL: Final = """\
[request_definition]
r = sub, obj, act

[policy_definition]
p = sub, obj, act, eft

[role_definition]
g = _, _
g2 = _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = g(r.sub, p.sub) && g2(r.obj, p.obj) && r.act == p.act
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_casbins_own_decisions_come_out_the_same_or_not_at_all(case: dict[str, Any]) -> None:
    """Inside the fragment every expected decision; outside it the part of the model is named."""
    if case["name"] in OUTSIDE:
        with pytest.raises(PolicyError, match=f"^{OUTSIDE[case['name']]}: "):
            compile_table(case["model"], case["policy"])
        return
    table = compile_table(case["model"], case["policy"])
    asked = [(tuple(request), expected) for *request, expected in case["requests"]]
    assert asked
    assert [table.allows(*request) for request, _ in asked] == [right for _, right in asked]


def test_most_of_casbins_own_models_are_inside() -> None:
    """Twelve of the twenty models, with their decisions, are inside the fragment."""
    inside = [case for case in CASES if case["name"] not in OUTSIDE]
    assert (len(inside), sum(len(case["requests"]) for case in inside)) == (12, 81)


SUBJECTS = ("ann", "bob", "cas", "team", "board")
OBJECTS = ("file", "page", "folder", "shelf")
ACTS = ("read", "write")
rules = st.lists(
    st.tuples(
        st.just("p"),
        st.sampled_from(SUBJECTS),
        st.sampled_from(OBJECTS),
        st.sampled_from(ACTS),
        st.sampled_from(("allow", "deny")),
    ),
    min_size=1,
    max_size=6,
    unique=True,
)


def upward(name: str, words: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """Draw memberships that only go up the list, so that there is no circle."""
    pairs = [(name, low, high) for i, low in enumerate(words) for high in words[i + 1 :]]
    return st.lists(st.sampled_from(pairs), max_size=5, unique=True)


@settings(max_examples=40)
@given(rules=rules, teams=upward("g", SUBJECTS), folders=upward("g2", OBJECTS))
def test_the_table_is_casbin_on_drawn_policies(
    rules: list[tuple[str, ...]], teams: list[tuple[str, ...]], folders: list[tuple[str, ...]]
) -> None:
    """With roles of roles and denies, each request is answered as casbin answers it."""
    table = compile_table(MODEL, "\n".join(", ".join(row) for row in (*rules, *teams, *folders)))
    engine = casbin.Enforcer(casbin.Enforcer.new_model(text=MODEL))
    engine.add_policies([list(row[1:]) for row in rules])
    engine.add_named_grouping_policies("g", [list(row[1:]) for row in teams])
    engine.add_named_grouping_policies("g2", [list(row[1:]) for row in folders])
    for subject in (*SUBJECTS, "eve"):
        for thing in (*OBJECTS, "else"):
            for act in ACTS:
                request = (subject, thing, act)
                assert table.allows(*request) is bool(engine.enforce(*request))


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("p, ann, file, read", "policy rule 1: has 3 values, not 4"),
        ("p, ann, file, read, Deny", "policy rule 1: must end in allow or deny"),
        ("p, ann, file, read, allow\np, ann, file, read, allow", "policy: holds a rule twice"),
        ("q, ann, file, read, allow", "policy line 1: is neither a rule nor a membership"),
        ("p, ann, , read, allow", "policy line 1: holds a value that is not a plain name"),
        ("g, ann, team, here", "policy line 1: is neither a rule nor a membership"),
        ("", "policy: is empty"),
        ("p, ann, file, read, allow\ng, ann, bob\ng, bob, ann", "g: goes round in a circle"),
        (
            "p, a, b, c, allow\n" + "\n".join(f"g, n{i}, n{i + 1}" for i in range(10)),
            "g: has a chain of 10 or more",
        ),
    ],
)
def test_a_policy_that_casbin_would_take_silently_is_refused(policy: str, says: str) -> None:
    """A short row, a misspelt effect, a rule twice, a circle: refused, saying what."""
    with pytest.raises(PolicyError) as refused:
        compile_table(MODEL, policy)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("r = sub, obj, act", "r = sub, sub, act", "request_definition: must list names"),
        ("p = sub, obj, act, eft", "p = eft, sub, obj, act", "policy_definition: eft must"),
        ("g2 = _, _", "g2 = _", "role_definition: must have two places"),
        (" && r.act == p.act", "", "matchers: must name every value"),
        ("r.act == p.act", "r.act == p.obj", "matchers: p.obj stands here twice"),
        ("r.act == p.act", "r.deed == p.act", "matchers: names a value that is not defined"),
        ("g2(r.obj, p.obj)", "g3(r.obj, p.obj)", "matchers: g3 is not defined"),
        ("r.act == p.act", "eval(p.act)", "matchers: only equalities"),
        ("[matchers]", "[matches]", "matchers: must define m"),
        ("[request", "request", "model: cannot be read"),
    ],
)
def test_a_model_outside_the_fragment_is_refused(old: str, new: str, says: str) -> None:
    """What the table could not answer as casbin does is refused before it is asked."""
    with pytest.raises(PolicyError) as refused:
        compile_table(MODEL.replace(old, new), "p, ann, file, read, allow")
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("request_", [("ann", "file"), ("ann", "", "read"), ("a", "b", "c", "d")])
def test_a_request_of_another_shape_is_refused(request_: tuple[str, ...]) -> None:
    """A value too many, too few or empty is no question this policy answers."""
    table = compile_table(MODEL, "p, ann, file, read, allow")
    with pytest.raises(PolicyError, match="must have 3 values, none empty"):
        table.allows(*request_)
