"""Introductions: asked of someone without a name, answered by her alone, and told no sooner."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.introduce import IntroductionWish, Listed, Recorded
from gateway.actions.search import found_as
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.introductions import TERM, IntroductionState
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind
from tests.actions.house import AGENCIES, AGENCY, DAY, EMPLOYER, MINUTE, House, row, run
from tests.fakes.format import Lines

SESSION = "s1"
State = IntroductionState


@dataclass(slots=True)
class Pages:
    """A layout that shows its pages to the test."""

    lines: Lines = field(default_factory=Lines)
    listed: list[Listed] = field(default_factory=list)

    def __call__(self, listed: Listed) -> Lines:
        """Lay out one page."""
        self.listed.append(listed)
        return self.lines


def findable(house: House, *numbers: int) -> list[SubjectId]:
    """Let people agree to be found by agencies."""
    house.deliver(*(row(number) for number in numbers))
    people = [house.subject(number) for number in numbers]
    for subject in people:
        house.consent(subject, "P04", AGENCIES)
    house.forget()
    return people


def reference(house: House, subject: SubjectId, session: str = SESSION) -> UUID:
    """Return what a search of the matcher calls someone."""
    return house.pseudonyms.reference(found_as(house.matcher, session), subject)


def ask(house: House, *subjects: SubjectId, **wish: object) -> Mapping[UUID, Recorded]:
    """Ask for introductions as the matcher."""
    return ask_as(house, house.matcher, *subjects, **wish)


def ask_as(
    house: House, caller: Caller, *subjects: SubjectId, **wish: object
) -> Mapping[UUID, Recorded]:
    """Ask for introductions as anyone."""
    references = tuple(reference(house, subject) for subject in subjects)
    whole: dict[str, object] = {"session": SESSION, "candidates": references} | wish
    asked = IntroductionWish(**whole)  # type: ignore[arg-type]  # a test names what differs
    return run(house.introduce.request(caller, asked))


def asked_one(house: House, subject: SubjectId, **wish: object) -> UUID:
    """Ask about one person, and return the request's id."""
    (recorded,) = ask(house, subject, **wish).values()
    return recorded.introduction.introduction_id


def states(house: House, introduction: UUID) -> list[State]:
    """Return how the answers of a request stand now."""
    one = house.world.introductions[introduction]
    return [one.state_of(answer, house.clock.now()) for answer in one.answers]


def listing(
    house: House, caller: Caller, after: UUID | None = None
) -> tuple[Listed, Sequence[SubjectId], UUID | None]:
    """List a page, take every byte, and return it with the people named on it."""
    pages = Pages()

    async def page() -> UUID | None:
        async with house.introduce.listed(caller, after, pages) as listed:
            b"".join(listed.released.chunks)
            return listed.after

    onward = run(page())
    return pages.listed[0], [share.subject for share in pages.lines.shares], onward


def test_a_request_is_kept_and_logged_and_tells_nothing(house: House) -> None:
    """One entry accounts for a request; no value is opened and nobody is introduced yet."""
    (subject,) = findable(house, 1)
    (recorded,) = ask(house, subject, employer=Oin(EMPLOYER), function="5120").values()
    one = house.world.introductions[recorded.introduction.introduction_id]
    assert (one.subject, one.requester, one.function) == (subject, AGENCY, "5120")
    assert states(house, one.introduction_id) == [State.GEVRAAGD, State.GEVRAAGD]
    assert house.kinds() == ["introduction: gevraagd"]
    assert house.records[0].detail == {
        "introduction": str(one.introduction_id),
        "to": f"{AGENCY},{EMPLOYER}",
    }
    assert house.vault.opened == []
    assert RelationKind.VOORGESTELD not in {
        event.kind for event in house.world.people[subject].relations
    }


def hidden_one(house: House, case: str) -> SubjectId:
    """Make someone whom the matcher cannot find now."""
    if case == "never agreed":
        return house.person(1)
    (subject,) = findable(house, 1)
    if case == "withdrew":
        house.clock.wait(MINUTE)
        found = house.world.people[subject].consents[0].consent_id
        run(house.consents.withdraw(house.casemanager, found))
    elif case == "shielded":
        house.world.people[subject] = replace(house.world.people[subject], shielded=True)
    house.forget()
    return SubjectId(uuid4()) if case == "unknown" else subject


@pytest.mark.parametrize("case", ["unknown", "never agreed", "withdrew", "shielded"])
def test_who_cannot_be_found_now_is_unknown(house: House, case: str) -> None:
    """Whatever is the matter with her, the answer is that of someone unknown, and it is on record."""
    subject = hidden_one(house, case)
    with pytest.raises(DisclosureRefusedError) as refusal:
        ask(house, subject)
    assert refusal.value.decision.hidden
    assert refusal.value.reason is Reason.SUBJECT_UNKNOWN
    assert house.kinds() == ["disclosure.denied: refused"]
    assert house.world.introductions == {}


def test_a_reference_of_another_session_asks_nobody(house: House) -> None:
    """What one search called someone means nothing in another session, or to another agency."""
    (subject,) = findable(house, 1)
    known = reference(house, subject)
    for session in ("s2", ""):
        wish = IntroductionWish(session, (known,))
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(house.introduce.request(house.matcher, wish))
        assert refusal.value.decision.hidden


def test_a_group_is_asked_one_by_one(house: House) -> None:
    """Of a group each who can be found is asked; who cannot is left out and refused on record."""
    first, second = findable(house, 1, 2)
    house.deliver(row(3))
    house.forget()
    recorded = ask(house, first, house.subject(3), second, group="speeddate mei")
    assert set(recorded) == {reference(house, first), reference(house, second)}
    assert house.kinds() == [
        "introduction: gevraagd",
        "disclosure.denied: refused",
        "introduction: gevraagd",
    ]
    assert house.ledger.calls == 1
    assert {one.group for one in house.world.introductions.values()} == {"speeddate mei"}


def test_a_withdrawal_that_came_first_wins(house: House) -> None:
    """When she changed her mind before the commit, she is not asked."""
    (subject,) = findable(house, 1)

    def meanwhile() -> None:
        house.world.people[subject] = replace(house.world.people[subject], epoch=99)

    house.ledger.before.append(meanwhile)
    with pytest.raises(LedgerUnavailableError, match="ask again"):
        ask(house, subject)
    assert house.world.introductions == {}


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"candidates": ()}, "kandidaten"),
        ({"candidates": (UUID(int=1),) * 2}, "kandidaten"),
        ({"candidates": tuple(UUID(int=n) for n in range(11))}, "kandidaten"),
        ({"employer": Oin("00000099000000009999")}, "werkgever"),
        ({"employer": Oin(AGENCY)}, "werkgever"),
        ({"function": "bel 06 1234 5678"}, "functie"),
        ({"function": "selam@example.org"}, "functie"),
        ({"function": "k" * 81}, "functie"),
        ({"function": " "}, "functie"),
        ({"group": "999 959 086"}, "groep"),
    ],
)
def test_a_wish_outside_its_form_is_refused(
    house: House, wish: dict[str, object], why: str
) -> None:
    """Too many, twice, no employer, or a text with room for someone's number: the field is named."""
    (subject,) = findable(house, 1)
    with pytest.raises(InvalidRequestError, match=f"^{why}: "):
        ask(house, subject, **wish)
    assert house.records == []


@pytest.mark.parametrize("text", ["5120", "Kok / medewerker bediening (32-36 uur)", "Kök"])
def test_work_can_be_named_in_plain_words(house: House, text: str) -> None:
    """An ISCO code, trades and hours can be written."""
    (subject,) = findable(house, 1)
    assert house.world.introductions[asked_one(house, subject, function=text)].function == text


@pytest.mark.parametrize(
    ("partner", "role", "reason"),
    [
        ("harderwijk", "gemeente_matcher", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("werkgever", "werkgever", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("coa", "bewoner_matcher", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("uitzendbureau", "werkgever", Reason.ACTOR_NOT_ALLOWED),
    ],
)
def test_only_who_may_search_and_be_introduced_asks(
    house: House, partner: str, role: str, reason: Reason
) -> None:
    """A role without P04 or P05 asks for nothing, lists nothing and takes nothing back."""
    (subject,) = findable(house, 1)
    introduction, caller = asked_one(house, subject), house.caller(partner, role)
    deeds: list[Callable[[], object]] = [
        lambda: ask_as(house, caller, subject),
        lambda: listing(house, caller),
        lambda: run(house.introduce.withdraw(caller, introduction)),
    ]
    for deed in deeds:
        with pytest.raises(DisclosureRefusedError) as refusal:
            deed()
        assert refusal.value.reason is reason
        assert not refusal.value.decision.hidden


def test_consent_answers_the_request_in_its_own_entry(house: House) -> None:
    """Her yes to the agency closes what it asked, and the entry of her consent says so."""
    (subject,) = findable(house, 1)
    introduction = asked_one(house, subject, employer=Oin(EMPLOYER))
    house.forget()
    house.consent(subject, "P05", AGENCY)
    assert states(house, introduction) == [State.AKKOORD, State.GEVRAAGD]
    assert house.kinds() == ["consent: given"]
    assert house.records[0].detail["introductions"] == str(introduction)
    house.consent(subject, "P05", EMPLOYER, given=False)
    assert states(house, introduction) == [State.AKKOORD, State.GEWEIGERD]


def test_one_answer_closes_all_that_this_recipient_asked(house: House) -> None:
    """Two requests of one agency are answered by one consent; those about others stay open."""
    hers, other = findable(house, 1, 2)
    asked = [asked_one(house, hers), asked_one(house, hers, function="5120")]
    still = asked_one(house, other)
    house.consent(hers, "P05", AGENCY)
    assert [states(house, one) for one in asked] == [[State.AKKOORD]] * 2
    assert states(house, still) == [State.GEVRAAGD]


def test_another_purpose_answers_nothing(house: House) -> None:
    """Consent to be found by this very agency leaves the request open."""
    (subject,) = findable(house, 1)
    introduction = asked_one(house, subject)
    house.consent(subject, "P04", AGENCY)
    assert states(house, introduction) == [State.GEVRAAGD]


def test_a_request_runs_out_after_thirty_days(house: House) -> None:
    """Past its term a request is over: consent still introduces her, and answers it no more."""
    (subject,) = findable(house, 1)
    introduction = asked_one(house, subject)
    house.clock.wait(TERM - timedelta(microseconds=1))
    assert states(house, introduction) == [State.GEVRAAGD]
    house.clock.wait(timedelta(microseconds=1))
    assert states(house, introduction) == [State.VERLOPEN]
    house.consent(subject, "P05", AGENCY)
    assert states(house, introduction) == [State.VERLOPEN]
    assert house.show(house.matcher, "P05", subject).values


def test_what_was_asked_can_be_taken_back_while_open(house: House) -> None:
    """Taking back closes what is open, leaves what was answered, and happens once."""
    (subject,) = findable(house, 1)
    introduction = asked_one(house, subject, employer=Oin(EMPLOYER))
    house.clock.wait(MINUTE)
    house.consent(subject, "P05", AGENCY)
    house.forget()
    recorded = run(house.introduce.withdraw(house.matcher, introduction))
    assert recorded.state is State.AKKOORD
    assert states(house, introduction) == [State.AKKOORD, State.INGETROKKEN]
    assert house.kinds() == ["introduction: ingetrokken"]
    with pytest.raises(InvalidRequestError, match="not open"):
        run(house.introduce.withdraw(house.matcher, introduction))


def test_nobody_takes_back_what_others_asked(house: House) -> None:
    """A request of another organisation is as unknown as one that does not exist."""
    (subject,) = findable(house, 1)
    introduction = asked_one(house, subject)
    one = house.world.introductions[introduction]
    house.world.introductions[introduction] = replace(one, requester=Oin(EMPLOYER))
    for about in (introduction, uuid4()):
        house.forget()
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(house.introduce.withdraw(house.matcher, about))
        assert refusal.value.decision.hidden
        assert house.kinds() == ["disclosure.denied: refused"]
    assert states(house, introduction) == [State.GEVRAAGD]


def test_a_matcher_sees_names_only_where_she_agreed(house: House) -> None:
    """Her own organisation's requests are all listed; references go with those agreed to."""
    people = findable(house, 1, 2, 3)
    asked = {asked_one(house, subject) for subject in people}
    house.consent(people[0], "P05", AGENCY)
    house.consent(people[1], "P05", AGENCY, given=False)
    house.forget()
    page, named, onward = listing(house, house.matcher)
    assert {one.introduction_id for one in page.introductions} == asked
    assert (named, onward, page.guiding) == ([people[0]], None, False)
    assert house.kinds() == [
        "disclosure.bulk: begun",
        "disclosure.intent: granted",
        "disclosure.outcome: sent",
    ]
    assert house.records[1].fields == (FieldName("client_ref"),)


def test_who_took_her_consent_back_is_no_longer_named(house: House) -> None:
    """The list stands under today's decision, not under the answer of then."""
    (subject,) = findable(house, 1)
    asked_one(house, subject)
    house.clock.wait(MINUTE)
    given = house.consent(subject, "P05", AGENCY).consent.consent_id
    run(house.consents.withdraw(house.casemanager, given))
    page, named, _ = listing(house, house.matcher)
    assert (len(page.introductions), named) == (1, [])


def test_a_casemanager_sees_what_waits_for_her_residents(house: House) -> None:
    """Open requests about people of her own sites are listed, each person under her own entry."""
    here, done = findable(house, 1, 2)
    asked_one(house, here)
    asked_one(house, done)
    house.consent(done, "P05", AGENCY)
    house.forget()
    page, named, _ = listing(house, house.casemanager)
    assert ([one.subject for one in page.introductions], named) == ([here], [here])
    assert page.guiding
    assert page.names[Oin(AGENCY)] == "Uitzendbureau Voorbeeld B.V."
    elsewhere = house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))
    assert listing(house, elsewhere)[1] == []


def test_who_moved_house_is_not_named_to_her_old_casemanager(house: House) -> None:
    """A request may linger in the index of a site; the decision leaves her out."""
    (subject,) = findable(house, 1)
    asked_one(house, subject)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.GEHUISVEST, "0243")
    page, named, _ = listing(house, house.casemanager)
    assert (len(page.introductions), named) == (1, [])


def test_lists_come_in_pages(house: House) -> None:
    """Fifty-one requests come in two pages, each request once."""
    (subject,) = findable(house, 1)
    asked = [asked_one(house, subject) for _ in range(51)]
    first, _, onward = listing(house, house.casemanager)
    assert onward == first.introductions[-1].introduction_id
    second, _, end = listing(house, house.casemanager, onward)
    seen = [one.introduction_id for page in (first, second) for one in page.introductions]
    assert (sorted(seen), len(first.introductions), end) == (sorted(asked), 50, None)
