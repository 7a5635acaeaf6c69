"""Every reason for a refusal: a stable code, the step of the law it belongs to, and plain words."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Stable codes; texts and steps stand in ``EXPLANATIONS``."""

    ACTOR_NOT_ALLOWED = "ACTOR_NOT_ALLOWED"
    AGREEMENT_NOT_RUNNING = "AGREEMENT_NOT_RUNNING"
    PURPOSE_UNKNOWN = "PURPOSE_UNKNOWN"
    PURPOSE_NOT_ACTIVE = "PURPOSE_NOT_ACTIVE"
    PURPOSE_NOT_IN_AGREEMENT = "PURPOSE_NOT_IN_AGREEMENT"
    SECOND_PERSON_NEEDED = "SECOND_PERSON_NEEDED"
    SUBJECT_UNKNOWN = "SUBJECT_UNKNOWN"
    SHIELDED = "SHIELDED"
    NOT_LINKED = "NOT_LINKED"
    NOT_OWN_LOCATION = "NOT_OWN_LOCATION"
    NOT_FINDABLE = "NOT_FINDABLE"
    NOT_INTRODUCED = "NOT_INTRODUCED"
    NO_OFFER_RECORDED = "NO_OFFER_RECORDED"
    NOT_PLACED = "NOT_PLACED"
    AGGREGATES_ONLY = "AGGREGATES_ONLY"
    NOT_OWN_RECORD = "NOT_OWN_RECORD"
    CONSENT_NOT_FOUND = "CONSENT_NOT_FOUND"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    CONSENT_SCOPE_MISMATCH = "CONSENT_SCOPE_MISMATCH"
    STAGE_NOT_REACHED = "STAGE_NOT_REACHED"
    NOT_FOR_THIS_GROUP = "NOT_FOR_THIS_GROUP"
    GROUP_TOO_SMALL = "GROUP_TOO_SMALL"
    WOULD_REVEAL = "WOULD_REVEAL"
    QUERY_BUDGET_SPENT = "QUERY_BUDGET_SPENT"
    FIELD_NOT_IN_PURPOSE = "FIELD_NOT_IN_PURPOSE"
    FIELD_NOT_IN_AGREEMENT = "FIELD_NOT_IN_AGREEMENT"
    SPECIAL_CATEGORY = "SPECIAL_CATEGORY"
    HELD_FOR_REVIEW = "HELD_FOR_REVIEW"
    RESTRICTED = "RESTRICTED"
    OBJECTED = "OBJECTED"
    RETENTION_PASSED = "RETENTION_PASSED"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The step a reason belongs to (``decisions``), what it says, and what a person can do."""

    step: int
    nl: str
    en: str


EXPLANATIONS: dict[Reason, Explanation] = {
    Reason.ACTOR_NOT_ALLOWED: Explanation(
        1,
        "Uw rol hoort niet bij de overeenkomst van uw organisatie.",
        "Your role is not part of your organisation's agreement.",
    ),
    Reason.AGREEMENT_NOT_RUNNING: Explanation(
        1,
        "De overeenkomst met uw organisatie loopt vandaag niet.",
        "The agreement with your organisation is not in force today.",
    ),
    Reason.PURPOSE_UNKNOWN: Explanation(
        2, "Dit doel staat niet in de doelencatalogus.", "This purpose is not in the catalogue."
    ),
    Reason.PURPOSE_NOT_ACTIVE: Explanation(
        2, "Dit doel is vandaag niet van kracht.", "This purpose is not in force today."
    ),
    Reason.PURPOSE_NOT_IN_AGREEMENT: Explanation(
        2,
        "Dit doel staat voor uw rol niet in de overeenkomst.",
        "The agreement does not give your role this purpose.",
    ),
    Reason.SECOND_PERSON_NEEDED: Explanation(
        2,
        "Hiervoor is de goedkeuring van een tweede persoon nodig, of een zaaknummer.",
        "This needs the approval of a second person, or a case number.",
    ),
    Reason.SUBJECT_UNKNOWN: Explanation(
        3, "Deze cliënt is bij u niet bekend.", "This client is not known to you."
    ),
    Reason.SHIELDED: Explanation(
        3, "Deze cliënt is bij u niet bekend.", "This client is not known to you."
    ),
    Reason.NOT_LINKED: Explanation(
        3,
        "Deze persoon is (nu) niet aan uw gemeente gekoppeld.",
        "This person is not (now) linked to your municipality.",
    ),
    Reason.NOT_OWN_LOCATION: Explanation(
        3,
        "Deze bewoner verblijft niet op een locatie waarvoor u werkt.",
        "This resident does not stay at a location you work for.",
    ),
    Reason.NOT_FINDABLE: Explanation(
        3, "Deze persoon wil niet gevonden worden.", "This person has not agreed to be found."
    ),
    Reason.NOT_INTRODUCED: Explanation(
        3,
        "Deze kandidaat is niet aan uw organisatie voorgesteld.",
        "This candidate was not introduced to your organisation.",
    ),
    Reason.NO_OFFER_RECORDED: Explanation(
        3,
        "Er is geen baanaanbod van uw organisatie vastgelegd.",
        "No job offer by your organisation is on record.",
    ),
    Reason.NOT_PLACED: Explanation(
        3,
        "Deze persoon is niet bij uw organisatie geplaatst.",
        "This person was not placed with your organisation.",
    ),
    Reason.AGGREGATES_ONLY: Explanation(
        3,
        "Voor dit doel zijn alleen aantallen beschikbaar, geen personen.",
        "This purpose has counts only, no persons.",
    ),
    Reason.NOT_OWN_RECORD: Explanation(
        3,
        "U kunt hier alleen uw eigen gegevens of uw eigen logboek inzien.",
        "Here you can see only your own data or your own log.",
    ),
    Reason.CONSENT_NOT_FOUND: Explanation(
        4,
        "Er is geen toestemming van deze persoon voor dit doel aan uw organisatie.",
        "There is no consent of this person for this purpose to your organisation.",
    ),
    Reason.CONSENT_REFUSED: Explanation(
        4,
        "Er is geen toestemming van deze persoon voor dit doel aan uw organisatie.",
        "There is no consent of this person for this purpose to your organisation.",
    ),
    Reason.CONSENT_WITHDRAWN: Explanation(
        4,
        "De toestemming is ingetrokken. Verwijder wat u ontving en bevestig dat.",
        "The consent was withdrawn. Delete what you received and confirm it.",
    ),
    Reason.CONSENT_EXPIRED: Explanation(
        4,
        "De toestemming is verlopen. Vraag haar opnieuw.",
        "The consent expired. Ask for it again.",
    ),
    Reason.CONSENT_SCOPE_MISMATCH: Explanation(
        4,
        "De toestemming geldt niet voor dit doel, deze ontvanger of dit gegeven.",
        "The consent does not cover this purpose, this recipient or this field.",
    ),
    Reason.STAGE_NOT_REACHED: Explanation(
        5,
        "De bemiddeling is nog niet zo ver dat dit gegeven nodig is.",
        "Mediation has not come to the stage where this field is needed.",
    ),
    Reason.NOT_FOR_THIS_GROUP: Explanation(
        5,
        "Voor deze doelgroep is dit doel niet nodig.",
        "This purpose is not needed for this target group.",
    ),
    Reason.GROUP_TOO_SMALL: Explanation(
        5,
        "De groep is te klein om niemand herkenbaar te maken.",
        "The group is too small to keep people unrecognisable.",
    ),
    Reason.WOULD_REVEAL: Explanation(
        5,
        "Naast de tabellen die u eerder kreeg, kan deze een klein aantal verraden. "
        "Vraag verder in een tabel die u al kreeg.",
        "Beside the tables you were given before, this one could reveal a small number. "
        "Ask on in a table you were given already.",
    ),
    Reason.QUERY_BUDGET_SPENT: Explanation(
        5,
        "U hebt het aantal vragen van vandaag gebruikt.",
        "You have used today's number of questions.",
    ),
    Reason.FIELD_NOT_IN_PURPOSE: Explanation(
        6, "Dit gegeven hoort niet bij dit doel.", "This field is not part of this purpose."
    ),
    Reason.FIELD_NOT_IN_AGREEMENT: Explanation(
        6,
        "Uw organisatie heeft afgesproken dit gegeven niet te ontvangen.",
        "Your organisation agreed not to receive this field.",
    ),
    Reason.SPECIAL_CATEGORY: Explanation(
        6,
        "Dit is een bijzonder persoonsgegeven; geen regel noemt een uitzondering.",
        "This is special category data; no rule names an exception.",
    ),
    Reason.HELD_FOR_REVIEW: Explanation(
        7,
        "Een medewerker bekijkt deze tekst nog voordat zij gedeeld wordt.",
        "A person still has to look at this text before it is shared.",
    ),
    Reason.RESTRICTED: Explanation(
        7,
        "Het gebruik van dit gegeven is op verzoek beperkt (AVG art. 18).",
        "Use of this field is restricted on request (GDPR art. 18).",
    ),
    Reason.OBJECTED: Explanation(
        7,
        "De persoon heeft bezwaar gemaakt (AVG art. 21).",
        "The person objected (GDPR art. 21).",
    ),
    Reason.RETENTION_PASSED: Explanation(
        7,
        "De bewaartermijn van de poort voor dit doel is voorbij.",
        "The gate's retention term for this purpose has passed.",
    ),
}


def told(reason: Reason) -> Reason:
    """Return what a caller is told: that someone said no is for the log, not for who asked her."""
    return Reason.CONSENT_NOT_FOUND if reason is Reason.CONSENT_REFUSED else reason


def step(reason: Reason) -> int:
    """Return the numbered step of the law that refuses with ``reason``."""
    return EXPLANATIONS[reason].step
