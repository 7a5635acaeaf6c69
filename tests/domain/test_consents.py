"""Consent is a fold of events: what ended stays ended, and only the newest counts."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from gateway.domain.basis import covering
from gateway.domain.consents import (
    OPENING,
    REQUEST_TERM,
    Asked,
    Consent,
    ConsentEvent,
    ConsentEventKind,
    fold,
    request_for,
)
from gateway.domain.identifiers import FieldName, PurposeCode
from gateway.domain.partners import PartnerKind
from gateway.domain.purposes import ConsentNeed, RelationTest, Rule, Stage
from gateway.domain.reasons import Reason
from gateway.domain.scene import Scene
from tests.domain.law import (
    DAY,
    FIELDS,
    NOW,
    OIN,
    TICK,
    consent_id,
    given,
    later,
    rule,
    story,
)

K = ConsentEventKind


def one(*events: ConsentEvent) -> Consent:
    """Fold events of a single consent."""
    (consent,) = fold(events, NOW)
    return consent


def test_a_given_consent_holds_from_its_moment_to_its_term() -> None:
    """Before it is given there is none; at its term it is expired."""
    event = given(at=NOW, expires=NOW + DAY)
    assert fold((event,), NOW - TICK) == ()
    consent = one(event)
    assert (consent.since, consent.recorded, consent.ended) == (NOW, NOW, None)
    assert consent.state_at(NOW + DAY - TICK) is K.GIVEN
    assert consent.state_at(NOW + DAY) is K.EXPIRED


def test_a_consent_without_a_term_does_not_expire() -> None:
    """Where no end was recorded, time alone ends nothing."""
    assert one(given(expires=None)).state_at(NOW + 9_999 * DAY) is K.GIVEN


@pytest.mark.parametrize("kind", [K.WITHDRAWN, K.EXPIRED, K.INVALIDATED, K.REFUSED])
def test_what_ended_stays_ended(kind: ConsentEventKind) -> None:
    """After its end neither renewal nor a second gift brings a consent back."""
    ended = later(kind, NOW - 3 * TICK)
    again = (replace(given(), at=NOW - TICK), later(K.RENEWED, NOW))
    consent = one(given(), ended, *again)
    assert (consent.state, consent.ended) == (kind, ended.at)


@pytest.mark.parametrize("kind", [K.REFUSED, K.WITHDRAWN, K.INVALIDATED])
def test_what_begins_with_an_end_is_over(kind: ConsentEventKind) -> None:
    """A first event that opens nothing is on record as ended, and never given."""
    consent = one(given(kind=kind))
    assert (consent.state, consent.since, consent.ended) == (kind, None, NOW - DAY)


def test_asking_opens_nothing_until_it_is_given() -> None:
    """A request keeps its scope; giving opens it from then on, and asking again changes nothing."""
    asked = given(kind=K.REQUESTED, expires=None)
    assert one(asked).state is K.REQUESTED
    assert one(asked).since is None
    answered = one(asked, later(K.GIVEN, NOW - TICK), later(K.REQUESTED, NOW))
    assert (answered.state, answered.since) == (K.GIVEN, NOW - TICK)
    assert answered.scope == asked.scope


def test_the_term_of_a_request_is_not_that_of_its_answer() -> None:
    """A request runs out by itself; an answer has the term it names, or none."""
    asked = given(kind=K.REQUESTED, expires=NOW)
    assert one(asked).state_at(NOW) is K.EXPIRED
    assert one(asked, later(K.GIVEN, NOW)).state is K.EXPIRED
    assert one(asked, later(K.GIVEN, NOW - TICK)).expires is None


def test_a_recorder_who_decides_about_her_marks_the_consent_for_good() -> None:
    """Whatever is recorded after it, and by whom, the mark stays."""
    marked = replace(later(K.RENEWED, NOW - TICK), decides=True)
    assert one(given(), marked, later(K.WITHDRAWN)).decides
    assert not one(given(), later(K.WITHDRAWN)).decides


@pytest.mark.parametrize("kind", list(K))
def test_an_event_without_a_scope_opens_nothing(kind: ConsentEventKind) -> None:
    """What never said for whom and what, is no consent; not later either."""
    assert fold((later(kind, NOW - TICK),), NOW) == ()
    if kind is not K.REQUESTED:
        assert fold((later(kind, NOW - TICK), given(at=NOW)), NOW) == ()


def test_a_request_without_a_scope_leaves_room() -> None:
    """Before a consent begins, an asking without scope is no beginning."""
    assert one(later(K.REQUESTED, NOW - 2 * DAY), given()).state is K.GIVEN


def test_a_renewal_may_change_scope_and_term() -> None:
    """What a renewal names replaces, what it leaves out stays; the first gift stays the start."""
    scope = given(fields=("taal",)).scope
    renewed = replace(later(K.RENEWED), scope=scope, expires=NOW + 9 * DAY)
    consent = one(given(), renewed)
    assert (consent.state, consent.scope, consent.expires) == (K.RENEWED, scope, NOW + 9 * DAY)
    assert consent.since == NOW - DAY
    bare = one(given(), later(K.RENEWED))
    assert (bare.scope, bare.expires) == (given().scope, given().expires)


def test_a_term_that_ran_out_is_over() -> None:
    """A renewal after the term comes too late, and the end lies at the term."""
    consent = one(given(expires=NOW - TICK), later(K.RENEWED, NOW))
    assert (consent.state, consent.ended) == (K.EXPIRED, NOW - TICK)
    in_time = one(given(expires=NOW), later(K.RENEWED, NOW - TICK))
    assert in_time.state is K.RENEWED


def test_consents_do_not_touch_each_other() -> None:
    """Each consent has its own events; the oldest comes first."""
    consents = fold((given(number=2, at=NOW), given(number=1), later(K.WITHDRAWN, number=1)), NOW)
    assert [(c.consent_id, c.state) for c in consents] == [
        (consent_id(1), K.WITHDRAWN),
        (consent_id(2), K.GIVEN),
    ]


EVENTS = st.lists(
    st.builds(
        lambda kind, hours, number, scoped: replace(
            given(kind=kind, at=NOW - hours * TICK, number=number, expires=None),
            **({} if scoped else {"scope": None}),  # type: ignore[arg-type]  # a text
        ),
        st.sampled_from(list(K)),
        st.integers(0, 50),
        st.integers(1, 3),
        st.booleans(),
    ),
    unique_by=lambda event: event.at,
    max_size=10,
)


@each(EVENTS, st.integers(0, 50))
def test_withdrawing_last_closes_for_good(events: list[ConsentEvent], back: int) -> None:
    """Whatever was said before, a withdrawal now leaves that consent closed now and later."""
    last = [later(K.WITHDRAWN, NOW + TICK, number) for number in (1, 2, 3)]
    reopened = [replace(e, at=NOW + (2 + back + i) * TICK) for i, e in enumerate(events)]
    known = {consent.consent_id for consent in fold(events, NOW)}
    after = fold((*events, *last, *reopened), NOW + 1_000 * TICK)
    assert not [c for c in after if c.consent_id in known and c.state in OPENING]


@each(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(events: list[ConsentEvent], dice: object) -> None:
    """Events are folded by their own moments."""
    told = list(events)
    dice.shuffle(told)  # type: ignore[attr-defined]  # hypothesis draws the dice
    assert fold(told, NOW) == fold(events, NOW)


# --- which consent covers --------------------------------------------------------------------


def weigh(*said: ConsentEvent, stage: Stage = Stage.INTRODUCTION) -> Consent | Reason:
    """Ask which consent carries a rule of the agency."""
    written: Rule = rule(
        purpose="P05_doel",
        relation=RelationTest.INTRODUCED,
        stage=stage,
        consent=ConsentNeed.SPECIFIC,
    )
    told = story(written, kind=PartnerKind.UITZENDBUREAU).said(*said)
    return covering(written, Scene.at(NOW, told.caller, told.situation, FIELDS))


def test_the_newest_consent_decides() -> None:
    """A newer consent takes the place of the older; withdrawing it revives nothing."""
    old = given(number=1, at=NOW - 2 * DAY)
    new = given(number=2, at=NOW - DAY, fields=("taal",))
    newest = weigh(old, new)
    assert isinstance(newest, Consent)
    assert newest.scope.fields == {FieldName("taal")}
    assert weigh(old, new, later(K.WITHDRAWN, number=2)) is Reason.CONSENT_WITHDRAWN


def test_withdrawing_the_older_leaves_the_newer() -> None:
    """An ending of what was replaced already ends nothing."""
    old, new = given(number=1, at=NOW - 2 * DAY), given(number=2)
    assert isinstance(weigh(old, new, later(K.WITHDRAWN, number=1)), Consent)


def test_a_refusal_of_a_new_question_leaves_what_was_given() -> None:
    """Saying no to a second request is not withdrawing the first."""
    assert isinstance(weigh(given(), given(number=2, kind=K.REFUSED, at=NOW)), Consent)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((), Reason.CONSENT_NOT_FOUND),
        ((given(kind=K.REQUESTED),), Reason.CONSENT_NOT_FOUND),
        ((given(kind=K.REFUSED),), Reason.CONSENT_REFUSED),
        ((given(), later(K.WITHDRAWN)), Reason.CONSENT_WITHDRAWN),
        ((given(expires=NOW),), Reason.CONSENT_EXPIRED),
        ((given(), later(K.INVALIDATED)), Reason.CONSENT_NOT_FOUND),
        ((given(at=NOW + TICK),), Reason.CONSENT_NOT_FOUND),
        ((given(recipient="00000099000000005000"),), Reason.CONSENT_NOT_FOUND),
        ((given(recipient="soort:werkgever"),), Reason.CONSENT_NOT_FOUND),
        ((given("P06_doel"),), Reason.CONSENT_SCOPE_MISMATCH),
        ((given(recipient="soort:uitzendbureau"),), Reason.CONSENT_SCOPE_MISMATCH),
    ],
)
def test_why_no_consent_covers(said: tuple[ConsentEvent, ...], why: Reason) -> None:
    """Each way of not covering has its own reason."""
    assert weigh(*said) is why


def test_a_consent_to_a_kind_covers_a_search() -> None:
    """At the search stage the partner's kind is as good as its number."""
    for recipient in (OIN, "soort:uitzendbureau"):
        assert isinstance(weigh(given(recipient=recipient), stage=Stage.SEARCH), Consent)


ASKED = given(kind=K.REQUESTED, expires=NOW + DAY)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ((ASKED,), True),
        ((replace(ASKED, expires=NOW),), False),
        ((ASKED, later(K.GIVEN, NOW - TICK)), False),
        ((ASKED, later(K.REFUSED, NOW - TICK)), False),
        ((ASKED, later(K.INVALIDATED, NOW - TICK)), False),
        ((ASKED, later(K.EXPIRED, NOW - TICK)), False),
        ((given(), later(K.RENEWED, NOW - TICK)), False),
        ((given(), later(K.WITHDRAWN, NOW - TICK)), False),
        ((given(),), False),
    ],
)
def test_a_request_waits_until_it_is_answered_or_runs_out(
    said: tuple[ConsentEvent, ...],
    waits: bool,  # noqa: FBT001 - a table
) -> None:
    """Only a request without an answer, within its term, waits."""
    found = request_for(fold(said, NOW), PurposeCode("P05_doel"), OIN, NOW)
    assert (found is not None) is waits


@pytest.mark.parametrize(
    ("purpose", "recipient"),
    [("P04_doel", OIN), ("P06_doel", OIN), ("P05_doel", OIN + "0"), ("P05_doel", "")],
)
def test_a_request_waits_for_its_own_purpose_and_recipient(purpose: str, recipient: str) -> None:
    """A request to agree to something else, or to someone else, is not it."""
    assert request_for(fold((ASKED,), NOW), PurposeCode(purpose), recipient, NOW) is None


def test_a_request_waits_for_thirty_days() -> None:
    """The term is the gate's own, and is told to her."""
    assert REQUEST_TERM == 30 * DAY


def test_nobody_marks_a_consent_by_default() -> None:
    """Who helped, agreed for her, read back or decides about her is there only where it was said."""
    event = given()
    assert one(event).decides is False
    assert not any((event.interpreter, event.guardian, event.read_back, event.decides))


def test_what_was_said_cannot_be_changed() -> None:
    """Events, their scope, what they come to and an open request are values."""
    consent = one(given())
    fields = {"state": consent.state, "ended": None, "expires": consent.expires}
    bare = Consent(consent.consent_id, consent.scope, NOW, None, **fields)  # type: ignore[arg-type]  # by name
    assert bare.decides is False
    asked = Asked(story().situation.subject, ASKED, consent.scope)
    for value in (consent, consent.scope, ASKED, asked):
        assert not hasattr(value, "__dict__")
        with pytest.raises(FrozenInstanceError):
            setattr(value, next(iter(value.__slots__)), None)
