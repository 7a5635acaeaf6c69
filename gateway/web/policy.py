"""Beleid: what is in force, what a proposal changes and for how many, and each step to bring it there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import RedirectResponse, Response

from gateway.actions.foresee import Difference, Simulated
from gateway.actions.policy_life import Shown
from gateway.domain.decisions import MIN_GROUP
from gateway.domain.errors import InvalidRequestError
from gateway.domain.identifiers import FieldName, PurposeCode, RoleId
from gateway.domain.policy_changes import CellChange
from gateway.domain.policy_versions import State
from gateway.web.guard import Screen
from gateway.web.navigation import OFFICER, OWNER
from gateway.web.oversight_forms import period_of, posted
from gateway.web.rendering import page
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM, N_

POLICY: Final = "/beleid"
_ONE: Final = POLICY + "/{voorstel:uuid}"
_MONTH: Final = 31
_MOST: Final = 100
STATES: Final[Mapping[State, tuple[str, str]]] = {
    State.OPEN: (N_("wacht op goedkeuring"), ""),
    State.BROKEN: (N_("een verhaal klopt niet meer"), "bad"),
    State.STALE: (N_("verouderd: er is intussen iets anders in werking gebracht"), "warn"),
    State.APPROVED: (N_("goedgekeurd door twee"), "good"),
    State.ACTIVATED: (N_("in werking gebracht"), "good"),
}
DONE: Final[Mapping[str, str]] = {
    "voorgesteld": N_("Uw voorstel staat in het logboek. Twee anderen keuren het goed."),
    "goedgekeurd": N_("Uw goedkeuring staat in het logboek."),
    "in-werking": N_(
        "De versie is in werking gebracht. Geen poort beslist nog volgens een andere."
    ),
    "gepland": N_("De versie gaat in op het gekozen moment. Tot dan gelden de regels van nu."),
    "teruggedraaid": N_("De laatste stap is teruggedraaid. De vorige regels gelden weer."),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What changes in one cell, in words: ``people`` are those of its role and purpose."""

    purpose: str
    role: str
    gained: Sequence[str]
    lost: Sequence[str]
    altered: Sequence[str]
    special: Sequence[str]
    people: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a simulation found; ``rows`` are the first differences, in words."""

    found: Simulated
    unexplained: int
    rows: Sequence[tuple[int, str, str, bool]]


async def standing(visit: Visit) -> Response:
    """Show what is in force, what lies ahead, and every proposal."""
    return await overview(visit)


async def overview(
    visit: Visit,
    *,
    mistakes: Sequence[tuple[str, str]] = (),
    errors: Mapping[str, str] | None = None,
) -> Response:
    """Show how the policy stands; above it what is wrong with files or a form that were posted."""
    found = await visit.rooms.desks.policy.standing(visit.caller)
    return page(
        visit,
        "policy.html",
        400 if mistakes or errors else 200,
        found=found,
        states=STATES,
        done=DONE.get(visit.request.query_params.get("gedaan", ""), ""),
        proposes=visit.caller.role in OWNER,
        mistakes=mistakes,
        errors=errors or {},
        values=posted(visit),
    )


async def proposal(visit: Visit) -> Response:
    """Show one proposal; with a period, what the decisions of then would have been."""
    desk, which = visit.rooms.desks.policy, visit.request.path_params["voorstel"]
    shown = await desk.one(visit.caller, which)
    period = period_of(visit.request.query_params, visit.today, _MONTH)
    simulated = None
    if "van" in visit.request.query_params:
        simulated = await desk.simulate(visit.caller, which, period.filters)
    return page(
        visit,
        "policy_proposal.html",
        one=shown.proposal,
        state=STATES[shown.state],
        cells=[_cell(visit, shown, cell) for cell in shown.change.cells],
        words=shown.change.words,
        anyone=_told(visit, shown.proposal.effect.anyone),
        approvable=shown.state is State.OPEN and shown.refuses is None,
        activatable=shown.state is State.APPROVED,
        period=period,
        outcome=_outcome(visit, simulated) if simulated else None,
        done=DONE.get(visit.request.query_params.get("gedaan", ""), ""),
    )


async def approve(visit: Visit) -> Response:
    """Approve a proposal."""
    which = visit.request.path_params["voorstel"]
    await visit.rooms.desks.policy.approve(visit.caller, which)
    return RedirectResponse(f"{POLICY}/{which}?gedaan=goedgekeurd", 303)


async def activate(visit: Visit) -> Response:
    """Bring a proposal into force, at once or from a moment in the Netherlands."""
    which, values = visit.request.path_params["voorstel"], posted(visit)
    starts = _moment(values.get("ingang"))
    await visit.rooms.desks.policy.activate(visit.caller, which, starts)
    return RedirectResponse(f"{POLICY}/{which}?gedaan={'gepland' if starts else 'in-werking'}", 303)


async def roll_back(visit: Visit) -> Response:
    """Undo the latest activation."""
    await visit.rooms.desks.policy.roll_back(visit.caller, posted(visit).get("reden", ""))
    return RedirectResponse(f"{POLICY}?gedaan=teruggedraaid", 303)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)
    except ValueError:
        raise InvalidRequestError("ingang", "is not a moment like 2026-04-01T00:00") from None


def _cell(visit: Visit, shown: Shown, cell: CellChange) -> Cell:
    people = {(one.role, one.purpose): one.people for one in shown.proposal.effect.pairs}
    return Cell(
        _purpose(visit, cell.purpose),
        _role(visit, cell.role),
        _labels(visit, cell.gained),
        _labels(visit, cell.lost),
        _labels(visit, cell.altered),
        _labels(visit, cell.special),
        _told(visit, people.get((cell.role, cell.purpose), 0)),
    )


def _outcome(visit: Visit, found: Simulated) -> Outcome:
    rows = [_row(visit, one) for one in found.differences[:_MOST]]
    return Outcome(found, sum(not one.explained for one in found.differences), rows)


def _row(visit: Visit, one: Difference) -> tuple[int, str, str, bool]:
    signs = [f"+ {label}" for label in _labels(visit, one.gained)]
    signs += [f"- {label}" for label in _labels(visit, one.lost)]
    other = visit.say(N_("een andere reden"))
    who = f"{one.purpose[:3]} {_role(visit, RoleId(one.role))}"
    return one.index, who, ", ".join(signs) or other, one.explained


def _labels(visit: Visit, names: Sequence[FieldName]) -> Sequence[str]:
    fields = visit.rooms.desks.gate.fields
    dutch = visit.language == "nl"
    return [fields[name].label_nl if dutch else fields[name].label_en for name in names]


def _purpose(visit: Visit, code: PurposeCode) -> str:
    found = visit.rooms.desks.gate.matrix.purpose(code)
    if found is None:
        return code
    return f"{found.short} {found.title_nl if visit.language == 'nl' else found.title_en}"


def _role(visit: Visit, role: RoleId) -> str:
    known = visit.rooms.roles.get(role)
    return known.in_(visit.language) if known else role


def _told(visit: Visit, count: int) -> str:
    """Tell how many, but not of a few who they could be."""
    return visit.say(N_("minder dan tien")) if 0 < count < MIN_GROUP else str(count)


SCREENS: Final = (
    Screen(POLICY, standing, OWNER | OFFICER),
    Screen(_ONE, proposal, OWNER | OFFICER),
    Screen(_ONE + "/goedkeuren", approve, OWNER | OFFICER, ("POST",)),
    Screen(_ONE + "/in-werking", activate, OWNER | OFFICER, ("POST",)),
    Screen(POLICY + "/terugdraaien", roll_back, OWNER | OFFICER, ("POST",)),
)
