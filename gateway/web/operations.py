"""Beheer: how the gate stands, with whom it has agreements, and which rules are in force; no one's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from gateway.domain.partners import Partner, PartnerKind
from gateway.domain.upkeep import Job, JobState, Run
from gateway.web.guard import Screen
from gateway.web.log_lines import role
from gateway.web.navigation import OPERATOR
from gateway.web.oversight_words import purpose_in_words
from gateway.web.rendering import page
from gateway.web.visit import Visit
from gateway.web.words import N_

PATH: Final = "/beheer"
PARTNERS: Final = PATH + "/overeenkomsten"
RULES: Final = PATH + "/regels"
TABS: Final = (
    (PATH, N_("Stand van de poort")),
    (PARTNERS, N_("Overeenkomsten")),
    (RULES, N_("Geldende regels")),
)
JOBS: Final[Mapping[Job, str]] = {
    Job.RETENTION: N_("Dagelijks: bewaartermijnen, en wat uit de dag volgt"),
    Job.CONSENTS: N_("Dagelijks: toestemmingen die verlopen"),
    Job.REMINDERS: N_("Dagelijks: herinneren aan verwijderen"),
    Job.COUNTS: N_("Dagelijks: tellingen voor cijfers"),
    Job.INTAKE: N_("Map met leveringen legen"),
    Job.NOTICES: N_("Berichten over verwijderen bezorgen"),
    Job.LOGBOOK: N_("Regels doorgeven aan een ander logboek"),
    Job.CHECK: N_("Logboek narekenen, steeds een stuk"),
    Job.WITNESS: N_("Getuigen laten medeondertekenen"),
    Job.TIMESTAMP: N_("Tijdstempel halen"),
}
WORK: Final[Mapping[str, str]] = {
    "outbox": N_("Logregels voor een ander logboek"),
    "notices": N_("Meldingen die een ontvanger moet bevestigen"),
    "glasses": N_("Noodtoegang die beoordeeld moet worden"),
}
LATE: Final[Mapping[str, str]] = {
    "outbox": N_("geweigerd"),
    "notices": N_("te laat"),
    "glasses": N_("te laat"),
}
KEYS: Final[Mapping[str, str]] = {
    "root": N_("Wortel"),
    "kek versions": N_("Versies van de sleutel der sleutels"),
    "kek": N_("Sleutels der sleutels"),
    "named": N_("Sleutels van de poort zelf"),
    "profile": N_("Sleutels van profielen"),
    "log": N_("Sleutels van logboekregels"),
    "index version": N_("Zoekindex: versie"),
    "index older": N_("Zoekindex: oudere versies"),
    "index coming": N_("Zoekindex: aangekondigde versie"),
    "index left": N_("Zoekindex: nog om te zetten"),
    "pseudonym version": N_("Verwijzingen: versie"),
    "pseudonym older": N_("Verwijzingen: oudere versies die nog gelden"),
    "pseudonym coming": N_("Verwijzingen: aangekondigde versie"),
}
KINDS: Final[Mapping[PartnerKind, str]] = {
    PartnerKind.COA: N_("COA"),
    PartnerKind.GEMEENTE: N_("Gemeente"),
    PartnerKind.UITZENDBUREAU: N_("Uitzendbureau"),
    PartnerKind.WERKGEVER: N_("Werkgever"),
    PartnerKind.INSTELLING: N_("Instelling"),
    PartnerKind.TOEZICHTHOUDER: N_("Toezichthouder"),
    PartnerKind.BETROKKENE: N_("Betrokkene"),
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in words: how its last run ended, by which error, and when it last ended well."""

    label: str
    state: str
    look: str
    run: Run | None = None


async def state(visit: Visit) -> Response:
    """Show how log, keys and jobs stand."""
    found = await visit.rooms.desks.engine_room.upkeep.state(visit.caller)
    return page(
        visit,
        "operations.html",
        tabs=TABS,
        log=found.log,
        keys=[(visit.say(KEYS.get(name, name)), _plain(one)) for name, one in found.keys.items()],
        jobs=[_job(visit, words, found.jobs.get(job)) for job, words in JOBS.items()],
        work=[
            (visit.say(words), found.work[name], visit.say(LATE[name]))
            for name, words in WORK.items()
        ],
    )


def _job(visit: Visit, words: str, found: JobState | None) -> JobLine:
    label = visit.say(words)
    if found is None:
        return JobLine(label, visit.say(N_("niet ingesteld")), "")
    run = found.last
    if run is None:
        return JobLine(label, visit.say(N_("nog nooit")), "warn")
    if run.failed:
        return JobLine(label, visit.say(N_("mislukt")), "bad", run)
    if found.late:
        return JobLine(label, visit.say(N_("te laat")), "bad", run)
    return JobLine(label, visit.say(N_("gelukt")), "good", run)


def _plain(value: object) -> str:
    """Write a count, a version or a list of them; a dash for none."""
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or "-"
    return "-" if value is None else str(value)


async def agreements(visit: Visit) -> Response:
    """Show each partner with its agreement: since when, which roles, for which purposes."""
    await visit.rooms.desks.engine_room.upkeep.look(visit.caller, "agreements")
    partners = sorted(visit.rooms.partners.values(), key=lambda one: (one.kind, one.name))
    rows = [(one, visit.say(KINDS[one.kind]), _roles(visit, one)) for one in partners]
    return page(visit, "agreements.html", tabs=TABS, rows=rows, today=visit.today)


def _roles(visit: Visit, partner: Partner) -> list[tuple[str, list[str]]]:
    agreed = partner.agreement.purposes.items()
    return [
        (role(visit, name), sorted(purpose_in_words(visit, code) for code in codes))
        for name, codes in agreed
    ]


async def rules(visit: Visit) -> Response:
    """Show which version of the rules is in force, its purposes, and the laws they may rest on."""
    desks = visit.rooms.desks
    await desks.engine_room.upkeep.look(visit.caller, "rules")
    purposes = [
        (purpose_in_words(visit, one.code), one, len(one.rules))
        for one in desks.gate.matrix.purposes()
    ]
    return page(
        visit,
        "rules.html",
        tabs=TABS,
        digest=desks.gate.matrix.digest,
        purposes=purposes,
        laws=desks.engine_room.laws,
        today=visit.today,
    )


SCREENS: Final = (
    Screen(PATH, state, OPERATOR),
    Screen(PARTNERS, agreements, OPERATOR),
    Screen(RULES, rules, OPERATOR),
)
