"""The file of a handover: which talk counts, and whether one still has to be planned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gateway.domain.handovers import (
    Cancelled,
    File,
    Handover,
    Plan,
    Question,
    Scenario,
    Talk,
    TalkForm,
    TalkState,
    Topic,
    gathered,
)
from gateway.domain.identifiers import ActorId, GemeenteCode, SubjectId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHICH = Handover(SubjectId(UUID(int=1)), GemeenteCode("0243"), NOON)
PLAN = Plan(Scenario.SNELLE_START, TalkForm.ONLINE, NOON, agreed=True)


def talk(number: int, state: TalkState, why: Cancelled | None = None) -> Talk:
    """Make a talk, planned so many hours after noon."""
    id_, at = UUID(int=number), NOON + number * HOUR
    return Talk(id_, WHICH, PLAN, at, ActorId("sanne"), state, cancelled=why)


def test_a_planned_talk_counts_before_one_that_was_held() -> None:
    """What is planned comes first, then what was held last; a cancelled one never counts."""
    first, second = talk(1, TalkState.GEVOERD), talk(2, TalkState.GEVOERD)
    off, ahead = talk(3, TalkState.GEANNULEERD, Cancelled.ANDER_MOMENT), talk(4, TalkState.GEPLAND)
    assert File(talks=(first, second, off, ahead)).talk == ahead
    assert File(talks=(first, second, off)).talk == second
    assert File(talks=(off,)).talk is None


@pytest.mark.parametrize("why", Cancelled)
def test_no_talk_is_waited_for_that_will_not_be(why: Cancelled) -> None:
    """If she wants none, or moved, none has to be planned; for any other reason a next one has."""
    none = {Cancelled.BEWONER_WIL_NIET, Cancelled.VERHUISD}
    assert File(talks=(talk(1, TalkState.GEANNULEERD, why),)).settled == (why in none)


def test_what_belongs_together_lies_together_oldest_first() -> None:
    """Rows in any order become one file a handover, and questions without answer are counted."""
    other = replace(WHICH, gemeente=GemeenteCode("0344"))
    late, early = talk(2, TalkState.GEPLAND), talk(1, TalkState.GEVOERD)
    one = Question(UUID(int=5), WHICH, Topic.TAAL, None, NOON, ActorId("sanne"))
    answered = replace(one, question_id=UUID(int=6), answer=UUID(int=7), answered=NOON)
    elsewhere = replace(one, question_id=UUID(int=8), handover=other)
    files = gathered([], [late, early], [answered, elsewhere, one], [], [])
    assert files == {
        WHICH: File(talks=(early, late), questions=(one, answered)),
        other: File(questions=(elsewhere,)),
    }
    assert files[WHICH].waiting == 1
