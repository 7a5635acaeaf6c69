"""Looking ahead at another policy: whom it touches, and what recorded decisions would become."""

from dataclasses import replace

from gateway.actions.foresee import Foresee, Simulated, Touched
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.identifiers import FieldName
from gateway.domain.logbook import EVERYTHING, Filters
from gateway.domain.policy_changes import Edition, compare
from gateway.domain.purposes import Rule
from gateway.domain.records import RecordKind
from policies.catalogue import Catalogue
from policies.compiler import compile_matrix
from tests.actions.house import MINUTE, NOON, House, row, run

INTAKE = "P02-gemeente_klantmanager"
NAME = FieldName("roepnaam")


def edition(catalogue: Catalogue) -> Edition:
    """Compile a catalogue as it stands."""
    return Edition(compile_matrix(catalogue), catalogue.fields, {})


def without(catalogue: Catalogue, rule_id: str, name: FieldName) -> Edition:
    """Return the policy in which one rule lost a field."""

    def narrower(rule: Rule) -> Rule:
        lost = {name} if rule.rule_id == rule_id else set()
        return replace(rule, fields=rule.fields - lost)

    purposes = {
        code: replace(purpose, rules=tuple(map(narrower, purpose.rules)))
        for code, purpose in catalogue.purposes.items()
    }
    return edition(replace(catalogue, purposes=purposes))


def foresee(house: House) -> Foresee:
    """Sit down at the desk that looks ahead."""
    sites = house.catalogue.codes.opvanglocaties
    return Foresee(house.gate, house.log, dict(house.catalogue.partners), sites)


def touched(house: House, other: Edition) -> Touched:
    """Count whom a change touches."""
    now = edition(house.catalogue)
    return run(foresee(house).touched(now, other, compare(now, other).pairs))


def simulated(house: House, other: Edition, period: Filters = EVERYTHING) -> Simulated:
    """Take what the log holds again."""
    change = compare(edition(house.catalogue), other)
    return run(foresee(house).simulate(period, other, change))


def busy(house: House) -> None:
    """Let a klantmanager, a matcher and a stranger ask about three people."""
    for subject in house.people(3):
        for caller, purpose in (
            (house.klantmanager, "P02"),
            (house.matcher, "P05"),
            (house.caller("utrecht", "gemeente_klantmanager"), "P02"),
        ):
            try:
                house.show(caller, purpose, subject)
            except DisclosureRefusedError as refusal:
                assert refusal.reason  # noqa: PT017 - refused or granted, both are in the log


def test_people_of_whom_someone_would_see_less_are_counted(house: House) -> None:
    """Who is linked to a town whose klantmanager loses a field is touched, and nobody else."""
    house.people(3)
    house.deliver({**row(4), "koppel_gemeente_code": None, "koppel_status": None})
    found = touched(house, without(house.catalogue, INTAKE, NAME))
    assert (found.people, found.anyone) == (4, 3)
    assert list(found.by_pair.values()) == [3]


def test_counting_opens_nothing_and_is_logged(house: House) -> None:
    """No value is opened to count; that someone looked ahead is one entry of oversight."""
    house.people(2)
    other = without(house.catalogue, INTAKE, NAME)
    touched(house, other)
    assert house.vault.opened == []
    (entry,) = house.records
    assert (entry.kind, entry.outcome) == (RecordKind.OVERSIGHT, "touched")
    assert entry.detail == {"policy": other.matrix.digest}


def test_the_policy_in_force_answers_exactly_as_recorded(house: House) -> None:
    """Every decision of the log comes out as it was recorded, granted or refused."""
    busy(house)
    found = simulated(house, edition(house.catalogue))
    assert found.decisions == 9
    assert (found.elsewhere, found.unfaithful, found.differences) == (0, (), ())


def test_under_another_policy_each_difference_has_its_cell(house: House) -> None:
    """A field that a rule lost is lost in exactly the decisions that granted it, each explained."""
    busy(house)
    found = simulated(house, without(house.catalogue, INTAKE, NAME))
    told = [(one.role, one.gained, one.lost, one.explained) for one in found.differences]
    klantmanager = "gemeente_klantmanager"
    assert told.count((klantmanager, (), (NAME,), True)) == 3
    assert told.count((klantmanager, (), (), True)) == 3  # the stranger is refused one field less
    assert len(told) == 6


def test_a_difference_that_no_change_names_is_not_explained(house: House) -> None:
    """Laid beside a change that was computed for other policies, a difference stands alone."""
    busy(house)
    other, same = without(house.catalogue, INTAKE, NAME), edition(house.catalogue)
    found = run(foresee(house).simulate(EVERYTHING, other, compare(same, same)))
    assert [one.explained for one in found.differences] == [False] * 6


def test_only_the_period_is_simulated(house: House) -> None:
    """What was decided outside the period is left out."""
    busy(house)
    later = Filters(since=NOON + MINUTE)
    assert simulated(house, edition(house.catalogue), later).decisions == 0


def test_a_decision_under_an_older_policy_is_left_out(house: House) -> None:
    """What was decided under a policy that is not kept here is counted, not judged."""
    busy(house)
    other = without(house.catalogue, INTAKE, NAME)
    house.rules.edition = other
    found = simulated(house, other)
    assert (found.decisions, found.elsewhere, found.differences) == (9, 9, ())


def test_a_decision_of_before_is_held_against_the_policy_it_was_taken_under(house: House) -> None:
    """Where the earlier policy is kept, its decisions come out as recorded, and differ where it did."""
    busy(house)
    other = without(house.catalogue, INTAKE, NAME)
    house.rules.coming = other
    run(house.rules.renew())
    found = run(foresee(house).simulate(EVERYTHING, other))
    assert (found.elsewhere, found.unfaithful) == (0, ())
    assert [one.explained for one in found.differences] == [True] * 6


def test_a_decision_that_does_not_come_out_as_recorded_is_named(house: House) -> None:
    """An entry that says something else than its own record decides is told by its index."""
    busy(house)
    lying = replace(house.records[0], fields=(NAME,))
    house.records[0] = lying
    assert simulated(house, edition(house.catalogue)).unfaithful == (0,)


def test_a_resident_is_touched_by_what_she_herself_sees(house: House) -> None:
    """A rule for residents is counted for each of them about herself."""
    house.people(2)
    found = touched(house, without(house.catalogue, "P11-betrokkene", NAME))
    assert found.anyone == 2
