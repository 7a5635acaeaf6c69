"""Every body of the port OwnAccess keeps this law."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.domain import own_access
from gateway.domain.identifiers import SubjectId
from gateway.domain.own_access import (
    CODE_LASTS,
    SESSION_LASTS,
    TRIES,
    TRIES_OF_ADDRESS,
    WINDOW,
    AccessCode,
    CountGuess,
    EndOwnSession,
    Guess,
    MakeCode,
    OwnSession,
    UseCode,
)
from gateway.domain.ports import Entry, Rejected
from gateway.domain.records import Receipt
from tests.contracts.bodies import NOON, Body, entry, subject_id

MINUTE = timedelta(minutes=1)
HERE, THERE = b"h" * 18, b"t" * 18


def term(number: int) -> bytes:
    """Make a term of the size that they have."""
    return bytes((number,)) * 18


def code(subject: SubjectId, number: int = 1, at: datetime = NOON) -> AccessCode:
    """Make a code."""
    return AccessCode(term(number), b"proof" + bytes(13), subject, at + CODE_LASTS)


def make(body: Body, subject: SubjectId, number: int = 1, at: datetime = NOON) -> AccessCode:
    """Keep a code."""
    one = code(subject, number, at)
    assert isinstance(body.change(subject, MakeCode(one, at)), Receipt)
    return one


def session(subject: SubjectId, number: int = 1, at: datetime = NOON) -> OwnSession:
    """Make a session."""
    return OwnSession(bytes((number,)) * 32, subject, at)


def use(
    body: Body, one: AccessCode, at: datetime = NOON, number: int = 1, address: bytes = HERE
) -> Receipt | Rejected:
    """Use a code."""
    change = UseCode(one.term, address, session(one.subject, number, at))
    return body.change(one.subject, change, at=at)


def guess(
    body: Body, times: int, term_: bytes | None = None, at: datetime = NOON, address: bytes = HERE
) -> None:
    """Guess wrong so many times."""
    wrong = CountGuess(Guess(address, at, term_))
    body.append(*(Entry(entry(None, at=at).record, (wrong,)) for _ in range(times)))


def found(body: Body, *numbers: int) -> AccessCode | None:
    """Find a code by any of these terms."""
    return asyncio.run(body.own.code([term(number) for number in numbers]))


def open_(body: Body, number: int = 1) -> OwnSession | None:
    """Find a session."""
    return asyncio.run(body.own.session(bytes((number,)) * 32))


def test_a_code_is_found_by_any_of_its_terms(body: Body) -> None:
    """As it was kept; another term finds nothing, and a stranger gets no code."""
    one = make(body, body.person())
    assert found(body, 7, 1) == one
    assert found(body, 7) is None
    assert isinstance(body.change(None, MakeCode(code(subject_id(9), 9), NOON)), Rejected)


def test_a_code_is_used_once(body: Body) -> None:
    """A session takes its place; the second who brings it stays outside."""
    one = make(body, body.person())
    assert isinstance(use(body, one), Receipt)
    assert open_(body) == session(one.subject)
    assert found(body, 1) is None
    assert isinstance(use(body, one, number=2), Rejected)
    assert open_(body, 2) is None


def test_a_newer_code_takes_the_place_of_hers_alone(body: Body) -> None:
    """Her earlier code is gone, another's stays, and what ran out goes with the next."""
    her, other = body.person(1), body.person(2)
    make(body, her, 1)
    make(body, other, 2)
    make(body, her, 3)
    assert found(body, 1) is None
    assert found(body, 2) is not None
    make(body, her, 4, NOON + CODE_LASTS)
    assert found(body, 2) is None


@pytest.mark.parametrize(("late", "held"), [(-MINUTE, True), (timedelta(), False)])
def test_a_code_runs_out(body: Body, late: timedelta, held: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Until its last minute it opens; from the end on it does not."""
    one = make(body, body.person())
    answer = use(body, one, NOON + CODE_LASTS + late)
    assert isinstance(answer, Receipt) is held


@pytest.mark.parametrize(("times", "held"), [(TRIES - 1, True), (TRIES, False)])
def test_a_code_is_dead_after_some_wrong_guesses(body: Body, times: int, held: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Wherever they came from, and however long ago: only a new code helps."""
    one = make(body, body.person())
    guess(body, times, one.term, address=THERE)
    assert found(body, 1) == replace(one, tries=times)
    assert isinstance(use(body, one, NOON + 2 * WINDOW), Receipt) is held


def test_an_address_that_guesses_often_is_shut_for_an_hour(body: Body) -> None:
    """From there nothing opens, from elsewhere it does, and after the hour it does again."""
    one = make(body, body.person())
    guess(body, TRIES_OF_ADDRESS)
    assert isinstance(use(body, one, NOON + WINDOW - MINUTE), Rejected)
    assert isinstance(use(body, one, NOON + WINDOW), Receipt)
    other = make(body, one.subject, 2)
    assert isinstance(use(body, other, number=2, address=THERE), Receipt)


def test_many_guesses_from_everywhere_shut_all(body: Body, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond a limit is not counted, so that it ends an hour after the last that was."""
    one = make(body, body.person())
    monkeypatch.setattr(own_access, "TRIES_OF_ALL", 40)
    for number in range(2):
        guess(body, 20, address=bytes((number,)) * 18)
    guess(body, 1, one.term, at=NOON + WINDOW - MINUTE)
    assert found(body, 1) == one
    assert isinstance(use(body, one, NOON + WINDOW - MINUTE, address=THERE), Rejected)
    assert isinstance(use(body, one, NOON + WINDOW, address=THERE), Receipt)


def test_she_has_one_session_at_a_time(body: Body) -> None:
    """A new code ends the one before; ending it twice is ending it once; another's goes on."""
    her, other = body.person(1), body.person(2)
    for number, whose in ((1, her), (2, other)):
        use(body, make(body, whose, number), number=number)
    again = make(body, her, 3)
    assert open_(body, 1) is None
    use(body, again, number=3)
    assert open_(body, 2) is not None
    for _ in range(2):
        assert isinstance(body.change(her, EndOwnSession(bytes((3,)) * 32)), Receipt)
    assert open_(body, 3) is None


def test_sessions_that_are_over_go_with_the_next(body: Body) -> None:
    """Nobody's time stays on record once it is over."""
    her, other = body.person(1), body.person(2)
    use(body, make(body, other, 2), number=2)
    late = NOON + SESSION_LASTS
    use(body, make(body, her, 1, late), late)
    assert open_(body, 2) is None
