"""The story of a decision in plain Dutch and English, for someone with a client to help."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.domain.explain import Agreed, Remedy, Told
from gateway.domain.fields import FieldDictionary
from gateway.domain.identifiers import FieldName
from gateway.domain.reasons import EXPLANATIONS, Reason

_LABELS_MOST: Final = 6


class Language(StrEnum):
    """The languages in which a decision is told."""

    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True)
class _Said:
    nl: str
    en: str

    def in_(self, language: Language) -> str:
        return self.nl if language is Language.NL else self.en


_MONTHS: Final = _Said(
    "januari februari maart april mei juni juli augustus september oktober november december",
    "January February March April May June July August September October November December",
)
_STANDING: Final = {
    1: _Said(
        "De overeenkomst met uw organisatie loopt sinds {since}.",
        "The agreement with your organisation has been in force since {since}.",
    ),
    2: _Said(
        "Dit doel is van kracht sinds {since} en staat voor uw rol in de overeenkomst.",
        "This purpose has been in force since {since}, and the agreement gives it to your role.",
    ),
}
_ALLOWED: Final = _Said("Toegestaan: {fields}.", "Allowed: {fields}.")
_BY_RULE: Final = _Said(
    "Regel {rule} ({where}), grondslag: {basis}.", "Rule {rule} ({where}), basis: {basis}."
)
_RELATED: Final = _Said(
    "Deze relatie bestaat sinds {since}.", "You have this relation since {since}."
)
_BROKEN: Final = _Said(
    "Deze relatie is er niet; dit komt door noodtoegang, die altijd wordt beoordeeld.",
    "You do not have this relation; this is break-glass, which is always reviewed.",
)
_AGREED: Final = _Said(
    "De persoon gaf toestemming op {given} (tekst {text}, taal {language}).",
    "The person consented on {given} (text {text}, language {language}).",
)
_KEEP: Final = _Said("Bewaren: {retention}.", "Keep: {retention}.")
_ADDS_NOTHING: Final = _Said(
    "Regel {rule} ({where}) geldt, maar voegt hier niets toe.",
    "Rule {rule} ({where}) holds, but adds nothing here.",
)
_RULE_FAILS: Final = _Said(
    "Regel {rule} ({where}) geldt niet: {reason}", "Rule {rule} ({where}) does not hold: {reason}"
)
_REFUSED: Final = _Said("Geweigerd: {reason}", "Refused: {reason}")
_FIELDS_REFUSED: Final = _Said("Geweigerd ({fields}): {reason}", "Refused ({fields}): {reason}")
_AND: Final = _Said(" en ", " and ")
_AND_MORE: Final = _Said("nog {count} gegevens", "{count} more fields")

_SINCE: Final[Mapping[Reason, _Said]] = MappingProxyType(
    {
        Reason.AGREEMENT_NOT_RUNNING: _Said(
            "De overeenkomst met uw organisatie loopt sinds {since} niet meer.",
            "The agreement with your organisation has not been in force since {since}.",
        ),
        Reason.PURPOSE_NOT_ACTIVE: _Said(
            "Dit doel is sinds {since} niet meer van kracht.",
            "This purpose has not been in force since {since}.",
        ),
        Reason.NOT_LINKED: _Said(
            "Deze persoon is sinds {since} niet meer aan uw gemeente gekoppeld.",
            "This person has not been linked to your municipality since {since}.",
        ),
        Reason.NOT_OWN_LOCATION: _Said(
            "Deze bewoner verblijft sinds {since} niet meer op een locatie waarvoor u werkt.",
            "This resident has not stayed at a location you work for since {since}.",
        ),
        Reason.CONSENT_NOT_FOUND: _Said(
            "Er is geen toestemming: zij werd op {since} gevraagd of ongeldig verklaard.",
            "There is no consent: it was asked for, or declared invalid, on {since}.",
        ),
        Reason.CONSENT_REFUSED: _Said(
            "De persoon heeft op {since} geen toestemming willen geven.",
            "The person declined to consent on {since}.",
        ),
        Reason.CONSENT_WITHDRAWN: _Said(
            "De toestemming is op {since} ingetrokken. Verwijder wat u ontving en bevestig dat.",
            "The consent was withdrawn on {since}. Delete what you received and confirm it.",
        ),
        Reason.CONSENT_EXPIRED: _Said(
            "De toestemming is op {since} verlopen.", "The consent expired on {since}."
        ),
        Reason.RESTRICTED: _Said(
            "Het gebruik van dit gegeven is sinds {since} op verzoek beperkt (AVG art. 18).",
            "Use of this field has been restricted on request since {since} (GDPR art. 18).",
        ),
        Reason.OBJECTED: _Said(
            "De persoon heeft op {since} bezwaar gemaakt (AVG art. 21).",
            "The person objected on {since} (GDPR art. 21).",
        ),
        Reason.RETENTION_PASSED: _Said(
            "De bewaartermijn van de poort voor dit doel is sinds {since} voorbij.",
            "The gate's retention term for this purpose has passed since {since}.",
        ),
    }
)
_SHIELDED: Final = _Said(
    "Deze persoon is afgeschermd; de vrager hoort dat zij niet bekend is.",
    "This person is shielded; the caller is told that she is not known.",
)
_REMEDIES: Final[Mapping[Remedy, _Said]] = MappingProxyType(
    {
        Remedy.CHANGE_AGREEMENT: _Said(
            "Uw organisatie kan vragen de overeenkomst aan te passen.",
            "Your organisation can ask for the agreement to be changed.",
        ),
        Remedy.CHOOSE_PURPOSE: _Said(
            "Kies een doel waar dit wel bij hoort.", "Choose a purpose that this is part of."
        ),
        Remedy.CHECK_REFERENCE: _Said(
            "Controleer de verwijzing die u gebruikte.", "Check the reference you used."
        ),
        Remedy.AWAIT_LINK: _Said(
            "Na een nieuwe koppeling kunt u het opnieuw vragen.", "Ask again after a new link."
        ),
        Remedy.ASK_LOCATION: _Said(
            "Vraag het de casemanager van de huidige locatie.",
            "Ask the case manager of the present location.",
        ),
        Remedy.ASK_INTRODUCTION: _Said("Vraag om een voorstel.", "Ask for an introduction."),
        Remedy.RECORD_STAGE: _Said(
            "Laat eerst de volgende stap van de bemiddeling vastleggen.",
            "Have the next stage of mediation recorded first.",
        ),
        Remedy.ASK_CONSENT: _Said(
            "COA kan de persoon om toestemming vragen.", "COA can ask the person for consent."
        ),
        Remedy.LEAVE_TO_PERSON: _Said(
            "Alleen de persoon zelf kan hier anders over beslissen.",
            "Only the person can decide otherwise.",
        ),
        Remedy.WIDEN_SEARCH: _Said("Maak uw zoekvraag ruimer.", "Make your search wider."),
        Remedy.TRY_TOMORROW: _Said("Morgen kunt u weer zoeken.", "You can search again tomorrow."),
        Remedy.AWAIT_REVIEW: _Said(
            "Vraag het opnieuw zodra de tekst bekeken is.", "Ask again once the text was looked at."
        ),
        Remedy.ASK_OFFICER: _Said(
            "Vraag uw functionaris gegevensbescherming of dit nog geldt.",
            "Ask your privacy officer whether this still holds.",
        ),
        Remedy.SEE_OWN_FILE: _Said(
            "Kijk in uw eigen dossier naar wat u eerder ontving.",
            "Look in your own file for what you received before.",
        ),
    }
)


def render(
    story: Iterable[Told], language: Language, fields: FieldDictionary, zone: tzinfo = UTC
) -> tuple[str, ...]:
    """Put each step of a story into words; dates are those of ``zone``."""
    teller = _Teller(language, fields, zone)
    return tuple(teller.tell(one) for one in story)


def advice(remedy: Remedy, language: Language) -> str:
    """Say in words what a person can do."""
    return _REMEDIES[remedy].in_(language)


@dataclass(frozen=True, slots=True)
class _Teller:
    language: Language
    fields: FieldDictionary
    zone: tzinfo

    def tell(self, one: Told) -> str:
        if one.reason is not None:
            return self._no(one, one.reason)
        if one.rule_id is None and one.since is not None:
            return self._say(_STANDING[one.step], since=self._date(one.since))
        return self._yes(one) if one.fields else self._of_rule(_ADDS_NOTHING, one)

    def _yes(self, one: Told) -> str:
        parts = (
            self._say(_ALLOWED, fields=self._labels(one.fields)),
            self._of_rule(_BY_RULE, one),
            self._say(_RELATED, since=self._date(one.since)) if one.since else "",
            self._say(_BROKEN) if one.broken else "",
            self._consent(one.consent),
            self._say(_KEEP, retention=one.retention or ""),
        )
        return " ".join(part for part in parts if part)

    def _no(self, one: Told, reason: Reason) -> str:
        why = self._reason(reason, one.since)
        why = why[0].lower() + why[1:]
        if one.rule_id is not None:
            no = self._say(_RULE_FAILS, rule=one.rule_id, where=one.where or "", reason=why)
            return f"{no} {self._consent(one.consent)}".strip()
        said = _FIELDS_REFUSED if one.fields else _REFUSED
        no = self._say(said, reason=why, fields=self._labels(one.fields))
        if one.what_can_change is None:
            return no
        return f"{no} {self._say(_REMEDIES[one.what_can_change])}"

    def _reason(self, reason: Reason, since: datetime | None) -> str:
        if reason is Reason.SHIELDED:
            return self._say(_SHIELDED)
        if since is not None and reason in _SINCE:
            return self._say(_SINCE[reason], since=self._date(since))
        known = EXPLANATIONS[reason]
        return self._say(_Said(known.nl, known.en))

    def _of_rule(self, said: _Said, one: Told) -> str:
        return self._say(said, rule=one.rule_id or "", where=one.where or "", basis=one.basis or "")

    def _consent(self, consent: Agreed | None) -> str:
        if consent is None or consent.given is None:
            return ""
        return self._say(
            _AGREED,
            given=self._date(consent.given),
            text=consent.text_version,
            language=consent.language,
        )

    def _say(self, said: _Said, **parts: str) -> str:
        return said.in_(self.language).format(**parts)

    def _date(self, at: datetime) -> str:
        day = at.astimezone(self.zone)
        return f"{day.day} {self._say(_MONTHS).split()[day.month - 1]} {day.year}"

    def _labels(self, names: tuple[FieldName, ...]) -> str:
        """List fields as people call them; of many, the first few and how many more."""
        dutch = self.language is Language.NL
        labels = [
            self.fields[name].label_nl if dutch else self.fields[name].label_en for name in names
        ]
        if len(labels) > _LABELS_MOST:
            more = self._say(_AND_MORE, count=str(len(labels) - _LABELS_MOST + 1))
            labels = [*labels[: _LABELS_MOST - 1], more]
        *first, last = labels or [""]
        return f"{', '.join(first)}{self._say(_AND)}{last}" if first else last
