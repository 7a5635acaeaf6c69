"""The operator looks at the gate: log, keys, jobs, agreements and rules; on record, and no one's data."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.domain.callers import acting
from gateway.domain.reasons import Reason
from gateway.domain.sentences import Language
from gateway.domain.upkeep import Job
from gateway.store.job_runs import StoredRuns
from gateway.web.words import moment
from tests.edges.api.door import Door
from tests.web.visitor import OPERATOR, Visitor, signed_in, tree, words

PAGES = ("/beheer", "/beheer/overeenkomsten", "/beheer/regels")


@pytest.fixture(name="bram")
def fixture_bram(door: Door) -> Visitor:
    """Sign in as the operator."""
    return signed_in(door, OPERATOR)


def test_the_state_shows_log_keys_and_jobs(bram: Visitor, door: Door) -> None:
    """The numbers are those of the log and the keys; what is not set up says so."""
    page = bram.get("/beheer")
    said = words(page)
    assert "Het logboek is heel en tekent" in said
    health = door.gateway.audit.health()
    assert health.whole
    assert health.root in said
    counts = door.gateway.actions.keys.counts()
    shown = tree(page).xpath("//dt[.='Sleutels van profielen']/following-sibling::dd/text()")
    assert shown == [str(counts["profile"])]
    assert _job(page, "Getuigen") == "Getuigen laten medeondertekenen - niet ingesteld"


def _job(page: httpx.Response, name: str) -> str:
    """Read the row of a job."""
    rows = [" ".join(one.text_content().split()) for one in tree(page).xpath("//tbody/tr")]
    return next(one for one in rows if name in one)


def test_each_job_says_how_its_last_run_ended(bram: Visitor, door: Door) -> None:
    """Never, well, by which fault, and too long ago; a daily job has a day and some hours."""
    runs, now = StoredRuns(door.gateway.database), door.clock.now()
    assert _job(bram.get("/beheer"), "tellingen").endswith("- nog nooit")
    runs.note(Job.COUNTS, now - timedelta(hours=25), None)
    runs.note(Job.RETENTION, now - timedelta(hours=27), None)
    runs.note(Job.CONSENTS, now - timedelta(hours=3), None)
    runs.note(Job.CONSENTS, now, "OSError")
    page = bram.get("/beheer")
    assert _job(page, "tellingen").endswith("gelukt")
    assert _job(page, "bewaartermijnen").endswith("te laat")
    assert "mislukt OSError" in _job(page, "toestemmingen")
    well = moment(now - timedelta(hours=3), Language.NL)
    assert _job(page, "toestemmingen").endswith(f"Laatst gelukt op {well}")


def test_a_log_that_does_not_fit_its_guard_is_told_at_once(
    bram: Visitor, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cause stands on top, as an alert."""
    health = door.gateway.audit.health()
    broken = type(health)(
        health.size, health.root, None, None, health.marked, "rollback: 3 entries", None, None
    )
    monkeypatch.setattr(type(door.gateway.audit), "health", lambda _: broken)
    (alert,) = tree(bram.get("/beheer")).xpath("//div[@role='alert']")
    assert "rollback: 3 entries" in alert.text_content()


def test_agreements_and_rules_are_those_in_force(bram: Visitor, door: Door) -> None:
    """Each partner with its reference; the digest; laws that lapsed are marked."""
    page = words(bram.get("/beheer/overeenkomsten"))
    for partner in door.gateway.catalogue.partners.values():
        assert partner.name in page
        assert partner.agreement.reference in page
    assert "Geen doel: opent niemands gegevens." in page
    rules = bram.get("/beheer/regels")
    assert door.gateway.actions.gate.matrix.digest in words(rules)
    assert "Niet van kracht" in tree(rules).xpath("//tr[th='Wbp']")[0].text_content()


def test_each_look_is_on_record(bram: Visitor, door: Door) -> None:
    """The entry names who looked at which page."""
    for path, at in zip(PAGES, ("state", "agreements", "rules"), strict=True):
        assert bram.get(path).status_code == 200
        told = door.payload(door.gateway.audit.head().size - 1)
        assert (told["actor"], told["detail"]) == (OPERATOR, {"at": at})


@pytest.mark.parametrize("role", ["coa_casemanager", "privacy_officer"])
def test_another_role_is_refused_by_the_desk_too(door: Door, role: str) -> None:
    """Whoever gets past the screen is refused there, on record."""
    upkeep = door.gateway.web.rooms.desks.engine_room.upkeep
    caller = acting(door.persona(role), door.gateway.catalogue.codes.opvanglocaties)
    before = door.gateway.audit.head().size
    with pytest.raises(DisclosureRefusedError) as refused:
        asyncio.run(upkeep.state(caller))
    assert refused.value.reason is Reason.ACTOR_NOT_ALLOWED
    assert door.gateway.audit.head().size == before + 1


def test_the_operator_opens_no_ones_data(door: Door) -> None:
    """Her role has no purpose: every question about a person is refused."""
    for purpose in ("P02", "P03", "P10", "P11"):
        answer = door.ask("GET", f"/v1/clienten?doel={purpose}", "beheerder")
        assert answer.status_code == 403
    assert door.ask("POST", "/v1/logboek/_zoek", "beheerder", json={}).status_code == 403
