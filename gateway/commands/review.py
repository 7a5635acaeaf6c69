"""Look back over a partner's log as its privacy officer does; each look is on record."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway import wiring
from gateway.actions.oversee import Inquiry
from gateway.actions.references import meant
from gateway.actions.signal import Watched
from gateway.commands.periods import days
from gateway.commands.shared import Data, Json, complaints, opened, partner_named, show
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import ActorId, FieldName, RoleId
from gateway.domain.partners import Caller
from gateway.domain.reviewing import Grouping, Opinion
from gateway.domain.signals import RULES, StaffMember, Verdict

app = typer.Typer(help="Look back as a privacy officer.", no_args_is_help=True)

Period = Annotated[str, typer.Argument(help="Days, as 2026-03-01..2026-03-31.")]
PartnerName = Annotated[
    str, typer.Option("--partner", help="Whose log: slug, OIN or gemeentecode.")
]
Actor = Annotated[str, typer.Option("--as", help="Name of the officer in the log.")]
Case = Annotated[str | None, typer.Option("--case", help="Number of the case (AVG33-2026-0042).")]
Staff = Annotated[
    Path | None,
    typer.Option(
        "--staff",
        help="JSON list of workers: actor, clientRef, achternaam, postcode. Needs a case.",
    ),
]


@app.command()
def overview(  # noqa: PLR0913, PLR0917 - one argument an option
    period: Period,
    per: Annotated[Grouping, typer.Option(help="By what entries are gathered.")],
    partner: PartnerName = "coa",
    actor: Actor = "operator",
    case: Case = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Count a period's entries by what they have in common; most entries first."""
    with opened(data) as gateway:
        desk, caller = gateway.actions.hindsight.review, _officer(gateway, partner, actor)
        found = asyncio.run(desk.summary(caller, Inquiry(days(period), case=case), per))
    groups = {
        one.key: {
            "entries": one.entries,
            "persons": one.persons,
            "disclosed": one.disclosed,
            "refused": one.refused,
            "emergencies": one.emergencies,
            "unanswered": one.unanswered,
        }
        for one in found.groups
    }
    show({**groups}, as_json=as_json, title=f"per {per}")


@app.command()
def signals(  # noqa: PLR0913, PLR0917 - one argument an option
    period: Period,
    partner: PartnerName = "coa",
    actor: Actor = "operator",
    case: Case = None,
    staff: Staff = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List what the rules found, how it stands, and how often each rule hits."""
    with opened(data) as gateway:
        caller = _officer(gateway, partner, actor)
        watched = Watched(Inquiry(days(period), case=case), _staff(gateway, caller, staff))
        found = asyncio.run(gateway.actions.hindsight.signals.listed(caller, watched))
    report = {
        "signals": [
            {
                "id": str(one.signal_id),
                "rule": one.rule,
                "reason": one.reason,
                "entries": list(one.entries),
                "state": one.state,
            }
            for one in found.signals
        ],
        "rates": {rate.rule: f"{rate.flagged} of {rate.looked_at}" for rate in found.rates},
        "rules": dict(RULES),
    }
    show(report, as_json=as_json, title="signals")


@app.command()
def judge(  # noqa: PLR0913, PLR0917 - one argument an option
    period: Period,
    signal: Annotated[UUID, typer.Argument(help="The signal, found in this period.")],
    verdict: Annotated[Verdict, typer.Argument(help="What you found.")],
    note: Annotated[str, typer.Option(help="Why; name no one by number.")],
    partner: PartnerName = "coa",
    actor: Actor = "operator",
    case: Case = None,
    staff: Staff = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose a verdict on a signal, or confirm a colleague's, which closes it."""
    with opened(data) as gateway:
        caller = _officer(gateway, partner, actor)
        watched = Watched(Inquiry(days(period), case=case), _staff(gateway, caller, staff))
        desk, opinion = gateway.actions.hindsight.signals, Opinion(signal, verdict, note)
        judged, receipt = asyncio.run(desk.judge(caller, watched, opinion))
    report = {
        "signal": str(judged.signal_id),
        "verdict": judged.verdict,
        "closed": judged.closed_at is not None,
        "index": receipt.index,
    }
    show(report, as_json=as_json, title="verdict")


@app.command()
def breach(  # noqa: PLR0913, PLR0917 - one argument an option
    period: Period,
    case: Annotated[str, typer.Option(help="Number of the case (AVG33-2026-0042).")],
    field: Annotated[
        list[str] | None, typer.Option(help="Field that leaked; repeat it (default: all).")
    ] = None,
    partner: PartnerName = "coa",
    actor: Actor = "operator",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell who received which fields of whom, and when (GDPR art. 33)."""
    with opened(data) as gateway:
        for name in field or ():
            if name not in gateway.catalogue.fields:
                complaints.print(f"{name}: is not a field of the klantprofiel", markup=False)
                raise typer.Exit(2)
        caller, inquiry = _officer(gateway, partner, actor), Inquiry(days(period), case=case)
        wanted = frozenset(map(FieldName, field or ()))
        found = asyncio.run(gateway.actions.hindsight.review.scope(caller, inquiry, wanted))
    report = {
        "persons": found.persons,
        "disclosures": found.entries,
        "recipients": list(found.recipients),
        "fields": dict(found.by_field),
        "first": [
            {
                "index": one.seen.event.index,
                "at": one.seen.event.at.isoformat(),
                "person": str(one.seen.pseudonym),
                "fields": list(one.fields),
                "outcome": one.outcome,
            }
            for one in found.page
        ],
    }
    show(report, as_json=as_json, title="breach")


@app.command()
def sample(  # noqa: PLR0913, PLR0917 - one argument an option
    period: Period,
    count: Annotated[int, typer.Option(min=1, max=200, help="How many disclosures to draw.")] = 20,
    partner: PartnerName = "coa",
    actor: Actor = "operator",
    case: Case = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Draw disclosures of a closed period by the log's own root; anyone can draw the same.

    Lots are SHA-256(root || index as 8 bytes, big-endian); the lowest are drawn. The root is that of
    the log's first so many entries (``size``), which follows from its tiles.
    """
    with opened(data) as gateway:
        desk, caller = gateway.actions.hindsight.review, _officer(gateway, partner, actor)
        drawn = asyncio.run(desk.sample(caller, Inquiry(days(period), case=case), count))
    report = {
        "root": drawn.root.hex(),
        "size": drawn.size,
        "among": drawn.among,
        "entries": [one.event.index for one in drawn.entries],
    }
    show(report, as_json=as_json, title="sample")


def _officer(gateway: wiring.Gateway, partner: str, actor: str) -> Caller:
    organisation = partner_named(partner, gateway.catalogue.partners)
    return Caller(organisation, RoleId("privacy_officer"), ActorId(actor))


def _staff(gateway: wiring.Gateway, caller: Caller, path: Path | None) -> Sequence[StaffMember]:
    """Read a list of workers; raises ``InvalidRequestError``."""
    if path is None:
        return ()
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        return [_worker(gateway, caller, one) for one in listed]
    except (ValueError, KeyError, TypeError):
        raise InvalidRequestError("staff", "is not a JSON list of workers") from None


def _worker(gateway: wiring.Gateway, caller: Caller, one: dict[str, Any]) -> StaffMember:
    actor, reference = str(one["actor"]), one.get("clientRef")
    gate, oin = gateway.actions.gate, caller.partner.oin
    own = asyncio.run(meant(gate, oin, UUID(reference))) if reference else None
    return StaffMember(actor, own, one.get("achternaam"), one.get("postcode"))
