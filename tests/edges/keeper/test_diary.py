"""The diary notes how each job ended, and the same again once a minute at most."""

from datetime import timedelta

import pytest

from gateway.domain.upkeep import Job
from gateway.keeper.diary import Diary
from gateway.keeper.rounds import Rounds, Work
from tests.edges.keeper.outside import NOON
from tests.edges.keeper.test_rounds import until
from tests.fakes.clock import Clock
from tests.fakes.job_runs import JobRuns
from tests.fakes.telemetry import Telemetry


def test_how_a_round_ended_is_noted_and_the_same_again_after_a_minute() -> None:
    """What differs is noted at once; an error goes on, and only its kind is kept."""
    runs, clock = JobRuns(), Clock(NOON)
    diary, first = Diary(runs, clock), clock.now()

    def ends(fault: str = "") -> None:
        with diary.round(Job.NOTICES):
            if fault:
                raise OSError(fault)

    ends()
    ends()
    with pytest.raises(OSError, match="secret"):
        ends("http://partner.example/secret")
    ends()
    clock.wait(timedelta(minutes=1))
    ends()
    assert runs.notes == [
        (Job.NOTICES, first, None),
        (Job.NOTICES, first, "OSError"),
        (Job.NOTICES, first, None),
        (Job.NOTICES, first + timedelta(minutes=1), None),
    ]


def test_rounds_note_the_jobs_that_an_operator_knows() -> None:
    """Work without a name for her is done, and not noted."""
    runs, done = JobRuns(), list[str]()
    works = [
        Work("watch", 0.01, lambda: done.append("watch")),
        Work("check", 0.01, lambda: done.append("check"), Job.CHECK),
    ]
    with Rounds(works, Telemetry(), Diary(runs, Clock(NOON)).round):
        until(lambda: done.count("watch") > 1 and done.count("check") > 1)
    assert runs.runs.keys() == {Job.CHECK}
