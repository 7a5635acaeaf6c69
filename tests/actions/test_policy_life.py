"""Changing the rules: each step by whom it falls to, on record, and every mistake caught before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

import pytest

from gateway.actions.disclose import Disclose
from gateway.actions.foresee import Foresee
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.policy_life import Draft, PolicyDesk
from gateway.actions.rules import CurrentLedger, PolicyInForce
from gateway.domain.errors import InvalidRequestError, PolicyError
from gateway.domain.identifiers import ActorId, FieldName, RoleId
from gateway.domain.logbook import EVERYTHING
from gateway.domain.partners import Caller
from gateway.domain.policy_changes import Edition
from gateway.domain.policy_versions import Proposal, State
from gateway.domain.records import RecordKind
from policies.editions import edition_of
from tests.actions.house import DAY, House, policy, run
from tests.fakes.drafts import UnprovenDrafts
from tests.fakes.policy_versions import PolicyVersions

INTAKE = "purposes/P02_warme_overdracht_brede_intake.yaml"
STORIES = "stories/overdracht.yaml"
NAME = FieldName("roepnaam")
WHY = "Roepnaam is voor de brede intake niet nodig"


@cache
def shipped() -> Edition:
    """Read the edition that comes with the program once."""
    return edition_of(*policy())


@dataclass(frozen=True, slots=True)
class Office:
    """A gate whose policy can be changed, with those who may."""

    house: House
    desk: PolicyDesk
    rules: PolicyInForce

    def worker(self, name: str, role: str = "privacy_officer", partner: str = "coa") -> Caller:
        """Return someone of an organisation in a role."""
        partners = self.house.catalogue.partners.values()
        found = next(one for one in partners if one.slug == partner)
        return Caller(found, RoleId(role), ActorId(name))

    @property
    def owner(self) -> Caller:
        """Who proposes."""
        return self.worker("iris", "beleidseigenaar")

    def propose(self, files: Mapping[str, bytes | None]) -> Proposal:
        """Propose these files."""
        proposal, _ = run(self.desk.propose(self.owner, Draft(files, WHY)))
        return proposal

    def approve(self, proposal: Proposal, *names: str) -> None:
        """Approve as these officers."""
        for name in names:
            run(self.desk.approve(self.worker(name), proposal.proposal_id))

    def activate(self, files: Mapping[str, bytes | None]) -> Proposal:
        """Take a change all the way."""
        proposal = self.propose(files)
        self.approve(proposal, "anouk", "daan")
        run(self.desk.activate(self.owner, proposal.proposal_id))
        return proposal

    def granted(self) -> frozenset[FieldName]:
        """Let the klantmanager ask about the one person there is; tell what she may see."""
        (subject,) = self.house.world.people
        self.house.show(self.house.klantmanager, "P02", subject)
        intents = [one for one in self.house.records if one.kind is RecordKind.INTENT]
        assert intents[-1].policy == self.house.gate.matrix.digest
        return frozenset(intents[-1].fields)


@pytest.fixture(name="office")
def fixture_office(house: House) -> Office:
    """Open the office of a gate that knows one person."""
    drafts, versions = UnprovenDrafts(), PolicyVersions(house.world)
    rules = PolicyInForce(shipped(), drafts, versions, house.clock)
    house.gate = replace(house.gate, rules=rules, ledger=CurrentLedger(house.ledger, rules))
    house.disclose = Disclose(house.gate)
    partners = dict(house.catalogue.partners)
    foresee = Foresee(house.gate, house.log, partners, house.catalogue.codes.opvanglocaties)
    house.people(1)
    return Office(house, PolicyDesk(house.gate, rules, versions, drafts, foresee), rules)


def intake(old: str, new: str) -> Mapping[str, bytes]:
    """Return the file of the broad intake with one thing changed."""
    text = UnprovenDrafts().shipped()[INTAKE].decode()
    assert old in text
    return {INTAKE: text.replace(old, new, 1).encode()}


def narrower() -> Mapping[str, bytes]:
    """Take the roepnaam out of the broad intake, and out of its story."""
    story = UnprovenDrafts().shipped()[STORIES].decode()
    return {
        **intake("      - roepnaam\n", ""),
        STORIES: story.replace("achternaam, roepnaam", "achternaam").encode(),
    }


def test_from_proposal_to_force_and_back(office: Office) -> None:
    """A field leaves with the activation and comes back with the rollback, each step in the log."""
    assert NAME in office.granted()
    before = office.rules.matrix.digest
    proposal = office.activate(narrower())
    assert office.rules.matrix.digest == proposal.policy != before
    assert NAME not in office.granted()
    run(office.desk.roll_back(office.worker("anouk"), "Toch nodig bij de intake"))
    assert NAME in office.granted()
    steps = [one for one in office.house.records if one.kind is RecordKind.POLICY]
    assert [(one.outcome, one.policy, one.detail["brings"]) for one in steps] == [
        ("proposed", before, proposal.policy),
        ("approved", before, proposal.policy),
        ("approved", before, proposal.policy),
        ("activated", before, proposal.policy),
        ("rolled back", proposal.policy, before),
    ]
    assert [one.actor for one in steps] == ["iris", "anouk", "daan", "iris", "anouk"]


def test_a_proposal_tells_whom_it_touches(office: Office) -> None:
    """What changes, how many people that concerns, and that the stories hold."""
    proposal = office.propose(narrower())
    shown = run(office.desk.one(office.worker("anouk"), proposal.proposal_id))
    (cell,) = shown.change.cells
    assert (cell.role, cell.lost, cell.gained) == ("gemeente_klantmanager", (NAME,), ())
    effect = proposal.effect
    assert (effect.people, effect.anyone, [one.people for one in effect.pairs]) == (1, 1, [1])
    assert effect.stories > 10
    assert not effect.broken
    assert (shown.state, shown.refuses) == (State.OPEN, None)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (intake("- roepnaam\n", "- Roepnaam\n"), "unknown value 'Roepnaam', write 'roepnaam'"),
        (
            intake("- roepnaam\n", "- roepnaam\n      - achternaam\n"),
            "achternaam: stands here twice",
        ),
        (intake("- roepnaam\n", "- bijnaam\n"), "fields: unknown value 'bijnaam'"),
        (intake("- roepnaam\n", "- religie\n"), "religie: is blocked at intake"),
        (
            intake("- roepnaam\n", "- woning_aanpassing_functioneel\n"),
            "exception: is missing; woning_aanpassing_functioneel is of class S4 or S5",
        ),
        (
            intake(
                "    basis: >-\n      GDPR 6(1)(c)/(e): Wet inburgering 2021 art 35(2) + Besluit"
                " inburgering 2021 art 9.4(3);\n      BSN: art 36 and Besluit art 9.10\n",
                "",
            ),
            "basis: is missing",
        ),
        ({STORIES: b"verhalen:\n  - verhaal: Leeg\n"}, "verhaal: expects nothing"),
        ({"fields.csv": b"number\n"}, "fields.csv:1: file: comes with the program"),
    ],
    ids=["case", "twice", "unknown", "blocked", "special", "basis", "story", "fixed"],
)
def test_a_mistake_is_caught_before_it_is_kept(
    office: Office, files: Mapping[str, bytes], told: str
) -> None:
    """Each mistake that authors make is told by file and line, and nothing is proposed."""
    with pytest.raises(PolicyError) as caught:
        office.propose(files)
    (path,) = files
    lines = [line for line in str(caught.value).splitlines() if told in line]
    assert lines
    assert re.match(rf"{re.escape(path)}:\d+: ", lines[0])
    assert not run(office.desk.standing(office.owner)).proposals


def test_a_broken_story_stops_approval(office: Office) -> None:
    """A proposal under which a story comes out otherwise is kept to be seen, and goes no further."""
    proposal = office.propose(intake("      - roepnaam\n", ""))
    (line,) = proposal.effect.broken
    assert re.match(r"stories/overdracht\.yaml:\d+: .*: roepnaam is not seen", line)
    with pytest.raises(InvalidRequestError, match="breaks a story"):
        office.approve(proposal, "anouk")


def test_neither_proposer_nor_one_person_twice_approves(office: Office) -> None:
    """It takes two others; before that nothing comes into force."""
    proposal = office.propose(narrower())
    with pytest.raises(InvalidRequestError, match="one's own"):
        run(office.desk.approve(office.owner, proposal.proposal_id))
    office.approve(proposal, "anouk")
    with pytest.raises(InvalidRequestError, match="same person"):
        office.approve(proposal, "anouk")
    with pytest.raises(InvalidRequestError, match="not approved by two"):
        run(office.desk.activate(office.owner, proposal.proposal_id))
    colleague = office.worker("tess", "beleidseigenaar")
    run(office.desk.approve(colleague, proposal.proposal_id))
    standing = run(office.desk.standing(office.owner))
    assert [state for _, state in standing.proposals] == [State.APPROVED]


@pytest.mark.parametrize(
    ("role", "partner"),
    [
        ("coa_casemanager", "coa"),
        ("privacy_officer", "harderwijk"),
        ("gemeente_klantmanager", "harderwijk"),
    ],
)
def test_anyone_else_is_refused_on_record(office: Office, role: str, partner: str) -> None:
    """Another role, and the privacy officer of another organisation, do not even see it."""
    office.house.forget()
    for work in (office.desk.standing, lambda who: office.desk.roll_back(who, WHY)):
        with pytest.raises(DisclosureRefusedError):
            run(work(office.worker("iemand", role, partner)))
    assert [one.reason for one in office.house.records] == ["ACTOR_NOT_ALLOWED"] * 2


def test_an_officer_does_not_propose(office: Office) -> None:
    """Who approves leaves proposing to the owner."""
    with pytest.raises(DisclosureRefusedError):
        run(office.desk.propose(office.worker("anouk"), Draft(narrower(), WHY)))


@pytest.mark.parametrize("reason", ["", "x" * 501, "Twee\nregels", "Voor 999912347 alleen"])
def test_a_reason_is_one_line_without_a_number_of_anyone(office: Office, reason: str) -> None:
    """Nothing that could be a person's number stands in a reason for ever."""
    with pytest.raises(InvalidRequestError, match="reden"):
        run(office.desk.propose(office.owner, Draft(narrower(), reason)))


def test_what_changes_no_rule_is_not_proposed(office: Office) -> None:
    """A comment, or a story alone, needs no approval."""
    with pytest.raises(InvalidRequestError, match="change no rule"):
        office.propose({})


def test_an_activation_ahead_decides_from_its_moment(office: Office) -> None:
    """Until then the old rules decide; at that moment the gate takes up the new ones by itself."""
    proposal = office.propose(narrower())
    office.approve(proposal, "anouk", "daan")
    starts = office.house.clock.now() + DAY
    run(office.desk.activate(office.owner, proposal.proposal_id, starts))
    standing = run(office.desk.standing(office.owner))
    assert standing.ahead
    assert standing.now is None
    assert NAME in office.granted()
    office.house.clock.wait(DAY)
    assert NAME not in office.granted()


def test_a_rollback_takes_back_what_lies_ahead(office: Office) -> None:
    """What was to come does not come; a rollback itself is not undone."""
    proposal = office.propose(narrower())
    office.approve(proposal, "anouk", "daan")
    starts = office.house.clock.now() + DAY
    run(office.desk.activate(office.owner, proposal.proposal_id, starts))
    run(office.desk.roll_back(office.worker("daan"), "Eerst de gemeenten inlichten"))
    office.house.clock.wait(2 * DAY)
    assert NAME in office.granted()
    with pytest.raises(InvalidRequestError, match="no activation"):
        run(office.desk.roll_back(office.worker("daan"), WHY))


def test_a_moment_of_the_past_is_no_moment_to_begin(office: Office) -> None:
    """Nor is one of more than a year ahead."""
    proposal = office.propose(narrower())
    office.approve(proposal, "anouk", "daan")
    for days in (0, -1, 400):
        starts = office.house.clock.now() + timedelta(days=days)
        with pytest.raises(InvalidRequestError, match="ingang"):
            run(office.desk.activate(office.owner, proposal.proposal_id, starts))


def test_a_proposal_laid_beside_another_version_is_stale(office: Office) -> None:
    """What was compared with rules that are gone is proposed anew."""
    stale = office.propose(narrower())
    office.activate(intake("      - burgerlijke_staat\n", ""))
    with pytest.raises(InvalidRequestError, match="anew"):
        office.approve(stale, "anouk")


def test_a_refusal_too_is_decided_by_the_policy_in_force(office: Office) -> None:
    """A gate that missed the activation is told by the log, and refuses by the new rules."""
    rules = office.rules
    behind = rules.matrix
    office.activate(narrower())
    rules._matrix = behind  # as another gate's would be that heard nothing yet
    (subject,) = office.house.world.people
    office.house.forget()
    with pytest.raises(DisclosureRefusedError):
        office.house.show(office.house.klantmanager, "P02", subject, NAME)
    (entry,) = office.house.records
    assert (entry.kind, entry.policy) == (RecordKind.DENIED, rules.matrix.digest)
    assert rules.matrix is not behind


def test_decisions_of_before_are_simulated_under_the_policy_they_were_taken_under(
    office: Office,
) -> None:
    """After an activation the earlier decisions come out as recorded; their differences are explained."""
    office.granted()
    proposal = office.activate(narrower())
    office.granted()
    found = run(office.desk.simulate(office.worker("anouk"), proposal.proposal_id, EVERYTHING))
    assert (found.decisions, found.elsewhere, found.unfaithful) == (2, 0, ())
    (difference,) = found.differences
    assert (difference.lost, difference.explained) == ((NAME,), True)
