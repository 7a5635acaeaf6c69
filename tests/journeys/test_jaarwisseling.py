"""Jaarwisseling: the log turns to a new shard, and nobody who reads it finds a seam."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.note import VerifierKey
from audit.proof import TlogProof
from tests.journeys.poort import (
    CASEMANAGER,
    COA_OFFICER,
    KLANTMANAGER,
    MovableClock,
    Poort,
    command,
)
from tests.journeys.residents import resident
from tests.journeys.test_inzage import CASE, inzage, zoek
from tests.journeys.watch import Watch

SELAM = resident(1)


@pytest.fixture
def other(poort: Poort, clock: MovableClock, watch: Watch) -> Iterator[Poort]:
    """Give a second gate on the first one's folder, open before the year turns."""
    with Poort(poort.folder, clock, watch) as other:
        yield other


@pytest.fixture(autouse=True)
def _turn_of_the_year(poort: Poort, other: Poort, clock: MovableClock) -> None:
    """Harderwijk asks before and after; one gate turns the log, the other hears of it as it writes."""
    poort.lever([SELAM])
    reference = poort.reference(KLANTMANAGER, "P02", SELAM)
    assert other.vraag(KLANTMANAGER, reference, "P02", ["roepnaam"]).status_code == 200
    clock.pass_by(days=61)
    turned = poort.gateway.turn_log("ann", "a new year")
    assert turned.label == "2027"
    for gate in (other, poort, other):
        clock.pass_by(minutes=1)
        assert gate.vraag(KLANTMANAGER, reference, "P02", ["roepnaam"]).status_code == 200


def test_her_view_is_one_over_both_years(poort: Poort, other: Poort) -> None:
    """She counts from 1 without a gap, at either gate, and sees what was shared in both years."""
    for gate in (poort, other):
        seen = inzage(gate, SELAM)
        whole = seen["volledigheid"]
        assert whole["sluitend"]
        assert [line["teller"] for line in whole["regels"]] == list(range(1, whole["aantal"] + 1))
        years = {one["op"][:4] for one in seen["ontvangers"]}
        assert years == {"2026", "2027"}


def test_an_officer_finds_and_proves_every_entry(poort: Poort, tmp_path: Path) -> None:
    """Each proof verifies with the key of its shard; the evidence about her counts on over both."""
    base = poort.gateway.audit.head().base
    parts = poort.ask(None, "GET", "/auditlog/delen").json()
    keys = [VerifierKey.parse(one["vkey"]) for one in parts]
    assert [one["deel"] for one in parts] == ["eerste", "2027"]
    found = zoek(poort, COA_OFFICER, zaaknummer=CASE)
    assert {line["index"] < base for line in found} == {True, False}
    for line in found:
        answer = poort.ask(COA_OFFICER, "GET", f"/v1/logboek/{line['index']}/bewijs").json()
        key = keys[line["index"] >= base]
        proof = TlogProof.decode(answer["bewijs"])
        assert proof.verify(answer["blad"].encode(), key).origin == key.name
    hers = poort.known_as(CASEMANAGER, SELAM)
    poort.command("audit", "evidence", str(tmp_path / "bewijs"), "--subject", hers)
    first, later = (tmp_path / "bewijs" / name for name in ("evidence.json", "evidence-2.json"))
    assert (tmp_path / "bewijs" / "vkey").read_text().splitlines() == [str(key) for key in keys]
    told = [f"--vkey={key}" for key in keys]
    check = ["audit", "verify-evidence", "--json", *told]
    assert json.loads(command(*check, str(later), str(first))) == {"faults": [], "complete": True}
    assert json.loads(command(*check, str(later))) == {"faults": [], "complete": False}
    command(*check[:3], told[0], str(later), code=1)


def test_both_shards_verify_and_the_next_start_goes_on(
    poort: Poort, clock: MovableClock, watch: Watch, tmp_path: Path
) -> None:
    """The live check covers all; each export verifies with its own key only; the guard is in order."""
    assert poort.gateway.audit.verify() == []
    origin = poort.gateway.settings.origin
    logs = (origin, f"{origin}/2027")
    folders = [tmp_path / str(number) for number, _ in enumerate(logs)]
    keys = [poort.command("audit", "vkey", "--log", log).strip() for log in logs]
    for log, folder in zip(logs, folders, strict=True):
        poort.command("audit", "export", str(folder), "--log", log)
    for log, key in zip(logs, keys, strict=True):
        assert key.startswith(f"{log}+")
    for number, folder in enumerate(folders):
        check = ["audit", "verify", str(folder), "--vkey"]
        command(*check, keys[number])
        command(*check, keys[1 - number], code=1)
    poort.command("audit", "verify")

    with Poort(poort.folder, clock, watch) as again:
        before = again.gateway.audit.head()
        again.clienten(CASEMANAGER, "P03")
        assert again.gateway.audit.head().size > before.size
        assert again.gateway.ready() is None
        assert again.gateway.audit.examine().followed is None
