"""Words by which free text may tell what GDPR art. 9 and 10 protect; they call a person, not a verdict.

A rule of thumb, made to miss little: a hit holds the text until someone has looked. Words of a
trade stay out where they can (``ziekenhuis``, ``verpleegkundige``, ``gezondheidszorg``).
Notation: ``word`` whole, ``stem*`` its start, ``*stem*`` anywhere in a word, ``two words`` in a row.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_LISTS: Final[Mapping[str, str]] = {
    "health": """
        ziek zieke *ziekte* kwaal *kwalen* *blessure* gewond *verwonding* letsel hersenletsel
        *pijn *pijnen pijnklacht* *rugklacht* *nekklacht* *hartklacht* *maagklacht* *knieklacht*
        *gezondheidsklacht* *gezondheidsprobleem* *gezondheidsproblemen* gezondheid hernia reuma*
        artrose artritis arthritis migraine diabet* suikerziek* astma* asthma copd kanker* tumor*
        chemo* epilep* hiv aids tbc tuberculose tuberculosis hepatitis malaria covid corona
        hartaanval hartinfarct hartfalen hartpatient beroerte bloeddruk allergi* chronisch* chronic*
        depress* trauma traumas traumatisch* traumatised traumatized traumatic getraumatiseerd* ptss
        ptsd burnout psychisch* psychiater psychiatri* psycholoog psychologisch* angststoornis*
        *stoornis *stoornissen paniekaanval* nachtmerrie* suicid* zelfmoord* verslaafd* verslaving*
        addict* zwanger* pregnan* bevallen miskraam miscarriage handicap gehandicapt invalid invalide
        invaliditeit rolstoel* wheelchair* prothese* amput* verlamd* blind slechtziend* doof
        slechthorend* deaf medicijn* medicatie medication geopereerd operatie surgery
        therapie therapy arbeidsongeschikt* autis* adhd dementie
        illness* sick sickness disease* disabled disabilit* injury injuries injured pain painful
        cancer besneden besnijdenis
        | lichamelijke beperking | fysieke beperking | lichamelijke klachten | fysieke klachten
        | burn out | high blood pressure | mental health | health problem | health problems
        | health issue | health issues | heart attack | in behandeling | onder behandeling
    """,
    "religion": """
        islam islamitisch* islamic moslim* muslim* soenni* sunni* sjiiet* sjiiti* shia shiite*
        alevi* ahmadi* christen christenen christelijk* christendom christian* katholiek* catholic*
        protestant* orthodox* evangeli* pinkster* jehova* koptisch* coptic bijbel* bible koran* quran
        kerk kerken church churches moskee* mosque* synagoge* synagogue* tempel jood joods* joden jewish
        judaism jodendom hindoe* hindu* boeddhis* buddhis* sikh* bahai* atheis* religie* religieu*
        religio* gelovig* ongelovig* geloofsovertuiging* levensovertuiging* bekeerd bekering gebed
        gebeden bidden ramadan imam dominee priester predikant hoofddoek* hijab gedoopt
        | mijn geloof | ons geloof | my faith | vanwege geloof | om geloof
    """,
    "ethnicity": """
        etnisch* etniciteit ethnic* huidskleur skincolour skincolor raciaal koerd koerden koerdische
        kurd kurds hazara hazaras yezidi* jezidi* yazidi* tigrayer* oromo* amhara* oeigoer* uyghur*
        rohingya* zigeuner* sinti hutu tutsi pasjtoen* pashtun* tadzjiek* turkmeen*
        berber* stamlid clanlid minderheidsgroep
        | etnische minderheid | ethnic minority | skin colour | skin color | mijn stam | mijn clan
        | roma familie
    """,
    "crime": """
        gevangenis* gedetineerd* detentie* gevangen veroordeeld* veroordeling* strafblad strafbaar*
        strafrecht* strafzaak* misdrijf misdrijven crimine* gearresteerd* arrestatie* verdachte
        diefstal gestolen inbraak mishandel* moord* drugs drugsdeal* steekpartij* wapenbezit
        taakstraf reclassering* aanranding verkracht* mensenhandel prison* jail* convict* arrested
        criminal* felony theft stolen burglary assault* murder* rape raped rapist trafficking probation
        | in de cel | aangifte tegen
    """,
    "orientation": """
        homo homos homoseksue* homosexu* lesbisch* lesbian* biseksue* bisexu* transgender* lhbt*
        lgbt* gay queer
        | seksuele gerichtheid | seksuele geaardheid | sexual orientation
    """,
}


@dataclass(frozen=True, slots=True)
class _Words:
    whole: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    inside: tuple[str, ...]
    phrases: tuple[str, ...]

    def hit(self, tokens: frozenset[str], line: str) -> bool:
        return (
            not self.whole.isdisjoint(tokens)
            or any(token.startswith(self.starts) or token.endswith(self.ends) for token in tokens)
            or any(stem in line for stem in self.inside)
            or any(phrase in line for phrase in self.phrases)
        )


def _read(text: str) -> _Words:
    single, *phrases = text.split("|")
    words = single.split()
    return _Words(
        whole=frozenset(word for word in words if "*" not in word),
        starts=tuple(word[:-1] for word in words if word.endswith("*") and word[0] != "*"),
        ends=tuple(word[1:] for word in words if word[0] == "*" and word[-1] != "*"),
        inside=tuple(word[1:-1] for word in words if word[0] == "*" and word[-1] == "*"),
        phrases=tuple(f" {' '.join(phrase.split())} " for phrase in phrases),
    )


_CATEGORIES: Final = {name: _read(text) for name, text in _LISTS.items()}
_ANY: Final = _read(
    " ".join(text.partition("|")[0] for text in _LISTS.values())
    + "|"
    + "|".join(text.partition("|")[2] for text in _LISTS.values())
)
_TOKEN: Final = re.compile(r"[^\W_]+")


def special_categories(text: str) -> tuple[str, ...]:
    """Name the special categories that ``text`` has words of; empty for most texts."""
    words = _TOKEN.findall(_bare(text))
    tokens, line = frozenset(words), f" {' '.join(words)} "
    if not _ANY.hit(tokens, line):
        return ()
    return tuple(name for name, found in _CATEGORIES.items() if found.hit(tokens, line))


def _bare(text: str) -> str:
    """Write a text in small letters without accents."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(mark for mark in apart if not unicodedata.combining(mark))
