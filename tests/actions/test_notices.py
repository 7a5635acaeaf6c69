"""Recall notices: who is told of what ended, who may confirm, and who is chased until she does."""

from datetime import timedelta
from uuid import UUID

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.notices import Waiting
from gateway.actions.sweep import Swept
from gateway.domain.consents import ConsentEventKind
from gateway.domain.identifiers import SubjectId
from gateway.domain.notices import TERM, Notice, NoticeKind
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationEvent, RelationKind
from tests.actions.house import AGENCIES, AGENCY, DAY, MINUTE, NOON, House, row, run

HARDERWIJK = "00000099000000002430"
UTRECHT = "00000099000000003440"


def withdrawn(house: House, purpose: str = "P05", recipient: str = AGENCY) -> SubjectId:
    """Let someone agree and take it back a minute later."""
    subject = house.person(1)
    given = house.consent(subject, purpose, recipient)
    house.clock.wait(MINUTE)
    run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    return subject


def issued(house: House) -> list[Notice]:
    """List every notice there is."""
    return [state.notice for state in house.world.notices.values()]


def test_withdrawal_tells_the_recipient_in_the_same_entry(house: House) -> None:
    """The agency is told of purpose and consent, with two weeks to delete."""
    withdrawn(house)
    (notice,) = issued(house)
    assert (notice.recipient, notice.cause.kind) == (AGENCY, NoticeKind.CONSENT_WITHDRAWN)
    assert notice.cause.purpose == "P05_arbeidsbemiddeling_voorstellen"
    assert str(notice.cause.consent) == house.records[-1].detail["consent"]
    assert (notice.at, notice.due) == (NOON + MINUTE, NOON + MINUTE + TERM)
    assert house.kinds() == ["consent: given", "consent: withdrawn"]
    assert house.records[-1].detail["told"] == AGENCY


def test_a_consent_to_a_kind_is_recalled_from_each_of_that_kind(house: House) -> None:
    """Being findable by agencies ends at every agency, and at no other partner."""
    withdrawn(house, "P04", AGENCIES)
    assert [notice.recipient for notice in issued(house)] == [AGENCY]


@pytest.mark.parametrize(
    ("purpose", "recipient", "told"), [("P04", AGENCIES, 0), ("P05", AGENCY, 1)]
)
def test_recipients_of_one_consent_hold_no_id_in_common(
    house: House, purpose: str, recipient: str, told: int
) -> None:
    """Of a consent to all of a kind no recipient is told the id, by which they could join references."""
    withdrawn(house, purpose, recipient)
    shown, _ = run(house.notices.of_partner(house.matcher))
    assert sum(one.notice.own_consent is not None for one in shown) == told
    assert len(shown) == 1


def test_a_refusal_recalls_nothing(house: House) -> None:
    """Who said no before anything was shared has nobody to be told."""
    house.consent(house.person(1), "P05", given=False)
    assert issued(house) == []


@pytest.mark.parametrize(
    ("kind", "town"),
    [
        (RelationKind.OMGEKOPPELD, "0344"),
        (RelationKind.GEHUISVEST, "0344"),
        (RelationKind.ONTKOPPELD, "0243"),
    ],
)
def test_the_town_whose_link_ends_is_told(house: House, kind: RelationKind, town: str) -> None:
    """A re-link, a home elsewhere and an unlink each tell Harderwijk and no one else."""
    subject = house.person(1)
    house.clock.wait(DAY)
    house.relate(subject, kind, town)
    (notice,) = issued(house)
    assert (notice.recipient, notice.cause.kind) == (HARDERWIJK, NoticeKind.LINK_ENDED)
    assert house.records[-1].detail["told"] == HARDERWIJK


def test_a_home_in_the_same_town_ends_nothing(house: House) -> None:
    """An offer of work, or moving into a home of the linked town, tells nobody."""
    subject = house.person(1)
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.AANBOD, AGENCY)
    house.relate(subject, RelationKind.GEHUISVEST, "0243")
    assert issued(house) == []


def test_a_link_that_ends_later_is_due_later(house: House) -> None:
    """A re-link dated next week gives the old town two weeks from then."""
    subject = house.person(1)
    at = house.clock.now() + 7 * DAY
    event = RelationEvent(RelationKind.OMGEKOPPELD, "0344", at, "coa")
    run(house.links.record(house.casemanager, subject, event))
    assert [notice.due for notice in issued(house)] == [at + TERM]


def test_a_delivery_that_relinks_tells_the_old_town(house: House) -> None:
    """The version that moves her carries the notice; one that moves nobody carries none."""
    house.person(1)
    house.clock.wait(DAY)
    house.deliver(row(1, nt2_niveau_spreken="B1", profiel_peildatum="2026-03-03"))
    assert issued(house) == []
    moved = {"koppel_gemeente_code": "0344", "koppel_datum": "2026-03-04"}
    house.deliver(row(1, **moved, profiel_peildatum="2026-03-04"))
    assert [notice.recipient for notice in issued(house)] == [HARDERWIJK]
    stored = [r for r in house.records if r.kind.value == "profile.stored"]
    assert (stored[-1].detail["left"], stored[-1].detail["told"]) == ("0243", HARDERWIJK)


def test_a_town_without_an_agreement_is_nobody_to_tell(house: House) -> None:
    """Where the old town is no partner, the record says that nobody was told."""
    subject = house.person(1, koppel_gemeente_code="0363")
    house.clock.wait(DAY)
    house.relate(subject, RelationKind.OMGEKOPPELD, "0344")
    assert issued(house) == []
    assert house.records[-1].detail["left"] == "0363"
    assert house.records[-1].detail["told"] == "nobody"


def test_a_partner_lists_its_own_notices_by_its_own_pseudonym(house: House) -> None:
    """The agency sees its one notice under its own reference; Utrecht sees none; both are on record."""
    subject = withdrawn(house)
    house.forget()
    (mine,), more = run(house.notices.of_partner(house.matcher))
    assert mine.reference == house.pseudonyms.reference(AGENCY, subject)
    assert not more
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    assert run(house.notices.of_partner(utrecht)) == ([], False)
    assert house.kinds() == ["notice: listed", "notice: listed"]


def test_fifty_notices_make_a_page(house: House) -> None:
    """With fifty-one open notices fifty are shown, and that there are more."""
    for subject in house.people(51):
        house.relate(subject, RelationKind.ONTKOPPELD, "0243")
    shown, more = run(house.notices.of_partner(house.klantmanager))
    assert (len(shown), more) == (50, True)


def test_a_role_outside_the_agreement_is_told_nothing(house: House) -> None:
    """Who acts in a role that her organisation does not have neither reads nor confirms."""
    withdrawn(house)
    (notice,) = issued(house)
    caller = house.caller("uitzendbureau", "gemeente_klantmanager")
    for attempt in (
        house.notices.of_partner(caller),
        house.notices.confirm(caller, notice.notice_id),
    ):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(attempt)
        assert refusal.value.reason is Reason.ACTOR_NOT_ALLOWED


def test_a_partner_whose_agreement_ended_has_no_access(house: House) -> None:
    """After the agreement's last day the list is closed."""
    house.clock.wait(timedelta(days=365 * 10))
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(house.notices.of_partner(house.matcher))
    assert refusal.value.reason is Reason.AGREEMENT_NOT_RUNNING


def test_confirming_twice_is_confirming_once(house: House) -> None:
    """The notice leaves the list at the first confirmation; the second answers with that moment."""
    subject = withdrawn(house)
    (notice,) = issued(house)
    house.forget()
    first, _ = run(house.notices.confirm(house.matcher, notice.notice_id))
    house.clock.wait(MINUTE)
    second, _ = run(house.notices.confirm(house.matcher, notice.notice_id))
    assert first.confirmed == second.confirmed == NOON + MINUTE
    assert run(house.notices.of_partner(house.matcher)) == ([], False)
    assert house.kinds()[:2] == ["notice: confirmed", "notice: confirmed again"]
    assert {record.subject for record in house.records[:2]} == {subject}


def test_someone_elses_notice_looks_like_none(house: House) -> None:
    """Another partner's notice and an invented one are one hidden refusal, and stay open."""
    withdrawn(house)
    (notice,) = issued(house)
    for attempt in (notice.notice_id, UUID(int=5)):
        house.forget()
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(house.notices.confirm(house.klantmanager, attempt))
        assert refusal.value.decision.hidden
        assert house.kinds() == ["disclosure.denied: refused"]
        assert house.records[0].subject is None
    assert len(run(house.notices.of_partner(house.matcher))[0]) == 1


def test_the_overdue_are_counted_and_reminded(house: House) -> None:
    """Before two weeks nobody is chased; from then on each round records one reminder."""
    withdrawn(house)
    (notice,) = issued(house)
    house.clock.wait(TERM - MINUTE)
    assert run(house.notices.waiting()) == {AGENCY: Waiting(1, 0)}
    assert run(house.notices.remind(house.casemanager)) == {}
    house.clock.wait(MINUTE)
    assert run(house.notices.waiting()) == {AGENCY: Waiting(1, 1)}
    house.forget()
    for _ in range(2):
        assert run(house.notices.remind(house.casemanager)) == {AGENCY: 1}
    assert house.kinds() == ["notice: reminded", "notice: reminded"]
    assert house.world.notices[notice.notice_id].reminders == 2
    run(house.notices.confirm(house.matcher, notice.notice_id))
    assert run(house.notices.remind(house.casemanager)) == {}
    assert run(house.notices.waiting()) == {}


def sweep(house: House) -> Swept:
    """Make the daily round."""
    return run(house.sweep(house.casemanager))


def test_the_round_records_what_ran_out_once(house: House) -> None:
    """A consent past its term becomes expired with a notice; the next round finds nothing."""
    subject = house.person(1)
    house.consent(subject, "P05", expires=NOON + 20 * DAY)
    warned = sweep(house)
    assert (warned.expired, [c.scope.recipient for c in warned.expiring]) == (0, [AGENCY])
    assert issued(house) == []
    house.clock.wait(20 * DAY)
    assert sweep(house) == Swept(1, [])
    assert house.world.people[subject].consents[-1].kind is ConsentEventKind.EXPIRED
    (notice,) = issued(house)
    assert (notice.recipient, notice.cause.kind) == (AGENCY, NoticeKind.CONSENT_EXPIRED)
    assert sweep(house) == Swept(0, [])


def test_the_round_warns_a_month_ahead(house: House) -> None:
    """A consent that lasts thirty days is listed, one that lasts longer is not, nor a withdrawn one."""
    near, far, gone = house.people(3)
    house.consent(near, "P05", expires=NOON + 30 * DAY)
    house.consent(far, "P05", expires=NOON + 30 * DAY + MINUTE)
    taken = house.consent(gone, "P05", expires=NOON + DAY)
    run(house.consents.withdraw(house.casemanager, taken.consent.consent_id))
    assert [c.expires for c in sweep(house).expiring] == [NOON + 30 * DAY]
