"""A CV on one page, in the order of Europass, without photo, sex, birth date or nationality."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from adapters.candidate.profile import Candidate, Job
from adapters.paper import Press
from gateway.domain.files import Cover, Person, Sink

# More than this does not fit on one page; the newest stay.
MOST: Final = 5
LONGEST: Final = 220
_SIZES: Final = ((1_300, "9.5"), (2_200, "8.5"))
_SMALLEST: Final = "7.5"
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_FACTS: Final = (
    ("Telefoon", "telefoonnummer_azc"),
    ("E-mail", "email_azc"),
    ("Postcode (4 cijfers)", "bemiddelingspostcode4"),
    ("Regio", "arbeidsmarktregio"),
    ("Beschikbaar vanaf", "beschikbaar_vanaf"),
    ("Uren per week", "beschikbaar_uren"),
    ("Opleidingsniveau", "opleidingsniveau_hoogste"),
    ("Jaren ervaring", "ervaring_jaren"),
)


@dataclass(frozen=True, slots=True)
class Cv:
    """One page a candidate."""

    media_type: str = "application/pdf"
    suffix: str = ".cv.pdf"
    single: bool = True
    press: Press = field(default_factory=lambda: Press(Path(__file__).parent, "cv.html"))

    def write(self, sink: Sink, cover: Cover, people: Iterable[Person]) -> None:
        """Print the page; see ``FileFormat``."""
        for person in people:
            sink.write(self.press.print(page(cover, Candidate(person)), cover.at))


def page(cover: Cover, candidate: Candidate) -> dict[str, object]:
    """Return what the template shows, cut to what fits on one page."""
    facts = [(label, _dutch(value)) for label, name in _FACTS if (value := candidate.text(name))]
    if licence := candidate.licence():
        facts.append(("Rijbewijs", licence))
    shown: dict[str, object] = {
        "name": candidate.name,
        "wanted": [wanted.label for wanted in candidate.wanted()[:MOST]],
        "facts": facts,
        "ambition": candidate.text("werkambitie")[:LONGEST],
        "jobs": [_job(job) for job in candidate.jobs()[-MOST:][::-1]],
        "schools": [
            " · ".join(filter(None, (one.name, _period(one.start, one.end), one.status)))
            for one in candidate.schools()[-MOST:][::-1]
        ],
        "certificates": [
            " · ".join(filter(None, (one.name, one.issuer)))
            for one in candidate.certificates()[:MOST]
        ],
        "languages": candidate.languages()[: MOST + 1],
        "skills": [skill.label for skill in candidate.skills()[: 2 * MOST]],
    }
    return shown | {
        "size": next((size for most, size in _SIZES if len(str(shown)) < most), _SMALLEST),
        "cover": cover,
        "footer": f"Voor {cover.recipient_name}, alleen voor: {cover.title}",
    }


def _job(job: Job) -> dict[str, str]:
    return {
        "title": job.title or (job.code.label if job.code else ""),
        "period": _period(job.start, job.end),
        "sector": job.sector,
        "tasks": job.tasks[:LONGEST],
    }


def _dutch(text: str) -> str:
    """Write an ISO date as Dutch people do; other texts stay."""
    found = _ISO_DAY.fullmatch(text)
    return "-".join(found.groups()[::-1]) if found else text


def _period(start: str, end: str) -> str:
    return f"{start} tot {end or 'nu'}" if start else end
