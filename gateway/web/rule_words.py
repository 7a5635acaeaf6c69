"""A rule of the catalogue in plain words: who receives what, when, on which basis, how long, at which risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gateway.domain.assessment import REFUSALS, Risk, risks
from gateway.domain.breakglass import REVIEW_TERM, TERM
from gateway.domain.fields import FieldDictionary, Sensitivity
from gateway.domain.identifiers import FieldName, RoleId
from gateway.domain.parameters import Terms
from gateway.domain.purposes import ConsentNeed, Purpose, RelationTest, Stage
from gateway.domain.register import RegisteredRule
from gateway.domain.sentences import Language
from gateway.web import bases, retention
from gateway.web.words import N_, say

RELATIONS: Final[Mapping[RelationTest, str]] = MappingProxyType(
    {
        RelationTest.LINKED_OR_HOUSED: N_(
            "De bewoner is aan de eigen gemeente gekoppeld of woont er."
        ),
        RelationTest.OWN_REGION: N_("De bewoner verblijft in de eigen regio van het COA."),
        RelationTest.OWN_LOCATION: N_("De bewoner verblijft op een eigen locatie."),
        RelationTest.PROCESSOR_OF_LINKED_MUNICIPALITY: N_(
            "De organisatie werkt voor de gemeente waaraan de bewoner gekoppeld is."
        ),
        RelationTest.FINDABLE: N_("De bewoner wil gevonden worden."),
        RelationTest.LINKED_OR_FINDABLE: N_(
            "De bewoner is aan de eigen gemeente gekoppeld, of wil gevonden worden."
        ),
        RelationTest.INTRODUCED: N_("De bewoner is aan deze organisatie voorgesteld."),
        RelationTest.OFFER_RECORDED: N_("Er ligt een baanaanbod van deze organisatie."),
        RelationTest.RECEPTION_SITE_IN: N_(
            "De bewoner verblijft op een locatie in de eigen gemeente."
        ),
        RelationTest.PLACED: N_("De bewoner werkt bij of via deze organisatie."),
        RelationTest.AGGREGATES_ONLY: N_("Alleen aantallen, geen personen."),
        RelationTest.OWN_ORGANISATION_LOG: N_("Alleen het logboek van de eigen organisatie."),
        RelationTest.ON_REQUEST: N_("Alleen in een zaak van de toezichthouder."),
        RelationTest.SELF: N_("Alleen de eigen gegevens."),
        RelationTest.NEWLY_LINKED: N_("De bewoner is pas aan de nieuwe gemeente gekoppeld."),
    }
)
STAGES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.SEARCH: N_("Vanaf het zoeken naar kandidaten."),
        Stage.INTRODUCTION: N_("Pas na een voorstel."),
        Stage.OFFER: N_("Pas na een baanaanbod."),
        Stage.PLACED: N_("Pas na de plaatsing."),
    }
)
CONSENTS: Final[Mapping[ConsentNeed, str]] = MappingProxyType(
    {
        ConsentNeed.NO: N_("Nee, dit is een taak uit de wet."),
        ConsentNeed.YES: N_("Ja, de bewoner moet ja zeggen."),
        ConsentNeed.SPECIFIC: N_("Ja, de bewoner moet ja zeggen tegen juist deze ontvanger."),
        ConsentNeed.EXPLICIT: N_("Ja, de bewoner moet uitdrukkelijk ja zeggen."),
        ConsentNeed.UNLESS_LINKED: N_(
            "Ja, behalve voor de gemeente waaraan de bewoner gekoppeld is."
        ),
    }
)
CLASSES: Final[Mapping[Sensitivity, str]] = MappingProxyType(
    {
        Sensitivity.S0: N_("Techniek en herkomst"),
        Sensitivity.S1: N_("Gewone gegevens"),
        Sensitivity.S2: N_("Gegevens die gevoelig kunnen zijn"),
        Sensitivity.S3: N_("Nummers uit de wet"),
        Sensitivity.S4: N_("Bijzondere gegevens (AVG art. 9)"),
        Sensitivity.S5: N_("Strafrechtelijke gegevens (AVG art. 10)"),
    }
)
RISKS: Final[Mapping[Risk, tuple[str, str]]] = MappingProxyType(
    {
        Risk.ONLOOKER: (
            N_("Iemand kijkt die met deze bewoner niets te maken heeft."),
            N_(
                "De poort toetst overeenkomst, rol en relatie bij elke vraag. Elke inzage en elke "
                "weigering staat in het logboek voordat er iets getoond wordt."
            ),
        ),
        Risk.EXCESS: (
            N_("Er wordt meer gedeeld dan nodig is."),
            N_(
                "De regel noemt %(named)s van de %(all)s gegevens die de poort bewaart; wat geen regel "
                "noemt, gaat niet mee. Een beperking of bezwaar gaat eraf."
            ),
        ),
        Risk.LASTING: (
            N_("Gegevens blijven langer dan nodig is."),
            N_(
                "De bewaartermijn gaat mee als verplichting. Is een termijn van de poort zelf voorbij, "
                "dan gaat er niets meer uit."
            ),
        ),
        Risk.CONSENT: (
            N_("De bewoner weet niet waar het ja voor is, of kan er niet op terugkomen."),
            N_(
                "Een ja geldt voor één doel en één ontvanger of soort ontvanger, en wordt bij elke vraag "
                "opnieuw gelezen. Na het intrekken gaat er niets meer uit, en krijgen ontvangers bericht "
                "om te verwijderen."
            ),
        ),
        Risk.EARLY: (
            N_("Een organisatie krijgt gegevens voordat zij die nodig heeft."),
            N_("De poort geeft niets vrij voordat de stap is vastgelegd die daarvoor nodig is."),
        ),
        Risk.NUMBER: (
            N_("Met een nummer uit de wet zijn bestanden te koppelen die gescheiden horen."),
            N_(
                "Alleen een regel voor een partij van de overheid kan zo'n nummer noemen; een regel die "
                "het een ander geeft, wordt niet geladen."
            ),
        ),
        Risk.SPECIAL: (
            N_("Bijzondere gegevens schaden de bewoner als zij verkeerd terechtkomen."),
            N_(
                "Zonder uitzondering in de regel gaan zij nooit mee, ook niet met noodtoegang. Vrije "
                "tekst die daarover lijkt te gaan, wacht op een mens."
            ),
        ),
        Risk.PRIVATE: (
            N_("Een private partij legt gegevens naast andere bestanden."),
            N_(
                "Elke organisatie krijgt een eigen verwijzing die nergens anders past, en elk bestand "
                "aan een private partij wordt doorzocht op burgerservicenummers."
            ),
        ),
        Risk.RECOGNISED: (
            N_("Iemand wordt in een zoekresultaat herkend."),
            N_(
                "Een groep telt ten minste %(group)s mensen (behalve onder eigen gekoppelde cliënten "
                "van een gemeente), een antwoord hoogstens %(results)s; aantallen zijn afgerond op "
                "%(rounding)s, en een medewerker heeft hoogstens %(budget)s vragen per dag."
            ),
        ),
        Risk.SMALL: (
            N_("Een klein aantal verraadt wie het is."),
            N_(
                "Cellen onder %(cell)s mensen blijven leeg, en een tabel die naast een eerdere te veel "
                "verraadt, wordt geweigerd."
            ),
        ),
        Risk.EMERGENCY: (
            N_("Een medewerker gebruikt noodtoegang zonder nood."),
            N_(
                "Noodtoegang duurt %(glass)s uur, vraagt een reden, en wordt elke keer door een ander "
                "beoordeeld, binnen %(review)s uur."
            ),
        ),
    }
)
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Assessed:
    """A risk with what the gate does against it, and the codes with which it then refuses."""

    risk: str
    measure: str
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rule in words."""

    id: str
    role: str
    recipients: Sequence[str]
    condition: str
    stage: str
    not_for: Sequence[str]
    consent: str
    basis: str
    exception: str
    categories: Sequence[tuple[str, Sequence[str]]]
    count: int
    retention: str
    risks: Sequence[Assessed]
    where: str


class Told:
    """Puts rules into words of one language; ``terms`` are the numbers in force."""

    def __init__(
        self,
        fields: FieldDictionary,
        roles: Mapping[RoleId, str],
        terms: Terms,
        language: Language,
    ) -> None:
        self._fields = fields
        self._roles = roles
        self._terms = terms
        self._language = language

    def title(self, purpose: Purpose) -> str:
        """Name a purpose."""
        return purpose.title_nl if self._language is Language.NL else purpose.title_en

    def sheet(self, registered: RegisteredRule) -> Sheet:
        """Put a rule into words."""
        rule, language = registered.rule, self._language
        return Sheet(
            rule.rule_id,
            self._roles.get(rule.role, rule.role),
            [one.name for one in registered.recipients],
            self._say(RELATIONS[rule.relation]),
            self._say(STAGES[rule.stage]) if rule.stage in STAGES else "",
            sorted(rule.not_for),
            self._say(CONSENTS[rule.consent]),
            bases.in_words(rule.legal_basis, language),
            bases.in_words(rule.exception or "", language),
            [
                (self._say(CLASSES[klass]), [self._label(name) for name in names])
                for klass, names in registered.categories.items()
            ],
            len(rule.fields),
            retention.in_words(rule.retention, language),
            [self._assessed(risk, len(rule.fields)) for risk in risks(registered)],
            rule.where,
        )

    def _assessed(self, risk: Risk, named: int) -> Assessed:
        terms = self._terms
        numbers = {
            "named": named,
            "all": sum(spec.stored for spec in self._fields),
            "group": terms["search_group"],
            "results": terms["search_results"],
            "rounding": terms["search_rounding"],
            "budget": terms["search_budget"],
            "cell": terms["statistics_cell"],
            "glass": int(TERM.total_seconds()) // _HOUR,
            "review": int(REVIEW_TERM.total_seconds()) // _HOUR,
        }
        what, measure = RISKS[risk]
        codes = [str(reason) for reason in REFUSALS[risk]]
        return Assessed(self._say(what), self._say(measure) % numbers, codes)

    def _label(self, name: FieldName) -> str:
        spec = self._fields[name]
        return spec.label_nl if self._language is Language.NL else spec.label_en

    def _say(self, text: str) -> str:
        return say(text, self._language)
