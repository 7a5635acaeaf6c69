"""A profile to be found by, in the spirit of VUM's matchingsprofiel: work and wishes, no identity at all.

The names are VUM's where its koppelvlak shows them (bemiddelingspostcode, maximaleReisafstand,
bemiddelingsberoep, …). It is a look-alike: VUM's own exchange is for its members.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from adapters.candidate.profile import Candidate
from adapters.labels import Coded
from gateway.domain.files import Cover, Person, Sink


@dataclass(frozen=True, slots=True)
class SearchProfile:
    """A list of profiles, one a line."""

    media_type: str = "application/json"
    suffix: str = ".zoekprofiel.json"
    single: bool = False

    def write(self, sink: Sink, _cover: Cover, people: Iterable[Person]) -> None:
        """Write the profiles; see ``FileFormat``."""
        sink.write(b'{"matchingsprofielen":[')
        mark = b"\n"
        for person in people:
            sink.write(mark + orjson.dumps(search_profile(Candidate(person))))
            mark = b",\n"
        sink.write(b"\n]}\n")


def search_profile(candidate: Candidate) -> dict[str, object]:
    """Return the profile of one candidate; names and contact details have no place in it."""
    return _filled({
        "idWerkzoekende": candidate.reference,
        "meerderjarig": candidate.text("meerderjarig"),
        "inzetbaarheid": candidate.text("inzetbaarheid"),
        "mobiliteit": _filled({
            "bemiddelingspostcode": candidate.text("bemiddelingspostcode4"),
            "maximaleReisafstand": candidate.number("reisafstand_max_km"),
            "arbeidsmarktregio": candidate.text("arbeidsmarktregio"),
        }),
        "vervoermiddel": list(candidate.texts("vervoermiddel")),
        "rijbewijs": candidate.licence(),
        "flexibiliteit": _filled({
            "datumAanvangBeschikbaar": candidate.text("beschikbaar_vanaf"),
            "aantalWerkurenPerWeek": candidate.number("beschikbaar_uren"),
            "werktijden": list(candidate.texts("werktijden")),
            "contractvorm": list(candidate.texts("contractvoorkeur")),
        }),
        "sector": candidate.text("setu_beroepscategorie"),
        "bemiddelingsberoep": [_coded(one) for one in candidate.wanted()],
        "arbeidsmarktkwalificatie": _filled({
            "opleidingsniveau": candidate.text("opleidingsniveau_hoogste"),
            "jarenErvaring": candidate.number("ervaring_jaren"),
            "vaardigheden": [_coded(one) for one in candidate.skills()],
            "taalbeheersing": [
                {"codeTaal": one.language.code, "omschrijving": one.language.label, **one.levels}
                for one in candidate.languages()
            ],
        }),
    })  # fmt: skip


def _coded(one: Coded) -> dict[str, str]:
    return {"code": one.code, "stelsel": one.scheme or "vrij", "omschrijving": one.label}


def _filled(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in (None, "", {}, [])}
