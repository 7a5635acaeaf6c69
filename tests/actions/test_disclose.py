"""The one way out: decided, durable in the log, then opened; and what happened is on record."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.actions.disclose import PAGE, Question
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.decisions import Ask
from gateway.domain.disclosures import Released
from gateway.domain.errors import (
    GatewayError,
    LedgerUnavailableError,
    RecipientGoneError,
    UnreadableValueError,
)
from gateway.domain.events import DisclosureDecided, ProfileUnreadable
from gateway.domain.identifiers import FieldName, Oin, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.ports import Rejected
from gateway.domain.reasons import Reason
from gateway.domain.records import AuditRecord, RecordKind
from gateway.domain.relations import RelationKind
from gateway.domain.subjects import Withholding, WithholdingKind
from tests.actions.house import AGENCY, MINUTE, House, run
from tests.fakes.format import Lines

UNKNOWN = SubjectId(UUID(int=404))


def refused(house: House, caller: Caller, purpose: str, subject: SubjectId) -> Reason:
    """Ask, and return the reason of the refusal."""
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(caller, purpose, subject)
    return refusal.value.reason


def restrict(house: House, subject: SubjectId, *names: str) -> None:
    """Restrict fields on the subject's request."""
    person = house.world.people[subject]
    one = Withholding(
        WithholdingKind.RESTRICTED, house.mask(*names), frozenset(), house.clock.moment
    )
    house.world.people[subject] = replace(person, withholdings=(one,))


def introduced(house: House) -> SubjectId:
    """Deliver a person who agreed to be introduced to the agency."""
    subject = house.person(1)
    house.consent(subject, "P05")
    house.forget()
    return subject


def test_a_granted_field_is_shown_with_what_is_missing_and_owed(house: House) -> None:
    """The share holds the values, names what is not on record, and states rule and retention."""
    subject = house.person(1)
    share = house.show(house.klantmanager, "P02", subject, "achternaam", "bsn", "religie")
    assert share.values == {FieldName("achternaam"): b'"Voorbeeld1"'}
    assert share.missing == ("bsn",)
    assert share.refused == (("religie", "SPECIAL_CATEGORY"),)
    (duty,) = share.obligations
    assert duty.rule == "P02-gemeente_klantmanager"
    assert duty.retention.startswith("gateway copy 30 days")
    assert set(duty.fields) == {"achternaam", "bsn"}


def test_only_granted_fields_are_opened(house: House) -> None:
    """The vault is asked for the granted fields and for no other."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam", "religie", "herkomstland")
    assert house.vault.opened == [(subject, house.mask("achternaam"))]


def test_a_withheld_field_stays_shut(house: House) -> None:
    """A restricted field is refused with its reason, the rest is granted, and it is not opened."""
    subject = house.person(1)
    restrict(house, subject, "achternaam")
    share = house.show(house.klantmanager, "P02", subject, "achternaam", "roepnaam")
    assert share.refused == (("achternaam", "RESTRICTED"),)
    assert house.vault.opened == [(subject, house.mask("roepnaam"))]


def test_the_intent_is_durable_before_anything_is_opened(house: House) -> None:
    """The journal holds the intent, then the opening, then the outcome."""
    house.show(house.klantmanager, "P02", house.person(1))
    assert house.journal == ["disclosure.intent", "open", "disclosure.outcome"]


def test_the_intent_names_fields_and_rule_and_the_outcome_the_bytes(house: House) -> None:
    """The log says who asked what about whom, by which rule, and how much was sent."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam")
    intent, outcome = house.records
    assert (intent.subject, intent.actor, intent.role) == (
        subject,
        "klantmanager-1",
        "gemeente_klantmanager",
    )
    assert (intent.fields, intent.basis) == (("achternaam",), ("P02-gemeente_klantmanager",))
    assert intent.purpose == "P02_warme_overdracht_brede_intake"
    assert (outcome.outcome, outcome.parent) == ("sent", intent.event_id)
    assert int(outcome.detail["bytes"]) > 0


def test_a_consent_is_named_in_the_log(house: House) -> None:
    """A grant that rests on consent carries the consent's id."""
    subject = introduced(house)
    house.show(house.matcher, "P05", subject)
    (event,) = house.world.people[subject].consents
    assert house.records[0].consents == (event.consent_id,)


def test_a_refusal_is_in_the_log_before_it_is_raised(house: House) -> None:
    """A denial stands in the log with its reason, and nothing was opened."""
    subject = house.person(1)
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    assert refused(house, utrecht, "P02", subject) is Reason.NOT_LINKED
    (denial,) = house.records
    assert (denial.kind, denial.reason, denial.subject) == (
        RecordKind.DENIED,
        "NOT_LINKED",
        subject,
    )
    assert house.vault.opened == []


def test_a_refusal_that_cannot_be_logged_is_no_answer(house: House) -> None:
    """Without the log not even a refusal is told."""
    subject = house.person(1)
    house.inner.lose = 1
    with pytest.raises(LedgerUnavailableError):
        house.show(house.caller("utrecht", "gemeente_klantmanager"), "P02", subject)


@pytest.mark.parametrize("fault", ["lose", "keep"])
def test_without_a_durable_intent_nothing_is_opened(house: House, fault: str) -> None:
    """Whether the commit was lost or only its answer, nothing is opened and nothing yielded."""
    subject = house.person(1)
    setattr(house.inner, fault, 1)
    with pytest.raises(LedgerUnavailableError):
        house.show(house.klantmanager, "P02", subject)
    assert house.vault.opened == []
    assert [record.kind for record in house.records] == [RecordKind.INTENT] * (fault == "keep")


@pytest.mark.parametrize("fault", ["lose", "keep"])
def test_an_outcome_that_cannot_be_logged_counts_as_sent(house: House, fault: str) -> None:
    """The answer was given already; its intent stands, and the caller sees no error."""
    subject = house.person(1)
    house.ledger.before.extend([lambda: None, lambda: setattr(house.inner, fault, 1)])
    assert house.show(house.klantmanager, "P02", subject).values
    assert house.records[0].kind is RecordKind.INTENT


def test_something_unrelated_in_between_is_decided_again(house: House) -> None:
    """When the subject's epoch moves before the commit, the decision is redone and then holds."""
    subject = house.person(1)

    def meanwhile() -> None:
        house.world.people[subject] = replace(house.world.people[subject], epoch=7)

    house.ledger.before.append(meanwhile)
    assert house.show(house.klantmanager, "P02", subject, "achternaam").values
    assert house.ledger.calls == 3
    assert [record.outcome for record in house.records] == ["granted", "sent"]


def test_a_withdrawal_between_question_and_commit_counts(house: House) -> None:
    """Who withdraws after the question came but before it was logged, is not disclosed."""
    subject = introduced(house)
    (given,) = house.world.people[subject].consents

    def meanwhile() -> None:
        house.clock.wait(MINUTE)
        withdraw_now(house, subject)

    house.ledger.before.append(meanwhile)
    assert refused(house, house.matcher, "P05", subject) is Reason.CONSENT_WITHDRAWN
    assert house.vault.opened == []
    assert given.at < house.records[-1].at


def withdraw_now(house: House, subject: SubjectId) -> None:
    """Append a withdrawal as another request would, inside a running one."""
    person = house.world.people[subject]
    (given,) = person.consents
    event = replace(
        given,
        kind=type(given.kind).WITHDRAWN,
        at=house.clock.moment,
        scope=None,
        expires=None,
    )
    house.world.people[subject] = replace(
        person, consents=(*person.consents, event), epoch=person.epoch + 1
    )


def test_a_withdrawal_while_the_situation_is_read_counts(house: House) -> None:
    """The moment of a decision lies after the read: what was read has happened."""
    subject = introduced(house)

    @dataclass(frozen=True, slots=True)
    class SlowSubjects:
        """Something happens between the question and the read."""

        house: House

        async def load(self, subjects: list[SubjectId]) -> object:
            self.house.clock.wait(MINUTE)
            withdraw_now(self.house, subject)
            return await self.house.subjects.load(subjects)

    slow = replace(house.gate, subjects=SlowSubjects(house))  # type: ignore[arg-type]  # load is all that is used
    house.disclose = type(house.disclose)(slow)
    assert refused(house, house.matcher, "P05", subject) is Reason.CONSENT_WITHDRAWN


def test_a_situation_that_never_rests_ends_in_ask_again(house: House) -> None:
    """After four attempts the caller is asked to try again, and nothing was opened."""
    subject = house.person(1)

    def meanwhile() -> None:
        person = house.world.people[subject]
        house.world.people[subject] = replace(person, epoch=person.epoch + 1)

    house.ledger.before.extend([meanwhile] * 4)
    with pytest.raises(LedgerUnavailableError, match="ask again"):
        house.show(house.klantmanager, "P02", subject)
    assert house.ledger.calls == 4
    assert house.vault.opened == []


def test_unknown_and_hidden_look_the_same_and_cost_the_same(house: House) -> None:
    """Someone unknown, unrelated or shielded is hidden alike, with one read and one log entry."""
    subject, shielded = house.people(2)
    person = house.world.people[shielded]
    house.world.people[shielded] = replace(person, shielded=True)
    utrecht = house.caller("utrecht", "gemeente_klantmanager")
    for about, caller in (
        (UNKNOWN, utrecht),
        (subject, utrecht),
        (shielded, house.klantmanager),
    ):
        house.forget()
        with pytest.raises(DisclosureRefusedError) as refusal:
            house.show(caller, "P02", about)
        assert refusal.value.decision.hidden
        assert house.kinds() == ["disclosure.denied: refused"]
        assert house.ledger.calls == 1
        assert house.vault.opened == []


def test_the_log_keeps_no_subject_it_does_not_know(house: House) -> None:
    """A denial about someone unknown names nobody; one about a shielded person names her."""
    refused(house, house.klantmanager, "P02", UNKNOWN)
    assert house.records[0].subject is None


def test_an_asked_purpose_that_does_not_exist_stays_out_of_the_leaf(house: House) -> None:
    """A purpose that could be anything, a name too, is not written where nobody can erase it."""
    subject = house.person(1)
    assert refused(house, house.klantmanager, "P99_jan_jansen", subject) is Reason.PURPOSE_UNKNOWN
    assert house.records[0].purpose is None


def test_what_fails_while_sending_is_on_record(house: House) -> None:
    """A fault inside the context is recorded as failed, with the bytes that were taken."""
    subject = house.person(1)
    with pytest.raises(ZeroDivisionError):
        run(_sending(house, subject, ZeroDivisionError()))
    assert house.records[-1].outcome == "failed"
    assert int(house.records[-1].detail["bytes"]) > 0


def test_a_recipient_who_went_away_is_on_record(house: House) -> None:
    """The outcome says that the recipient was gone."""
    subject = house.person(1)
    with pytest.raises(RecipientGoneError):
        run(_sending(house, subject, RecipientGoneError()))
    assert house.records[-1].outcome == "recipient gone"


def test_a_request_that_is_cancelled_is_on_record(house: House) -> None:
    """A cancelled request leaves an intent and a failed outcome."""
    subject = house.person(1)
    with pytest.raises(asyncio.CancelledError):
        run(_sending(house, subject, asyncio.CancelledError()))
    assert house.records[-1].outcome == "failed"


async def _sending(house: House, subject: SubjectId, fault: BaseException) -> None:
    question = house.question(house.klantmanager, "P02", Lines(), subject)
    async with house.disclose.one(question) as released:
        b"".join(released.chunks)
        raise fault


def test_nothing_is_rendered_before_it_is_taken(house: House) -> None:
    """Chunks are made as the edge takes them; who takes none is counted as sent none."""
    subject = house.person(1)
    lines = Lines()

    async def look_away() -> Released:
        async with house.disclose.one(
            house.question(house.klantmanager, "P02", lines, subject)
        ) as released:
            return released

    assert run(look_away()).media_type == "text/plain"
    assert lines.rendered == []
    assert house.records[-1].detail == {"bytes": 0}


def test_the_firewall_stops_a_number_on_its_way_to_a_private_party(house: House) -> None:
    """A BSN hidden in a free text does not reach an agency, and the failure is on record."""
    subject = house.person(1, werkambitie="bel 999959086")
    house.consent(subject, "P05")
    house.forget()
    with pytest.raises(GatewayError, match="set by law"):
        house.show(house.matcher, "P05", subject)
    assert house.records[-1].outcome == "failed"
    assert house.records[-1].detail == {"bytes": 0, "why": "FORBIDDEN_NUMBER"}


def test_the_firewall_leaves_a_public_body_alone(house: House) -> None:
    """A municipality may have the BSN (P02), so its answers are not scanned."""
    subject = house.person(1, bsn="999959086")
    share = house.show(house.klantmanager, "P02", subject, "bsn")
    assert share.values == {FieldName("bsn"): b'"999959086"'}
    assert house.firewall.scans == []


def test_the_reference_is_the_recipients_own(house: House) -> None:
    """Two recipients know the same person by different names, as key and as field."""
    subject = introduced(house)
    one = house.show(house.klantmanager, "P02", subject, "client_ref")
    other = house.show(house.matcher, "P05", subject, "client_ref")
    assert one.reference != other.reference
    assert one.reference == house.pseudonyms.reference("00000099000000002430", subject)
    assert other.values == {FieldName("client_ref"): f'"{other.reference}"'.encode()}


def test_a_refused_consent_is_told_as_no_consent(house: House) -> None:
    """That someone said no stands in the log; the municipality hears that there is no consent."""
    subject = house.person(1, woning_aanpassing_functioneel="gelijkvloers")
    house.consent(subject, "P01", "00000099000000002430", given=False)
    house.forget()
    housing = house.caller("harderwijk", "gemeente_huisvesting")
    names = ("achternaam", "woning_aanpassing_functioneel")
    share = house.show(housing, "P01", subject, *names)
    assert share.refused == (("woning_aanpassing_functioneel", "CONSENT_NOT_FOUND"),)
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(housing, "P01", subject, names[1])
    assert refusal.value.reason is Reason.CONSENT_REFUSED
    assert house.records[-1].reason == "CONSENT_REFUSED"


def test_a_profile_without_its_key_is_no_blank(house: House) -> None:
    """A key that is gone though nobody destroyed it: no share, and the log says why it failed."""
    subject = house.person(1)
    house.lose_key(subject)
    with pytest.raises(UnreadableValueError):
        house.show(house.klantmanager, "P02", subject, "achternaam")
    assert house.records[-1].outcome == "failed"
    assert house.records[-1].detail == {"bytes": 0, "why": "UNREADABLE_VALUE"}


def test_an_erased_profile_leaves_nothing_to_open(house: House) -> None:
    """Without its key a profile is granted as missing: nothing is opened, nothing shown."""
    subject = house.person(1)
    house.world.keys.destroy(subject.bytes, "profile")
    share = house.show(house.klantmanager, "P02", subject, "achternaam")
    assert share.values == {}
    assert share.missing == ("achternaam",)
    assert house.vault.opened == []


def test_operators_hear_counts_and_codes(house: House) -> None:
    """Telemetry tells purpose, role, outcome and numbers of fields; of a refusal, its reason."""
    subject = house.person(1)
    house.show(house.klantmanager, "P02", subject, "achternaam", "religie")
    refused(house, house.klantmanager, "P02", UNKNOWN)
    refused(house, house.klantmanager, "P77", UNKNOWN)
    granted, denied, strange = house.telemetry.events
    assert granted == DisclosureDecided(
        "P02", "gemeente_klantmanager", "harderwijk", "granted", "", 1, 1, 1
    )
    assert isinstance(denied, DisclosureDecided)
    assert (denied.outcome, denied.reason) == ("refused", "SUBJECT_UNKNOWN")
    assert isinstance(strange, DisclosureDecided)
    assert strange.purpose == ""


# --- a page ---------------------------------------------------------------------------------


def page(house: House, caller: Caller, purpose: str, subjects: list[SubjectId]) -> Lines:
    """Disclose a page and take every byte."""
    lines = Lines()

    async def whole() -> None:
        question = Question(Ask(caller, purpose), tuple(subjects), lines)
        async with house.disclose.page(question) as released:
            b"".join(released.chunks)

    run(whole())
    return lines


def test_a_page_has_one_parent_and_an_entry_each(house: House) -> None:
    """A bulk is one parent entry and one intent for each subject shown, in the order asked."""
    subjects = house.people(3)
    lines = page(house, house.klantmanager, "P02", subjects[::-1])
    parent, *intents, outcome = house.records
    assert (parent.kind, parent.detail) == (RecordKind.BULK, {"subjects": 3})
    assert [record.subject for record in intents] == subjects[::-1]
    assert {record.parent for record in (*intents, outcome)} == {parent.event_id}
    assert [share.subject for share in lines.shares] == subjects[::-1]
    assert lines.receipt is not None
    assert lines.receipt.event_id == parent.event_id
    assert outcome.subject is None


def test_a_page_leaves_out_whom_the_caller_may_not_see(house: House) -> None:
    """Those refused are not shown, not opened and not named in the log."""
    house.deliver({"v_nummer": "0999000009", "koppel_gemeente_code": "0344"})
    subject, stranger = house.person(1), house.subject(9)
    lines = page(house, house.klantmanager, "P02", [stranger, subject, UNKNOWN])
    assert [share.subject for share in lines.shares] == [subject]
    assert [who for who, _ in house.vault.opened] == [subject]
    assert stranger not in {record.subject for record in house.records}


def test_a_page_shows_who_cannot_be_read_and_the_others(house: House) -> None:
    """A profile that does not open has no value and a named error, is on record and counted."""
    lost, other = house.people(2)
    house.lose_key(lost)
    lines = page(house, house.klantmanager, "P02", [lost, other])
    shut, share = lines.shares
    assert (shut.subject, shut.unreadable, shut.missing) == (lost, "UNREADABLE_VALUE", ())
    assert set(shut.values) == {"client_ref"}
    assert (share.subject, share.unreadable) == (other, None)
    assert "achternaam" in share.values
    intent, _, failed, sent = house.records[1:]
    assert (failed.outcome, failed.detail) == ("failed", {"why": "UNREADABLE_VALUE"})
    assert (failed.subject, failed.parent) == (lost, intent.event_id)
    assert (sent.outcome, sent.subject) == ("sent", None)
    assert ProfileUnreadable("UnreadableValueError") in house.telemetry.events


def test_a_page_of_one_is_shown_like_any_page(house: House) -> None:
    """Who happens to stand on a page alone is shown as unreadable; the page does not fail."""
    subject = house.person(1)
    house.lose_key(subject)
    (shut,) = page(house, house.klantmanager, "P02", [subject]).shares
    assert shut.unreadable == "UNREADABLE_VALUE"


def test_an_empty_page_is_still_on_record(house: House) -> None:
    """A page that shows nobody has its parent and its outcome."""
    lines = page(house, house.klantmanager, "P02", [])
    assert list(lines.shares) == []
    assert house.kinds() == ["disclosure.bulk: begun", "disclosure.outcome: sent"]
    assert house.telemetry.events == []


def test_a_page_of_more_than_fifty_is_an_error_of_ours(house: House) -> None:
    """No page holds more than fifty people; nothing is logged and nothing opened."""
    with pytest.raises(ValueError, match="fifty"):
        page(house, house.klantmanager, "P02", [UNKNOWN] * (PAGE + 1))
    assert house.records == []


def test_a_page_redoes_only_those_who_changed(house: House) -> None:
    """When one subject's epoch moved, the others keep their entries and she gets a new decision."""
    one, other = house.people(2)

    def meanwhile() -> None:
        house.world.people[one] = replace(house.world.people[one], epoch=9)

    house.ledger.before.extend([lambda: None, meanwhile])
    page(house, house.klantmanager, "P02", [one, other])
    intents = [r.subject for r in house.records if r.kind is RecordKind.INTENT]
    assert intents == [other, one]


def test_a_parent_that_is_rejected_stops_the_page(house: House) -> None:
    """A log that does not take the parent takes nothing below it."""
    subject = house.person(1)

    @dataclass(frozen=True, slots=True)
    class Unwilling:
        """Rejects every entry."""

        async def append(self, entries: list[object]) -> list[object]:
            return [Rejected(UNKNOWN, "no") for _ in entries]

    gate = replace(house.gate, ledger=Unwilling())  # type: ignore[arg-type]  # append is all there is
    house.disclose = type(house.disclose)(gate)
    with pytest.raises(LedgerUnavailableError):
        page(house, house.klantmanager, "P02", [subject])
    assert house.vault.opened == []


# --- a push ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Channel:
    """Keeps what it was handed, or is broken."""

    broken: bool = False
    got: bytes = b""

    async def hand_over(self, recipient: Oin, name: str, released: Released) -> str:
        """Take all chunks."""
        if self.broken:
            raise OSError("the folder is full")
        self.got = b"".join(released.chunks)
        return f"{recipient}/{name}"


def test_a_push_is_a_disclosure_like_any_other(house: House) -> None:
    """What goes into a partner's channel was decided and logged, and the log says it was sent."""
    subject = house.person(1)
    channel, question = Channel(), house.question(house.klantmanager, "P02", Lines(), subject)
    where = run(house.disclose.push(question, channel, "x.json"))
    assert where == "00000099000000002430/x.json"
    assert b"Voorbeeld1" in channel.got
    assert house.kinds() == ["disclosure.intent: granted", "disclosure.outcome: sent"]


def test_a_push_that_fails_is_on_record(house: House) -> None:
    """A channel that breaks leaves a failed outcome."""
    subject = house.person(1)
    question = house.question(house.klantmanager, "P02", Lines(), subject)
    with pytest.raises(OSError, match="full"):
        run(house.disclose.push(question, Channel(broken=True), "x.json"))
    assert house.records[-1].outcome == "failed"


def test_no_record_holds_a_value(house: House) -> None:
    """Whatever is disclosed or refused, records name fields and never hold what stood in them."""
    subject = introduced(house)
    house.show(house.klantmanager, "P02", subject)
    house.show(house.matcher, "P05", subject)
    house.relate(subject, RelationKind.AANBOD, AGENCY)
    refused(house, house.matcher, "P06", subject)
    assert "Voorbeeld" not in "".join(map(repr, house.records))
    assert all(isinstance(record, AuditRecord) for record in house.records)


def test_the_consent_term_is_kept_to_the_minute(house: House) -> None:
    """A consent opens until its last minute and not a minute longer."""
    subject = introduced(house)
    house.clock.wait(timedelta(days=182) - MINUTE)
    assert house.show(house.matcher, "P05", subject).values
    house.clock.wait(MINUTE)
    assert refused(house, house.matcher, "P05", subject) is Reason.CONSENT_EXPIRED
