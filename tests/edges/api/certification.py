"""The checks of the AuthZEN certification scenario, as data: request, and what the answer must be.

From openid/authzen, certification/authorization-api-1_0-scenario.md (commit 7415abf6), by its numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

Json = Mapping[str, Any]
Judge = Callable[[httpx.Response], bool]

PERMIT: Final = "permit"
DENY: Final = "deny"
EITHER: Final = "either"
MEANS: Final[Mapping[str, bool | None]] = {PERMIT: True, DENY: False, EITHER: None}
JSON_TYPE: Final = {"Content-Type": "application/json"}
ALICE: Final = {"type": "user", "id": "alice"}
BOB: Final = {"type": "user", "id": "bob"}
ADMIN: Final = BOB | {"properties": {"role": "admin"}}
READ: Final = {"name": "read"}
WRITE: Final = {"name": "write"}
ONE: Final = {"type": "record", "id": "record-1"}
TWO: Final = {"type": "record", "id": "record-2"}
ACTIVE: Final = ONE | {"properties": {"status": "active"}}
ARCHIVED: Final = TWO | {"properties": {"status": "archived"}}
TIME: Final = {"time": "2025-06-27T18:03-07:00"}
USERS: Final = {"type": "user"}
RECORDS: Final = {"type": "record"}


def ask(subject: object, action: object, resource: object, **more: object) -> Json:
    """Write a question; a part that is ``None`` is left out."""
    parts = {"subject": subject, "action": action, "resource": resource}
    return {name: part for name, part in parts.items() if part is not None} | more


def says(*words: str) -> Judge:
    """Expect these decisions, in order."""
    decisions = [MEANS[word] for word in words]

    def judge(answer: httpx.Response) -> bool:
        body = answer.json()
        given = body.get("evaluations", [body])
        told = [one["decision"] for one in given]
        whole = all(isinstance(one, bool) for one in told) and len(told) == len(decisions)
        return whole and all(d in {None, t} for t, d in zip(told, decisions, strict=True))

    return judge


def finds(*wanted: Json) -> Judge:
    """Expect at least these results, each whole and of the same kind."""

    def judge(answer: httpx.Response) -> bool:
        results = answer.json()["results"]
        keys = {frozenset(one) for one in results}
        kinds = {one["type"] for one in results if "type" in one}
        return (
            all(one in results for one in wanted)
            and keys <= {frozenset({"type", "id"}), frozenset({"name"})}
            and kinds <= {one.get("type") for one in wanted}
            and isinstance(answer.json().get("page", {}), dict)
        )

    return judge


def nothing(answer: httpx.Response) -> bool:
    """Expect no result."""
    return bool(answer.json() == {"results": []})


def anything(answer: httpx.Response) -> bool:
    """Expect a body that is JSON."""
    return answer.json() is not None


@dataclass(frozen=True, slots=True)
class Check:
    """One request of a check; ``body`` as JSON, or bytes as they are."""

    number: str
    path: str
    body: object
    expects: Judge = anything
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: JSON_TYPE)


def _evaluate(number: str, body: object, expects: Judge = anything, status: int = 200) -> Check:
    return Check(number, "evaluation", body, expects, status)


def _batch(number: str, body: Json, *decisions: str) -> Check:
    return Check(number, "evaluations", body, says(*decisions))


def _search(
    number: str, kind: str, body: Json, expects: Judge = anything, status: int = 200
) -> Check:
    return Check(number, f"search/{kind}", body, expects, status)


def _each(name: str, *values: object) -> list[dict[str, object]]:
    return [{name: value} for value in values]


FIXTURE: Final = ask(ALICE, READ, ONE)
WHO: Final = ask(USERS, READ, ONE)
MANAGER: Final = ALICE | {"properties": {"department": "Sales", "role": "manager"}}
OWNED: Final = ONE | {"properties": {"status": "active", "owner": "bob"}}
SOFT: Final = {"name": "delete", "properties": {"soft": True}}
HARD: Final = {"name": "delete", "properties": {"soft": False}}
BOTH: Final = (ALICE, BOB)
READ_AND_WRITE: Final = (READ, WRITE)

CHECKS: Final = (
    # 2: evaluation
    _evaluate("2.2.1", FIXTURE, says(PERMIT)),
    _evaluate("2.2.2", ask(BOB, WRITE, ONE), says(DENY)),
    _evaluate("2.2.3", ask(ALICE, READ, ONE, context=TIME | {"ip": "192.168.1.1"}), says(PERMIT)),
    _evaluate("2.2.4", ask(ALICE, WRITE, ARCHIVED), says(DENY)),
    _evaluate("2.2.5", ask(ADMIN, WRITE, ARCHIVED), says(PERMIT)),
    _evaluate("2.2.6", ask(ALICE, SOFT, ONE), says(PERMIT)),
    _evaluate("2.2.7", ask(ALICE, HARD, ONE), says(DENY)),
    _evaluate("2.2.8", ask(MANAGER, READ | {"properties": {"method": "GET"}}, OWNED), says(PERMIT)),
    _evaluate(
        "2.2.9", ask(ALICE, READ, ONE, foo="bar", futureField={"nested": True}), says(PERMIT)
    ),
    _evaluate("2.3.1", ask(ALICE, WRITE, ONE), says(PERMIT)),
    _evaluate("2.3.2", FIXTURE, lambda a: isinstance(a.json().get("context", {}), dict)),
    *(
        _evaluate("2.4.1", {k: v for k, v in FIXTURE.items() if k != gone}, status=400)
        for gone in ("subject", "action", "resource")
    ),
    _evaluate("2.4.2", ask({"id": "alice"}, READ, ONE), status=400),
    _evaluate("2.4.2", ask(USERS, READ, ONE), status=400),
    _evaluate("2.4.2", ask(ALICE, {}, ONE), status=400),
    _evaluate("2.4.2", ask(ALICE, READ, {"id": "record-1"}), status=400),
    _evaluate("2.4.2", ask(ALICE, READ, RECORDS), status=400),
    Check("2.4.3", "evaluation", b"hello", status=400, headers={"Content-Type": "text/plain"}),
    _evaluate("2.4.4", b'{"subject": ', status=400),
    _evaluate("2.4.5", b"", status=400),
    _evaluate("2.4.6", ask("alice", READ, ONE), status=400),
    _evaluate("2.4.6", ask(ALICE, {"name": 123}, ONE), status=400),
    Check(
        "2.5.1",
        "evaluation",
        FIXTURE,
        lambda a: a.headers["X-Request-ID"] == "req-7",
        headers=JSON_TYPE | {"X-Request-ID": "req-7"},
    ),
    _evaluate("2.5.2", FIXTURE, says(PERMIT)),
    *(_evaluate("2.6", FIXTURE, says(PERMIT)) for _ in range(3)),
    # 3: evaluations
    _batch(
        "3.2.1", ask(ALICE, READ, None, evaluations=_each("resource", ONE, TWO)), EITHER, EITHER
    ),
    _batch("3.2.2", ask(BOB, None, ONE, evaluations=_each("action", READ, WRITE)), PERMIT, DENY),
    _batch(
        "3.2.3",
        ask(ALICE, WRITE, None, evaluations=_each("resource", ACTIVE, ARCHIVED)),
        PERMIT,
        DENY,
    ),
    _batch(
        "3.2.4",
        ask(None, WRITE, ARCHIVED, evaluations=_each("subject", ALICE, ADMIN)),
        DENY,
        PERMIT,
    ),
    _batch("3.2.5", {"evaluations": [FIXTURE, ask(BOB, WRITE, ONE)]}, PERMIT, DENY),
    _batch(
        "3.2.6",
        ask(
            ALICE,
            READ,
            None,
            context=TIME,
            evaluations=[{"resource": ONE}, {"resource": TWO, "context": {"source": "override"}}],
        ),
        EITHER,
        EITHER,
    ),
    _batch(
        "3.2.7",
        ask(
            ALICE,
            WRITE,
            RECORDS,
            evaluations=_each(
                "resource", {"id": "record-1", "properties": {"status": "active"}}, ARCHIVED
            ),
        ),
        PERMIT,
        DENY,
    ),
    _batch(
        "3.3.1",
        ask(ALICE, READ, None, evaluations=_each("resource", *([ONE] * 5))),
        *([PERMIT] * 5),
    ),
    _batch("3.3.2", ask(BOB, None, ONE, evaluations=_each("action", WRITE, READ)), DENY, PERMIT),
    _batch(
        "3.3.3", ask(ALICE, READ, None, evaluations=_each("resource", ONE, TWO)), EITHER, EITHER
    ),
    Check(
        "3.3.4",
        "evaluations",
        ask(ALICE, READ, None, evaluations=_each("resource", ONE)),
        lambda a: "decision" not in a.json(),
    ),
    _batch("3.4.1", ask(ALICE, READ, None, evaluations=[{"resource": ONE}, {}]), PERMIT, DENY),
    _batch("3.4.2", FIXTURE, PERMIT),
    _batch("3.4.3", {**FIXTURE, "evaluations": []}, PERMIT),
    # 4: search
    _search("4.2.1", "subject", WHO, finds(*BOTH)),
    _search("4.2.2", "subject", {**WHO, "context": TIME}, finds(*BOTH)),
    _search("4.2.3", "subject", ask(ALICE, READ, ONE), finds(*BOTH)),
    _search("4.2.4", "subject", ask(USERS, WRITE, ARCHIVED), finds(BOB)),
    _search("4.3.1", "resource", ask(ALICE, READ, RECORDS), finds(ONE)),
    _search("4.3.2", "resource", ask(ALICE, READ, TWO), finds(ONE)),
    _search("4.3.3", "resource", ask(ADMIN, WRITE, RECORDS), finds(TWO)),
    _search("4.4.1", "action", ask(ALICE, None, ONE), finds(*READ_AND_WRITE)),
    _search("4.4.2", "action", ask(ALICE, None, ONE, context=TIME), finds(*READ_AND_WRITE)),
    _search("4.4.3", "action", ask(ADMIN, None, ARCHIVED), finds(WRITE)),
    _search("4.5.1", "subject", {**WHO, "page": {"limit": 1}}, finds(*BOTH)),
    _search("4.5.2", "subject", {**WHO, "page": {"token": "onward"}}, finds(*BOTH)),
    _search(
        "4.5.3", "subject", WHO, lambda a: a.json().get("page", {}).get("next_token", "") == ""
    ),
    _search("4.5.4", "subject", {**WHO, "page": {}}, finds(*BOTH)),
    _search("4.6.1", "action", ask(USERS | {"id": "nonexistent-user"}, None, ONE), nothing),
    _search("4.6.2", "subject", ask({"type": "spaceship"}, READ, ONE), nothing),
    _search("4.7.1", "subject", ask(USERS, None, ONE), status=400),
    _search("4.7.1", "resource", ask(None, READ, RECORDS), status=400),
    _search("4.7.1", "action", ask(ALICE, None, None), status=400),
    _search("4.7.2", "subject", ask(USERS, READ, RECORDS), status=400),
    _search("4.7.2", "resource", ask(USERS, READ, RECORDS), status=400),
)
