"""The dossier laid out along the brede intake (Wet inburgering 2021 art. 14(3), Besluit art. 5.2).

1 the learnability test, 2 education and work abroad, 3 personal circumstances, 4 early education of
children, 5 language, 6 possibilities for work, 7 self-reliance; before them who she is, after them
what was done and agreed. Each field stands in one place.
"""

from dataclasses import dataclass
from typing import Final

from gateway.web.words import N_


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the dossier: its anchor, title, the fields in it, and words where it needs them."""

    anchor: str
    title: str
    fields: tuple[str, ...]
    note: str = ""
    article: str = ""


PARTS: Final = (
    Part(
        "persoon",
        N_("Persoon en contact"),
        (
            "roepnaam", "voornamen", "voorvoegsel", "achternaam", "geslacht", "geboortedatum",
            "nationaliteit", "burgerlijke_staat", "v_nummer", "bsn", "bsn_status",
            "brp_inschrijfdatum", "voorkeurstaal_contact", "tolk_nodig", "telefoonnummer_azc",
            "email_azc", "opvanglocatie_code", "casemanager_coa", "klantmanager_gemeente",
        ),
    ),
    Part(
        "leerbaarheid",
        N_("Leerbaarheidstoets"),
        (),
        N_("De uitslag komt van DUO en niet van het COA; vraag haar op in uw eigen systeem."),
        "art. 14 lid 3 onder a Wi 2021",
    ),
    Part(
        "opleiding-werk",
        N_("Opleiding en werk in het buitenland"),
        (
            "opleidingsniveau_hoogste", "opleidingen", "opleidingsrichting", "isced_niveau",
            "diploma_in_bezit", "diplomawaardering_status", "diplomawaardering_niveau",
            "certificaten", "werkervaring", "ervaring_jaren",
        ),
        "",
        "art. 5.2 lid 1 onder b Besluit",
    ),
    Part(
        "omstandigheden",
        N_("Persoonlijke omstandigheden en gezin"),
        ("gezinssamenstelling", "gezinsgrootte", "gezinsleden"),
        N_(
            "Alleen de gezinssamenstelling komt van het COA. Naar andere omstandigheden vraagt u "
            "zelf, in het gesprek; gezondheid wordt niet overgedragen."
        ),
        "art. 9.4 lid 3 onder b Besluit",
    ),
    Part("vve", N_("Voorschoolse educatie"), ("kinderen_vve_leeftijd",), "", "art. 5.2 Besluit"),
    Part(
        "taal",
        N_("Taal"),
        (
            "moedertaal", "talen", "alfabetisering", "nt2_niveau_spreken", "nt2_niveau_luisteren",
            "nt2_niveau_lezen", "nt2_niveau_schrijven", "engels_niveau",
        ),
        "",
        "art. 9.4 lid 3 onder c Besluit",
    ),
    Part(
        "werk",
        N_("Mogelijkheden voor werk"),
        (
            "werk_status", "twv_status", "werkambitie", "beroepen_gewenst",
            "setu_beroepscategorie", "vaardigheden", "rijbewijs", "cv_aanwezig",
            "dienstverband_start", "dienstverband_uren", "werkgever_naam",
        ),
        "",
        "art. 14 lid 3 onder b Wi 2021",
    ),
    Part(
        "zelfredzaamheid",
        N_("Zelfredzaamheid en ambitie"),
        ("ict_vaardigheid", "digid_aangevraagd", "zacht_toekomstambitie", "uaf_contact"),
        "",
        "art. 5.2 Besluit",
    ),
    Part(
        "voorinburgering",
        N_("Voorinburgering bij het COA"),
        (
            "voorinburgering_instemming", "voorinburgering_instemming_datum", "nt2_uren",
            "nt2_presentie", "knm_status", "intromap_status", "intropvt_status",
            "voorwerk_status", "participatie_activiteiten",
        ),
        "",
        "art. 9.4 lid 3 onder c Besluit",
    ),
    Part(
        "overdracht",
        N_("Koppeling en overdracht"),
        (
            "koppel_gemeente_code", "koppel_datum", "huisvestingsdatum",
            "begeleidingsgesprek_datum", "driegesprek_datum", "overdracht_scenario",
            "overdracht_status", "overdracht_notitie", "inburgeringsplicht",
            "inburgeringsplicht_kennisgeving", "pip_deadline",
        ),
    ),
)  # fmt: skip

EXPECTED: Final = frozenset(
    {
        "bsn", "telefoonnummer_azc", "gezinssamenstelling", "opleidingen", "werkervaring",
        "opleidingsniveau_hoogste", "talen", "alfabetisering", "nt2_niveau_spreken",
        "nt2_niveau_lezen", "beroepen_gewenst", "rijbewijs", "cv_aanwezig", "werkambitie",
        "nt2_uren", "knm_status", "intromap_status", "intropvt_status", "driegesprek_datum",
        "overdracht_scenario", "overdracht_notitie", "inburgeringsplicht_kennisgeving",
        "diplomawaardering_niveau",
    }
)  # fmt: skip
"""Fields that a klantmanager misses at the intake; others are absent because nothing happened."""
