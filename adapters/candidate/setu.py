"""SETU HumanResource v2.0, as JSON and as XML: a file a candidate, at the stage of an offer.

SETU's rule for an offer: a formatted name and no other identity, no contact details. So legalId,
birthDate, gender, nationality, birthPlace, legalDocuments, addresses, telephone and e-mail are never
filled here, whatever was granted. Members stand in the order of SETU's XSD.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

import orjson

from adapters.candidate.profile import Candidate
from adapters.labels import Coded
from gateway.domain.files import Cover, Person, Sink

Tree: TypeAlias = "str | int | Mapping[str, Tree] | list[Tree]"

NAMESPACE: Final = "https://ontology.setu.nl/messages"
_FULL_DAY: Final = len("jjjj-mm-dd")


@dataclass(frozen=True, slots=True)
class SetuJson:
    """One HumanResource a candidate, as JSON."""

    media_type: str = "application/json"
    suffix: str = ".setu.json"
    single: bool = True

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write the message; see ``FileFormat``."""
        for person in people:
            sink.write(orjson.dumps(human_resource(cover, Candidate(person))))


@dataclass(frozen=True, slots=True)
class SetuXml:
    """One HumanResource a candidate, as XML."""

    media_type: str = "application/xml"
    suffix: str = ".setu.xml"
    single: bool = True

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write the message; see ``FileFormat``."""
        for person in people:
            inner = "".join(
                part
                for name, value in human_resource(cover, Candidate(person)).items()
                for part in _elements(name, value)
            )
            head = f'<?xml version="1.0" encoding="UTF-8"?>\n<HumanResource xmlns="{NAMESPACE}">'
            sink.write(f"{head}{inner}</HumanResource>\n".encode())


def human_resource(cover: Cover, candidate: Candidate) -> dict[str, Tree]:
    """Return the message about one candidate, members in the order of the XSD."""
    reference = {"value": candidate.reference, "schemeAgencyId": "Supplier"}
    return {
        "documentId": reference,
        "supplier": {},
        "customer": {"legalId": {"value": cover.recipient, "schemeAgencyId": "OIN"}},
        "person": {
            "id": [reference],
            "name": {"formattedName": candidate.name},
            "communication": {},
        },
        "profiles": _profiles(candidate),
    }


def _profiles(candidate: Candidate) -> dict[str, Tree]:
    start, hours = candidate.text("beschikbaar_vanaf"), candidate.number("beschikbaar_uren")
    profiles: dict[str, Tree] = {
        "certifications": [
            _filled({
                "name": one.name,
                "effectiveTimePeriod": _filled({"validFrom": one.start, "validTo": one.end}),
                "issuingAuthority": _filled({"name": one.issuer}),
            })
            for one in candidate.certificates()
            if one.name
        ],
        "qualifications": list(_qualifications(candidate)),
        "personAvailability": {"availabilityDates": [{"startDateTime": f"{start}T00:00:00"}]}
        if start
        else {},
        "workingPeriods": [_weekly(hours)] if hours is not None else [],
    }  # fmt: skip
    return _filled(profiles)


def _weekly(hours: int) -> Tree:
    return {
        "workDuration": {"value": hours, "unitCode": {"value": "Hours"}},
        "baseDuration": {"value": 1, "unitCode": {"value": "Weekly"}},
    }


def _qualifications(candidate: Candidate) -> Iterator[Tree]:
    for job in candidate.jobs():
        told = "; ".join(filter(None, ("Werkervaring", job.sector, job.tasks)))
        yield _qualification(job.title or str(job.code or ""), job.code, told, job.start, job.end)
    for school in candidate.schools():
        told = "; ".join(
            filter(None, ("Opleiding", school.status, "diploma" if school.diploma else ""))
        )
        yield _qualification(school.name, None, told, school.start, school.end)
    for speaks in candidate.languages():
        yield _qualification(speaks.language.label, speaks.language, f"Taal; {speaks.told}")
    for wanted in candidate.wanted():
        yield _qualification(wanted.label, wanted, "Gewenst beroep")
    for skill in candidate.skills():
        yield _qualification(skill.label, skill if skill.scheme else None, "Vaardigheid")
    if licence := candidate.licence():
        yield _qualification(f"Rijbewijs {licence}", None, "Rijbewijs")


def _qualification(
    name: str, code: Coded | None, told: str, start: str = "", end: str = ""
) -> dict[str, Tree]:
    """Make a qualification; a period that is not exact to the day goes into its description."""
    exact = len(start) in {0, _FULL_DAY} and len(end) in {0, _FULL_DAY}
    period = "" if exact else f"{start} tot {end}".removesuffix(" tot ").removeprefix(" ")
    return _filled({
        "competencyIds": {"value": code.code, "schemeAgencyId": code.scheme} if code else {},
        "competencyName": name or "onbekend",
        "description": "; ".join(filter(None, (told, period))),
        "startDate": start if exact else "",
        "endDate": end if exact else "",
    })  # fmt: skip


def _filled(members: Mapping[str, Tree]) -> dict[str, Tree]:
    return {name: value for name, value in members.items() if value not in ("", {}, [])}


def _elements(name: str, value: Tree) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _elements(name, item)
    elif isinstance(value, Mapping):
        inner = "".join(part for key, item in value.items() for part in _elements(key, item))
        yield f"<{name}>{inner}</{name}>"
    else:
        yield f"<{name}>{escape(str(value))}</{name}>"
