"""The consent desk: who may record what, and what a recorded choice sets in motion."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.actions.consent import RecordedConsent
from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.consent_choices import DEFAULT_TERM, ConsentWish, Renewal
from gateway.domain.consents import ConsentEventKind
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.events import ConsentRecorded
from gateway.domain.identifiers import ActorId, FieldName, Oin, RoleId, SubjectId
from gateway.domain.partners import Caller
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind
from tests.actions.house import AGENCIES, AGENCY, DAY, EMPLOYER, MINUTE, NOON, House, run

HARDERWIJK = "00000099000000002430"


def wish(subject: SubjectId, purpose: str = "P05", recipient: str = AGENCY) -> ConsentWish:
    """Wish to agree."""
    return ConsentWish(subject, purpose, recipient, "tir", "1")


def refused(house: House, caller: Caller, subject: SubjectId) -> DisclosureRefusedError:
    """Try to record a consent, and return the refusal."""
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(house.consents.record(caller, wish(subject)))
    return refusal.value


def herself(house: House, subject: SubjectId) -> Caller:
    """Return the resident as a caller."""
    return replace(house.caller("betrokkene", "betrokkene", "resident-1"), subject=subject)


def test_a_consent_is_recorded_with_all_it_covers(house: House) -> None:
    """Without named fields it covers what the recipient's rules name, for half a year."""
    recorded = house.consent(house.person(1), "P05", interpreter=True)
    consent = recorded.consent
    assert recorded.state is ConsentEventKind.GIVEN
    assert consent.scope.purpose == "P05_arbeidsbemiddeling_voorstellen"
    assert consent.scope.recipient == AGENCY
    assert FieldName("achternaam") in consent.scope.fields
    assert FieldName("bsn") not in consent.scope.fields
    assert consent.expires == NOON + DEFAULT_TERM
    (event,) = house.world.people[recorded.subject].consents
    assert (event.recorded_by, event.interpreter) == ("casemanager-1", True)


def test_the_log_says_what_was_recorded_and_to_whom(house: House) -> None:
    """The entry names the consent, the recipient and the fields; operators hear purpose and state."""
    recorded = house.consent(house.person(1), "P05", fields=frozenset({FieldName("roepnaam")}))
    (record,) = house.records
    assert (record.outcome, record.fields) == ("given", ("roepnaam",))
    assert record.detail == {"consent": str(recorded.consent.consent_id), "to": AGENCY}
    assert record.event_id == recorded.receipt.event_id
    assert house.telemetry.events == [ConsentRecorded("P05", "given")]


def test_fewer_fields_may_be_agreed_to(house: House) -> None:
    """What was not agreed to is refused by scope; what was, is shown."""
    subject = house.person(1)
    house.consent(subject, "P05", fields=frozenset({FieldName("roepnaam")}))
    share = house.show(house.matcher, "P05", subject, "roepnaam", "achternaam")
    assert list(share.values) == ["roepnaam"]
    assert share.refused == (("achternaam", "CONSENT_SCOPE_MISMATCH"),)


def test_fields_beyond_the_rule_are_refused(house: House) -> None:
    """Consent cannot open what no rule for this recipient names."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match="bsn is not part of this purpose"):
        house.consent(subject, "P05", fields=frozenset({FieldName("bsn"), FieldName("roepnaam")}))
    assert house.records == []


@pytest.mark.parametrize(
    ("purpose", "recipient"),
    [("P02", HARDERWIJK), ("P05", HARDERWIJK), ("P03", AGENCY), ("P11", AGENCY)],
)
def test_consent_is_never_asked_for_a_legal_task(
    house: House, purpose: str, recipient: str
) -> None:
    """Where a legal task carries the purpose, or no rule does, there is nothing to agree to."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match="legal task"):
        house.consent(subject, purpose, recipient)
    assert house.records == []


@pytest.mark.parametrize(
    ("purpose", "recipient", "why"),
    [
        ("P77", AGENCY, "doel: is not in the catalogue"),
        ("P05", "00000099000000009999", "ontvanger: is not a partner"),
        ("P05", AGENCIES, "ontvanger: only P04 may name a kind"),
        ("P04", "soort:bakker", "ontvanger: only P04 may name a kind"),
    ],
)
def test_a_consent_names_a_known_purpose_and_recipient(
    house: House, purpose: str, recipient: str, why: str
) -> None:
    """Unknown purposes, recipients and kinds are wrong questions."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match=why):
        house.consent(subject, purpose, recipient)


def test_being_found_is_agreed_to_for_all_fields_or_not(house: House) -> None:
    """Whoever kept one field from a consent to be found would be found by it all the same."""
    subject, some = house.person(1), frozenset({FieldName("nt2_niveau_spreken")})
    with pytest.raises(InvalidRequestError, match="velden: are found by together"):
        house.consent(subject, "P04", AGENCIES, fields=some)
    whole = house.consent(subject, "P04", AGENCIES).consent.scope.fields
    assert house.consent(subject, "P04", AGENCIES, fields=whole).consent.scope.fields == whole


@pytest.mark.parametrize("away", [timedelta(0), -MINUTE, DEFAULT_TERM + MINUTE])
def test_a_term_lies_ahead_and_within_half_a_year(house: House, away: timedelta) -> None:
    """A consent that is over, or lasts longer than the longest term, is not recorded."""
    subject = house.person(1)
    with pytest.raises(InvalidRequestError, match="vervaldatum"):
        house.consent(subject, "P05", expires=NOON + away)


@pytest.mark.parametrize("away", [MINUTE, DEFAULT_TERM])
def test_the_first_and_the_last_possible_term_are_taken(house: House, away: timedelta) -> None:
    """A term of one minute and one of exactly half a year are both kept."""
    recorded = house.consent(house.person(1), "P05", expires=NOON + away)
    assert recorded.consent.expires == NOON + away


def test_a_refusal_opens_nothing_and_has_no_term(house: House) -> None:
    """That she said no is recorded as such: nobody is introduced and nothing is findable."""
    subject = house.person(1)
    recorded = house.consent(subject, "P05", given=False)
    assert recorded.state is ConsentEventKind.REFUSED
    assert recorded.consent.expires is None
    kinds = {event.kind for event in house.world.people[subject].relations}
    assert RelationKind.VOORGESTELD not in kinds


def test_agreeing_to_be_introduced_introduces(house: House) -> None:
    """A P05 consent makes the relation that the rule asks for, with that recipient only."""
    subject = house.person(1)
    house.consent(subject, "P05", AGENCY)
    assert house.show(house.matcher, "P05", subject).values
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.caller("werkgever", "werkgever"), "P05", subject)
    assert refusal.value.reason is Reason.NOT_INTRODUCED


def test_agreeing_to_be_found_opens_the_search_terms(house: House) -> None:
    """A P04 consent stores the blind terms of the searchable fields; ending it removes them."""
    subject = house.person(1, koppel_gemeente_code=None, koppel_status=None)
    assert house.world.people[subject].terms == frozenset()
    recorded = house.consent(subject, "P04", AGENCIES)
    assert house.index.term("nt2_niveau_spreken", ">=A2") in house.world.people[subject].terms
    house.clock.wait(MINUTE)
    run(house.consents.withdraw(house.casemanager, recorded.consent.consent_id))
    assert house.world.people[subject].terms == frozenset()


def test_an_erased_profile_has_no_terms(house: House) -> None:
    """Where the key is gone there is nothing to find her by."""
    subject = house.person(1, koppel_gemeente_code=None, koppel_status=None)
    house.world.keys.destroy(subject.bytes, "profile")
    house.consent(subject, "P04", AGENCIES)
    assert house.world.people[subject].terms == frozenset()


def test_a_retry_answers_with_the_first_outcome(house: House) -> None:
    """The same key of the same recorder records once, whatever the second request says."""
    subject = house.person(1)
    first = house.consent(subject, "P05", retry_key="k1")
    house.clock.wait(MINUTE)
    again = house.consent(subject, "P05", retry_key="k1", given=False)
    assert again.consent == first.consent
    assert again.receipt != first.receipt
    assert len(house.world.people[subject].consents) == 1
    assert [record.outcome for record in house.records] == ["given", "repeated"]


def test_a_retry_after_withdrawal_does_not_open_again(house: House) -> None:
    """A late retry answers that the consent was withdrawn."""
    subject = house.person(1)
    first = house.consent(subject, "P05", retry_key="k1")
    house.clock.wait(MINUTE)
    run(house.consents.withdraw(house.casemanager, first.consent.consent_id))
    assert house.consent(subject, "P05", retry_key="k1").state is ConsentEventKind.WITHDRAWN


def test_a_key_belongs_to_one_recorder(house: House) -> None:
    """Two recorders with the same key record two consents."""
    subject = house.person(1)
    first = house.consent(subject, "P05", retry_key="k1")
    colleague = replace(house.casemanager, actor=ActorId("casemanager-2"))
    second = run(house.consents.record(colleague, replace(wish(subject), retry_key="k1")))
    assert first.consent.consent_id != second.consent.consent_id


@pytest.mark.parametrize("fault", ["lose", "keep"])
def test_a_consent_that_is_not_durable_is_not_recorded(house: House, fault: str) -> None:
    """Without the log there is no consent to speak of; the recorder is told to try again."""
    subject = house.person(1)
    setattr(house.inner, fault, 1)
    with pytest.raises(LedgerUnavailableError):
        house.consent(subject, "P05", retry_key="k1")
    recorded = house.consent(subject, "P05", retry_key="k1")
    assert recorded.state is ConsentEventKind.GIVEN
    assert len(house.world.people[subject].consents) == 1


def test_something_in_between_is_told(house: House) -> None:
    """When the subject's epoch moved before the commit, the recorder must look again."""
    subject = house.person(1)

    def meanwhile() -> None:
        house.world.people[subject] = replace(house.world.people[subject], epoch=9)

    house.ledger.before.append(meanwhile)
    with pytest.raises(LedgerUnavailableError, match="ask again"):
        house.consent(subject, "P05")


def test_withdrawal_works_at_the_next_decision(house: House) -> None:
    """One minute after the withdrawal the agency is refused, and told why."""
    subject = house.person(1)
    given = house.consent(subject, "P05")
    house.clock.wait(MINUTE)
    ended = run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    assert (ended.state, ended.consent.ended) == (ConsentEventKind.WITHDRAWN, NOON + MINUTE)
    with pytest.raises(DisclosureRefusedError) as refusal:
        house.show(house.matcher, "P05", subject)
    assert refusal.value.reason is Reason.CONSENT_WITHDRAWN


def test_what_is_not_open_cannot_be_withdrawn(house: House) -> None:
    """Withdrawing twice, or withdrawing a refusal or an expired consent, is a wrong question."""
    subject = house.person(1)
    twice = house.consent(subject, "P05").consent.consent_id
    never = house.consent(subject, "P05", EMPLOYER, given=False).consent.consent_id
    short = house.consent(subject, "P04", AGENCIES, expires=NOON + MINUTE).consent.consent_id
    house.clock.wait(2 * MINUTE)
    run(house.consents.withdraw(house.casemanager, twice))
    for consent_id in (twice, never, short):
        with pytest.raises(InvalidRequestError, match="not open"):
            run(house.consents.withdraw(house.casemanager, consent_id))


def test_a_stranger_cannot_tell_a_consent_from_nothing(house: House) -> None:
    """Withdrawing someone else's consent and an invented one look and cost the same."""
    given = house.consent(house.person(1), "P05")
    elsewhere = house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))
    for consent_id in (given.consent.consent_id, UUID(int=5)):
        house.forget()
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(house.consents.withdraw(elsewhere, consent_id))
        assert refusal.value.decision.hidden
        assert house.kinds() == ["disclosure.denied: refused"]


def test_a_recorder_without_a_relation_is_refused_on_record(house: House) -> None:
    """A casemanager of another site cannot record, and her try is in the log."""
    subject = house.person(1)
    elsewhere = house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))
    assert refused(house, elsewhere, subject).reason is Reason.NOT_OWN_LOCATION
    assert [record.subject for record in house.records] == [subject]


@pytest.mark.parametrize(
    ("partner", "role", "reason"),
    [
        ("harderwijk", "gemeente_klantmanager", Reason.ACTOR_NOT_ALLOWED),
        ("instelling", "cursusinstelling", Reason.ACTOR_NOT_ALLOWED),
        ("uitzendbureau", "uitzendbureau_matcher", Reason.PURPOSE_NOT_IN_AGREEMENT),
        ("coa", "bewoner_matcher", Reason.PURPOSE_NOT_IN_AGREEMENT),
    ],
)
def test_only_the_casemanager_and_she_herself_record(
    house: House, partner: str, role: str, reason: Reason
) -> None:
    """Neither her municipality, her school nor a future recipient agrees on her behalf."""
    subject = house.person(1)
    assert refused(house, house.caller(partner, role), subject).reason is reason
    assert house.world.people[subject].consents == ()


def test_she_may_decide_for_herself_and_for_no_one_else(house: House) -> None:
    """A resident records and withdraws her own consent; someone else's is unknown to her."""
    one, other = house.people(2)
    me = herself(house, one)
    given = run(house.consents.record(me, wish(one)))
    house.clock.wait(MINUTE)
    ended = run(house.consents.withdraw(me, given.consent.consent_id))
    assert ended.state is ConsentEventKind.WITHDRAWN
    assert refused(house, me, other).decision.hidden
    assert refused(house, me, SubjectId(UUID(int=1))).decision.hidden


def test_consents_are_listed_for_who_guides_her(house: House) -> None:
    """The casemanager sees every consent, ended ones too."""
    subject = house.person(1)
    given = house.consent(subject, "P05")
    house.clock.wait(MINUTE)
    run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
    house.consent(subject, "P04", AGENCIES)
    listed = run(house.consents.of_subject(house.casemanager, subject))
    assert [one.state for one in listed] == ["withdrawn", "given"]


def test_a_consent_to_a_role_without_the_purpose_is_no_use(house: House) -> None:
    """A partner whose agreement lacks the purpose has no role that could receive."""
    caller = house.casemanager
    subject = house.person(1)
    house.clock.wait(DAY)
    with pytest.raises(InvalidRequestError, match="legal task"):
        run(house.consents.record(caller, wish(subject, "P08", EMPLOYER)))
    assert RoleId("werkgever") in house.catalogue.partners[Oin(EMPLOYER)].agreement.purposes


def test_a_retry_that_the_log_rejects_is_told(house: House) -> None:
    """A repeated answer needs its log entry too."""
    subject = house.person(1)
    house.consent(subject, "P05", retry_key="k1")
    house.inner.lose = 1
    with pytest.raises(LedgerUnavailableError):
        house.consent(subject, "P05", retry_key="k1")


@pytest.mark.parametrize(
    ("born", "purpose", "guardian", "why"),
    [
        ("2010-03-03", "P05", False, "voogd"),
        ("2010-03-02", "P05", False, None),
        ("2010-03-03", "P05", True, None),
        ("2010", "P05", False, "voogd"),
        (None, "P05", False, "voogd"),
        ("2008-03-03", "P06", False, "doel"),
        ("2008-03-03", "P06", True, "doel"),
        ("2008-03-02", "P06", False, None),
        (None, "P06", True, "doel"),
    ],
)
def test_age_decides_who_agrees(
    house: House,
    born: str | None,
    purpose: str,
    guardian: bool,  # noqa: FBT001 - a table
    why: str | None,
) -> None:
    """Under 16 her guardian agrees, a work permit takes 18, and an unknown age counts as too young."""
    subject = house.person(1, geboortedatum=born)
    if why is None:
        house.consent(subject, purpose, EMPLOYER, guardian=guardian)
        assert house.world.people[subject].consents[-1].guardian is guardian
        return
    with pytest.raises(InvalidRequestError, match=f"^{why}: "):
        house.consent(subject, purpose, EMPLOYER, guardian=guardian)
    assert house.records == []


def test_a_child_may_refuse_by_herself(house: House) -> None:
    """Saying no needs no guardian."""
    subject = house.person(1, geboortedatum="2015-01-01")
    assert house.consent(subject, "P05", given=False).state is ConsentEventKind.REFUSED


def strict(house: House) -> None:
    """Leave the demo: from here on an unreviewed text carries no consent by itself."""
    house.consents._wording = replace(house.wording, unreviewed=False)


def test_a_consent_carries_the_digest_of_its_words(house: House) -> None:
    """What is kept is the digest of the very text of this question, language and version."""
    scope = house.consent(house.person(1), "P05").consent.scope
    assert scope.text_digest == house.texts.get("P05", "uitzendbureau", "tir", "1").sha256
    found = house.consent(house.subject(1), "P04", AGENCIES).consent.scope
    assert found.text_digest == house.texts.get("P04", "uitzendbureau", "tir").sha256


@pytest.mark.parametrize(
    ("differs", "field"), [({"language": "som"}, "taal"), ({"text_version": "2"}, "tekstVersie")]
)
def test_words_that_do_not_exist_carry_nothing(
    house: House, differs: dict[str, str], field: str
) -> None:
    """An unknown language or version is a wrong question, yes or no, and records nothing."""
    subject = house.person(1)
    for given in (True, False):
        odd = replace(wish(subject), given=given, **differs)  # type: ignore[arg-type]  # a test names what differs
        with pytest.raises(InvalidRequestError, match=f"^{field}: "):
            run(house.consents.record(house.casemanager, odd))
    assert house.records == []


def test_nobody_vouches_for_an_unreviewed_text(house: House) -> None:
    """Outside the demo a yes to it needs a named interpreter; a no, or a reviewed text, does not."""
    subject = house.person(1)
    strict(house)
    with pytest.raises(InvalidRequestError, match=r"^tekstVersie: no native speaker reviewed"):
        house.consent(subject, "P05", interpreter=True)
    with pytest.raises(InvalidRequestError, match=r"^tekstVersie: no native speaker reviewed"):
        house.consent(subject, "P05", interpreter_name="")
    assert house.records == []
    assert house.consent(subject, "P05", given=False).state is ConsentEventKind.REFUSED
    dutch = replace(wish(subject), language="nld")
    assert run(house.consents.record(house.casemanager, dutch)).state is ConsentEventKind.GIVEN
    named = house.consent(subject, "P08", interpreter_name="Tolk Voorbeeld")
    assert named.state is ConsentEventKind.GIVEN


def test_the_name_of_an_interpreter_stays_in_the_log(house: House) -> None:
    """It stands in the sealed entry; the event only says that one helped, and what was read back."""
    recorded = house.consent(
        house.person(1), "P05", interpreter_name="Tolk Voorbeeld", read_back=True
    )
    assert house.records[-1].detail["interpreter"] == "Tolk Voorbeeld"
    (event,) = house.world.people[recorded.subject].consents
    assert (event.interpreter, event.read_back) == (True, True)
    assert "Tolk" not in repr(event)
    plain = house.consent(recorded.subject, "P08")
    assert "interpreter" not in house.records[-1].detail
    assert house.world.people[plain.subject].consents[-1].read_back is False


def renewed(house: House, consent_id: UUID, renewal: Renewal = Renewal()) -> RecordedConsent:  # noqa: B008 - a frozen value
    """Renew as the casemanager."""
    return run(house.consents.renew(house.casemanager, consent_id, renewal))


def test_renewing_lengthens_an_open_consent(house: House) -> None:
    """The term runs half a year from now, and what she agreed to stays what it was."""
    given = house.consent(house.person(1), "P05").consent
    house.clock.wait(100 * DAY)
    again = renewed(house, given.consent_id, Renewal(interpreter_name="Tolk", read_back=True))
    assert again.state is ConsentEventKind.RENEWED
    assert again.consent.expires == NOON + 100 * DAY + DEFAULT_TERM
    assert again.consent.scope == given.scope
    assert house.kinds()[-1] == "consent: renewed"
    assert house.records[-1].detail["interpreter"] == "Tolk"
    house.clock.wait(150 * DAY)
    shown = house.show(house.matcher, "P05", again.subject, "achternaam")
    assert FieldName("achternaam") in shown.values


def test_a_renewal_is_no_longer_than_half_a_year(house: House) -> None:
    """A term in the past, or over 182 days ahead, is refused."""
    given = house.consent(house.person(1), "P05").consent
    for term in (NOON - MINUTE, NOON + DEFAULT_TERM + MINUTE):
        with pytest.raises(InvalidRequestError, match=r"^vervaldatum: "):
            renewed(house, given.consent_id, Renewal(expires=term))


def test_changed_words_are_asked_anew(house: House) -> None:
    """A consent on old words holds until its term, but is not renewed."""
    subject = house.person(1)
    given = house.consent(subject, "P05").consent
    house.texts.newest = "2"
    assert house.show(house.matcher, "P05", subject, "achternaam").values
    with pytest.raises(InvalidRequestError, match=r"^tekstVersie: is not the newest"):
        renewed(house, given.consent_id)


@pytest.mark.parametrize("end", ["withdrawn", "expired", "refused"])
def test_what_is_not_open_is_not_renewed(house: House, end: str) -> None:
    """A withdrawn, expired or refused consent is asked again instead."""
    given = house.consent(house.person(1), "P05", given=end != "refused").consent
    if end == "withdrawn":
        run(house.consents.withdraw(house.casemanager, given.consent_id))
    if end == "expired":
        house.clock.wait(DEFAULT_TERM)
    with pytest.raises(InvalidRequestError, match=r"^toestemming: is not open"):
        renewed(house, given.consent_id)


def test_what_gave_way_is_not_renewed(house: House) -> None:
    """A newer yes to the same recipient took its place; renewing the old one revives nothing."""
    subject = house.person(1)
    old = house.consent(subject, "P05").consent
    house.clock.wait(MINUTE)
    house.consent(subject, "P05")
    with pytest.raises(InvalidRequestError, match=r"^toestemming: gave way"):
        renewed(house, old.consent_id)


def test_renewing_asks_for_the_same_vouching_as_giving(house: House) -> None:
    """Outside the demo an unreviewed text needs a named interpreter again."""
    given = house.consent(house.person(1), "P05").consent
    strict(house)
    with pytest.raises(InvalidRequestError, match=r"^tekstVersie: no native speaker"):
        renewed(house, given.consent_id)
    again = renewed(house, given.consent_id, Renewal(interpreter_name="Tolk"))
    assert again.state is ConsentEventKind.RENEWED


def test_under_sixteen_renewing_needs_the_representative(house: House) -> None:
    """What a guardian agreed to, the child does not renew alone (UAVG art. 5(1))."""
    subject = house.person(1, geboortedatum="2011-01-01")
    given = house.consent(subject, "P05", guardian=True).consent
    with pytest.raises(InvalidRequestError, match=r"^voogd: "):
        renewed(house, given.consent_id)
    again = renewed(house, given.consent_id, Renewal(guardian=True))
    assert again.state is ConsentEventKind.RENEWED


def test_nobody_renews_for_people_she_does_not_guide(house: House) -> None:
    """A stranger's consent and an invented one are refused alike."""
    given = house.consent(house.person(1), "P05").consent
    elsewhere = house.caller("coa", "coa_casemanager", "c-2", sites=("AZC-UTR-02",))
    for consent_id in (given.consent_id, UUID(int=9)):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(house.consents.renew(elsewhere, consent_id, Renewal()))
        assert refusal.value.decision.hidden
