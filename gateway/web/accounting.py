"""Verantwoording: the register of processing, how consents stand, and the figures with their charts."""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from gateway.actions.oversee import Inquiry
from gateway.domain.consent_overview import ConsentOverview
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import BY_KIND
from gateway.domain.register import Activity, RegisteredRule
from gateway.domain.reviewing import Group, Grouping
from gateway.domain.sentences import Language
from gateway.web.guard import Screen
from gateway.web.log_lines import role
from gateway.web.navigation import OFFICER, OVERSEERS, tabs
from gateway.web.overseers import Cells
from gateway.web.oversight_forms import lenient_period, table_file
from gateway.web.oversight_words import (
    purpose_in_words,
    reason_in_words,
    recipient_in_words,
    wrong,
)
from gateway.web.rendering import page
from gateway.web.values import Teller
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_

PATH: Final = "/verantwoording"
CONSENTS: Final = PATH + "/toestemmingen"
FIGURES: Final = PATH + "/cijfers"
TABS: Final = (
    (PATH, N_("Register van verwerkingsactiviteiten")),
    (CONSENTS, N_("Toestemmingen")),
    (FIGURES, N_("Cijfers")),
)
_MONTH: Final = 30
_MONTHS: Final = 12


async def register(visit: Visit) -> Response:
    """Show the register of processing activities (GDPR art. 30), from the rules in force."""
    activities = visit.rooms.desks.oversee.activities()
    if visit.request.query_params.get("als") == "csv":
        return table_file(visit, "register", _register_table(visit, activities))
    return page(
        visit,
        "register.html",
        tabs=tabs(visit.caller.role, TABS),
        activities=[(one, [_rule(visit, rule) for rule in one.rules]) for one in activities],
        digest=visit.rooms.desks.gate.matrix.digest,
        english=visit.language is Language.EN,
    )


def _rule(visit: Visit, registered: RegisteredRule) -> dict[str, object]:
    teller, rule = Teller(visit.rooms, visit.language), registered.rule
    return {
        "id": rule.rule_id,
        "where": rule.where,
        "role": role(visit, rule.role),
        "basis": rule.legal_basis,
        "exception": rule.exception or "",
        "categories": [
            (klass.name, ", ".join(teller.label(name) for name in names))
            for klass, names in registered.categories.items()
        ],
        "recipients": ", ".join(one.name for one in registered.recipients),
        "retention": rule.retention,
    }


def _register_table(visit: Visit, activities: Sequence[Activity]) -> list[Cells]:
    heads = (
        N_("Doel"),
        N_("Regel"),
        N_("Rol"),
        N_("Grondslag"),
        N_("Uitzondering"),
        N_("Gegevens"),
        N_("Ontvangers"),
        N_("Bewaartermijn"),
    )
    rows: list[Cells] = [[visit.say(head) for head in heads]]
    for activity in activities:
        for registered in activity.rules:
            names = [name for named in registered.categories.values() for name in named]
            rule = registered.rule
            recipients = ", ".join(one.name for one in registered.recipients)
            rows.append(
                (
                    purpose_in_words(visit, activity.purpose.code),
                    rule.rule_id,
                    role(visit, rule.role),
                    rule.legal_basis,
                    rule.exception,
                    ", ".join(names),
                    recipients,
                    rule.retention,
                )
            )
    return rows


async def consents(visit: Visit) -> Response:
    """Show how consents stand by purpose and recipient, when they end, and how many a month."""
    census = visit.rooms.desks.overseers.consents
    found = await census.overview(visit.caller, Inquiry(), AMSTERDAM)
    if visit.request.query_params.get("als") == "csv":
        return table_file(visit, "toestemmingen", _consent_table(visit, found))
    months = found.months[-_MONTHS:]
    return page(
        visit,
        "consents.html",
        tabs=tabs(visit.caller.role, TABS),
        rows=[
            (purpose_in_words(visit, one.purpose), recipient(visit, one.recipient), one)
            for one in found.counts
        ],
        given=[(one.month, one.given) for one in months],
        withdrawn=[(one.month, one.withdrawn) for one in months],
        receipt=found.receipt,
    )


def recipient(visit: Visit, code: str) -> str:
    """Name whom a consent is for; ``soort:`` stands for everyone of a kind."""
    _, _, kind = code.partition(BY_KIND)
    every = N_("elk %(kind)s")
    return visit.say(every) % {"kind": kind} if kind else recipient_in_words(visit, code)


def _consent_table(visit: Visit, found: ConsentOverview) -> list[Cells]:
    heads = (
        N_("Doel"),
        N_("Ontvanger"),
        N_("Wacht"),
        N_("Geldig"),
        N_("Eindigt binnen 30 dagen"),
        N_("Eindigt binnen 90 dagen"),
        N_("Eerste einde"),
        N_("Geweigerd"),
        N_("Ingetrokken"),
        N_("Verlopen of ongeldig"),
    )
    rows: list[Cells] = [[visit.say(head) for head in heads]]
    rows += [
        (
            purpose_in_words(visit, one.purpose),
            recipient(visit, one.recipient),
            one.waiting,
            one.running,
            one.soon,
            one.later,
            one.next_end.date().isoformat() if one.next_end else None,
            one.refused,
            one.withdrawn,
            one.over,
        )
        for one in found.counts
    ]
    return rows


async def figures(visit: Visit) -> Response:
    """Show disclosures per purpose and organisation and refusals by reason, over a period."""
    period, fault = lenient_period(visit, _MONTH), ""
    charts: list[tuple[str, str, str, list[tuple[str, int]]]] = []
    try:
        charts = [await _chart(visit, Inquiry(period.filters), by) for by in _CHARTS]
    except InvalidRequestError as error:
        fault = wrong(visit, error.field)
    if charts and visit.request.query_params.get("als") == "csv":
        rows = [(title, label, count) for title, _, _, bars in charts for label, count in bars]
        heads = [visit.say(head) for head in (N_("Grafiek"), N_("Groep"), N_("Aantal"))]
        return table_file(visit, "cijfers", [heads, *rows])
    return page(
        visit,
        "figures.html",
        tabs=tabs(visit.caller.role, TABS),
        period=period,
        charts=charts,
        fault=fault,
    )


_CHARTS: Final = {
    Grouping.PURPOSE: (N_("Verstrekkingen per doel"), N_("Doel"), N_("Verstrekt")),
    Grouping.PARTNER: (N_("Verstrekkingen per organisatie"), N_("Organisatie"), N_("Verstrekt")),
    Grouping.REASON: (N_("Weigeringen per reden"), N_("Reden"), N_("Geweigerd")),
}


async def _chart(
    visit: Visit, inquiry: Inquiry, by: Grouping
) -> tuple[str, str, str, list[tuple[str, int]]]:
    """Count, and name the bars; what counted nothing has none."""
    found = await visit.rooms.desks.overseers.review.summary(visit.caller, inquiry, by)
    refusals = by is Grouping.REASON
    counted = [(one, one.refused if refusals else one.disclosed) for one in found.groups]
    bars = [(_label(visit, by, one), count) for one, count in counted if count]
    title, head, unit = (visit.say(text) for text in _CHARTS[by])
    return title, head, unit, sorted(bars, key=lambda bar: (-bar[1], bar[0]))


def _label(visit: Visit, by: Grouping, group: Group) -> str:
    if by is Grouping.REASON:
        return reason_in_words(visit, group.key)
    named = purpose_in_words if by is Grouping.PURPOSE else recipient_in_words
    return named(visit, group.key)


SCREENS: Final = (
    Screen(PATH, register, OVERSEERS),
    Screen(CONSENTS, consents, OFFICER),
    Screen(FIGURES, figures, OFFICER),
)
