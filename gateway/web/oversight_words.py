"""The words of oversight: kinds of entries, outcomes, rules that flag, and what officers find."""

from collections.abc import Mapping
from typing import Final

from gateway.actions.entries import Untold
from gateway.domain.breakglass import ReviewVerdict
from gateway.domain.look_ups import LookUpState
from gateway.domain.reasons import EXPLANATIONS, Reason
from gateway.domain.records import RecordKind
from gateway.domain.reviewing import Grouping
from gateway.domain.sentences import Language
from gateway.domain.signals import Verdict
from gateway.web.visit import Visit
from gateway.web.words import N_

KINDS: Final[Mapping[RecordKind, str]] = {
    RecordKind.BULK: N_("Verstrekking van een groep"),
    RecordKind.INTENT: N_("Verstrekking"),
    RecordKind.OUTCOME: N_("Afloop van een verstrekking"),
    RecordKind.DENIED: N_("Verzoek"),
    RecordKind.SEARCH: N_("Zoekvraag naar kandidaten"),
    RecordKind.CONSENT: N_("Toestemming"),
    RecordKind.RELATION: N_("Relatie"),
    RecordKind.WITHHOLDING: N_("Beperking of bezwaar"),
    RecordKind.SHIELD: N_("Afscherming"),
    RecordKind.NOTICE: N_("Taak bij een intrekking"),
    RecordKind.INTRODUCTION: N_("Voorstel"),
    RecordKind.DELIVERY: N_("Levering"),
    RecordKind.PROFILE: N_("Profiel opgeslagen"),
    RecordKind.QUARANTINE: N_("Levering apart gezet"),
    RecordKind.OVERSIGHT: N_("Toezicht"),
    RecordKind.RECTIFICATION: N_("Rectificatie"),
    RecordKind.HANDOVER: N_("Warme overdracht"),
    RecordKind.PLACEMENT: N_("Plaatsing en nazorg"),
    RecordKind.EXPLAINED: N_("Uitleg gevraagd"),
    RecordKind.GLASS: N_("Noodtoegang"),
    RecordKind.EXPORT: N_("Export"),
    RecordKind.SIGNAL: N_("Oordeel over een signaal"),
    RecordKind.ERASURE: N_("Wissing"),
    RecordKind.PROFILE_ERASED: N_("Profiel gewist"),
    RecordKind.GUARD: N_("Wacht over het logboek"),
    RecordKind.SESSION: N_("Aanmelding"),
    RecordKind.STATISTICS: N_("Statistiek"),
    RecordKind.KEYS: N_("Sleutels"),
    RecordKind.BACKUP: N_("Reservekopie"),
    RecordKind.RESTORE: N_("Teruggezet"),
    RecordKind.POLICY: N_("Beleid"),
}
RULES: Final[Mapping[str, tuple[str, str]]] = {
    "own-record": (
        N_("Eigen dossier"),
        N_("Een medewerker vroeg het eigen dossier op."),
    ),
    "same-name-or-address": (
        N_("Zelfde naam of postcode"),
        N_("De betrokkene heeft dezelfde achternaam of postcode als de medewerker."),
    ),
    "no-relation": (
        N_("Geen relatie"),
        N_("Er is gevraagd naar iemand met wie geen relatie is vastgelegd, of na noodtoegang."),
    ),
    "denied-then-allowed": (
        N_("Eerst geweigerd, toen verstrekt"),
        N_("Wat eerst geweigerd was, werd binnen een dag toch verstrekt."),
    ),
    "refused-often": (
        N_("Vaak geweigerd"),
        N_("Een medewerker kreeg binnen een uur tien weigeringen of meer."),
    ),
    "out-of-hours": (
        N_("Buiten werktijd"),
        N_("Er is verstrekt in het weekend, of voor zeven of na negentien uur."),
    ),
    "unusual-volume": (
        N_("Ongewoon veel personen"),
        N_("Op een dag zijn veel meer personen opgevraagd dan anders, of dan collega's."),
    ),
    "rare-purpose": (
        N_("Zelden gebruikt doel"),
        N_("Het doel wordt in deze rol zelden gebruikt."),
    ),
    "without-outcome": (
        N_("Zonder afloop"),
        N_("Van de verstrekking is geen afloop bekend; zij telt als verzonden."),
    ),
    "glass-without-reason": (
        N_("Noodtoegang zonder reden"),
        N_("Er is noodtoegang gebruikt zonder reden."),
    ),
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": (N_("Open"), "warn"),
    "proposed": (N_("Wacht op een collega"), "info"),
    "closed": (N_("Gesloten"), "good"),
}
VERDICTS: Final[Mapping[Verdict, str]] = {
    Verdict.JUSTIFIED: N_("Terecht"),
    Verdict.EXPLAINED: N_("Verklaard"),
    Verdict.BREACH: N_("Datalek"),
}
REVIEWS: Final[Mapping[ReviewVerdict, str]] = {
    ReviewVerdict.JUSTIFIED: N_("Terecht"),
    ReviewVerdict.UNJUSTIFIED: N_("Niet terecht"),
}
LOOK_UPS: Final[Mapping[LookUpState, tuple[str, str]]] = {
    LookUpState.GEVRAAGD: (N_("Wacht op een collega"), "info"),
    LookUpState.GOEDGEKEURD: (N_("Goedgekeurd"), "good"),
    LookUpState.VERLOPEN: (N_("Verlopen"), ""),
}
GROUPINGS: Final[Mapping[Grouping, str]] = {
    Grouping.WORKER: N_("Medewerker"),
    Grouping.PERSON: N_("Betrokkene"),
    Grouping.PURPOSE: N_("Doel"),
    Grouping.PARTNER: N_("Organisatie"),
    Grouping.REASON: N_("Reden van weigering"),
    Grouping.DAY: N_("Dag"),
}
UNTOLD: Final[Mapping[Untold, str]] = {
    Untold.ERASED: N_("De inhoud van deze regel is gewist; het blad en het bewijs blijven."),
    Untold.NO_DECISION: "",
    Untold.OTHER_POLICY: N_(
        "Deze beslissing viel onder een eerdere versie van de regels en is hier niet na te spelen."
    ),
}
_WRONG: Final[Mapping[str, str]] = {
    "van": N_("Vul bij Van een dag in, zoals 2026-03-01."),
    "tot": N_("Vul bij Tot en met een dag in die niet voor Van ligt, en niet te ver daarna."),
    "zaaknummer": N_(
        "Vul een zaaknummer in zoals AVG15-2026-0042; voor een datalek AVG33-2026-0042."
    ),
    "toelichting": N_("Schrijf 20 tot 500 tekens, zonder nummers van personen."),
    "reden": N_("Schrijf 10 tot 500 tekens."),
    "vNummer": N_("Vul een V-nummer van tien cijfers in, of uw eigen verwijzing."),
    "clientRef": N_("Vul een verwijzing of V-nummer in van uw eigen organisatie."),
    "betrokkene": N_("Vul een pseudoniem in uit uw eigen logboek."),
    "aantal": N_("Vul een aantal in van 1 tot en met 200."),
    "velden": N_("Kies gegevens uit de lijst."),
    "oordeel": N_("Kies een oordeel."),
    "selectie": N_("Er zijn geen regels in deze selectie."),
}


def wrong(visit: Visit, field: str) -> str:
    """Say what to fill in where a field was wrong."""
    return visit.say(
        _WRONG.get(field, N_("Er ontbreekt iets, of er staat iets dat hier niet kan."))
    )


def reason_in_words(visit: Visit, code: str) -> str:
    """Say why something was refused; a code that is gone from the list stays as it is."""
    if code not in set(Reason):
        return code
    known = EXPLANATIONS[Reason(code)]
    return known.nl if visit.language is Language.NL else known.en


def purpose_in_words(visit: Visit, code: str | None) -> str:
    """Name a purpose by its number and title."""
    purpose = visit.rooms.desks.gate.matrix.purpose(code) if code else None
    if purpose is None:
        return code or ""
    title = purpose.title_nl if visit.language is Language.NL else purpose.title_en
    return f"{purpose.short} {title}"


def recipient_in_words(visit: Visit, oin: str | None) -> str:
    """Name an organisation, or everyone of a kind."""
    partner = next((one for key, one in visit.rooms.partners.items() if key == oin), None)
    return partner.name if partner else (oin or "")
