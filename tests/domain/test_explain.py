"""A decision is told in steps: everything to the officer, to the caller what she may know."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import decide
from gateway.domain.explain import REMEDIES, Remedy, Told, for_caller, for_officer
from gateway.domain.identifiers import ConsentId, FieldName, Oin, PurposeCode
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.reasons import Reason, step
from gateway.domain.relations import RelationEvent, RelationKind, municipal_ties
from gateway.domain.replay import Recorded
from gateway.domain.sentences import Language, render
from gateway.domain.subjects import ProfileVersion, Situation, Withholding, WithholdingKind
from tests.domain.cases import P02, SUBJECT, asked, caller, drawn, link, moment, unlink
from tests.worlds.scene import GEMEENTEN, OINS
from tests.worlds.trial import court

FIELDS = court().fields
P05 = PurposeCode("P05_arbeidsbemiddeling_voorstellen")
seeds = st.integers(0, 10**9)


def words(
    told: tuple[Told, ...], language: Language = Language.NL, zone: timezone = UTC
) -> tuple[str, ...]:
    """Put a story into words."""
    return render(told, language, FIELDS, zone)


def said_to_caller(recorded: Recorded) -> tuple[Told, ...]:
    """Decide, and tell the caller."""
    judges = court()
    ask, moment_ = recorded.ask, recorded.moment
    decision = decide(ask, recorded.situation, judges.matrix, FIELDS, moment_)
    return for_caller(decision, recorded, FIELDS)


@given(seeds)
def test_hidden_looks_like_unknown(seed: int) -> None:
    """Whoever may not know someone is told what she is told of no one, to the letter."""
    _, decision, recorded = drawn(seed)
    nobody = replace(recorded, situation=None)
    if decision.hidden:
        story = for_caller(decision, recorded, FIELDS)
        assert story == said_to_caller(nobody)
        said = (
            "Geweigerd: deze cliënt is bij u niet bekend. Controleer de verwijzing die u gebruikte."
        )
        assert words(story) == (said,)


@given(seeds)
def test_caller_hears_of_no_other_party(seed: int) -> None:
    """No sentence names another organisation or municipality, and no date is another's."""
    _, decision, recorded = drawn(seed)
    story = for_caller(decision, recorded, FIELDS)
    text = " ".join((*words(story), *words(story, Language.EN)))
    partner = recorded.ask.caller.partner
    others = (set(OINS) - {partner.oin}) | (set(GEMEENTEN) - partner.gemeenten)
    assert not [other for other in others if re.search(rf"\b{other}\b", text)]
    dates = {one.since for one in story} | {one.consent.given for one in story if one.consent}
    assert dates - {None} <= own_dates(recorded)


def own_dates(recorded: Recorded) -> set[datetime]:
    """Gather the dates of the caller's own agreement, relations and consents, and the purposes'."""
    who, situation = recorded.ask.caller, recorded.situation
    partner = who.partner
    agreement = partner.agreement
    days = {purpose.valid_from for purpose in court().matrix.purposes()} | {agreement.valid_from}
    if agreement.valid_until:
        days.add(agreement.valid_until + timedelta(days=1))
    own = {datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days}
    if situation is None:
        return own
    for tie in municipal_ties(situation.relations, recorded.moment):
        if tie.gemeente in partner.gemeenten:
            own |= {tie.since, *({tie.until} if tie.until else ())}
    places = {partner.oin, *who.locations}
    own |= {event.at for event in situation.relations if event.party in places}
    recipients = {partner.oin, f"soort:{partner.kind}"}
    ours = {e.consent_id for e in situation.consents if e.scope and e.scope.recipient in recipients}
    for event in situation.consents:
        if event.consent_id in ours:
            own |= {event.at, *({event.expires} if event.expires else ())}
    return own


@given(seeds)
def test_what_concerns_others_changes_nothing_for_the_caller(seed: int) -> None:
    """Consents to others, work with others, and the dates of what is withheld are not to be heard."""
    _, decision, recorded = drawn(seed)
    situation = recorded.situation
    if situation is None:
        return
    partner = recorded.ask.caller.partner
    others = set(OINS) - {partner.oin}
    recipients = {partner.oin, f"soort:{partner.kind}"}
    ours = {e.consent_id for e in situation.consents if e.scope and e.scope.recipient in recipients}
    quieter = replace(
        situation,
        relations=tuple(e for e in situation.relations if e.party not in others),
        consents=tuple(e for e in situation.consents if e.consent_id in ours),
        withholdings=tuple(
            replace(one, since=one.since - timedelta(days=3))
            if one.since <= recorded.moment
            else one
            for one in situation.withholdings
        ),
    )
    told = for_caller(decision, recorded, FIELDS)
    assert said_to_caller(replace(recorded, situation=quieter)) == told


@given(seeds)
def test_story_covers_the_decision(seed: int) -> None:
    """The officer hears of every rule, every granted and every refused field, in order of steps."""
    _, decision, recorded = drawn(seed)
    story = for_officer(decision, recorded, FIELDS)
    assert [t.rule_id for t in story if t.rule_id] == [v.rule.rule_id for v in decision.verdicts]
    granted = {name for told in story if told.holds for name in told.fields}
    assert granted == set(FIELDS.names(decision.granted))
    refused = {(name, told.reason) for told in story if told.reason for name in told.fields}
    assert refused == {(n, reason) for mask, reason in decision.refused for n in FIELDS.names(mask)}
    assert all(told.step == step(told.reason) for told in story if told.reason)
    assert all(words(story, language) for language in Language)


@given(seeds)
def test_officer_and_caller_hear_of_the_same_fields(seed: int) -> None:
    """To whoever may know the person, discretion hides reasons and dates, never a field."""
    _, decision, recorded = drawn(seed)
    if not decision.hidden:
        officer = for_officer(decision, recorded, FIELDS)
        heard = for_caller(decision, recorded, FIELDS)
        assert [told.fields for told in heard] == [told.fields for told in officer]
        assert not {told.reason for told in heard} & {Reason.CONSENT_REFUSED, Reason.SHIELDED}


def test_unlinked_since() -> None:
    """The officer reads since when the person is no longer linked."""
    events = (link("0243", moment(1, 5)), unlink("0243", moment(3, 3)))
    decision, recorded = asked("P02", moment(4, 1), Situation(SUBJECT, 1, events))
    told = for_officer(decision, recorded, FIELDS)
    assert words(told)[2].endswith(
        "geldt niet: deze persoon is sinds 3 maart 2026 niet meer aan uw gemeente gekoppeld."
    )
    assert told[2].since == moment(3, 3)
    assert told[2].what_can_change is Remedy.AWAIT_LINK


def test_predecessor_hears_when_her_link_ended() -> None:
    """A municipality that was followed hears since when, and not by whom."""
    events = (link("0243", moment(1, 5)), link("0034", moment(3, 3)))
    versions = (ProfileVersion(1, moment(1, 6), 0),)
    situation = Situation(SUBJECT, 1, events, versions=versions)
    decision, recorded = asked("P03", moment(3, 20), situation)
    told = words(for_caller(decision, recorded, FIELDS))
    assert "deze persoon is sinds 3 maart 2026 niet meer aan uw gemeente gekoppeld" in told[-1]
    assert told[2].startswith("Toegestaan: ")
    assert "0034" not in " ".join(told)


def test_grant_is_told_with_rule_basis_and_term() -> None:
    """A grant comes with file and line of its rule, its basis, its term, and since when."""
    decision, recorded = asked(
        "P02", moment(4, 1), Situation(SUBJECT, 1, (link("0243", moment(1, 5)),))
    )
    told = for_caller(decision, recorded, FIELDS)[2]
    assert told.holds
    assert told.rule_id == "P02-gemeente_klantmanager"
    assert re.fullmatch(r"purposes/P02_\w+\.yaml:\d+", told.where or "")
    assert told.basis
    assert told.retention
    assert told.since == moment(1, 5)
    said = words((told,), Language.EN)[0]
    assert said.startswith("Allowed: ")
    assert "more fields" in said
    assert "You have this relation since 5 January 2026." in said


def agency() -> Caller:
    """Return a matcher of an agency."""
    who = caller(PartnerKind.UITZENDBUREAU, "uitzendbureau_matcher")
    agreement = replace(who.partner.agreement, purposes={who.role: frozenset({P05})})
    return replace(who, partner=replace(who.partner, agreement=agreement))


def introduced(*kinds: tuple[ConsentEventKind, datetime]) -> Situation:
    """Introduce the person to the agency, with what was said about one consent."""
    scope = ConsentScope(P05, Oin(OINS[0]), frozenset({FieldName("roepnaam")}), "2026-1", "tir")
    events = tuple(
        ConsentEvent(
            ConsentId(UUID(int=9)),
            kind,
            at,
            "x",
            None if number else scope,
            None if number else moment(5, 1),
        )
        for number, (kind, at) in enumerate(kinds)
    )
    work = RelationEvent(RelationKind.VOORGESTELD, OINS[0], moment(1, 5), "")
    return Situation(SUBJECT, 1, (work,), events)


K = ConsentEventKind


@pytest.mark.parametrize(
    ("said", "at", "to_caller", "to_officer"),
    [
        (
            ((K.GIVEN, moment(2, 1)), (K.WITHDRAWN, moment(3, 3))),
            moment(4, 1),
            "de toestemming is op 3 maart 2026 ingetrokken",
            "de toestemming is op 3 maart 2026 ingetrokken",
        ),
        (
            ((K.GIVEN, moment(2, 1)),),
            moment(5, 2),
            "de toestemming is op 1 mei 2026 verlopen",
            "de toestemming is op 1 mei 2026 verlopen",
        ),
        (
            ((K.REFUSED, moment(2, 1)),),
            moment(4, 1),
            "er is geen toestemming van deze persoon",
            "de persoon heeft op 1 februari 2026 geen toestemming willen geven",
        ),
        (
            ((K.REQUESTED, moment(2, 1)),),
            moment(4, 1),
            "er is geen toestemming van deze persoon",
            "gevraagd of ongeldig verklaard",
        ),
        (
            ((K.GIVEN, moment(2, 1)), (K.INVALIDATED, moment(3, 3))),
            moment(4, 1),
            "er is geen toestemming van deze persoon",
            "op 3 maart 2026 gevraagd of ongeldig verklaard",
        ),
    ],
)
def test_consent_that_fails(
    said: tuple[tuple[ConsentEventKind, datetime], ...],
    at: datetime,
    to_caller: str,
    to_officer: str,
) -> None:
    """The officer hears what became of a consent; the caller only of one that stood and ended."""
    decision, recorded = asked("P05", at, introduced(*said), agency())
    heard, full = for_caller(decision, recorded, FIELDS), for_officer(decision, recorded, FIELDS)
    assert to_caller in words(heard)[2]
    assert to_officer in words(full)[2]
    assert full[2].consent is not None
    assert (heard[2].consent is None) == (to_caller != to_officer)


def test_refusing_looks_like_never_having_been_asked() -> None:
    """The caller cannot tell someone who said no from someone whom nobody asked."""
    refused, recorded = asked("P05", moment(4, 1), introduced((K.REFUSED, moment(2, 1))), agency())
    silent, nothing = asked("P05", moment(4, 1), introduced(), agency())
    assert for_caller(refused, recorded, FIELDS) == for_caller(silent, nothing, FIELDS)


def test_consent_to_another_is_not_mistaken_for_hers() -> None:
    """A consent to another agency that was withdrawn later does not date the caller's own."""
    own = introduced((K.GIVEN, moment(2, 1)), (K.WITHDRAWN, moment(2, 20)))
    given, withdrawn = introduced((K.GIVEN, moment(3, 1)), (K.WITHDRAWN, moment(3, 3))).consents
    assert given.scope
    to_other = replace(given.scope, recipient=OINS[1])
    others = (
        replace(given, consent_id=ConsentId(UUID(int=8)), scope=to_other),
        replace(withdrawn, consent_id=ConsentId(UUID(int=8))),
    )
    situation = replace(own, consents=(*own.consents, *others))
    decision, recorded = asked("P05", moment(4, 1), situation, agency())
    for told in (for_caller(decision, recorded, FIELDS), for_officer(decision, recorded, FIELDS)):
        assert told[2].since == moment(2, 20)
        assert told[2].consent
        assert told[2].consent.consent_id == UUID(int=9)


def test_consent_that_carries() -> None:
    """A grant by consent tells when it was given, on which text, in which language."""
    situation = introduced((K.GIVEN, moment(2, 1)))
    decision, recorded = asked("P05", moment(4, 1), situation, agency())
    told = for_caller(decision, recorded, FIELDS)[2]
    assert told.consent
    assert told.consent.consent_id == UUID(int=9)
    assert (
        "De persoon gaf toestemming op 1 februari 2026 (tekst 2026-1, taal tir)."
        in words((told,))[0]
    )


def test_withholding_is_dated_for_the_officer_only() -> None:
    """Since when someone objects is for the officer."""
    name = FieldName("roepnaam")
    one = Withholding(WithholdingKind.OBJECTED, FIELDS.mask([name]), frozenset(), moment(3, 3))
    linked = (link("0243", moment(1, 5)),)
    situation = Situation(SUBJECT, 1, linked, withholdings=(one,))
    decision, recorded = asked("P02", moment(4, 1), situation)
    officer = next(t for t in for_officer(decision, recorded, FIELDS) if name in t.fields)
    heard = next(t for t in for_caller(decision, recorded, FIELDS) if name in t.fields)
    assert (officer.since, heard.since) == (moment(3, 3), None)
    assert heard.reason is Reason.OBJECTED


def test_retention_is_dated_for_the_officer_only() -> None:
    """Since when the gate keeps nothing for the purpose is for the officer."""
    situation = Situation(SUBJECT, 1, (link("0243", moment(1, 5)),), closed=((P02, moment(3, 3)),))
    decision, recorded = asked("P02", moment(4, 1), situation)
    assert for_officer(decision, recorded, FIELDS)[-1].since == moment(3, 3)
    assert for_caller(decision, recorded, FIELDS)[-1].since is None


def test_resident_who_left_the_site() -> None:
    """The officer reads since when a resident has left the casemanager's locations."""
    who = replace(caller(PartnerKind.COA, "coa_casemanager"), locations=frozenset({"azc-noord"}))
    came = RelationEvent(RelationKind.VERBLIJFT, "azc-noord", moment(1, 5), "")
    left = RelationEvent(RelationKind.VERBLIJFT, "azc-oost", moment(3, 3), "")
    decision, recorded = asked("P03", moment(4, 1), Situation(SUBJECT, 1, (came, left)), who)
    assert (
        "verblijft sinds 3 maart 2026 niet meer"
        in words(for_officer(decision, recorded, FIELDS))[2]
    )
    decision, recorded = asked("P03", moment(2, 1), Situation(SUBJECT, 1, (came, left)), who)
    assert for_caller(decision, recorded, FIELDS)[2].since == moment(1, 5)


def test_shielding_is_told_to_the_officer_only() -> None:
    """The officer reads that someone is shielded; the caller reads that she knows nobody."""
    situation = Situation(SUBJECT, 1, (link("0243", moment(1, 5)),), shielded=True)
    decision, recorded = asked("P02", moment(4, 1), situation)
    assert "afgeschermd" in words(for_officer(decision, recorded, FIELDS))[-1]
    assert for_caller(decision, recorded, FIELDS)[0].reason is Reason.SUBJECT_UNKNOWN


@pytest.mark.parametrize(
    ("at", "since", "said"),
    [
        (
            datetime(2027, 2, 1, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
            "sinds 1 januari 2027",
        ),
        (datetime(2025, 2, 1, tzinfo=UTC), None, "loopt vandaag niet"),
    ],
)
def test_agreement_that_does_not_run(at: datetime, since: datetime | None, said: str) -> None:
    """An agreement that is over has a date; one that has yet to begin has none."""
    decision, recorded = asked("P02", at, Situation(SUBJECT, 1))
    told = for_caller(decision, recorded, FIELDS)
    assert [(one.step, one.since) for one in told] == [(1, since)]
    assert said in words(told)[0]


def test_date_is_that_of_the_reader() -> None:
    """An evening in UTC is the next day where the clock is ahead."""
    told = Told(3, since=moment(3, 3, 23), reason=Reason.NOT_LINKED)
    ahead = timezone(timedelta(hours=1))
    assert "sinds 4 maart 2026" in words((told,), zone=ahead)[0]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", Language)
def test_every_refusal_has_words(reason: Reason, language: Language) -> None:
    """Each reason has a sentence with and without a date, and each remedy its own words."""
    plain = Told(step(reason), reason=reason, what_can_change=REMEDIES.get(reason))
    dated = replace(plain, since=moment(3, 3))
    for said in words((plain, dated), language):
        assert re.fullmatch(r"(Geweigerd|Refused): [^A-Z{}].+\.", said)
