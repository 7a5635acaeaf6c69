"""Print the receipt of a consent: in either format, on record, and only where there is one."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

from gateway import wiring
from gateway.commands.population import caller_for
from gateway.domain.consent_choices import ConsentWish
from gateway.settings import Settings
from tests.edges.api.door import AGENCY, v_nummer
from tests.edges.commands.shell import doelpoort


def agreed(data: Path) -> str:
    """Let the first person agree; return the consent's id."""
    gateway = wiring.build(Settings(data=data))
    tag = gateway.actions.index.term("v_nummer", v_nummer(1))

    async def record() -> str:
        subject = (await gateway.actions.gate.subjects.stored([tag]))[tag].subject
        wish = ConsentWish(subject, "P05", AGENCY, "tir", "1")
        caller = caller_for(gateway, "coa", "coa_casemanager", "casemanager-1")
        recorded = await gateway.actions.consents.record(caller, wish)
        return str(recorded.consent.consent_id)

    try:
        return asyncio.run(record())
    finally:
        gateway.close()


def test_a_receipt_is_printed_and_on_record(store: Path) -> None:
    """Both formats name the consent or its fields, and each adds an entry to the log."""
    consent = agreed(store)
    before = size(store)
    iso = doelpoort("consent", "receipt", consent, "--data", store)
    assert iso.code == 0, iso.err
    assert json.loads(iso.out)["dpv:hasRecordOfActivity"]["dct:identifier"] == consent
    words = ("consent", "receipt", consent, "--format", "kantara", "--data", store)
    assert json.loads(doelpoort(*words).out)["version"] == "KI-CR-v1.1.0"
    assert size(store) == before + 2


def test_no_receipt_without_a_consent_or_a_format(store: Path) -> None:
    """An invented consent is refused, an unknown format named."""
    done = doelpoort("consent", "receipt", str(uuid4()), "--data", store)
    assert (done.code, done.out) == (1, "")
    done = doelpoort("consent", "receipt", str(uuid4()), "--format", "pdf", "--data", store)
    assert done.code == 1
    assert "formaat" in done.err


def size(data: Path) -> int:
    """Count the entries of the log."""
    gateway = wiring.build(Settings(data=data))
    try:
        return gateway.audit.head().size
    finally:
        gateway.close()
