"""The order of the brede intake (Wet inburgering 2021 art. 14): chapters, and the fields of each.

Files and dossiers for municipalities follow it, so that a klantmanager finds what she asks for next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from gateway.domain.identifiers import FieldName

SETS_KEPT: Final = 1_024
"""How many sets of fields are kept sorted: people in a file differ in few."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One subject of the conversation, with its fields in the order in which they are asked."""

    title: str
    fields: tuple[FieldName, ...]


def _chapter(title: str, names: str) -> Chapter:
    return Chapter(title, tuple(map(FieldName, names.split())))


CHAPTERS: Final = (
    _chapter(
        "Persoon",
        """v_nummer bsn client_ref achternaam voorvoegsel voornamen roepnaam geslacht geboortedatum
        leeftijdsband meerderjarig geboorteplaats geboorteland nationaliteit herkomstland
        burgerlijke_staat""",
    ),
    _chapter(
        "Contact",
        """telefoonnummer_azc email_azc voorkeurstaal_contact tolk_nodig opvanglocatie_code
        opvanglocatie_gemeente_code bemiddelingspostcode4 arbeidsmarktregio coa_regio casemanager_coa
        klantmanager_gemeente""",
    ),
    _chapter(
        "Verblijf en registratie",
        """doelgroep verblijfstitel_code vergunning_ingangsdatum vergunning_einddatum
        asielaanvraag_datum asiel_wachttijd_voldaan opvang_door_coa w_document_geldig_tot
        arbeidsmarktaantekening inzetbaarheid twv_status twv_geldig_tot bsn_status bsn_aanvraag_datum
        brp_inschrijfdatum digid_aangevraagd bankrekening_aanwezig""",
    ),
    _chapter(
        "Koppeling en wonen",
        """koppel_gemeente_code koppel_datum koppel_status regioadvies omkoppel_verzoek
        huisvesting_streefdatum verhuis_streefdatum woningaanbod_datum huisvestingsdatum
        hard_familie_eerstegraads hard_familie_gemeente_code hard_gezinshereniging
        hard_medische_behandeling hard_arbeidscontract hard_onderwijsinschrijving zacht_netwerk_regio
        woning_aanpassing_functioneel""",
    ),
    _chapter(
        "Gezin",
        """gezinssamenstelling gezinsgrootte gezinsleden kinderen_vve_leeftijd kinderen_leerplichtig
        nareizigers_verwacht""",
    ),
    _chapter(
        "Taal",
        """moedertaal talen alfabetisering nt2_niveau_spreken nt2_niveau_luisteren nt2_niveau_lezen
        nt2_niveau_schrijven engels_niveau""",
    ),
    _chapter(
        "Opleiding",
        """opleidingen opleidingsniveau_hoogste isced_niveau opleidingsrichting diploma_in_bezit
        diplomawaardering_status diplomawaardering_niveau certificaten ict_vaardigheid uaf_contact""",
    ),
    _chapter(
        "Werk",
        """werkervaring ervaring_jaren setu_beroepscategorie beroepen_gewenst vaardigheden rijbewijs
        cv_aanwezig cv_document beschikbaar_vanaf beschikbaar_uren werktijden contractvoorkeur
        reisafstand_max_km vervoermiddel werkambitie zacht_toekomstambitie werk_status mag_werken
        dienstverband_start dienstverband_eind dienstverband_uren werkgever_naam plaatsing_kanaal
        nazorg_contactdatum nazorg_behoefte reden_einde_werk""",
    ),
    _chapter(
        "Voorinburgering",
        """voorinburgering_instemming voorinburgering_instemming_datum nt2_uren nt2_presentie
        knm_status intromap_status intropvt_status voorwerk_status participatie_activiteiten
        begeleidingsgesprek_datum screeningsgesprek_datum""",
    ),
    _chapter(
        "Overdracht en inburgering",
        """driegesprek_datum overdracht_scenario overdracht_status overdracht_notitie
        inburgeringsplicht inburgeringsplicht_kennisgeving leerbaarheidstoets_resultaat
        brede_intake_datum pip_deadline pip_dagtekening leerroute pip_niveau map_einddatum pvt_datum
        inburgeringstermijn_einddatum""",
    ),
    _chapter(
        "Toestemming en herkomst van de gegevens",
        """toestemming_id toestemming_doel toestemming_ontvanger toestemming_velden toestemming_taal
        toestemming_tijdstip toestemming_vervaldatum toestemming_ingetrokken_op grondslag_code
        profiel_versie profiel_peildatum bron_systeem""",
    ),
)
_PLACE: Final[Mapping[FieldName, int]] = MappingProxyType(
    {name: place for place, name in enumerate(n for chapter in CHAPTERS for n in chapter.fields)}
)


def in_order(names: Iterable[FieldName]) -> tuple[FieldName, ...]:
    """Sort fields as the brede intake asks them; every field that may be stored has its place."""
    return _sorted(tuple(names))


@lru_cache(SETS_KEPT)
def _sorted(names: tuple[FieldName, ...]) -> tuple[FieldName, ...]:
    return tuple(sorted(names, key=_PLACE.__getitem__))
