"""How long fields are kept: purposes close after the handover, and fields go with the last of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.identifiers import PurposeCode
from gateway.domain.relations import RelationKind
from gateway.domain.retention import closed_by_handover, past_retention
from gateway.domain.subjects import ProfileVersion, Situation
from policies.enforcer import load_policy
from policies.parameters import load_parameters
from tests.domain.law import DAY, LINKED, NEXT_TOWN, NOW, SUBJECT, event

CATALOGUE, MATRIX = load_policy()
FIELDS = CATALOGUE.fields
TERMS = load_parameters().on(NOW.date())
TOLD = 1 << 3
TERM = timedelta(days=TERMS["handover_copy"])
HELD_ON = NOW - DAY
SITUATION = Situation(
    SUBJECT,
    1,
    relations=(LINKED,),
    versions=(
        ProfileVersion(1, NOW - 9 * DAY, TOLD),
        ProfileVersion(2, HELD_ON, TOLD | 1),
        ProfileVersion(3, NOW, 1),
    ),
)


def closed(situation: Situation = SITUATION, status: object = "gevoerd") -> dict[str, timedelta]:
    """Say which purposes close, and how long after the handover was told."""
    found = closed_by_handover(situation, status, MATRIX, TOLD, TERMS)
    return {code[:3]: at - HELD_ON for code, at in found}


def test_linking_and_handover_close_a_month_after_the_handover_was_told() -> None:
    """Counted from the version that last told it, not from a later one."""
    assert closed() == {"P01": TERM, "P02": TERM}


@pytest.mark.parametrize("status", [None, "open", "gepland", "niet_mogelijk"])
def test_without_a_handover_nothing_closes(status: object) -> None:
    """What is planned or impossible has not been acknowledged."""
    assert closed(status=status) == {}


def test_a_new_link_opens_them_again() -> None:
    """The next town has a handover of its own, also when its link lies ahead."""
    for at in (NOW, NOW + 9 * DAY):
        moved = event(RelationKind.OMGEKOPPELD, NEXT_TOWN, at)
        assert closed(replace(SITUATION, relations=(LINKED, moved))) == {}


def test_they_stay_closed_when_the_status_itself_is_gone() -> None:
    """Deleting the field that told of the handover does not undo what it told."""
    before = closed_by_handover(SITUATION, "gevoerd", MATRIX, TOLD, TERMS)
    gone = replace(SITUATION, closed=before)
    assert closed_by_handover(gone, None, MATRIX, TOLD, TERMS) == before
    moved = event(RelationKind.OMGEKOPPELD, NEXT_TOWN, NOW)
    assert closed(replace(gone, relations=(LINKED, moved)), None) == {}


def test_a_field_goes_with_the_last_purpose_that_names_it() -> None:
    """Of all fields exactly those that P01 or P02 name and no other open purpose does."""
    shut = closed_by_handover(SITUATION, "gevoerd", MATRIX, TOLD, TERMS)
    day = HELD_ON + TERM
    gone = past_retention(shut, MATRIX, FIELDS, day)
    named = {
        purpose.short: {name for rule in purpose.rules for name in rule.fields}
        for purpose in MATRIX.purposes()
        if purpose.short not in {"P10", "P11"}
    }
    others = set().union(*(names for short, names in named.items() if short not in {"P01", "P02"}))
    assert set(FIELDS.names(gone)) == (named["P01"] | named["P02"]) - others != set()
    assert past_retention(shut, MATRIX, FIELDS, day - timedelta(microseconds=1)) == 0
    everything = [(purpose.code, NOW) for purpose in MATRIX.purposes()]
    rest = past_retention(everything, MATRIX, FIELDS, NOW)
    assert set(FIELDS.names(rest)) == set().union(*named.values())
    assert past_retention([(PurposeCode("P99_x"), NOW)], MATRIX, FIELDS, NOW) == 0
