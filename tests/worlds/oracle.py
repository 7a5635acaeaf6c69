"""A second, naive reading of the law of one disclosure, straight from the matrix, to judge the core.

Plain loops over rows, events and names; nothing of the core's own folding, masks or policy files is
used. The numbers cite the steps of that law (``gateway.domain.decisions``).
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from gateway.domain.consents import ConsentEvent, ConsentEventKind
from gateway.domain.decisions import Ask
from gateway.domain.fields import FieldDictionary
from gateway.domain.partners import Caller, PartnerKind
from gateway.domain.relations import RelationEvent, RelationKind
from gateway.domain.subjects import Situation

DATA = Path(__file__).parent.parent / "data"
MONTH = timedelta(days=30)
HOUR = timedelta(hours=1)
GLASS_FOR = {
    ("gemeente_klantmanager", PartnerKind.GEMEENTE): {"P02", "P03"},
    ("coa_casemanager", PartnerKind.COA): {"P03"},
}
SMALLEST_GROUP = 10
PREDECESSOR_PURPOSES = {"P03", "P12"}
PREDECESSOR_FIELDS = {"pip_deadline", "pip_dagtekening", "leerroute", "pip_niveau", "nt2_uren"}
NAMES_AN_EXCEPTION = {"P01-gemeente_huisvesting-functional", "P11-betrokkene"}
OPENING = {ConsentEventKind.GIVEN, ConsentEventKind.RENEWED}
LADDER = [RelationKind.VOORGESTELD, RelationKind.AANBOD, RelationKind.GEPLAATST]
NEVER_TO_A_THIRD_PARTY = {
    "medische_bijzonderheden",
    "psychosociale_signalen",
    "religie",
    "etnische_afkomst",
    "asielmotieven",
    "incidentregistratie",
    "strafrechtelijke_gegevens",
    "gespreksverslagen",
    "financiele_gegevens",
    "pasfoto",
    "w_document_nummer",
    "coa_klantnummer",
    "opvanglocatie_gemeente_code",
}

Test = Callable[[Situation, Caller, datetime], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the matrix as a lawyer reads it: ``fields`` with the ``*`` written out."""

    rule_id: str
    purpose: str
    role: str
    relation: str
    stage: str
    consent: str
    fields: frozenset[str]
    not_for_statushouders: bool


@dataclass(frozen=True, slots=True)
class Law:
    """The matrix, the classes of the fields, and the bit number by which masks name each field."""

    rows: tuple[Row, ...]
    classes: Mapping[str, str]
    numbers: Mapping[str, int]

    def names(self, mask: int) -> set[str]:
        """Return the names of the fields in a mask."""
        return {name for name, number in self.numbers.items() if mask >> number & 1}


@dataclass(frozen=True, slots=True)
class Period:
    """The time one municipality had the subject; ``until`` is ``None`` while it lasts."""

    gemeente: str
    until: datetime | None


def read_law(dictionary: FieldDictionary) -> Law:
    """Read the two research files; only the bit numbers come from the dictionary under test."""
    fields = _lines("klantprofiel_fields.csv")
    stored = {line["field"] for line in fields if line["intake"] == "store"}
    rows = [_row(line, stored) for line in _lines("purpose_matrix.csv")]
    return Law(
        rows=tuple(rows),
        classes={line["field"]: line["sensitivity"] for line in fields},
        numbers={str(spec.name): spec.number for spec in dictionary},
    )


def _lines(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _row(line: Mapping[str, str], stored: Iterable[str]) -> Row:
    names = stored if line["fields"] == "*" else line["fields"].split(";")
    return Row(
        rule_id=line["rule_id"],
        purpose=line["purpose"],
        role=line["role_id"],
        relation=line["relation"],
        stage=line["stage"],
        consent=line["consent_required"],
        fields=frozenset(names),
        not_for_statushouders="skipped for statushouders" in line["notes"],
    )


def may_leave(law: Law, situation: Situation | None, ask: Ask, moment: datetime) -> set[str]:
    """Name the fields that may leave for ``ask`` at ``moment`` (UTC), and no others."""
    purpose = _purpose(law, ask.purpose)
    if purpose is None or not _may_ask(ask.caller, purpose, moment):  # (1), (2)
        return set()
    herself = situation is not None and ask.caller.subject == situation.subject
    if situation is None or (situation.shielded and not herself):  # (3)
        return set()  # a shield hides her from others, never her own data from her (GDPR art. 15)
    leaving: set[str] = set()
    for row in law.rows:
        if row.purpose == purpose and row.role == ask.caller.role:
            leaving |= _carried(law, row, situation, ask, moment)
    if ask.fields is not None:
        leaving &= law.names(ask.fields)
    leaving -= _barred(law, ask.caller)  # (6)
    return leaving - _withheld(law, situation, purpose, moment)  # (7)


def _purpose(law: Law, name: str) -> str | None:
    for row in law.rows:
        if name in {row.purpose, row.purpose.split("_")[0]}:
            return row.purpose
    return None


def _may_ask(caller: Caller, purpose: str, moment: datetime) -> bool:
    agreement = caller.partner.agreement
    today = moment.date()
    if today < agreement.valid_from:
        return False
    if agreement.valid_until is not None and today > agreement.valid_until:
        return False
    return any(
        role == caller.role and purpose in purposes for role, purposes in agreement.purposes.items()
    )


def _barred(law: Law, caller: Caller) -> set[str]:
    barred: set[str] = set(caller.partner.agreement.without)
    if caller.partner.kind in {PartnerKind.UITZENDBUREAU, PartnerKind.WERKGEVER}:
        barred |= {name for name, letter in law.classes.items() if letter == "S3"}
    return barred


def _withheld(law: Law, situation: Situation, purpose: str, moment: datetime) -> set[str]:
    withheld = law.names(situation.held)
    for one in situation.withholdings:
        # GDPR art. 18(2) leaves use for legal claims and public interest, which supervision serves
        # (P10); art. 15 and 21(1) leave her own access as it is (P11).
        if purpose.split("_", maxsplit=1)[0] in {"P10", "P11"}:
            continue
        begun = one.since <= moment
        over = one.until is not None and one.until <= moment
        if begun and not over and (not one.purposes or purpose in one.purposes):
            withheld |= law.names(one.fields)
    for closed, since in situation.closed:
        if closed == purpose and since <= moment:
            withheld |= set(law.numbers)
    return withheld


def _carried(law: Law, row: Row, situation: Situation, ask: Ask, moment: datetime) -> set[str]:
    fields = set(row.fields) & _related(law, row, situation, ask.caller, moment)  # (3)
    own_linked = row.relation == "linked_or_findable" and _is_current(situation, ask.caller, moment)
    if row.consent.startswith("yes") or ("yes" in row.consent and not own_linked):  # (4)
        fields &= _consented(row, situation, ask.caller, moment)
    if row.not_for_statushouders and situation.doelgroep == "statushouder":  # (5)
        return set()
    if row.stage == "search" and not ask.budget_left:
        return set()
    if row.stage == "search" and ask.group < SMALLEST_GROUP and not own_linked:
        return set()
    if row.rule_id not in NAMES_AN_EXCEPTION:  # (6)
        fields -= {name for name in fields if law.classes[name] in {"S4", "S5"}}
    if row.relation != "self":
        fields -= NEVER_TO_A_THIRD_PARTY
    return fields


def _related(
    law: Law, row: Row, situation: Situation, caller: Caller, moment: datetime
) -> set[str]:
    """Return the fields for which the relation holds, or for which a broken glass stands in for it."""
    related = _by_test(law, row, situation, caller, moment)
    if len(related) < len(law.numbers) and _glass_broken(row, situation, caller, moment):
        return {name for name in law.numbers if law.classes[name] not in {"S3", "S4", "S5"}}
    return related


def _glass_broken(row: Row, situation: Situation, caller: Caller, moment: datetime) -> bool:
    if row.purpose.split("_")[0] not in GLASS_FOR.get((caller.role, caller.partner.kind), set()):
        return False
    for glass in situation.glasses:
        hers = glass.actor == caller.actor and glass.partner == caller.partner.oin
        same = glass.role == caller.role and glass.subject == situation.subject
        begun = glass.at <= moment
        over = moment >= glass.until or moment >= glass.at + HOUR
        if hers and same and glass.purpose == row.purpose and begun and not over:
            return True
    return False


def _by_test(
    law: Law, row: Row, situation: Situation, caller: Caller, moment: datetime
) -> set[str]:
    """Return the fields for which the row's relation test holds: all, none, or a predecessor's few."""
    if row.relation in {"linked_or_housed", "newly_linked"} and not _is_current(
        situation, caller, moment
    ):
        return _left_to_predecessor(law, row, situation, caller, moment)
    holds = TESTS[row.relation](situation, caller, moment)
    return set(law.numbers) if holds else set()


def relation_holds(
    law: Law, row: Row, situation: Situation, caller: Caller, moment: datetime
) -> bool:
    """Tell whether the row's relation test holds; being findable takes a consent that stands."""
    if row.relation in {"findable", "linked_or_findable"}:
        linked = row.relation != "findable" and _is_current(situation, caller, moment)
        return linked or bool(_consented(row, situation, caller, moment))
    return bool(_related(law, row, situation, caller, moment))


def _happened(situation: Situation, moment: datetime) -> list[RelationEvent]:
    past = [event for event in situation.relations if event.at <= moment]
    past.sort(key=lambda event: event.at)
    return past


def _periods(situation: Situation, moment: datetime) -> list[Period]:
    """Whose the subject was: one municipality at a time, each ended by the next or by an unlink."""
    periods: list[Period] = []
    now: str | None = None
    for event in _happened(situation, moment):
        if event.kind is RelationKind.ONTKOPPELD and event.party == now:
            periods[-1] = Period(now, event.at)
            now = None
        begins = event.kind in {
            RelationKind.GEKOPPELD,
            RelationKind.OMGEKOPPELD,
            RelationKind.GEHUISVEST,
        }
        if begins and event.party != now:
            if now is not None:
                periods[-1] = Period(now, event.at)
            now = event.party
            periods.append(Period(now, None))
    return periods


def _is_current(situation: Situation, caller: Caller, moment: datetime) -> bool:
    periods = _periods(situation, moment)
    if not periods or periods[-1].until is not None:
        return False
    return periods[-1].gemeente in caller.partner.gemeenten


def _has_predecessor(situation: Situation, caller: Caller, moment: datetime) -> bool:
    periods = _periods(situation, moment)
    return any(period.gemeente not in caller.partner.gemeenten for period in periods)


def _left_to_predecessor(
    law: Law, row: Row, situation: Situation, caller: Caller, moment: datetime
) -> set[str]:
    if row.purpose.split("_")[0] not in PREDECESSOR_PURPOSES:
        return set()
    ended, succeeded = None, False
    for period in _periods(situation, moment):
        if period.gemeente in caller.partner.gemeenten:
            ended, succeeded = period.until, False
        else:
            succeeded = True
    if ended is None or not succeeded or moment >= ended + MONTH:
        return set()
    left = set(PREDECESSOR_FIELDS)
    for version in situation.versions:
        if version.at > ended:
            left -= law.names(version.changed)
    return left


def _site(situation: Situation, moment: datetime) -> str | None:
    site = None
    for event in _happened(situation, moment):
        if event.kind is RelationKind.VERBLIJFT:
            site = event.party
        if event.kind is RelationKind.VERTROKKEN and site == event.party:
            site = None  # a delivery no longer named the site
        if event.kind is RelationKind.GEHUISVEST:
            site = None  # whoever has moved into a home no longer stays at a site
    return site


def _work(situation: Situation, caller: Caller, moment: datetime) -> set[RelationKind]:
    """Return the steps of the ladder taken with this partner; a step implies those below it."""
    reached: set[RelationKind] = set()
    for event in _happened(situation, moment):
        if event.party != caller.partner.oin:
            continue
        if event.kind is RelationKind.BEEINDIGD:
            reached = set()
        if event.kind in LADDER:
            reached |= set(LADDER[: LADDER.index(event.kind) + 1])
    return reached


def _consented(row: Row, situation: Situation, caller: Caller, moment: datetime) -> set[str]:
    """Return the fields of the newest consent for this purpose and recipient, if it stands.

    A newer consent takes the place of an older one for good: its withdrawal revives nothing.
    """
    recipients: set[str] = {caller.partner.oin}
    if row.stage == "search":
        recipients.add(f"soort:{caller.partner.kind.value}")
    newest: datetime | None = None
    fields: set[str] = set()
    for consent in {event.consent_id for event in situation.consents}:
        events = [event for event in situation.consents if event.consent_id == consent]
        said, stands = _said(events, moment)
        if said is None or said.scope is None or said.scope.purpose != row.purpose:
            continue
        since = min(event.at for event in events if event.kind in OPENING)
        if said.scope.recipient in recipients and (newest is None or since > newest):
            newest, fields = since, set(said.scope.fields if stands else ())
    return fields


def _said(events: list[ConsentEvent], moment: datetime) -> tuple[ConsentEvent | None, bool]:
    """Return the last that was agreed under one consent, and whether it stands now."""
    last: ConsentEvent | None = None
    for event in sorted(events, key=lambda event: event.at):
        if event.at > moment or event.kind is ConsentEventKind.REQUESTED:
            continue
        if event.kind not in OPENING:
            return last, False  # refused, withdrawn, expired, made invalid: ended, and stays so
        if last is not None and _run_out(last, event.at):
            return last, False  # what has run out is not revived by what follows
        # Whoever names no term lifts none that was named before.
        term = event.expires or (last.expires if last is not None else None)
        last = replace(event, expires=term)
    return last, last is not None and not _run_out(last, moment)


def _run_out(said: ConsentEvent, moment: datetime) -> bool:
    return said.expires is not None and moment >= said.expires


def _received_here(situation: Situation, caller: Caller, moment: datetime) -> bool:
    return situation.reception_gemeente in caller.partner.gemeenten


def _reached(stage: RelationKind) -> Test:
    return lambda situation, caller, moment: stage in _work(situation, caller, moment)


TESTS: Mapping[str, Test] = {
    "linked_or_housed": _is_current,
    "newly_linked": _has_predecessor,
    "processor_of_linked_municipality": _is_current,
    "own_region": lambda situation, caller, _: situation.coa_regio in caller.regions,
    "own_location": lambda situation, caller, moment: _site(situation, moment) in caller.locations,
    "reception_site_in": _received_here,
    "findable": lambda *_: True,  # being findable is the consent itself, judged at step (4)
    "linked_or_findable": lambda *_: True,
    "introduced": _reached(RelationKind.VOORGESTELD),
    "offer_recorded": _reached(RelationKind.AANBOD),
    "placed": _reached(RelationKind.GEPLAATST),
    "self": lambda situation, caller, _: caller.subject == situation.subject,
    "aggregates_only": lambda *_: False,  # P09 and P10 never release a person's fields
    "own_organisation_log": lambda *_: False,
    "on_request": lambda *_: False,
}
