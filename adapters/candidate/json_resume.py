"""JSON Resume 1.x, which many applicant tracking systems read: a file a candidate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from adapters.candidate.profile import Candidate
from adapters.labels import ESCO
from gateway.domain.files import Cover, Person, Sink

SCHEMA: Final = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"


@dataclass(frozen=True, slots=True)
class JsonResume:
    """One resume a candidate."""

    media_type: str = "application/json"
    suffix: str = ".resume.json"
    single: bool = True

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Write the resume; see ``FileFormat``."""
        for person in people:
            sink.write(orjson.dumps(resume(cover, Candidate(person)), option=orjson.OPT_INDENT_2))


def resume(cover: Cover, candidate: Candidate) -> dict[str, object]:
    """Return the resume of one candidate; what was not granted has no member."""
    return _filled({
        "$schema": SCHEMA,
        "basics": _basics(candidate),
        "work": [
            _filled({
                "position": job.title,
                "startDate": job.start,
                "endDate": job.end,
                "summary": job.tasks,
                "description": job.sector,
                "occupationCode": f"{job.code.scheme}:{job.code.code}" if job.code else "",
            })
            for job in candidate.jobs()
        ],
        "education": [
            _filled({
                "area": school.name, "startDate": school.start, "endDate": school.end,
                "studyType": school.status,
            })
            for school in candidate.schools()
        ],
        "certificates": [
            _filled({"name": one.name, "date": one.start, "issuer": one.issuer})
            for one in candidate.certificates()
        ],
        "skills": _skills(candidate),
        "languages": [
            _filled({"language": one.language.label, "fluency": one.told})
            for one in candidate.languages()
        ],
        "meta": {"version": "v1.0.0", "lastModified": cover.at.strftime("%Y-%m-%dT%H:%M:%S")},
    })  # fmt: skip


def _basics(candidate: Candidate) -> dict[str, object]:
    return _filled({
        "name": candidate.name,
        "label": ", ".join(wanted.label for wanted in candidate.wanted()),
        "email": candidate.text("email_azc"),
        "phone": candidate.text("telefoonnummer_azc"),
        "summary": candidate.text("werkambitie"),
        "location": _filled({
            "postalCode": candidate.text("bemiddelingspostcode4"),
            "region": candidate.text("arbeidsmarktregio"),
        }),
    })  # fmt: skip


def _skills(candidate: Candidate) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": one.label} | ({"keywords": [one.code]} if one.scheme == ESCO else {})
        for one in candidate.skills()
    ]
    if licence := candidate.licence():
        found.append({"name": "Rijbewijs", "level": licence})
    return found


def _filled(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in ("", {}, [])}
