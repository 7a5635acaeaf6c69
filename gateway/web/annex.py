"""The annex to a DPIA (GDPR art. 35(7)) as a document, generated from the rules in force; no personal data.

It says what the rules hold and the gate enforces. What the controller must judge is named as hers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from gateway.domain.purposes import Purpose
from gateway.domain.register import Activity
from gateway.domain.sentences import Language
from gateway.web.rule_words import Sheet, Told
from gateway.web.words import N_, day, say

_JUDGEMENT: Final = N_(
    "Of dit doel nodig is en in verhouding staat, beoordeelt de verwerkingsverantwoordelijke "
    "(AVG art. 35 lid 7 onder b). De regels leggen vast wie wanneer wat krijgt, en waarom dat mag."
)
_INTRODUCTION: Final = N_(
    "Gemaakt uit de regels die de poort uitvoert. Een risico staat hier als de regel er aanleiding "
    "toe geeft; een maatregel is een stap die de poort zelf neemt."
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the document: a heading of a level (0 for none), a text, or facts by their names."""

    level: int = 0
    text: str = ""
    facts: Sequence[tuple[str, str]] = ()


def blocks(
    told: Told, activities: Iterable[Activity], digest: str, language: Language
) -> Iterator[Block]:
    """Yield the document: each purpose, and under it each rule with its risks."""
    yield Block(1, say(N_("Bijlage bij de DPIA: doelen en regels"), language))
    yield Block(text=say(_INTRODUCTION, language))
    yield Block(facts=[(say(N_("Versie van de regels"), language), digest)])
    for activity in activities:
        yield from _purpose(told, activity.purpose, language)
        for registered in activity.rules:
            yield from _rule(told.sheet(registered), language)


def _purpose(told: Told, purpose: Purpose, language: Language) -> Iterator[Block]:
    since = day(purpose.valid_from, language)
    term = f"{since} - {day(purpose.valid_until, language)}" if purpose.valid_until else since
    yield Block(2, f"{purpose.short} {told.title(purpose)}")
    yield Block(facts=[(say(N_("Van kracht sinds"), language), term)])
    yield Block(text=say(_JUDGEMENT, language))


def _rule(sheet: Sheet, language: Language) -> Iterator[Block]:
    facts = [
        (N_("Ontvangers"), ", ".join(sheet.recipients) or "-"),
        (N_("Voorwaarde"), " ".join(filter(None, (sheet.condition, sheet.stage)))),
        (N_("Niet voor"), ", ".join(sheet.not_for)),
        (N_("Grondslag"), sheet.basis),
        (N_("Uitzondering"), sheet.exception),
        (N_("Toestemming nodig"), sheet.consent),
        *((label, ", ".join(names)) for label, names in sheet.categories),
        (N_("Bewaartermijn"), sheet.retention),
        (N_("Bron"), sheet.where),
    ]
    yield Block(3, f"{sheet.role} ({sheet.id})")
    yield Block(facts=[(say(name, language), value) for name, value in facts if value])
    yield Block(4, say(N_("Risico's en maatregelen"), language))
    yield Block(facts=[(one.risk, _measure(one.measure, one.codes)) for one in sheet.risks])


def _measure(measure: str, codes: Sequence[str]) -> str:
    return f"{measure} ({', '.join(codes)})" if codes else measure


def markdown(document: Iterable[Block]) -> str:
    """Write the document as Markdown."""
    lines: list[str] = []
    for one in document:
        if one.level:
            lines.append(f"{'#' * one.level} {one.text}")
        elif one.text:
            lines.append(one.text)
        lines += [f"- **{name.rstrip('.')}**: {value}" for name, value in one.facts]
        lines.append("")
    return "\n".join(lines)


def html(document: Iterable[Block], language: Language) -> str:
    """Write the document as a page that stands alone."""
    title = escape(say(N_("Bijlage bij de DPIA: doelen en regels"), language))
    lines = [
        "<!doctype html>",
        f'<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head><body>',
    ]
    for one in document:
        if one.level:
            lines.append(f"<h{one.level}>{escape(one.text)}</h{one.level}>")
        elif one.text:
            lines.append(f"<p>{escape(one.text)}</p>")
        if one.facts:
            rows = (f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in one.facts)
            lines.append(f"<dl>{''.join(rows)}</dl>")
    return "\n".join((*lines, "</body></html>", ""))
