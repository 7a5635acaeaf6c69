"""What a decision rested on can be written down, read back exactly, and decided again."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields as members
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import check_payload
from gateway.domain.breakglass import TERM, GlassBreak
from gateway.domain.consents import ConsentEvent, ConsentEventKind, ConsentScope
from gateway.domain.decisions import Ask
from gateway.domain.identifiers import (
    ActorId,
    ConsentId,
    FieldName,
    GemeenteCode,
    Oin,
    PurposeCode,
    RoleId,
    SubjectId,
)
from gateway.domain.partners import Agreement, Caller, Partner, PartnerKind
from gateway.domain.recorded_form import MEMBERS, record
from gateway.domain.recorded_reading import restore
from gateway.domain.relation_tests import PREDECESSOR_FIELDS
from gateway.domain.relations import MUNICIPAL, STAY, RelationEvent, RelationKind
from gateway.domain.replay import Recorded, ReplayError, replay
from gateway.domain.subjects import ProfileVersion, Situation, Withholding, WithholdingKind
from tests.domain.cases import P02, P03, asked, drawn, link, moment
from tests.worlds.trial import court

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OIN = Oin("00000099000000000101")
FIELDS = court().fields
KEPT = FIELDS.mask(PREDECESSOR_FIELDS)
EVERY = FIELDS.mask(spec.name for spec in FIELDS)

texts = st.text(max_size=12)
masks = st.integers(0, EVERY)
names = masks.map(lambda mask: frozenset(FIELDS.names(mask)))
moments = st.datetimes(timezones=st.just(UTC))
past = st.datetimes(max_value=NOW.replace(tzinfo=None), timezones=st.just(UTC))
days = st.dates()
uuids = st.uuids()
codes = st.sampled_from([P02, PurposeCode("P02")])


def sets(of: st.SearchStrategy[str]) -> st.SearchStrategy[frozenset[Any]]:
    """Draw a set of up to three."""
    return st.frozensets(of, max_size=3)


def tuples(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Draw a tuple of up to four."""
    return st.lists(of, max_size=4).map(tuple)


scopes = st.builds(
    ConsentScope, texts.map(PurposeCode), st.sampled_from([OIN, "soort:coa"]), names, texts, texts
)
relations = st.one_of(
    st.builds(
        RelationEvent,
        st.sampled_from(sorted({*MUNICIPAL, *STAY})),
        texts,
        past,
        st.just(""),
    ),
    st.builds(RelationEvent, st.sampled_from(RelationKind), st.just(OIN), past, st.just("")),
)
openings = st.builds(
    ConsentEvent,
    uuids.map(ConsentId),
    st.sampled_from(ConsentEventKind),
    past,
    st.just(""),
    scopes,
    st.none() | moments,
)
consents = st.lists(openings, max_size=3).map(
    lambda firsts: tuple(
        event for first in firsts for event in (first, replace(first, scope=None, expires=None))
    )
)
withholdings = st.builds(
    Withholding,
    st.sampled_from(WithholdingKind),
    st.integers(-1, EVERY),
    sets(codes),
    past,
    st.none(),
)
situations = st.builds(
    Situation,
    uuids.map(SubjectId),
    st.integers(0, 2**53 - 1),
    tuples(relations),
    consents,
    tuples(st.builds(ProfileVersion, st.integers(1, 99), moments, st.just(KEPT))),
    tuples(withholdings),
    tuples(st.tuples(codes, past)),
    masks,
    st.booleans(),
    st.none() | texts,
    st.none() | texts,
    st.none() | texts,
)
agreed: st.SearchStrategy[dict[RoleId, frozenset[PurposeCode]]] = st.just({}) | sets(codes).map(
    lambda drawn: {RoleId("rol"): drawn}
)
agreements = st.builds(Agreement, texts, days, st.none() | days, agreed, names)
partners = st.builds(
    Partner,
    st.just(OIN),
    st.just(""),
    st.just(""),
    st.just(PartnerKind.COA),
    agreements,
    sets(texts.map(GemeenteCode)),
)
callers = st.builds(
    Caller,
    partners,
    st.just(RoleId("rol")),
    st.just(ActorId("")),
    sets(texts),
    sets(texts),
    st.none() | uuids.map(SubjectId),
)
asks = st.builds(
    Ask,
    callers,
    st.sampled_from(["P02", P02]),
    st.none() | masks,
    st.integers(0, 99),
    st.booleans(),
)
recordings = st.builds(Recorded, asks, st.none() | situations, st.just(NOW), texts)


def through_json(recorded: Recorded) -> Recorded:
    """Write, store as JSON, and read back."""
    return restore(json.loads(json.dumps(record(recorded, FIELDS))), FIELDS)


@given(recordings)
def test_what_a_step_reads_comes_back_exactly(recorded: Recorded) -> None:
    """Whatever holds only what the steps read is the same after a round trip."""
    assert through_json(recorded) == recorded


@given(recordings)
def test_the_form_is_a_payload(recorded: Recorded) -> None:
    """The log takes what is written as part of a payload."""
    check_payload({"rests": record(recorded, FIELDS)})


@given(st.integers(0, 10**9))
def test_a_drawn_decision_is_taken_again(seed: int) -> None:
    """Leaving out what no step reads changes neither the decision nor any part of its story."""
    judges, decision, recorded = drawn(seed)
    assert replay(through_json(recorded), judges.matrix, judges.fields) == decision


@given(st.integers(0, 10**9))
def test_writing_again_adds_and_loses_nothing(seed: int) -> None:
    """What was read back is written exactly as it was."""
    _, _, recorded = drawn(seed)
    written = record(recorded, FIELDS)
    assert record(restore(written, FIELDS), FIELDS) == written


def test_others_are_left_out() -> None:
    """Consents to others, work with others, names and what lies ahead stay out of the record."""
    other = Oin("00000099000000000999")
    scope = ConsentScope(P03, other, frozenset(), "elders", "tir")
    agreed = ConsentEvent(ConsentId(UUID(int=1)), ConsentEventKind.GIVEN, moment(1, 2), "x", scope)
    placed = RelationEvent(RelationKind.GEPLAATST, other, moment(1, 2), "elders")
    ahead = link("0999", NOW + timedelta(days=1))
    situation = Situation(SubjectId(UUID(int=2)), 1, (placed, ahead), (agreed,))
    _, recorded = asked("P03", NOW, situation)
    assert not re.search("elders|0999|medewerker|Partner", json.dumps(record(recorded, FIELDS)))


def full() -> Recorded:
    """Return a decision whose record has every member."""
    agreement = Agreement(
        "a",
        date(2026, 1, 1),
        date(2026, 12, 31),
        {RoleId("coa_casemanager"): frozenset({P03})},
        frozenset({FieldName("bsn")}),
    )
    partner = Partner(OIN, "", "", PartnerKind.COA, agreement, frozenset({GemeenteCode("0243")}))
    who = Caller(
        partner,
        RoleId("coa_casemanager"),
        ActorId(""),
        frozenset({"azc-noord"}),
        frozenset({"noord"}),
        SubjectId(UUID(int=3)),
    )
    scope = ConsentScope(P03, OIN, frozenset({FieldName("roepnaam")}), "2026-1", "tir")
    since, until = moment(2, 1), moment(9, 1)
    glass = GlassBreak(who.actor, who.role, OIN, SubjectId(UUID(int=3)), P03, NOW, NOW + TERM)
    situation = Situation(
        SubjectId(UUID(int=3)),
        7,
        (link("0243", since),),
        (ConsentEvent(ConsentId(UUID(int=4)), ConsentEventKind.GIVEN, since, "", scope, until),),
        (ProfileVersion(1, since, KEPT),),
        (Withholding(WithholdingKind.OBJECTED, 1, frozenset({P03}), since, until),),
        ((P03, since),),
        1,
        shielded=True,
        doelgroep="statushouder",
        reception_gemeente="0243",
        coa_regio="Oost",
        glasses=(glass,),
    )
    return Recorded(Ask(who, "P03", 1), situation, NOW, "d")


def places(value: object, path: str = "") -> Iterator[str]:
    """Name every member below a value, as errors name it."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield f"{path}.{key}" if path else key
            yield from places(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for at, below in enumerate(value):
            yield from places(below, f"{path}[{at}]")


PLACES = tuple(places(record(full(), FIELDS)))
OPTIONAL = {"fields", "to", "self", "towns", "sites", "regions", "group", "town", "region", "for"}
LISTS = {"rel", "con", "ver", "not", "gone", "glass"}


def bent(path: str, value: object = None) -> dict[str, Any]:
    """Return the full record with one member put to ``value``, or taken out."""
    written = deepcopy(record(full(), FIELDS))
    *way, last = re.findall(r"\w+", path)
    inside: Any = written
    for key in way:
        inside = inside[int(key) if key.isdigit() else key]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return written


def test_the_table_names_every_member_and_no_other() -> None:
    """The table of members is the form."""
    assert {re.sub(r"\[\d+\]", "", place) for place in PLACES} == set(MEMBERS)


EMPTY: tuple[object, ...] = (None, "", 0, (), frozenset(), {})
FULL = full()


@pytest.mark.parametrize(
    ("value", "unread"),
    [
        (FULL, set()),
        (FULL.ask, set()),
        (FULL.ask.caller, {"actor"}),
        (FULL.ask.caller.partner, {"slug", "name"}),
        (FULL.ask.caller.partner.agreement, set()),
        (FULL.situation, {"sixteen", "eighteen"}),
        (FULL.situation and FULL.situation.relations[0], {"source"}),
        (
            FULL.situation and FULL.situation.consents[0],
            {"recorded_by", "interpreter", "guardian", "read_back", "decides"},
        ),
    ],
)
def test_a_new_input_is_noticed(value: Any, unread: set[str]) -> None:  # noqa: ANN401 - any input
    """Every part of the inputs comes back, but for those that no step is known to read."""
    assert restore(record(FULL, FIELDS), FIELDS) == FULL
    empty = {each.name for each in members(value) if getattr(value, each.name) in EMPTY}
    assert empty <= unread


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("value", [True, 1.5, [None], {"x": 1}])
def test_a_member_of_another_kind_is_refused_by_name(path: str, value: object) -> None:
    """What is not of a member's kind is refused with the member's name."""
    with pytest.raises(ReplayError) as refused:
        restore(bent(path, value), FIELDS)
    assert refused.value.member.startswith(path)


@pytest.mark.parametrize("path", ["at", "of.id", "of.held", "of.rel[0].k", "deal.from", "who.kind"])
def test_a_refusal_does_not_repeat_the_content(path: str) -> None:
    """What stood in a member is not in the error."""
    with pytest.raises(ReplayError) as refused:
        restore(bent(path, "Selam"), FIELDS)
    assert "Selam" not in str(refused.value)


@pytest.mark.parametrize(
    "path", [p for p in PLACES if p.rpartition(".")[2] not in OPTIONAL | LISTS]
)
def test_a_missing_member_is_refused_by_name(path: str) -> None:
    """A member that every record has is missed by its name."""
    if path == "of":
        assert restore(bent(path), FIELDS).situation is None
        return
    with pytest.raises(ReplayError, match="is missing") as refused:
        restore(bent(path), FIELDS)
    assert refused.value.member == path


@pytest.mark.parametrize(
    ("path", "value", "member"),
    [
        ("v", 2, "v"),
        ("at", "2026-06-01T12:00:00", "at"),
        ("at", "2026-06-01T14:00:00+02:00", "at"),
        ("at", "20260601T120000Z", "at"),
        ("deal.from", "20260101", "deal.from"),
        ("of.id", "3", "of.id"),
        ("of.held", "0x1", "of.held"),
        ("of.held", "01", "of.held"),
        ("of.shield", 2, "of.shield"),
        ("ask.budget", -1, "ask.budget"),
        ("of.rel[0].k", "verhuisd", "of.rel[0].k"),
        ("of.con[0].fields", format(1 << 200, "x"), "of.con[0].fields"),
        ("deal.without", "-1", "deal.without"),
        ("who.towns", ["0243", "0034"], "who"),
        ("who.towns", [], "who"),
        ("deal.for", [str(P02)], "deal"),
        ("of.con[0].who", "00000099000000000102", "of"),
        ("of.rel[0].at", "2027-01-01T00:00:00Z", "of"),
        ("of.rel[0].x", 1, "of.rel[0]"),
        ("note", "x", "record"),
    ],
)
def test_another_spelling_is_refused(path: str, value: object, member: str) -> None:
    """A record is in its one form or it is refused: no other spelling, order, or more than was read."""
    with pytest.raises(ReplayError) as refused:
        restore(bent(path, value), FIELDS)
    assert refused.value.member == member


def test_a_moment_without_zone_is_not_written() -> None:
    """A moment that could be anywhere is refused when it is written."""
    with pytest.raises(ReplayError, match="time zone"):
        record(replace(full(), moment=datetime(2026, 6, 1)), FIELDS)  # noqa: DTZ001 - the fault


def test_another_policy_does_not_decide_again() -> None:
    """A decision is not taken again under a policy with another digest."""
    judges, _, recorded = drawn(0)
    with pytest.raises(ReplayError, match="another policy"):
        replay(replace(recorded, digest="0" * 64), judges.matrix, judges.fields)


def test_a_typical_record_is_small() -> None:
    """Half of the drawn records, busy as those worlds are, take less than 1.5 kB."""
    sizes = [len(json.dumps(record(drawn(seed)[2], FIELDS))) for seed in range(200)]
    assert median(sizes) < 1500


def test_daily_deliveries_do_not_fill_the_record() -> None:
    """A profile delivered every day for a year costs a record nothing."""
    daily = tuple(
        ProfileVersion(day, moment(1, 1) + timedelta(days=day), EVERY & ~KEPT) for day in range(365)
    )
    situation = Situation(SubjectId(UUID(int=1)), 1, (link("0243", moment(1, 1)),), versions=daily)
    _, recorded = asked("P02", NOW, situation)
    assert len(json.dumps(record(recorded, FIELDS))) < 800
